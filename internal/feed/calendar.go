package feed

import (
	"strings"
	"time"
	"unicode/utf8"
)

// CalendarType is the media type of a calendar.
const CalendarType = "text/calendar; charset=utf-8"

// A Calendar is a list of events that calendar programs subscribe to (RFC 5545).
// Events that are over or withdrawn stay in it: programs take an event that is
// gone for a new one that was moved.
type Calendar struct {
	Name   string // as programs list it
	Events []Event
}

// An Event is an entry of a calendar. Its times are UTC, or whole days: programs
// do not agree on zones.
type Event struct {
	ID          string    // never changes
	Stamp       time.Time // when what it says changed last
	Start, End  time.Time // End is exclusive; not after Start means an event of one day, or of no length
	WholeDay    bool      // the dates of Start and End count, in their own zones
	Title       string    // names its tenant: programs put calendars together
	Description string
	Link        string // absolute address, "" for none
	Withdrawn   bool   // is called off; its title should say so too, for not all programs show it
}

// ICS returns the calendar with CRLF at the ends of its lines.
func (c *Calendar) ICS() []byte {
	var w calendarWriter
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Tocsin//Tocsin//EN")
	w.line("METHOD", "PUBLISH")
	w.line("X-WR-CALNAME", calendarText(c.Name))
	for i := range c.Events {
		w.event(&c.Events[i])
	}
	w.line("END", "VCALENDAR")
	return []byte(w.b.String())
}

// calendarWriter writes content lines.
type calendarWriter struct{ b strings.Builder }

func (w *calendarWriter) event(e *Event) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", calendarText(e.ID))
	w.line("DTSTAMP", calendarTime(e.Stamp))
	if !e.Stamp.IsZero() {
		w.line("LAST-MODIFIED", calendarTime(e.Stamp))
	}
	if e.WholeDay {
		end := e.End
		if !end.After(e.Start) {
			end = e.Start.AddDate(0, 0, 1)
		}
		w.line("DTSTART;VALUE=DATE", e.Start.Format("20060102"))
		w.line("DTEND;VALUE=DATE", end.Format("20060102"))
	} else {
		end := e.End
		if end.Before(e.Start) {
			end = e.Start
		}
		w.line("DTSTART", calendarTime(e.Start))
		w.line("DTEND", calendarTime(end))
	}
	if e.Withdrawn {
		w.line("STATUS", "CANCELLED")
	}
	w.line("SUMMARY", calendarText(e.Title))
	if e.Link != "" {
		w.line("URL", oneLine(e.Link))
	}
	if e.Description != "" {
		w.line("DESCRIPTION", calendarText(e.Description))
	}
	w.line("TRANSP", "TRANSPARENT")
	w.line("END", "VEVENT")
}

func calendarTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// calendarLine is the longest line in octets, without its end.
const calendarLine = 75

// line writes a content line, folded where it is too long. A fold never parts a
// character.
func (w *calendarWriter) line(name, value string) {
	rest, room := name+":"+value, calendarLine
	for len(rest) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], calendarLine-1
	}
	w.b.WriteString(rest + "\r\n")
}

// calendarText escapes a text value. Controls other than line breaks, which a
// program might take for the end of a line, are dropped.
func calendarText(s string) string {
	s = plain(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
