package business

import (
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// Write writes a map in a form, with the names of a directory where they are clear,
// and ids where they are not. [Read] reads the same map from it.
func Write(form string, m *tocsin.BusinessMap, d *Directory) ([]byte, error) {
	entries := entriesOf(m, d)
	if form == "csv" {
		return writeCSV(entries)
	}
	return writeYAML(entries)
}

func entriesOf(m *tocsin.BusinessMap, d *Directory) (list []entry) {
	site := func(id string) string { return clear(id, siteName(d, id), d.Site) }
	for _, u := range m.Uses {
		e := entry{kind: "use", cells: map[string]cell{}}
		e.set("name", u.Name)
		e.set("services", u.Services...)
		e.set("secondary", u.Secondary...)
		list = append(list, e)
	}
	for _, p := range m.Processes {
		e := entry{kind: "process", cells: map[string]cell{}}
		e.set("name", p.Name)
		e.set("department", p.Department)
		e.set("owner", owner(p.Owner, d))
		e.set("uses", p.Uses...)
		e.set("sites", each(p.Sites, site)...)
		e.set("fallback", p.Fallback)
		e.set("triedOn", p.TriedOn)
		e.set("tried", p.Tried)
		e.set("currency", p.Currency)
		if p.Cost > 0 || p.Currency != "" {
			e.set("cost", strconv.FormatInt(p.Cost, 10))
		}
		list = append(list, e)
	}
	for _, s := range m.Sheets {
		e := entry{kind: "sheet", cells: map[string]cell{}}
		e.set("name", s.Service)
		e.set("documents", s.Documents)
		e.set("client", s.Client)
		e.set("meeting", s.Meeting)
		e.set("numbers", s.Numbers)
		e.set("owner", owner(s.Owner, d))
		e.set("triedOn", s.TriedOn)
		e.set("tried", s.Tried)
		list = append(list, e)
	}
	return list
}

func (e *entry) set(field string, values ...string) {
	if len(values) > 0 && values[0] != "" {
		e.cells[field] = cell{values: values}
	}
}

func each(ids []string, name func(string) string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = name(id)
	}
	return names
}

func siteName(d *Directory, id string) string {
	names, _ := d.SiteNames([]string{id})
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// clear is the name of something where that leads back to it, else its id.
func clear(id, name string, find func(string) (string, bool)) string {
	if found, ok := find(name); ok && found == id && name == strings.TrimSpace(name) && !strings.Contains(name, between) {
		return name
	}
	return id
}

func owner(p tocsin.Party, d *Directory) string {
	if p.IsZero() {
		return ""
	}
	return clear(p.String(), d.TeamName(p), func(name string) (string, bool) {
		found, ok := d.Team(name)
		return found.String(), ok && name != ""
	})
}

// Check returns the faults of a map whose services, teams and sites are ids: those
// that are not there. It writes ids as they are written at their source.
func Check(m *tocsin.BusinessMap, d *Directory) (faults Faults) {
	put := func(place, code string, ids []string, find func(string) (string, bool)) {
		for i, id := range ids {
			found, ok := find(id)
			if !ok {
				faults.add(0, place, code, id)
				continue
			}
			ids[i] = found
		}
	}
	owner := func(place string, p tocsin.Party) {
		if !p.IsZero() && d.TeamName(p) == "" {
			faults.add(0, place+"/owner", "team", p.ID)
		}
	}
	for i := range m.Uses {
		place := "uses/" + m.Uses[i].Name
		put(place+"/services", "service", m.Uses[i].Services, d.Service)
		put(place+"/secondary", "service", m.Uses[i].Secondary, d.Service)
	}
	for i := range m.Processes {
		place := "processes/" + m.Processes[i].Name
		put(place+"/sites", "site", m.Processes[i].Sites, d.Site)
		owner(place, m.Processes[i].Owner)
	}
	for i := range m.Sheets {
		service := []string{m.Sheets[i].Service}
		put("sheets/"+service[0], "service", service, d.Service)
		m.Sheets[i].Service = service[0]
		owner("sheets/"+service[0], m.Sheets[i].Owner)
	}
	return faults
}
