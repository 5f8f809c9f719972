package messages

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// dueCalendar serves /calendar.ics: the days by which something must be done
// about messages, for calendar programs (RFC 5545). What is done, or gone, is
// left out.
func (p *Pages) dueCalendar(v *view) error {
	if !access.VisitorOf(v.R.Context()).SignedIn() {
		return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "The calendar names who does what: sign in."}
	}
	rows, err := v.messageRows()
	if err != nil {
		return err
	}
	var c icsWriter
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Tocsin//Due dates//EN")
	c.line("METHOD", "PUBLISH")
	c.line("X-WR-CALNAME", icsText(v.Text("calendar.due", "tenant", v.Snapshot.Tenant.Title())))
	for _, m := range rows {
		if m.Due != nil && !v.gone(m.row) && !m.Handled.Settled() {
			c.event(v, m)
		}
	}
	c.line("END", "VCALENDAR")
	header := v.W.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Content-Disposition", `inline; filename="tocsin-`+v.Snapshot.Tenant.Name+`.ics"`)
	body := []byte(c.b.String())
	v.Send(http.StatusOK, web.Content{Kind: "text/calendar; charset=utf-8", Tag: web.TagOf(body), Body: body})
	return nil
}

// icsWriter writes content lines.
type icsWriter struct{ b strings.Builder }

// event is one message as an event of a whole day.
func (c *icsWriter) event(v *view, m messageRow) {
	day := m.Due.When.In(v.Zone)
	c.line("BEGIN", "VEVENT")
	c.line("UID", icsText(m.ID+"."+v.Snapshot.Tenant.ID+"@tocsin"))
	c.line("DTSTAMP", m.row.ModifiedAt.Time().UTC().Format("20060102T150405Z"))
	c.line("DTSTART;VALUE=DATE", day.Format("20060102"))
	c.line("DTEND;VALUE=DATE", day.AddDate(0, 0, 1).Format("20060102"))
	c.line("SUMMARY", icsText(m.ID+" "+m.Title))
	about := []string{m.Category, m.Services, v.Text("handling.col") + ": " + v.ownerWords(m.Handled)}
	if base := v.Address(); base != "" {
		c.line("URL", base+m.Href)
		about = append(about, base+m.Href)
	}
	c.line("DESCRIPTION", icsText(strings.Join(about, "\n")))
	c.line("TRANSP", "TRANSPARENT")
	c.line("END", "VEVENT")
}

// ownerWords say who sees to a message and how far they are.
func (v *view) ownerWords(h handled) string {
	owner := h.OwnerName
	if owner == "" {
		owner = v.Text("handling.nobody")
	}
	return owner + ", " + h.Word
}

// icsLine is the longest line in octets, without its end.
const icsLine = 75

// line writes a content line, folded where it is too long. A fold never parts a
// character.
func (c *icsWriter) line(name, value string) {
	rest, room := name+":"+value, icsLine
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		c.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], icsLine-1
	}
	c.b.WriteString(rest + "\r\n")
}

// icsText escapes a text value. Controls other than line breaks, which a
// program might take for the end of a line, are dropped.
func icsText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
