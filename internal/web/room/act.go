package room

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// run serves POST /incidents/{n}/run: what the one who runs an incident decides.
func (p *Pages) run(v *view) error {
	return v.act(func(i tocsin.Incident) error {
		text := v.R.PostFormValue("text")
		switch v.R.PostFormValue("do") {
		case "role":
			return p.config.Register.GiveRole(v.R.Context(), i.N, v.R.PostFormValue("role"), text, v.Now)
		case "start":
			at, err := v.instant("t0")
			if err == nil && at.IsZero() {
				err = tocsin.Invalidf("t0", "%s", v.Text("room.badtime"))
			}
			if err != nil {
				return err
			}
			return p.config.Runbook.CorrectStart(v.R.Context(), i.N, at, text, v.Now)
		case "issue":
			var row *readmodel.Row
			ok := v.mayJoin()
			if ok {
				row, ok = v.Snapshot.Issue(strings.TrimSpace(text))
			}
			if !ok {
				return p.config.Timeline.AttachIssue(v.R.Context(), i.N, text, v.Now)
			}
			return p.config.Timeline.JoinIncident(v.R.Context(), i.N, v.Snapshot.Tenant.ID, row.ID, row.ServiceID, v.Now)
		case "detach":
			return p.config.Timeline.DetachIssue(v.R.Context(), i.N, v.R.PostFormValue("issue"), text, v.Now)
		case "close":
			items, err := respond.AskedItems(i.Services)
			if err != nil {
				return err
			}
			return p.config.Runbook.CloseIncident(v.R.Context(), i.N, items, v.Now)
		}
		return web.NothingHere()
	})
}

// work serves POST /incidents/{n}/work: what anybody in the room takes down.
func (p *Pages) work(v *view) error {
	return v.act(func(i tocsin.Incident) error {
		ctx, field := v.R.Context(), v.R.PostFormValue
		switch field("do") {
		case "step", "needless", "reopen":
			return v.step(i, field("do"))
		case "note", "decision":
			at, err := v.instant("at")
			if err != nil {
				return err
			}
			return p.config.Timeline.AddEntry(ctx, i.N, field("do"), field("text"), at, v.Now)
		case "amend":
			return p.config.Timeline.AmendEntry(ctx, i.N, v.number("entry"), field("text"), v.Now)
		case "state":
			return p.config.Register.SetIncidentState(ctx, i.N, tocsin.IncidentState{Service: field("service"), State: field("state"), Workaround: field("workaround")}, v.Now)
		case "measure":
			m := tocsin.IncidentMeasure{What: field("what"), Where: field("where"), Who: field("who"), UndoBy: field("undo")}
			return p.config.Register.AddMeasure(ctx, i.N, m, v.Now)
		case "undone", "kept":
			return p.config.Register.EndMeasure(ctx, i.N, v.number("measure"), field("do") == "kept", field("text"), v.Now)
		case "check", "uncheck":
			return v.tick(i, field("do") == "check")
		}
		return web.NothingHere()
	})
}

// act does something in the room of the address and leads back to where it was
// done. What cannot be taken is shown there, with what is wrong.
func (v *view) act(do func(tocsin.Incident) error) error {
	i, err := v.asked()
	if err != nil {
		return err
	}
	if err := do(i); err != nil {
		return v.show(web.FormStatus(err), i, err)
	}
	v.pages.wrote()
	place := v.R.PostFormValue("place")
	if !slices.Contains([]string{"runbook", "roles", "matrix", "measures", "timeline", "checks", "end"}, place) {
		place = "main"
	}
	return v.Redirect(v.there(i) + "#" + place)
}

func (v *view) number(field string) int64 {
	n, _ := strconv.ParseInt(v.R.PostFormValue(field), 10, 64) // no number names nothing
	return n
}

// step ends a step of the runbook, or opens it again.
func (v *view) step(i tocsin.Incident, do string) error {
	step, number, numbered := strings.Cut(v.R.PostFormValue("step"), "/")
	end := tocsin.IncidentStep{Step: step, Needed: do == "step", Reason: v.R.PostFormValue("text")}
	var err error
	if numbered {
		if end.N, err = strconv.Atoi(number); err != nil {
			return tocsin.Invalidf("step", "There is no such step.")
		}
	}
	if do == "reopen" {
		return v.pages.config.Runbook.ReopenStep(v.R.Context(), i.N, step, end.N, end.Reason, v.Now)
	}
	if end.At, err = v.instant("at"); err != nil {
		return err
	}
	return v.pages.config.Runbook.EndStep(v.R.Context(), i.N, end, v.Now)
}

// tick ticks items that the incident asks for: those that somebody else has ticked
// meanwhile are told, and the others are ticked.
func (v *view) tick(i tocsin.Incident, needed bool) error {
	items, err := respond.AskedItems(i.Services)
	if err != nil {
		return err
	}
	chosen := slices.Compact(slices.Sorted(slices.Values(v.R.PostForm["item"])))
	if len(chosen) == 0 {
		return tocsin.Invalidf("items", "%s", v.Text("room.checks.choose"))
	}
	var problems []error
	for _, item := range chosen {
		if err := tocsin.OneOfIncident("item", item, items); err != nil {
			return err
		}
		err := v.pages.config.Register.Tick(v.R.Context(), i.N, tocsin.IncidentCheck{Item: item, Needed: needed, Reason: v.R.PostFormValue("text")}, v.Now)
		if err != nil && !errors.Is(err, tocsin.ErrConflict) {
			return err
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}
