package probes

import (
	"cmp"
	"slices"
	"strconv"

	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// Bounds of what is added to a call.
const (
	maxCalls    = 50 // open ones that are offered
	maxFindings = 60 // of one result: those that failed first
	maxName     = 20 // characters of a result's name in a list to choose from, so that it stays whole on a phone
)

// attachForm adds a result to an open call, whose verdict weighs it then. It has
// no fields where there is no result or no call.
func (v *view) attachForm(list []seen) (web.Form, error) {
	open, err := v.pages.config.Calls.Triages(v.R.Context(), v.Snapshot.Tenant.ID, true, maxCalls)
	if err != nil || len(open) == 0 || len(list) == 0 {
		return web.Form{}, err
	}
	of, call := v.Field("of", "").Named(v.Text("probes.attach.of")), v.Field("call", "").Named(v.Text("probes.attach.call"))
	for _, s := range list[:min(len(list), maxShown)] {
		of.Choices = append(of.Choices, web.Choice{Value: s.ID, Name: v.Text("probes.attach.one", "title", tocsin.Clip(v.title(&s), maxName), "time", v.HM(s.ReceivedAt.In(v.Zone)))})
	}
	for _, t := range open {
		call.Choices = append(call.Choices, web.Choice{Value: strconv.FormatInt(t.N, 10), Name: v.Text("probes.attach.number", "n", int(t.N), "date", v.ShortDate(t.OpenedAt.In(v.Zone)))})
	}
	return web.Form{Action: v.Href("/probes/attach"), Submit: v.Text("probes.attach.submit"), Fields: []web.Field{of, call}}, nil
}

// attach serves POST /probes/attach. What was added of the same seat before is
// replaced.
func (v *view) attach() error {
	ctx, tenant := v.R.Context(), v.Snapshot.Tenant.ID
	list, err := v.pages.config.Store.Probes(ctx, tenant, v.Now.Add(-lookBack), maxProbes)
	if err != nil {
		return err
	}
	read := readable(list)
	at := slices.IndexFunc(read, func(s seen) bool { return s.ID == v.R.PostFormValue("of") })
	open, err := v.pages.config.Calls.Triages(ctx, tenant, true, maxCalls)
	if err != nil {
		return err
	}
	n, _ := strconv.ParseInt(v.R.PostFormValue("call"), 10, 64) // none is no call
	call := slices.IndexFunc(open, func(t tocsin.Triage) bool { return t.N == n })
	if at < 0 || call < 0 {
		return web.NothingHere()
	}
	origin := v.title(&read[at])
	found := read[at].result.Findings(v.Locale.Locale, origin, read[at].ReceivedAt)
	slices.SortStableFunc(found, func(a, b tocsin.TriageFinding) int { // the most severe first
		return cmp.Compare(probe.Outcome(b.Outcome).Severity(), probe.Outcome(a.Outcome).Severity())
	})
	found = found[:min(len(found), maxFindings)]
	change := respond.TriageChange{TenantID: tenant, N: n, Rev: open[call].Rev, Now: v.Now}
	_, err = v.pages.config.Calls.ChangeTriage(ctx, change, func(t *tocsin.Triage) error {
		t.Answers.Found = append(slices.DeleteFunc(t.Answers.Found, func(f tocsin.TriageFinding) bool { return f.Origin == origin }), found...)
		return nil
	})
	if err != nil {
		return v.show(web.FormStatus(err), "", err)
	}
	return v.Redirect(v.There("/triage/" + strconv.FormatInt(n, 10)))
}
