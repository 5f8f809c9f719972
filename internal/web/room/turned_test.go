package room_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A room stays where the provider no longer stands by its issue, says so, and says
// nothing more in the provider's name.
func TestRoomOfAnIssueThatTurned(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		turn   func(*tocsin.Issue)
		says   string
		claims bool // the provider confirms still that something is wrong
	}{
		"false positive": {func(i *tocsin.Issue) { i.Status = tocsin.StatusFalsePositive }, "calls EX900100 a false positive", false},
		"advisory":       {func(i *tocsin.Issue) { i.Classification = "advisory" }, "EX900100 is an advisory", true},
		"withdrawn":      {nil, "no longer lists EX900100", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, b := outage(t)
			at := opened(t, b)
			webtest.Lacks(t, "before", b.Open(at), tt.says)
			webtest.Has(t, "before", b.Open(at+"/message?of=announcement"), "Microsoft confirms a degradation")
			if tt.turn != nil {
				issue := tocsin.Issue{
					ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
					Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: h.Clock(), Posts: []tocsin.Post{{CreatedAt: h.Clock(), ContentType: "text", Content: "More: text."}},
				}
				tt.turn(&issue)
				h.Record(storetest.Contoso, issue)
			} else {
				r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: h.Clock(), Listed: true, Left: []tocsin.Ref{{Kind: tocsin.KindIssue, ID: "EX900100"}}}
				if _, err := h.Store.Record(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			h.Pass(time.Minute)
			if err := h.Model.Refresh(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			page := b.Open(at)
			webtest.Has(t, "room", page, tt.says, "First announcement")
			if got := strings.Contains(b.Open(at+"/message?of=announcement"), "Microsoft confirms a degradation"); got != tt.claims {
				t.Errorf("the announcement claims that the provider confirms it: %v", got)
			}
			webtest.Lacks(t, "closure", b.Open(at+"/message?of=closure"), "Microsoft announces")
			sent(t, b, at+"/work", url.Values{"do": {"note"}, "text": {"It goes on here."}})
		})
	}
}
