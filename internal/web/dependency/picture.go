package dependency

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A picture is the map as it is drawn: services on the left, uses in the middle,
// processes on the right. The table below says the same.
type picture struct {
	Height int
	Edges  []edge
	Nodes  []node
}

type edge struct{ Class, Path string }

// A node is a box with a sign, a name, and what stands below it.
type node struct {
	web.Look
	Class           string
	Href            string
	X, Y, Width     int
	SignX, SignY    int
	TextX, TextY    int
	SubY            int
	Name, Full, Sub string
}

// Measures of the picture, in its own units.
const (
	top    = 46
	step   = 58
	height = 44
	// room is how many characters a node has room for: what is longer is cut, and whole
	// in the table.
	room = 29
)

// columns are where nodes begin, and how wide they are.
func columns() [3][2]int { return [3][2]int{{10, 260}, {440, 250}, {850, 260}} }

// picture draws a map. Services that are not in it are left out.
func (v *view) picture(m *tocsin.BusinessMap, work business.Work, state func(string) tocsin.Severity, present bool) picture {
	var services []string
	for _, u := range m.Uses {
		for _, id := range slices.Concat(u.Services, u.Secondary) {
			if !slices.Contains(services, id) {
				services = append(services, id)
			}
		}
	}
	rows := max(len(services), len(m.Uses), len(m.Processes), 1)
	p := picture{Height: top + rows*step + 14}
	at := map[string]int{}
	for i, id := range services {
		n := v.node(0, place(i, len(services), rows), v.names.ServiceName(id), "", serviceState(state(id)))
		n.Href = v.ServiceHref(id)
		if present {
			if s, ok := v.state.Find(id); ok {
				n.Sub = cut(v.failing(s))
			}
		}
		at["s"+id] = n.Y + height/2
		p.add(n)
	}
	for i, u := range m.Uses {
		n := v.node(1, place(i, len(m.Uses), rows), u.Name, "", work.Uses[i].State)
		n.Href = "#t-uses"
		at["u"+u.Name] = n.Y + height/2
		p.add(n)
	}
	for i, one := range m.Processes {
		n := v.node(2, place(i, len(m.Processes), rows), one.Name, one.Department, work.Processes[i].State)
		n.Href = "#p-" + digits(int64(i+1))
		at["p"+one.Name] = n.Y + height/2
		p.add(n)
	}
	p.connect(m, work, state, at)
	return p
}

// connect draws the lines, the worst last so that they lie above the others.
func (p *picture) connect(m *tocsin.BusinessMap, work business.Work, state func(string) tocsin.Severity, at map[string]int) {
	type line struct {
		edge
		state tocsin.Severity
	}
	var lines []line
	add := func(state tocsin.Severity, column, from, to int) {
		c := columns()
		x1, x2 := c[column][0]+c[column][1], c[column+1][0]
		path := fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, from, (x1+x2)/2, from, (x1+x2)/2, to, x2, to)
		class := "edge"
		switch state {
		case tocsin.SeverityInterruption:
			class += " edge--hit"
		case tocsin.SeverityDegraded:
			class += " edge--deg"
		}
		lines = append(lines, line{edge{class, path}, state})
	}
	for _, u := range m.Uses {
		for _, id := range slices.Concat(u.Services, u.Secondary) {
			add(business.Edge(&u, id, state(id)), 0, at["s"+id], at["u"+u.Name])
		}
	}
	for _, one := range m.Processes {
		for _, name := range one.Uses {
			if i := slices.IndexFunc(m.Uses, func(u tocsin.MapUse) bool { return u.Name == name }); i >= 0 {
				add(work.Uses[i].State, 1, at["u"+name], at["p"+one.Name])
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return int(a.state) - int(b.state) })
	for _, l := range lines {
		p.Edges = append(p.Edges, l.edge)
	}
}

func (p *picture) add(n node) { p.Nodes = append(p.Nodes, n) }

// place is where the node i of n begins, so that a column of few is spread over the
// height of the longest.
func place(i, n, rows int) int {
	if n <= 1 || n == rows {
		return top + i*step
	}
	return top + i*(rows-1)*step/(n-1)
}

func (v *view) node(column, y int, name, sub string, state tocsin.Severity) node {
	c := columns()[column]
	n := node{Look: v.look(state), Class: "node", X: c[0], Y: y, Width: c[1], SignX: c[0] + 12, SignY: y + 14, TextX: c[0] + 38, TextY: y + 20, SubY: y + 35, Name: cut(name), Full: name, Sub: cut(sub)}
	switch state {
	case tocsin.SeverityInterruption:
		n.Class += " node--down"
	case tocsin.SeverityDegraded:
		n.Class += " node--degraded"
	}
	return n
}

// serviceState is how a service is drawn: of an advisory users feel nothing.
func serviceState(s tocsin.Severity) tocsin.Severity {
	if s < tocsin.SeverityRecovering {
		return tocsin.SeverityOK
	}
	return s
}

// failing names the parts of a service that its open issues are about.
func (v *view) failing(s *health.Service) string {
	if s.Severity.Well() {
		return ""
	}
	var parts []string
	for _, issue := range s.About {
		if !issue.Advisory() && issue.Feature != "" && !slices.Contains(parts, issue.Feature) {
			parts = append(parts, issue.Feature)
		}
	}
	return v.Join(parts)
}

// cut shortens what has no room in a node. Characters of Japanese take two places.
func cut(text string) string {
	width := 0
	for i, r := range text {
		width++
		if r > 0x2e7f {
			width++
		}
		if width > room {
			_, last := utf8.DecodeLastRuneInString(text[:i])
			return strings.TrimSpace(text[:i-last]) + "…"
		}
	}
	return text
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

func escape(text string) string { return url.QueryEscape(text) }

func sorted(m map[string]int64) []string { return slices.Sorted(maps.Keys(m)) }
