package public

import (
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
	c := continuity{Service: s.ServiceName, Numbers: s.Calls(), Owner: s.OwnerName}
	for _, one := range s.Parts() {
		c.Parts = append(c.Parts, continuityPart{v.Text("sheet." + one.Field), one.Lines})
	}
	if day, err := time.Parse(time.DateOnly, s.TriedOn); err == nil {
		c.Tried = v.Date(day)
	}
	return c
}

// sheet serves /status/{tenant}/help.
func (p *Pages) sheet(v *view) error {
	v = v.asking(nil)
	content, err := v.Shared("sheet", func() (any, error) { return v.newSheet() })
	if err != nil {
		return err
	}
	v.LastsASecond(v.sameEdition())
	v.send(content)
	return nil
}

func (v *view) newSheet() (sheetPage, error) {
	page := sheetPage{indexPage: v.newIndex(v.places.sheet), Channels: v.channels()}
	page.Title, page.First = v.Text("sheet.title", "tenant", v.edition.Tenant.Title()), true
	return page, page.state(v)
}
