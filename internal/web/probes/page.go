package probes

import (
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// What is looked at.
const (
	lookBack  = 24 * time.Hour // of what counts in the matrix
	maxProbes = 500            // results that are counted
	maxShown  = 40             // results that are shown one by one
)

// probesPage is the matrix, the results, and the forms by which more come.
type probesPage struct {
	web.Frame
	Done    string
	Code    string // that was made just now
	Command string // with the code
	Matrix  matrix
	Results []resultView
	Empty   web.EmptyView
	Make    string // address of the form that makes a code
	Paste   web.Form
	Attach  web.Form // adds a result to a call; without fields where there are none
}

// A resultView is one result.
type resultView struct {
	Title  string // seat and network
	Look   web.Look
	At     *lang.Moment
	Origin string
	Checks []checkView
}

type checkView struct {
	web.Look
	Kind, Text string
}

// show shows the page, with a code that was made just now or a problem with what
// was sent.
func (v *view) show(status int, code string, problem error) error {
	list, err := v.pages.config.Store.Probes(v.R.Context(), v.Snapshot.Tenant.ID, v.Now.Add(-lookBack), maxProbes)
	if err != nil {
		return err
	}
	page := probesPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.probes")}), Code: code, Make: v.Href("/probes/codes"),
		Empty: web.EmptyView{Title: v.Text("probes.none"), Text: v.Text("probes.none.text")},
		Paste: web.Form{Action: v.Href("/probes/paste"), Submit: v.Text("probes.paste.submit"), Fields: []web.Field{v.pasteField()}},
	}
	if code != "" {
		page.Command = "tocsin probe --send " + v.Address() + " --code " + code
	}
	if v.R.URL.Query().Get("done") == "pasted" {
		page.Done = v.Text("probes.done.pasted")
	}
	read := readable(list)
	page.Matrix = v.matrixOf(read)
	for _, s := range read[:min(len(read), maxShown)] {
		page.Results = append(page.Results, v.resultView(&s))
	}
	if page.Attach, err = v.attachForm(read); err != nil {
		return err
	}
	if problem != nil {
		if !v.Blame(&page.Paste, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Paste)
	}
	return v.Render(status, "probes", page)
}

func (v *view) pasteField() web.Field {
	f := v.Field("text", "").Named(v.Text("probes.paste.text")).Hinted(v.Text("probes.paste.hint"))
	f.Lines, f.Max = true, probe.MaxText
	return f
}

// readable are the results that this version can read: one that it cannot costs
// the others nothing.
func readable(list []tocsin.Probe) (read []seen) {
	for _, p := range list {
		if r, err := probe.ReadJSON(p.Result); err == nil {
			read = append(read, seen{p, r})
		}
	}
	return read
}

// resultView words a result.
func (v *view) resultView(s *seen) resultView {
	outcome := probe.Pass
	switch {
	case s.result.Failed():
		outcome = probe.Fail
	case s.result.Cause == "unknown":
		outcome = probe.Unknown
	}
	r := resultView{Title: v.title(s), Look: v.look(outcome), At: v.Moment(s.ReceivedAt), Origin: v.Text("probes.origin."+s.Origin, "name", s.By)}
	r.Look.Words = s.result.Sentence(v.Locale.Locale)
	for i := range s.result.Checks {
		c := &s.result.Checks[i]
		r.Checks = append(r.Checks, checkView{v.look(c.Outcome), v.Text("probe.kind." + string(c.Kind)), c.Sentence(v.Locale.Locale)})
	}
	return r
}

// title names seat and network.
func (v *view) title(s *seen) string {
	if s.Origin == tocsin.ProbeServer {
		return v.Text("probes.server")
	}
	seat := s.Seat
	if seat == "" {
		seat = v.Text("probes.seat.unnamed")
	}
	return v.Text("probes.title", "seat", seat, "network", v.network(s.Network))
}
