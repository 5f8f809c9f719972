package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// An administrator sees how far consumers are, in each language, and has what
// one skipped tried again; others see nothing of it.
func TestConsumers(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	ctx, at := t.Context(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	err := h.Store.AddConsumer(ctx, "events", true)
	if err == nil {
		c, claimErr := h.Store.ClaimConsumer(ctx, "events", at, time.Minute)
		if err = claimErr; err == nil {
			_, err = h.Store.SkipChange(ctx, c, at, time.Minute, tocsin.NewProblem(tocsin.ProblemChange, "detail", "the log is <broken>"))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	enter := func(name string) *webtest.Browser {
		b := h.Browser()
		b.Enter(name)
		return b
	}
	alex := enter("alex")
	for path, wants := range map[string][]string{
		"/admin/consumers":    {"Log of what changed", "<code translate=\"no\">events</code>", "A fault of the desk kept the change from being handled.", "the log is &lt;broken&gt;", `action="/admin/consumers/events/1`, "Try again: change 1, Log of what changed"},
		"/fr/admin/consumers": {"Journal des changements", "Une erreur du programme a empêché le traitement du changement.", "Relevé par le programme\u00a0:", "the log is &lt;broken&gt;", `action="/fr/admin/consumers/events/1`, "Réessayer"},
		"/ja/admin/consumers": {"変更の記録", "プログラムの障害により、変更を処理できませんでした。", "the log is &lt;broken&gt;", `action="/ja/admin/consumers/events/1`, "再試行"},
	} {
		_, page := alex.Send("GET", path, nil)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
	}
	kim := enter("kim")
	if kim.Status("GET", "/admin/consumers", nil) != http.StatusForbidden || kim.Status("POST", "/admin/consumers/events/1", url.Values{}) != http.StatusForbidden {
		t.Error("somebody who does not run the desk may look or retry")
	}
	for _, path := range []string{"/admin/consumers/events/2", "/admin/consumers/nobody/1", "/admin/consumers/events/one"} {
		if got := alex.Status("POST", path, url.Values{}); got != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, got)
		}
	}
	response, _ := alex.Send("POST", "/fr/admin/consumers/events/1", url.Values{})
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/fr/admin/consumers?done=change") {
		t.Errorf("after the retry: %d %s", response.StatusCode, to)
	}
	if _, page := alex.Send("GET", "/fr/admin/consumers?done=change", nil); !strings.Contains(page, "Le changement a été traité.") || !strings.Contains(page, "Aucun changement n’a été ignoré") {
		t.Error("the page does not say that it was handled")
	}
	log, err := h.Store.Audit(ctx, store.AuditQuery{Action: "change.retry", Limit: 5})
	if err != nil || len(log) != 1 || log[0].Actor.Name != "alex" || log[0].Object != "events" {
		t.Errorf("audit log: %+v, %v", log, err)
	}
}

// What is wrong with the settings file, and what waits for the next start,
// stands on the page in the reader's language.
func TestSettingsFileOnThePage(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	b := h.Browser()
	b.Enter("alex")
	for prefix, want := range map[string]string{"": "the old settings stay in force", "/fr": "l’ancienne configuration reste en vigueur", "/ja": "以前の設定が引き続き有効です"} {
		webtest.Has(t, prefix, b.Open(prefix+"/admin/consumers"), want, "limits.perMinut: there is no such key.", ">server.<wbr>listen</code>", "tocsin config check")
	}
}
