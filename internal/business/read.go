package business

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// MaxFile is how many bytes a file may have.
const MaxFile = 1 << 20

// Forms lists the forms of files.
func Forms() []string { return []string{"yaml", "csv"} }

// FormOf returns the form of a file by the end of its name, or else by how it begins;
// CSV begins with a row of columns that has kind among them.
func FormOf(name string, body []byte) string {
	name = strings.ToLower(name)
	switch {
	case strings.HasSuffix(name, ".csv"):
		return "csv"
	case strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"):
		return "yaml"
	}
	head, _, _ := bytes.Cut(bytes.TrimPrefix(body, []byte("\ufeff")), []byte("\n"))
	if bytes.ContainsAny(head, ",;\t") && slices.Contains(strings.FieldsFunc(strings.ToLower(string(head)), func(r rune) bool { return strings.ContainsRune(",;\t\"\r ", r) }), "kind") {
		return "csv"
	}
	return "yaml"
}

// An entry is a use, a process or a sheet as a file has it.
type entry struct {
	kind  string // use, process or sheet
	line  int
	cells map[string]cell
}

// A cell is a value: of lists, several.
type cell struct {
	line   int
	values []string
}

// kindList is the name of the list in which entries of a kind are.
func kindList(kind string) string {
	return map[string]string{"use": "uses", "process": "processes", "sheet": "sheets"}[kind]
}

// fieldsOf are the fields of a kind of entry, in the order in which they are written.
func fieldsOf(kind string) []string {
	switch kind {
	case "use":
		return []string{"name", "services", "secondary"}
	case "process":
		return []string{"name", "department", "owner", "uses", "sites", "fallback", "triedOn", "tried", "cost", "currency"}
	}
	return []string{"name", "documents", "client", "meeting", "numbers", "owner", "triedOn", "tried"}
}

// listed reports whether a field holds several values.
func listed(field string) bool {
	return slices.Contains([]string{"services", "secondary", "uses", "sites"}, field)
}

// Read reads a map for a tenant from a file of a form, as of now. Faults are of lines
// that hold a name nobody has, a value that cannot be, or no value of the form; where
// there is one, the map is not to be used.
func Read(form string, body []byte, tenantID string, d *Directory, now time.Time) (tocsin.BusinessMap, Faults) {
	var faults Faults
	if len(body) > MaxFile {
		faults.add(0, "file", "large", "")
		return tocsin.BusinessMap{}, faults
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) || bytes.ContainsRune(body, 0) {
		faults.add(0, "file", "encoding", "")
		return tocsin.BusinessMap{}, faults
	}
	var entries []entry
	if form == "csv" {
		entries = readCSV(body, &faults)
	} else {
		entries = readYAML(body, &faults)
	}
	m := tocsin.BusinessMap{TenantID: tenantID}
	lines := map[string]int{}
	for _, e := range entries {
		e.put(&m, d, &faults, lines)
	}
	m.Normalize()
	for _, p := range causes(m.Validate(now)) {
		faults.add(lineOf(lines, p.Field), p.Field, Rule(p.Field), "")
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return a.Line - b.Line })
	return m, faults
}

// causes are the errors that were joined in err.
func causes(err error) (list []*tocsin.Error) {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case *tocsin.Error:
		return []*tocsin.Error{e}
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			list = append(list, causes(one)...)
		}
	}
	return list
}

// lineOf is the line of a place, or of what it is a part of.
func lineOf(lines map[string]int, place string) int {
	for place != "" {
		if line, ok := lines[place]; ok {
			return line
		}
		place = place[:max(0, strings.LastIndex(place, "/"))]
	}
	return 0
}

// put adds an entry to a map.
func (e *entry) put(m *tocsin.BusinessMap, d *Directory, faults *Faults, lines map[string]int) {
	list := kindList(e.kind)
	name := strings.TrimSpace(e.one("name"))
	if e.kind == "sheet" {
		if id, ok := d.Service(name); ok {
			name = id
		} else {
			faults.add(e.at("name"), list+"/"+tocsin.Clip(name, 60), "service", name)
		}
	}
	place := list + "/" + name
	n := map[string]int{"use": len(m.Uses), "process": len(m.Processes), "sheet": len(m.Sheets)}[e.kind] + 1
	lines[list+"/"+strconv.Itoa(n)], lines[place] = e.line, e.line
	for field, c := range e.cells {
		lines[place+"/"+field] = c.line
	}
	r := resolver{e, d, faults, place}
	switch e.kind {
	case "use":
		m.Uses = append(m.Uses, tocsin.MapUse{Name: name, Services: r.each("services", "service", d.Service), Secondary: r.each("secondary", "service", d.Service)})
	case "process":
		m.Processes = append(m.Processes, tocsin.MapProcess{
			Name: name, Department: e.one("department"), Owner: r.owner(), Uses: e.cells["uses"].values, Sites: r.each("sites", "site", d.Site),
			Fallback: e.one("fallback"), TriedOn: e.one("triedOn"), Tried: e.one("tried"), Cost: r.cost(), Currency: e.one("currency"),
		})
	default:
		m.Sheets = append(m.Sheets, tocsin.ContinuitySheet{
			Service: name, Documents: e.one("documents"), Client: e.one("client"), Meeting: e.one("meeting"), Numbers: e.one("numbers"), Owner: r.owner(), TriedOn: e.one("triedOn"), Tried: e.one("tried"),
		})
	}
}

// one is the value of a field that holds one.
func (e *entry) one(field string) string {
	if c := e.cells[field]; len(c.values) > 0 {
		return c.values[0]
	}
	return ""
}

func (e *entry) at(field string) int {
	if c, ok := e.cells[field]; ok {
		return c.line
	}
	return e.line
}

// A resolver finds what an entry names.
type resolver struct {
	*entry
	d      *Directory
	faults *Faults
	place  string
}

func (r resolver) each(field, code string, find func(string) (string, bool)) (ids []string) {
	for _, text := range r.cells[field].values {
		id, ok := find(strings.TrimSpace(text))
		if !ok {
			r.faults.add(r.at(field), r.place+"/"+field, code, text)
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

func (r resolver) owner() tocsin.Party {
	text := strings.TrimSpace(r.one("owner"))
	p, ok := r.d.Team(text)
	if !ok {
		r.faults.add(r.at("owner"), r.place+"/owner", "team", text)
	}
	return p
}

func (r resolver) cost() int64 {
	text := strings.TrimSpace(r.one("cost"))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.faults.add(r.at("cost"), r.place+"/cost", "cost", text)
		return 0
	}
	return n
}
