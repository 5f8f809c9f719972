package native_test

import (
	"encoding/json"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Why a poll failed is told as a sentence, as a code, and with what the source
// itself said.
func TestCauseOfAFailedPoll(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	ctx := t.Context()
	if err := d.store.PutSource(ctx, storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	claim, err := d.store.ClaimSource(ctx, storetest.Contoso, "graph", d.now(), time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	problem := tocsin.NewProblem(tocsin.ProblemSecret).With(&tocsin.Evidence{Status: 401, Code: "invalid_client", Number: "AADSTS7000215", Quote: "No."})
	if _, err := d.store.FinishPoll(ctx, archive.PollEnd{Poll: tocsin.Poll{
		TenantID: storetest.Contoso, Source: "graph", Epoch: claim.Epoch, FinishedAt: d.now(), Outcome: tocsin.OutcomeFailed, Problem: problem,
	}}, nil); err != nil {
		t.Fatal(err)
	}
	type told struct {
		Problem string
		Cause   struct {
			Code, Help string
			Evidence   struct {
				Status              int
				Code, Number, Quote string
			}
		}
	}
	var source told
	if err := json.Unmarshal([]byte(d.must(200, "GET", "contoso", contoso+"/sources/graph", "").text), &source); err != nil {
		t.Fatal(err)
	}
	var polls struct{ Value []told }
	if err := json.Unmarshal([]byte(d.must(200, "GET", "contoso", contoso+"/polls", "").text), &polls); err != nil || len(polls.Value) != 1 {
		t.Fatal(polls, err)
	}
	for what, got := range map[string]told{"source": source, "poll": polls.Value[0]} {
		if got.Problem != "The client secret is wrong. Probably the secret's id was pasted instead of its value." || got.Cause.Code != "token.secret" || got.Cause.Help == "" {
			t.Errorf("%s: %+v", what, got)
		}
		if e := got.Cause.Evidence; e.Status != 401 || e.Code != "invalid_client" || e.Number != "AADSTS7000215" || e.Quote != "No." {
			t.Errorf("%s: evidence %+v", what, e)
		}
	}
}

// The service of an issue is what the tenant's own overviews call by its name.
func TestIssuesHaveTheTenantsServices(t *testing.T) {
	t.Parallel()
	d := sqlite(t)
	doc, err := tocsin.ReadDocument(tocsin.KindIssue, []byte(`{"id":"CP1","title":"x","service":"Contoso Copilot","status":"serviceDegradation","classification":"incident","lastModifiedDateTime":"2026-03-01T00:00:00Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	overview, err := tocsin.NewDocument(tocsin.Overview{ServiceID: "AI", Service: "Contoso Copilot", Status: tocsin.StatusDegradation})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.store.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: d.now(), Entries: []archive.Entry{{Document: doc}, {Document: overview}}}); err != nil {
		t.Fatal(err)
	}
	if got := d.must(200, "GET", "contoso", contoso+"/issues/CP1", "").string("service"); got != "AI" {
		t.Errorf("CP1 is about %q", got)
	}
	var list struct{ Value []struct{ Service string } }
	if err := json.Unmarshal([]byte(d.must(200, "GET", "contoso", contoso+"/issues", "").text), &list); err != nil || len(list.Value) != 1 || list.Value[0].Service != "AI" {
		t.Errorf("issues: %+v, %v", list, err)
	}
}
