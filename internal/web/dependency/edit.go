package dependency

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// editPage is the form of one part of the map.
type editPage struct {
	web.Frame
	Heading, Lead string
	Kind, Was     string // of what is changed; Was is "" for something new
	Version       string
	Form          web.Form
	Back          string
}

// edit serves GET /map/edit?kind=process|use|sheet&name=.
func (v *view) edit() error {
	return v.showForm(http.StatusOK, v.R.URL.Query().Get("kind"), v.R.URL.Query().Get("name"), nil)
}

func (v *view) showForm(status int, kind, name string, problem error) error {
	if !slices.Contains([]string{"process", "use", "sheet"}, kind) {
		return web.NothingHere()
	}
	page := editPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.map"), Href: v.Href("/map?v=all")}, web.Crumb{Name: v.Text("map.kind." + kind)}), Heading: v.Text("map.add." + kind), Lead: v.Text("map.lead." + kind),
		Kind: kind, Was: name, Version: digits(v.have.Version), Back: v.Href("/map?v=all"), Form: web.Form{Action: v.Href("/map/edit"), Submit: v.Text("map.save")},
	}
	var found bool
	if page.Form.Fields, found = v.fields(kind, name); !found && problem == nil {
		return web.NothingHere()
	}
	if name != "" {
		page.Heading = v.Text("map.change", "name", name)
		if kind == "sheet" {
			page.Heading = v.Text("map.change", "name", v.names.ServiceName(name))
		}
	}
	page.Title = page.Heading
	if problem != nil {
		v.Keep(page.Form.Fields)
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		page.Version = v.R.PostFormValue("version")
		v.Title(&page.Frame, page.Form)
	}
	return v.Render(status, "map-edit", page)
}

// fields ask for a part of the map; found is false where there is none of the name.
func (v *view) fields(kind, name string) (fields []web.Field, found bool) {
	switch kind {
	case "process":
		p, ok := v.have.Process(name)
		if !ok {
			p = &tocsin.MapProcess{}
		}
		return v.processFields(p), ok || name == ""
	case "use":
		u, ok := v.have.Use(name)
		if !ok {
			u = &tocsin.MapUse{}
		}
		return []web.Field{
			v.input("label", u.Name, 100), v.ticks("services", v.services(u.Services), u.Services).Hinted(v.Text("map.field.services.hint")), v.ticks("secondary", v.services(u.Secondary), u.Secondary).Hinted(v.Text("map.field.secondary.hint")),
		}, ok || name == ""
	}
	s, ok := v.have.Sheet(name)
	if !ok {
		s = &tocsin.ContinuitySheet{}
	}
	service := v.input("service", "", 100)
	for _, c := range v.services([]string{s.Service}) {
		if c.Value != "" {
			c.Name = tocsin.Clip(c.Name, maxChoice)
			service.Choices = append(service.Choices, c)
		}
	}
	return append([]web.Field{
		service.Choose(s.Service), v.area("documents", s.Documents), v.area("client", s.Client), v.area("meeting", s.Meeting), v.area("numbers", s.Numbers).Hinted(v.Text("map.field.numbers.hint")), v.owner(s.Owner),
	}, v.tryFields(s.TriedOn, s.Tried)...), ok || name == ""
}

// maxChoice is how many bytes of a name a list to choose from shows, so that it stays
// whole on a phone.
const maxChoice = 28

func (v *view) processFields(p *tocsin.MapProcess) []web.Field {
	var uses, sites []web.Choice
	for _, u := range v.have.Uses {
		uses = append(uses, web.Choice{Value: u.Name, Name: u.Name})
	}
	for _, s := range v.names.Sites {
		sites = append(sites, web.Choice{Value: s.ID, Name: s.Name})
	}
	cost := v.input("cost", "", 13).Hinted(v.Text("map.field.cost.hint")).NotRequired()
	if p.Cost > 0 {
		cost.Value = digits(p.Cost)
	}
	fields := []web.Field{v.input("label", p.Name, 100), v.input("department", p.Department, 100).NotRequired(), v.owner(p.Owner)}
	if len(uses) > 0 {
		fields = append(fields, v.ticks("uses", uses, p.Uses))
	}
	if len(sites) > 0 {
		fields = append(fields, v.ticks("sites", sites, p.Sites).Hinted(v.Text("map.field.sites.hint")))
	}
	fields = append(append(fields, v.area("fallback", p.Fallback)), v.tryFields(p.TriedOn, p.Tried)...)
	return append(fields, cost, v.input("currency", p.Currency, 3).Hinted(v.Text("map.field.currency.hint")).NotRequired())
}

func (v *view) tryFields(on, how string) []web.Field {
	day := v.input("triedOn", on, 10).NotRequired()
	day.Type = "date"
	return []web.Field{day, v.input("tried", how, 100).Hinted(v.Text("map.field.tried.hint")).NotRequired()}
}

func (v *view) input(id, value string, most int) web.Field {
	f := v.Field(id, value).Named(v.Text("map.field." + id))
	f.Max = most
	return f
}

func (v *view) area(id, value string) web.Field {
	f := v.input(id, value, 2000).NotRequired()
	f.Lines = true
	return f
}

func (v *view) ticks(id string, choices []web.Choice, on []string) web.Field {
	f := v.input(id, "", 100)
	f.Ticks = true
	for _, c := range choices {
		c.On = slices.Contains(on, c.Value)
		f.Choices = append(f.Choices, c)
	}
	return f
}

// services are those to choose from, those too that are chosen and not listed any
// more.
func (v *view) services(on []string) (list []web.Choice) {
	for _, s := range v.names.Services {
		list = append(list, web.Choice{Value: s.ID, Name: s.Name})
	}
	for _, id := range on {
		if !slices.ContainsFunc(list, func(c web.Choice) bool { return c.Value == id }) {
			list = append(list, web.Choice{Value: id, Name: id})
		}
	}
	return list
}

func (v *view) owner(p tocsin.Party) web.Field {
	f := v.input("owner", "", 100)
	f.Choices = []web.Choice{{Name: v.Text("map.nobody"), On: p.IsZero()}}
	for _, t := range v.names.Teams {
		f.Choices = append(f.Choices, web.Choice{Value: t.String(), Name: tocsin.Clip(t.Name, maxChoice), On: t.Party == p})
	}
	return f
}

// save serves POST /map/edit: it saves a part of the map, or removes it.
func (v *view) save() error {
	kind, was := v.R.PostFormValue("kind"), v.R.PostFormValue("was")
	m := v.have.Clone()
	err := v.put(&m, kind, was, v.R.PostFormValue("do") == "remove")
	if err == nil {
		version, _ := strconv.ParseInt(v.R.PostFormValue("version"), 10, 64) // no number is no version
		_, err = v.pages.config.Maps.PutBusinessMap(v.R.Context(), m, version, v.Now)
	}
	if err != nil {
		err = v.worded(err)
		return v.showForm(web.FormStatus(err), kind, was, err)
	}
	return v.Redirect(v.There("/map?v=all"))
}

// put puts what was sent in the place of the part that was called was.
func (v *view) put(m *tocsin.BusinessMap, kind, was string, remove bool) error {
	field := func(name string) string { return v.R.PostFormValue(name) }
	party, ok := v.names.Team(field("owner"))
	if !ok {
		return tocsin.Invalidf("owner", "%s", v.Text("map.fault.team", "value", ""))
	}
	switch kind {
	case "process":
		cost := int64(0)
		if text := strings.TrimSpace(field("cost")); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return tocsin.Invalidf("cost", "%s", v.Text("map.fault.cost"))
			}
			cost = n
		}
		one := tocsin.MapProcess{
			Name: field("label"), Department: field("department"), Owner: party, Uses: v.R.PostForm["uses"], Sites: v.known(v.R.PostForm["sites"], v.names.Site), Fallback: field("fallback"),
			TriedOn: field("triedOn"), Tried: field("tried"), Cost: cost, Currency: field("currency"),
		}
		m.Processes = replace(m.Processes, one, remove, func(p tocsin.MapProcess) bool { return was != "" && strings.EqualFold(p.Name, was) })
	case "use":
		one := tocsin.MapUse{Name: strings.TrimSpace(field("label")), Services: v.known(v.R.PostForm["services"], v.names.Service), Secondary: v.known(v.R.PostForm["secondary"], v.names.Service)}
		m.Uses = replace(m.Uses, one, remove, func(u tocsin.MapUse) bool { return was != "" && strings.EqualFold(u.Name, was) })
		renameUse(m, was, one.Name, remove)
	case "sheet":
		service := field("service")
		if id, ok := v.names.Service(service); ok {
			service = id
		} else if service != was {
			return tocsin.Invalidf("service", "%s", v.Text("map.fault.service", "value", tocsin.Clip(service, 60)))
		}
		one := tocsin.ContinuitySheet{Service: service, Documents: field("documents"), Client: field("client"), Meeting: field("meeting"), Numbers: field("numbers"), Owner: party, TriedOn: field("triedOn"), Tried: field("tried")}
		m.Sheets = replace(m.Sheets, one, remove, func(s tocsin.ContinuitySheet) bool { return was != "" && strings.EqualFold(s.Service, was) })
	default:
		return web.NothingHere()
	}
	return nil
}

// known are those of some ids that are there, and those that the map has already.
func (v *view) known(ids []string, find func(string) (string, bool)) (list []string) {
	for _, id := range ids {
		if found, ok := find(id); ok {
			id = found
		} else if !slices.Contains(v.have.Services(), id) && !v.hasSite(id) {
			continue
		}
		list = append(list, id)
	}
	return list
}

func (v *view) hasSite(id string) bool {
	return slices.ContainsFunc(v.have.Processes, func(p tocsin.MapProcess) bool { return slices.Contains(p.Sites, id) })
}

// replace puts one in the place of that which is meant, at the end where there is
// none, or removes that.
func replace[T any](list []T, one T, remove bool, meant func(T) bool) []T {
	i := slices.IndexFunc(list, meant)
	switch {
	case remove && i >= 0:
		return slices.Delete(list, i, i+1)
	case remove:
		return list
	case i >= 0:
		list[i] = one
		return list
	}
	return append(list, one)
}

// renameUse has processes call a use by its new name, or do without it.
func renameUse(m *tocsin.BusinessMap, was, name string, remove bool) {
	if was == "" {
		return
	}
	for i := range m.Processes {
		p := &m.Processes[i]
		if remove {
			p.Uses = slices.DeleteFunc(p.Uses, func(u string) bool { return strings.EqualFold(u, was) })
			continue
		}
		for k, u := range p.Uses {
			if strings.EqualFold(u, was) {
				p.Uses[k] = name
			}
		}
	}
}

// worded puts what is wrong with a map into the reader's language, at the fields of
// the form.
func (v *view) worded(err error) error {
	for _, e := range web.Causes(err) {
		if !strings.Contains(e.Field, "/") && !slices.Contains([]string{"uses", "processes", "sheets"}, e.Field) {
			continue
		}
		rule := business.Rule(e.Field)
		e.Message = v.Text("map.fault." + rule)
		e.Field = e.Field[strings.LastIndex(e.Field, "/")+1:]
		if rule == "name" || rule == "twice" {
			e.Field = "label"
			if v.R.PostFormValue("kind") == "sheet" {
				e.Field = "service"
			}
		}
	}
	return err
}
