package respond_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// open publishes a tenant for everybody.
func open(t *testing.T, h *webtest.House) {
	t.Helper()
	_, err := h.Store.ChangePublishing(t.Context(), storetest.Contoso, storetest.T0, func(p *tocsin.Publishing) error { p.Readership = tocsin.ForEverybody; return nil })
	if err != nil {
		t.Fatal(err)
	}
	h.Pass(2 * time.Second)
}

// Whoever reads what is published may say "me too" and learns what is known, in
// their language; nobody else can.
func TestMeToo(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	stranger := h.Browser()
	if got := stranger.Status("GET", "/status/contoso/report", nil); got != http.StatusNotFound {
		t.Errorf("of a tenant that publishes nothing: status %d", got)
	}
	if got := stranger.Status("POST", "/status/contoso/report", url.Values{"service": {"teams"}}); got != http.StatusNotFound {
		t.Errorf("sent to a tenant that publishes nothing: status %d", got)
	}
	open(t, h)
	site := tocsin.Site{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Name: "Lyon", Seats: 420, CreatedAt: storetest.T0}
	foreign := tocsin.Site{ID: tocsin.NewGUID(), TenantID: storetest.Fabrikam, Name: "Elsewhere", Seats: 1, CreatedAt: storetest.T0}
	for _, s := range []tocsin.Site{site, foreign} {
		if err := h.Store.AddSite(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	form := stranger.Open("/fr/status/contoso/report")
	webtest.Has(t, "the form", plain(form), "Un service ne fonctionne pas chez vous non plus ?", "Lyon", "Boîte aux lettres inaccessible")
	webtest.Lacks(t, "the form", form, "Elsewhere")
	for name, wrong := range map[string]url.Values{"nothing": {}, "no service": {"service": {"yammer"}}, "a foreign site": {"service": {"teams"}, "site": {foreign.ID}}, "a long code": {"service": {"teams"}, "errorcode": {fmt.Sprintf("%0200d", 1)}}} {
		if got := stranger.Status("POST", "/fr/status/contoso/report", wrong); got != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, got)
		}
	}
	to := sent(t, stranger, "/ja/status/contoso/report", url.Values{"service": {"teams"}, "site": {site.ID}, "symptom": {"teams/0"}, "errorcode": {"<script>503"}})
	webtest.Has(t, "afterwards", stranger.Open(to), "この 1\u00a0時間の報告は全体で 1\u00a0件", "MO821132", "/ja/status/contoso")
	to = sent(t, kim, "/fr/report", url.Values{"service": {"teams"}})
	webtest.Has(t, "to one who signed in", plain(kim.Open(to)), "MO821132", "Passer par le client de bureau si le web est touché")
	list, err := h.Store.FiledReports(t.Context(), storetest.Contoso, "", 10)
	if err != nil || len(list) != 2 || list[0].Person+list[1].Person == "" || list[0].Source != (tocsin.Hash{}) {
		t.Errorf("reports: %+v, %v", list, err)
	}
}

// T-63: a flood from one place is refused, and reports alone change no status.
func TestFloodOfReports(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	open(t, h)
	before := kim.Open("/services")
	stranger := h.Browser()
	taken, refused := 0, 0
	for range 60 {
		response, _ := stranger.Send("POST", "/status/contoso/report", url.Values{"service": {"sharepoint"}})
		switch response.StatusCode {
		case http.StatusSeeOther:
			taken++
		case http.StatusTooManyRequests:
			if refused++; response.Header.Get("Retry-After") == "" {
				t.Error("nobody says when to try again")
			}
		default:
			t.Fatalf("status %d", response.StatusCode)
		}
	}
	if taken == 0 || taken > 25 || refused == 0 {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
	if after := kim.Open("/services"); after != before {
		t.Error("reports changed what others see")
	}
	a := url.Values{"scope": {"many"}, "services": {"sharepoint"}, "network": {"unknown"}}
	webtest.Lacks(t, "a verdict from reports of one machine", kim.Open(sent(t, kim, "/triage", a)), "within the hour")
}

// Ten thousand reports within a minute: of one network no more are kept than it may
// send, each of the others is told when to try again, and the desk goes on working. A
// client that says to be others is still one.
func TestTenThousandReportsInAMinute(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	open(t, h)
	const all, senders = 10_000, 8
	var taken, refused, other atomic.Int64
	form := url.Values{"service": {"sharepoint"}, "errorcode": {"503"}}.Encode()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(i int) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Base+"/status/contoso/report", strings.NewReader(form))
		if err != nil {
			t.Error(err)
			return
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", i/250, i%250))
		response, err := client.Do(request)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		switch {
		case response.StatusCode == http.StatusSeeOther:
			taken.Add(1)
		case response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") != "":
			refused.Add(1)
		default:
			other.Add(1)
		}
	}
	var group sync.WaitGroup
	for n := range senders {
		group.Go(func() {
			for i := n; i < all; i += senders {
				send(i)
			}
		})
	}
	webtest.Has(t, "meanwhile", plain(kim.Open("/fr/triage")), "<h1")
	group.Wait()
	kept, err := h.Store.FiledReports(t.Context(), storetest.Contoso, "", all)
	if err != nil || taken.Load() != int64(len(kept)) || len(kept) == 0 || len(kept) > 25 || taken.Load()+refused.Load() != all || other.Load() != 0 {
		t.Errorf("%d taken, %d refused, %d other, %d kept, %v", taken.Load(), refused.Load(), other.Load(), len(kept), err)
	}
	webtest.Lacks(t, "a verdict from them", kim.Open(sent(t, kim, "/triage", url.Values{"scope": {"many"}, "services": {"sharepoint"}, "network": {"unknown"}})), "within the hour")
}

// Reports of several machines at several sites count in the verdict, with the
// share of users.
func TestReportsCountInTheVerdict(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	polled(t, h)
	for n, name := range []string{"Paris", "Lyon", "Tokyo"} {
		site := tocsin.Site{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Name: name, Seats: 100 * (n + 1), CreatedAt: storetest.T0}
		if err := h.Store.AddSite(t.Context(), site); err != nil {
			t.Fatal(err)
		}
		for i := range 3 * min(1, 2-n) {
			file(t, h, site.ID, fmt.Sprintf("%d-%d", n, i))
		}
	}
	sites, err := h.Store.Sites(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range sites[:2] {
		for i := range 12 {
			if err := h.Store.CountBeacon(t.Context(), tocsin.Beacon{TenantID: storetest.Contoso, Service: "teams", Site: site.ID, Failed: i < 4, At: h.Clock()}, h.Clock()); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := plain(kim.Open(sent(t, kim, "/triage", express())))
	webtest.Has(t, "the verdict", page, "6 within the hour, several sites", "2 sites, up to 50% of users.", "Do pages inside report failures?", "8/24 failed within the hour, several sites")
	webtest.Has(t, "what the provider says, and when it was read", plain(kim.Open("/fr/triage/1")), "MO821132, tous les services, lu à 10:00", "3 sur 3 services")
}

// polled has a source of the provider polled now.
func polled(t *testing.T, h *webtest.House) {
	t.Helper()
	if err := h.Store.PutSource(t.Context(), storetest.Contoso, "graph", time.Minute); err != nil {
		t.Fatal(err)
	}
	claim, err := h.Store.ClaimSource(t.Context(), storetest.Contoso, "graph", h.Clock(), time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	end := archive.PollEnd{Poll: tocsin.Poll{TenantID: storetest.Contoso, Source: "graph", Epoch: claim.Epoch, Full: true, FinishedAt: h.Clock(), Outcome: tocsin.OutcomeUnchanged}, DueAt: h.Clock()}
	if _, err := h.Store.FinishPoll(t.Context(), end, nil); err != nil {
		t.Fatal(err)
	}
}

func file(t *testing.T, h *webtest.House, site, machine string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	source, err := h.Store.SourceOf(ctx, machine, h.Clock())
	if err == nil {
		err = h.Store.FileReport(ctx, tocsin.Report{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Site: site, Service: "teams", At: h.Clock(), Source: source})
	}
	if err != nil {
		t.Fatal(err)
	}
}
