package public

// sheetPage is a page to print and keep for the day on which nothing else
// works: whom to call, where the provider speaks, what is known.
type sheetPage struct {
	*indexPage
	Channels channels
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
	page := sheetPage{v.newIndex(v.places.sheet), v.channels()}
	page.Title, page.First = v.Text("sheet.title", "tenant", v.edition.Tenant.Title()), true
	return page, page.state(v)
}
