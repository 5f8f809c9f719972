package respond_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What a verdict asks for is done by a button, noted with the call, and in the
// audit log; what the verdict does not ask for is refused.
func TestActOnVerdict(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("max", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso})
	max := h.Browser()
	max.Enter("max")
	at := sent(t, kim, "/fr/triage", express())
	page := plain(kim.Open(at))
	webtest.Has(t, "the verdict", page, "Préparer un ticket Microsoft", "3 sur 3 services", "d'écart.")
	webtest.Lacks(t, "for the first line", page, "Ouvrir un incident", "Transmettre avec les preuves")
	if to := sent(t, kim, at+"/act", url.Values{"do": {"request"}}); to != "/fr/requests/new?call=1" {
		t.Errorf("a ticket is prepared at %s", to)
	}
	webtest.Has(t, "prepared", plain(kim.Open(at)), "Déjà fait", "kim : un ticket Microsoft est en préparation")
	webtest.Lacks(t, "prepared", plain(kim.Open(at)), "Préparer un ticket Microsoft")
	for name, form := range map[string]url.Values{"nothing": {}, "an unknown thing": {"do": {"dance"}}, "the id": {"do": {"give"}}, "the room": {"do": {"room"}}} {
		if got := kim.Status("POST", at+"/act", form); got != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, got)
		}
	}
	if got := kim.Status("POST", at+"/act", url.Values{"do": {"repair"}}); got != http.StatusConflict {
		t.Errorf("what the verdict does not ask for: status %d", got)
	}
	if got := kim.Status("POST", at+"/room", nil); got != http.StatusForbidden {
		t.Errorf("the first line opens an incident: status %d", got)
	}
	if to := sent(t, max, at+"/room", url.Values{}); to != "/fr/incidents/1" {
		t.Errorf("the room is at %s", to)
	}
	sent(t, max, at+"/room", url.Values{}) // is opened once
	webtest.Has(t, "the incident", plain(max.Open(at)), "max : l'incident INC-1 a été ouvert")
	i, err := h.Store.Incident(t.Context(), 1)
	if err != nil || strings.Join(i.Issues, " ") != "MO821132" || !i.T0().Equal(storetest.T0) || len(i.TenantIDs) != 1 {
		t.Errorf("%+v, %v", i, err)
	}
	if _, err := h.Store.Incident(t.Context(), 2); err == nil {
		t.Error("two incidents were opened")
	}
	sent(t, kim, at+"/close", url.Values{"do": {"close"}})
	webtest.Has(t, "closed", plain(kim.Open(at)), "l'appelant a reçu l'ID MO821132")
	log, err := h.Store.Audit(t.Context(), store.AuditQuery{Action: "triage.act", Limit: 10})
	if err != nil || len(log) != 2 || log[0].Detail != "room" || log[1].Detail != "request" || log[1].Actor.Name != "kim" {
		t.Errorf("%+v, %v", log, err)
	}
	for name, want := range map[string]string{"network": "Transmettre avec les preuves", "client": "Le poste est remis en état"} {
		form := url.Values{"scope": {"site"}, "services": {"teams"}, "has-services": {"1"}, "network": {"internal"}, "code": {"proxy"}, "do": {"judge"}}
		if name == "client" {
			form = url.Values{"scope": {"one"}, "services": {"teams"}, "has-services": {"1"}, "network": {"both"}, "do": {"guide"}}
		}
		at := sent(t, kim, "/fr/triage", form)
		if name == "client" {
			at = strings.TrimSuffix(at, "/scope")
			sent(t, kim, at+"/clients", url.Values{"rev": {"1"}, "other-client": {"ok"}, "outlook": {"ok"}, "do": {"verdict"}})
		}
		page := plain(kim.Open(at))
		webtest.Has(t, name, page, want)
		webtest.Lacks(t, name, page, "Préparer un ticket Microsoft")
	}
}

// Calls about the same are attached to the issue by one button, those that were
// attached to another one stay with it.
func TestAttachAlike(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	alike := url.Values{"scope": {"team"}, "services": {"teams"}, "has-services": {"1"}, "network": {"unknown"}, "caller": {"Achats, Paris"}, "do": {"judge"}}
	sent(t, kim, "/triage", alike)
	sent(t, kim, "/triage", url.Values{"services": {"identity"}, "has-services": {"1"}, "do": {"judge"}})
	kept := sent(t, kim, "/triage", alike)
	sent(t, kim, kept+"/shd", url.Values{"rev": {"1"}, "issue": {"none"}})
	at := sent(t, kim, "/fr/triage", express())
	webtest.Has(t, "calls alike", plain(kim.Open(at)), "Achats, Paris : Teams", "Rattacher aussi cet appel")
	sent(t, kim, at+"/alike", url.Values{})
	for n, want := range map[int64]string{1: "MO821132", 2: "", 3: "none", 4: ""} {
		if got, err := h.Store.Triage(t.Context(), storetest.Contoso, n); err != nil || got.Answers.Issue != want {
			t.Errorf("call %d is about %q, want %q: %v", n, got.Answers.Issue, want, err)
		}
	}
	webtest.Lacks(t, "attached", plain(kim.Open(at)), "Rattacher aussi")
	if got := kim.Status("POST", "/triage/2/alike", nil); got != http.StatusConflict {
		t.Errorf("from a call that is about nothing: status %d", got)
	}
}

// An own workaround that lowers security is told to a caller once a second person
// approved it, and with the warning; so it is on every page that tells it. What
// helped in the past stands beside incidents like it.
func TestWarningIsInEveryMessage(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("bo", tocsin.Grant{Role: tocsin.RoleSupportN3, TenantID: storetest.Contoso})
	ana, _, _ := h.Store.User(t.Context(), "ana")
	bo, _, _ := h.Store.User(t.Context(), "bo")
	over := storetest.T0.Add(-72 * time.Hour)
	h.Record(storetest.Contoso, tocsin.Issue{ID: "TM1", Title: "Teams was down", Service: "Microsoft Teams", ServiceID: "microsoftteams", Classification: "incident", Status: tocsin.StatusServiceRestored, StartAt: over, EndAt: over.Add(time.Hour), ModifiedAt: over, Posts: []tocsin.Post{{CreatedAt: over, ContentType: "text", Content: "Over."}}})
	as := func(u tocsin.User) tocsin.Actor { return tocsin.Actor{UserID: u.ID, Name: u.Name} }
	w, err := h.Store.AddWorkaround(tocsin.WithActor(t.Context(), as(ana)), tocsin.Workaround{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, Service: "teams", Language: "fr", Text: "Excluez le site de l’accès conditionnel.", Lowers: true, CreatedAt: storetest.T0})
	if err != nil {
		t.Fatal(err)
	}
	at := sent(t, kim, "/fr/triage", express())
	webtest.Lacks(t, "before it is approved", plain(kim.Open(at)), "accès conditionnel")
	if err := h.Store.ApproveWorkaround(tocsin.WithActor(t.Context(), as(bo)), storetest.Contoso, w.ID, storetest.T0); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.Vote(tocsin.WithActor(t.Context(), as(ana)), storetest.Contoso, "TM1", w.ID, true, storetest.T0); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.Vote(tocsin.WithActor(t.Context(), as(ana)), storetest.Contoso, "TM1", "teams", false, storetest.T0); err != nil {
		t.Fatal(err)
	}
	h.Pass(10 * time.Second) // pages of many readers remember what the desk wrote
	const warning = "Ne pas désactiver la MFA ; privilégier les actions peu risquées"
	for name, path := range map[string]string{"the verdict": at, "the issue": "/fr/issues/MO821132", "what helps": "/fr/issues/MO821132/help", "all of it": "/fr/knowledge", "a report": "/fr/report?sent=teams", "the service": "/fr/services/microsoftteams"} {
		webtest.Has(t, name, plain(kim.Open(path)), "Excluez le site de l'accès conditionnel. "+warning)
	}
	webtest.Has(t, "the past", plain(kim.Open(at)), "Ce qui a aidé alors : Excluez le site de l'accès conditionnel. "+warning)
	webtest.Has(t, "the past in Japanese", plain(kim.Open(strings.Replace(at, "/fr", "/ja", 1))), "当時役立ったこと： Excluez", "MFA は無効にしないでください")
	webtest.Lacks(t, "what did not help", plain(kim.Open(at)), "alors : Client")
}
