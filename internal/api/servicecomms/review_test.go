package servicecomms_test

import (
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A review that the desk holds is linked, for the tenant that holds it and as
// soon as it does.
func TestReviewIsLinked(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	take(t, s, `{"id":"EX1","title":"t","service":"Exchange Online","status":"postIncidentReviewPublished","classification":"incident",`+
		`"startDateTime":"2026-04-15T00:00:00Z","lastModifiedDateTime":"2026-04-16T00:00:00Z","posts":[]}`)
	api := serve(t, s)
	link := func() any {
		t.Helper()
		return values(t, ask(t, api, "GET", root+"Messages", good))[0]["PostIncidentDocumentUrl"]
	}
	if got := link(); got != nil {
		t.Errorf("without a review the link is %v", got)
	}
	report := tocsin.File{ID: tocsin.ReportID, Name: "review.pdf", ContentType: "application/pdf", SeenAt: now, Source: "test"}
	if _, err := s.PutFile(t.Context(), storetest.Contoso, tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}, report, []byte("%PDF-1.7")); err != nil {
		t.Fatal(err)
	}
	if got, want := link(), base+"/v1.0/admin/serviceAnnouncement/issues/EX1/incidentReport"; got != want {
		t.Errorf("the link is %v, want %s", got, want)
	}
}
