package admin_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// ledgerOf writes deliveries of the first changes of two tenants to a channel: one
// that was sent, one that was given up, one that is muted, and one of Fabrikam.
func ledgerOf(t *testing.T, h *webtest.House) (sent, dead, foreign string) {
	t.Helper()
	ctx := t.Context()
	changes, err := h.Store.ChangesAfter(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs []tocsin.Change
	for _, c := range changes {
		switch {
		case c.Kind == tocsin.KindIssue && c.TenantID == storetest.Contoso:
			ours = append(ours, c)
		case c.TenantID == storetest.Fabrikam:
			theirs = append(theirs, c)
		}
	}
	if len(ours) < 3 || len(theirs) < 1 {
		t.Fatalf("%d and %d changes", len(ours), len(theirs))
	}
	var rows []delivery.Row
	for i, c := range []tocsin.Change{ours[0], ours[1], ours[2], theirs[0]} {
		row := delivery.Row{Change: c.Seq, Endpoint: "channel:ops-hook", Kind: "update", Route: `{class="incident"} → duty`}
		if i == 2 {
			row.Cancelled = "muted"
		}
		rows = append(rows, row)
	}
	ledger := h.Store.Ledger
	if err := h.Store.InTx(ctx, func(tx *store.Tx) error { return ledger.Enqueue(ctx, tx, rows, h.Clock()) }); err != nil {
		t.Fatal(err)
	}
	claims, err := ledger.Claim(ctx, delivery.Lane{}, 10, h.Clock(), time.Minute)
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	var starts []delivery.Start
	ids := []string{"msg_sent", "msg_dead", "msg_foreign"}
	for i, seq := range []int64{ours[0].Seq, ours[1].Seq, theirs[0].Seq} {
		starts = append(starts, delivery.Start{Claim: claims[0], Changes: []int64{seq}, Batch: delivery.Batch{ID: ids[i], Kind: "update", Letter: []byte("{}")}})
	}
	begun, err := ledger.Begin(ctx, starts, h.Clock(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []delivery.Outcome
	for i, b := range begun {
		o := delivery.Outcome{Claim: claims[0], Batch: b, State: delivery.StateSent, Status: 200}
		if i > 0 {
			o.State, o.Reason, o.Status, o.Detail = delivery.StateDead, "gone", 410, "It wants <b>no more</b>. Look at `address`."
		}
		outcomes = append(outcomes, o)
	}
	if err := ledger.Finish(ctx, outcomes, nil, h.Clock()); err != nil {
		t.Fatal(err)
	}
	return ids[0], ids[1], ids[2]
}

// Whoever looks after a tenant sees what was told of it and has it sent again; of
// other tenants they see nothing, and the first line sees no ledger.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	sent, dead, foreign := ledgerOf(t, h)
	h.Person("lou", tocsin.Grant{Role: tocsin.RoleSupportN1})
	h.Person("mia", tocsin.Grant{Role: tocsin.RoleServiceSupport, TenantID: storetest.Contoso})
	h.Person("zoe", tocsin.Grant{Role: tocsin.RoleAdministrator})
	enter := func(name string) *webtest.Browser {
		b := h.Browser()
		b.Enter(name)
		return b
	}
	lou, mia, zoe := enter("lou"), enter("mia"), enter("zoe")
	if lou.Status("GET", "/admin/deliveries", nil) != http.StatusForbidden || lou.Status("POST", "/admin/deliveries/"+dead+"/retry", url.Values{}) != http.StatusForbidden {
		t.Error("the first line sees the ledger")
	}
	read := func(b *webtest.Browser, query string) string {
		t.Helper()
		response, page := b.Send("GET", "/admin/deliveries"+query, nil)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", query, response.StatusCode)
		}
		return page
	}
	for _, test := range []struct {
		who   *webtest.Browser
		query string
		want  []string // ids of messages that are linked
		says  string
	}{
		{mia, "", []string{sent, dead}, "Muted by a time interval"},
		{zoe, "", []string{sent, dead, foreign}, "It wants <b>no more</b>."},
		{mia, "?state=dead", []string{dead}, "The address does not exist any more"},
		{mia, "?state=nonsense&reason=gone", []string{dead}, "Given up"},
		{mia, "?state=cancelled", nil, "Not sent"},
		{mia, "?channel=channel:other", nil, "No delivery is like that"},
		{mia, "?in=" + storetest.Fabrikam, []string{sent, dead}, "ops-hook"},
		{zoe, "?in=" + storetest.Fabrikam, []string{foreign}, "ops-hook"},
		{mia, "?q=NOTHING1", nil, "No delivery is like that"},
		{mia, "?before=1.channel:a", nil, "Nothing was told yet"},
		{mia, "?before=x%27%3B--&q=%27", nil, "No delivery is like that"},
	} {
		page := html.UnescapeString(read(test.who, test.query))
		var got []string
		for _, id := range []string{sent, dead, foreign} {
			if strings.Contains(page, `"/admin/deliveries/`+id) {
				got = append(got, id)
			}
		}
		if !slices.Equal(got, test.want) || !strings.Contains(page, test.says) {
			t.Errorf("%s: %q, without %q: %v", test.query, got, test.says, strings.Contains(page, test.says))
		}
	}
	if page := read(zoe, ""); strings.Contains(page, "<b>no more") {
		t.Error("the words of a failure are not escaped")
	}
	for path, want := range map[string]int{foreign: http.StatusNotFound, "none": http.StatusNotFound, sent: http.StatusOK, dead: http.StatusOK} {
		if got := mia.Status("GET", "/admin/deliveries/"+path, nil); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	for path, want := range map[string]int{foreign: http.StatusNotFound, "none": http.StatusNotFound, sent: http.StatusConflict} {
		if got := mia.Status("POST", "/admin/deliveries/"+path+"/retry", url.Values{}); got != want {
			t.Errorf("retry of %s: %d", path, got)
		}
	}
	if got := mia.Status("POST", "/admin/deliveries/"+dead+"/retry", url.Values{}); got != http.StatusSeeOther {
		t.Errorf("retry: %d", got)
	}
	if m, err := h.Store.Ledger.Message(t.Context(), dead); err != nil || m.State != delivery.StateRetry {
		t.Errorf("%s, %v", m.State, err)
	}
	log, err := h.Store.Audit(t.Context(), store.AuditQuery{Action: "delivery.retry", Limit: 10})
	if err != nil || len(log) != 1 || log[0].Actor.Name != "mia" || log[0].Object != dead {
		t.Errorf("%+v, %v", log, err)
	}
}

// Pages follow one another without a gap or a double, also within one change.
func TestDeliveriesPages(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	changes, err := h.Store.ChangesAfter(t.Context(), 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	var rows []delivery.Row
	want := map[string]bool{}
	for _, c := range changes {
		for i := range 70 {
			name := fmt.Sprintf("hook-%03d", i)
			rows = append(rows, delivery.Row{Change: c.Seq, Endpoint: "channel:" + name, Kind: "update", Route: fmt.Sprintf("route-%d-%s", c.Seq, name)})
			want[fmt.Sprintf("route-%d-%s", c.Seq, name)] = true
		}
	}
	if err := h.Store.InTx(t.Context(), func(tx *store.Tx) error { return h.Store.Enqueue(t.Context(), tx, rows, h.Clock()) }); err != nil {
		t.Fatal(err)
	}
	h.Person("zoe", tocsin.Grant{Role: tocsin.RoleAdministrator})
	zoe := h.Browser()
	zoe.Enter("zoe")
	pages := 0
	for path := "/admin/deliveries"; path != "" && pages < 5; pages++ {
		_, page := zoe.Send("GET", path, nil)
		page = html.UnescapeString(page)
		for route := range want {
			if strings.Contains(page, route+"<") {
				delete(want, route)
			}
		}
		_, rest, _ := strings.Cut(page, `<p class="panel__f"><a href="`)
		path, _, _ = strings.Cut(rest, `"`)
	}
	if len(want) != 0 || pages != 3 {
		t.Errorf("%d pages, without %d", pages, len(want))
	}
}

// A message that the desk writes itself has an id like its issues: it is found too.
func TestDeliveriesOfOwnMessage(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Record(storetest.Contoso, tocsin.Message{ID: "TC7", Title: "We move", Services: []string{"Exchange Online"}, Category: "stayInformed", ModifiedAt: storetest.T0, ContentType: "text", Content: "We move."})
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleAdministrator})
	changes, err := h.Store.ChangesAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(changes, func(c tocsin.Change) bool { return c.ID == "TC7" })
	rows := []delivery.Row{{Change: changes[i].Seq, Endpoint: "channel:ops-hook", Kind: "update", Route: "r"}}
	if err := h.Store.InTx(t.Context(), func(tx *store.Tx) error { return h.Store.Ledger.Enqueue(t.Context(), tx, rows, h.Clock()) }); err != nil {
		t.Fatal(err)
	}
	ana := h.Browser()
	ana.Enter("ana")
	webtest.Has(t, "page", ana.Open("/admin/deliveries?q=TC7"), "/messages/TC7")
}
