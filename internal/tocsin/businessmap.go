package tocsin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A BusinessMap is what the services of a tenant carry: critical uses of them, the
// processes of the business that need those, and what people do when a service
// fails. It is written as a whole, and every version is kept.
type BusinessMap struct {
	TenantID  string            `json:"-"`
	Version   int64             `json:"-"` // from 1; 0 for one that nobody wrote yet
	At        time.Time         `json:"-"`
	By        string            `json:"-"` // as they were called then
	Uses      []MapUse          `json:"uses,omitempty"`
	Processes []MapProcess      `json:"processes,omitempty"`
	Sheets    []ContinuitySheet `json:"sheets,omitempty"`
}

// A MapUse is a critical use of services, such as meetings with clients.
type MapUse struct {
	Name string `json:"name"` // once in its map in whatever letter case
	// Services are workload ids: the use is in the state of the worst of them.
	Services []string `json:"services,omitempty"`
	// Secondary are services that it also needs, but can do without for a while:
	// it is slow when one of them is down, and is not hit by anything less.
	Secondary []string `json:"secondary,omitempty"`
}

// A MapProcess is a process of the business, such as the approval of invoices.
type MapProcess struct {
	Name       string   `json:"name"`       // once in its map in whatever letter case
	Department string   `json:"department"` // such as "Finance"; "" when not said
	Owner      Party    `json:"owner,omitzero"`
	Uses       []string `json:"uses,omitempty"`  // names of uses
	Sites      []string `json:"sites,omitempty"` // ids of the sites where it is done: their seats are its seats
	Fallback   string   `json:"fallback"`        // what is done instead; "" for nothing
	TriedOn    string   `json:"triedOn"`         // day of the calendar when that was last tried, such as 2026-06-14; "" for never
	Tried      string   `json:"tried"`           // how, such as "drill"
	Cost       int64    `json:"cost"`            // of an hour without it, in whole units of the currency; 0 when not known
	Currency   string   `json:"currency"`        // three letters, such as EUR; "" without a cost
}

// A ContinuitySheet says how people go on working while a service fails.
type ContinuitySheet struct {
	Service   string `json:"service"`   // workload id, once in its map
	Documents string `json:"documents"` // that are kept offline, and where
	Client    string `json:"client"`    // another one that works
	Meeting   string `json:"meeting"`   // how to meet by phone
	Numbers   string `json:"numbers"`   // of it, one a line
	Owner     Party  `json:"owner,omitzero"`
	TriedOn   string `json:"triedOn"` // as of a process
	Tried     string `json:"tried"`
}

// A SheetPart is what one field of a continuity sheet says.
type SheetPart struct {
	Field string // documents, client or meeting
	Lines []string
}

// Parts lists what people do meanwhile, as far as it is written down.
func (s *ContinuitySheet) Parts() (list []SheetPart) {
	for _, one := range []struct{ field, text string }{{"documents", s.Documents}, {"client", s.Client}, {"meeting", s.Meeting}} {
		if one.text != "" {
			list = append(list, SheetPart{one.field, sheetLines(one.text)})
		}
	}
	return list
}

// Calls lists the numbers, with what each is for.
func (s *ContinuitySheet) Calls() []string { return sheetLines(s.Numbers) }

func sheetLines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

// Bounds of a map.
const (
	maxMapParts  = 200  // uses, processes or sheets
	maxMapLinks  = 50   // services, uses or sites of one of them
	maxMapText   = 2000 // characters
	maxMapCost   = 1_000_000_000_000
	mapDayLayout = time.DateOnly
)

// Empty reports whether nothing is written.
func (m *BusinessMap) Empty() bool {
	return len(m.Uses)+len(m.Processes)+len(m.Sheets) == 0
}

// Use returns the use of a name, in whatever letter case.
func (m *BusinessMap) Use(name string) (*MapUse, bool) {
	return mapPart(m.Uses, name, func(u *MapUse) string { return u.Name })
}

// Process returns the process of a name, in whatever letter case.
func (m *BusinessMap) Process(name string) (*MapProcess, bool) {
	return mapPart(m.Processes, name, func(p *MapProcess) string { return p.Name })
}

// Sheet returns the continuity sheet of a service.
func (m *BusinessMap) Sheet(service string) (*ContinuitySheet, bool) {
	return mapPart(m.Sheets, service, func(s *ContinuitySheet) string { return s.Service })
}

func mapPart[T any](list []T, name string, of func(*T) string) (*T, bool) {
	for i := range list {
		if strings.EqualFold(of(&list[i]), name) {
			return &list[i], true
		}
	}
	return nil, false
}

// Clone returns a copy that may be changed.
func (m *BusinessMap) Clone() BusinessMap {
	c := *m
	c.Uses, c.Processes, c.Sheets = slices.Clone(m.Uses), slices.Clone(m.Processes), slices.Clone(m.Sheets)
	for i, u := range c.Uses {
		c.Uses[i].Services, c.Uses[i].Secondary = slices.Clone(u.Services), slices.Clone(u.Secondary)
	}
	for i, p := range c.Processes {
		c.Processes[i].Uses, c.Processes[i].Sites = slices.Clone(p.Uses), slices.Clone(p.Sites)
	}
	return c
}

// Services lists the workload ids that the map names, sorted.
func (m *BusinessMap) Services() []string {
	var ids []string
	for _, u := range m.Uses {
		ids = append(append(ids, u.Services...), u.Secondary...)
	}
	for _, s := range m.Sheets {
		ids = append(ids, s.Service)
	}
	return sortedSet(ids)
}

// Normalize trims texts and drops repetitions, in the order in which things were
// written. Uses are named as they are written themselves.
func (m *BusinessMap) Normalize() {
	for i := range m.Uses {
		u := &m.Uses[i]
		u.Name = strings.TrimSpace(u.Name)
		u.Services, u.Secondary = once(u.Services), once(u.Secondary)
	}
	for i := range m.Processes {
		p := &m.Processes[i]
		for _, text := range []*string{&p.Name, &p.Department, &p.Fallback, &p.TriedOn, &p.Tried, &p.Currency} {
			*text = strings.TrimSpace(*text)
		}
		for n, name := range p.Uses {
			if u, ok := m.Use(strings.TrimSpace(name)); ok {
				p.Uses[n] = u.Name
			}
		}
		p.Uses, p.Sites, p.Currency = once(p.Uses), once(p.Sites), strings.ToUpper(p.Currency)
	}
	for i := range m.Sheets {
		s := &m.Sheets[i]
		for _, text := range []*string{&s.Service, &s.Documents, &s.Client, &s.Meeting, &s.Numbers, &s.TriedOn, &s.Tried} {
			*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
		}
	}
}

// once trims a list and drops what it has before and what is empty.
func once(list []string) (out []string) {
	for _, one := range list {
		if one = strings.TrimSpace(one); one != "" && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// Validate reports every problem of a normalised map that is written now. The field
// of each is the place: "processes/Approval of invoices/triedOn".
func (m *BusinessMap) Validate(now time.Time) error {
	var problems []error
	add := func(err error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	add(validParts("uses", m.Uses, func(u MapUse) string { return u.Name }))
	add(validParts("processes", m.Processes, func(p MapProcess) string { return p.Name }))
	add(validParts("sheets", m.Sheets, func(s ContinuitySheet) string { return s.Service }))
	for _, u := range m.Uses {
		at := "uses/" + u.Name + "/"
		add(validLinks(at+"services", u.Services))
		add(validLinks(at+"secondary", u.Secondary))
	}
	for _, p := range m.Processes {
		add(p.validate(m, now))
	}
	for _, s := range m.Sheets {
		at := "sheets/" + s.Service + "/"
		for field, text := range map[string]string{"documents": s.Documents, "client": s.Client, "meeting": s.Meeting, "numbers": s.Numbers} {
			add(validText(at+field, text))
		}
		add(validTry(at, s.TriedOn, s.Tried, now))
	}
	return errors.Join(problems...)
}

func (p *MapProcess) validate(m *BusinessMap, now time.Time) error {
	at := "processes/" + p.Name + "/"
	problems := []error{validText(at+"fallback", p.Fallback), validTry(at, p.TriedOn, p.Tried, now), validLinks(at+"uses", p.Uses), validLinks(at+"sites", p.Sites)}
	if !oneLine(p.Department) {
		problems = append(problems, Invalidf(at+"department", "Use at most 100 characters on one line."))
	}
	for _, name := range p.Uses {
		if _, ok := m.Use(name); !ok {
			problems = append(problems, Invalidf(at+"uses", "There is no use %q.", Clip(name, 60)))
		}
	}
	if p.Cost < 0 || p.Cost > maxMapCost {
		problems = append(problems, Invalidf(at+"cost", "%d is not between 0 and %d.", p.Cost, int64(maxMapCost)))
	}
	if (p.Cost != 0 || p.Currency != "") && !currency(p.Currency) {
		problems = append(problems, Invalidf(at+"currency", "Give three letters, such as EUR."))
	}
	return errors.Join(problems...)
}

// currency reports whether a text looks like a code of ISO 4217.
func currency(text string) bool {
	return len(text) == 3 && !strings.ContainsFunc(text, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// validParts checks how many parts there are and that each has a name of its own.
func validParts[T any](what string, list []T, name func(T) string) error {
	var problems []error
	if len(list) > maxMapParts {
		problems = append(problems, Invalidf(what, "There are more than %d.", maxMapParts))
	}
	seen := map[string]bool{}
	for i, one := range list {
		text := name(one)
		fold := strings.ToLower(text)
		switch {
		case text == "" || !oneLine(text) || strings.Contains(text, ";"):
			problems = append(problems, Invalidf(fmt.Sprintf("%s/%d", what, i+1), "Give a name of 1 to 100 characters on one line, without a semicolon."))
		case seen[fold]:
			problems = append(problems, Invalidf(what+"/"+text, "That is there twice."))
		}
		seen[fold] = true
	}
	return errors.Join(problems...)
}

func validLinks(at string, list []string) error {
	if len(list) > maxMapLinks {
		return Invalidf(at, "Name at most %d.", maxMapLinks)
	}
	for _, id := range list {
		if !oneLine(id) {
			return Invalidf(at, "%q is no name.", Clip(id, 40))
		}
	}
	return nil
}

func validText(at, text string) error {
	if !lines(text, maxMapText) {
		return Invalidf(at, "Use at most %d characters, without control characters.", maxMapText)
	}
	return nil
}

// validTry checks when something was tried, and how.
func validTry(at, on, how string, now time.Time) error {
	if !oneLine(how) {
		return Invalidf(at+"tried", "Use at most 100 characters on one line.")
	}
	if on == "" {
		return nil
	}
	day, err := time.Parse(mapDayLayout, on)
	if err != nil {
		return Invalidf(at+"triedOn", "%q is no day, such as 2026-06-14.", Clip(on, 40))
	}
	if day.After(now.Add(24 * time.Hour)) { // it may be tomorrow there already
		return Invalidf(at+"triedOn", "That is still to come.")
	}
	return nil
}
