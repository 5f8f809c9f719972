package public

import (
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// sheetPage is a page to print and keep for the day on which nothing else
// works: whom to call, where the provider speaks, what is known.
type sheetPage struct {
	*indexPage
	Channels   channels
	Continuity []continuity // of files alone
}

// A Continuity is a continuity sheet with the names that it shows.
type Continuity struct {
	tocsin.ContinuitySheet

	ServiceName, OwnerName string
}

// continuity is how people go on working while a service fails.
type continuity struct {
	Service      string
	Parts        []continuityPart
	Numbers      []string
	Owner, Tried string
}

type continuityPart struct {
	Name  string
	Lines []string
}

func (v *view) continuity(s Continuity) continuity {
	c := continuity{Service: s.ServiceName, Numbers: linesOf(s.Numbers), Owner: s.OwnerName}
	for _, one := range []struct{ key, text string }{{"documents", s.Documents}, {"client", s.Client}, {"meeting", s.Meeting}} {
		if lines := linesOf(one.text); len(lines) > 0 {
			c.Parts = append(c.Parts, continuityPart{v.Text("sheet." + one.key), lines})
		}
	}
	if day, err := time.Parse(time.DateOnly, s.TriedOn); err == nil {
		c.Tried = v.Date(day)
	}
	return c
}

func linesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

// sheet serves /status/{tenant}/help.
func (p *Pages) sheet(v *view) error {
	content, err := v.Shared("sheet", func() (any, error) { return v.newSheet() })
	if err != nil {
		return err
	}
	v.send(content)
	return nil
}

func (v *view) newSheet() (sheetPage, error) {
	page := sheetPage{indexPage: v.newIndex(v.places.sheet), Channels: v.channels()}
	page.Title, page.First = v.Text("sheet.title", "tenant", v.edition.Tenant.Title()), true
	return page, page.state(v)
}
