package room_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The sheet has the newest word of the provider in the reader's language beside the
// original, line by line as posts are, and marks what nobody knows; a long post ends
// with a whole sentence.
func TestHandoverIsInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := opened(t, b)
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0.Add(time.Hour), Posts: []tocsin.Post{{
			CreatedAt: storetest.T0.Add(time.Hour), ContentType: "text",
			Content: "Current status: Messages wait in two queues.\n\nNext update by: Monday, March 2, 2026, 2:00 PM UTC\n\nScope of impact: " + strings.Repeat("Users of the first region are hit. ", 30),
		}},
	})
	if err := h.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for prefix, tt := range map[string]struct{ has, lacks []string }{
		"":    {[]string{`lang="en">Messages wait in two queues.`, "are hit.</p>", `lang="en">…</p>`}, []string{"Machine translation", "first region are h…"}},
		"/fr": {[]string{"Traduction automatique", `<p class="bi__p tr" lang="fr">`, "recueil de phrases", `lang="en">Messages wait in two queues.`}, nil},
		"/ja": {[]string{"機械翻訳", `<p class="bi__p tr" lang="ja">`, "定型文", `lang="en">Messages wait in two queues.`}, nil},
	} {
		page := b.Open(prefix + at + "/handover")
		webtest.Has(t, prefix, page, tt.has...)
		webtest.Lacks(t, prefix, page, tt.lacks...)
	}
}
