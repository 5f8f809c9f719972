package respond

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	runbook "example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
)

// incidents is the part of the store that opens incidents of the desk.
type incidents interface {
	OpenIncidentOf(ctx context.Context, draft tocsin.Incident, c respond.TriageChange, change func(*tocsin.Triage, tocsin.Incident) error) (tocsin.Incident, error)
}

// An actButton does something with a verdict, and notes that it was done.
type actButton struct{ What, Icon, Words, Href string }

// acts are what can be done with the verdict of a call that goes on, and was not
// done yet.
func (v *view) acts(t tocsin.Triage, j judged) []actButton {
	icons := map[string]string{"request": "request", "escalate": "people", "repair": "check", "room": "room"}
	var list []actButton
	for _, what := range []string{"room", "request", "escalate", "repair"} {
		if _, done := t.Answers.Did(what); !done && fits(what, j) && (what != "room" || v.Reads(access.RunIncidents)) {
			href := v.at(t.N, "act")
			if what == "room" {
				href = v.at(t.N, "room")
			}
			list = append(list, actButton{what, icons[what], v.Text("triage.act." + what), href})
		}
	}
	return list
}

// fits reports whether something can be done with a verdict.
func fits(what string, j judged) bool {
	switch what {
	case "request":
		return j.Cause == triage.Provider
	case "escalate":
		return j.Cause == triage.Network || j.Cause == triage.Identity
	case "repair":
		return j.Cause == triage.Client
	case "room":
		return j.Cause != triage.UnknownCause && j.Cause != triage.Client
	}
	return false
}

// done words what was done with a verdict.
func (v *view) done(t tocsin.Triage) []string {
	var list []string
	for _, act := range t.Answers.Acts {
		words := v.Text("triage.did."+act.What, "detail", act.Detail)
		if act.By == "" {
			list = append(list, v.Text("triage.did", "time", v.HM(act.At.In(v.Zone)), "what", words))
			continue
		}
		list = append(list, v.Text("triage.did.by", "time", v.HM(act.At.In(v.Zone)), "name", act.By, "what", words))
	}
	return list
}

// act serves POST /triage/{id}/act: something is done with the verdict.
func (p *Pages) act(v *view) error {
	what := v.R.PostFormValue("do")
	if !slices.Contains([]string{"request", "escalate", "repair"}, what) {
		return tocsin.Invalidf("do", "Choose what to do.")
	}
	return v.actOnce(what)
}

// room serves POST /triage/{id}/room: an incident of the desk is opened.
func (p *Pages) room(v *view) error { return v.actOnce("room") }

// actOnce does something with the verdict of the call of the address, unless it
// was done before.
func (v *view) actOnce(what string) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	j, err := v.judge(t.Answers)
	if err != nil {
		return err
	}
	if !fits(what, j) {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "do", Message: "The verdict is another one by now: look at it again."}
	}
	act, done := t.Answers.Did(what)
	if !done {
		if act.Detail, err = v.actOn(t, j, what); err != nil {
			return err
		}
	}
	switch what {
	case "request": // its form has what the triage found
		return v.Redirect(v.Href("/requests/new?call=" + strconv.FormatInt(t.N, 10)))
	case "room":
		return v.Redirect(v.Href("/incidents/" + act.Detail))
	}
	return v.Redirect(v.at(t.N, ""))
}

// actOn does it and notes it with the call, with what it is about: an issue, or the
// number of the incident that was opened.
func (v *view) actOn(t tocsin.Triage, j judged, what string) (detail string, err error) {
	if j.Attached {
		detail = j.Match.ID
	}
	change := respond.TriageChange{TenantID: v.tenant(), N: t.N, Rev: t.Rev, Now: v.Now, Act: what}
	if what == "room" {
		return v.openRoom(t, j, change)
	}
	_, err = v.pages.config.Calls.ChangeTriage(v.R.Context(), change, func(t *tocsin.Triage) error {
		v.noted(t, what, detail)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("act on verdict: %w", err)
	}
	return detail, nil
}

// openRoom opens an incident and notes its number with the call, both or neither.
func (v *view) openRoom(t tocsin.Triage, j judged, change respond.TriageChange) (n string, err error) {
	draft := v.incidentOf(t, j)
	seen, err := runbook.FirstSight(v.R.Context(), v.pages.config.Archive, draft, v.Now)
	if err != nil {
		return "", err
	}
	if seen.After(t.OpenedAt) {
		seen = t.OpenedAt // the first report
	}
	draft.Starts = []tocsin.IncidentStart{{T0: seen}}
	i, err := v.pages.config.Incidents.OpenIncidentOf(v.R.Context(), draft, change, func(t *tocsin.Triage, i tocsin.Incident) error {
		v.noted(t, change.Act, strconv.FormatInt(i.N, 10))
		return nil
	})
	return strconv.FormatInt(i.N, 10), err
}

// noted adds what was done to a call.
func (v *view) noted(t *tocsin.Triage, what, detail string) {
	t.Answers.Acts = append(t.Answers.Acts, tocsin.TriageAct{What: what, At: v.Now, By: access.VisitorOf(v.R.Context()).User.Name, Detail: detail})
}

// incidentOf is an incident of the desk about what a call is about.
func (v *view) incidentOf(t tocsin.Triage, j judged) tocsin.Incident {
	i := tocsin.Incident{Title: v.sheetOf(t), TenantIDs: []string{v.tenant()}, Zone: v.Zone.String()}
	if j.Attached {
		i.Title, i.Issues = tocsin.Clip(j.Match.Title, 200), []string{j.Match.ID}
	}
	for _, s := range v.Snapshot.Services {
		if ids := knowledge.ServicesOf(s.ID); len(ids) == 1 && slices.Contains(t.Answers.Services, ids[0]) {
			i.Services = append(i.Services, s.ID)
		}
	}
	return i
}

// attachAlike serves POST /triage/{id}/alike: the other calls that go on about the
// same services are attached to the issue of this one. Those that somebody changes
// meanwhile stay as they are.
func (p *Pages) attachAlike(v *view) error {
	t, err := v.asked()
	if err != nil {
		return err
	}
	d, err := v.desk()
	if err != nil {
		return err
	}
	j, err := d.Judge(t.Answers)
	if err != nil {
		return err
	}
	if !j.Attached || j.Cause != triage.Provider {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "do", Message: "The verdict is another one by now: look at it again."}
	}
	others, err := v.alike(t)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Answers.Issue != "" {
			continue
		}
		_, err := p.config.Calls.ChangeTriage(v.R.Context(), respond.TriageChange{TenantID: v.tenant(), N: other.N, Rev: other.Rev, Now: v.Now}, func(t *tocsin.Triage) (err error) {
			t.Answers.Issue = j.Match.ID
			t.Verdict, err = d.Cause(t.Answers)
			return err
		})
		if err != nil && !isConflict(err) {
			return err
		}
	}
	return v.Redirect(v.at(t.N, ""))
}
