package webtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// Storm is a desk of 40 services with twelve open incidents.
func Storm(tb testing.TB) *Desk {
	d := NewDesk(tb)
	storetest.AddTenants(tb, d.Store)
	for i := range 40 {
		status := tocsin.StatusOperational
		if i < 8 {
			status = tocsin.StatusDegradation
		}
		d.Record(d.Now.Add(-30*24*time.Hour), tocsin.Overview{ServiceID: fmt.Sprintf("svc%d", i), Service: fmt.Sprintf("Service number %d", i), Status: status})
	}
	for i := range 12 {
		at := d.Now.Add(-time.Duration(i) * time.Minute)
		d.Record(at, tocsin.Issue{
			ID: fmt.Sprintf("EX%d", i), Title: "Some users may be unable to do what they did yesterday", ServiceID: fmt.Sprintf("svc%d", i%8), Service: fmt.Sprintf("Service number %d", i%8),
			Classification: "incident", Status: tocsin.StatusDegradation, StartAt: at, ModifiedAt: at,
			Posts: []tocsin.Post{{CreatedAt: at, Type: "regular", ContentType: "html", Content: "Current status: We are looking into it.<br><br>Next update by: Saturday, March 14, 2026, at 8:00 AM UTC"}},
		})
	}
	return d
}

// Furnish puts something of everything into a house: services, issues and
// messages with several versions and files, a source that fails, people, a
// program, and a tenant beside.
func (h *House) Furnish() {
	h.t.Helper()
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleAdministrator})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		for n := range 3 {
			h.told(tenant, "graph", h.now.Add(time.Duration(n-3)*time.Hour), Story(h.now, n)...)
		}
		h.told(tenant, tocsin.SourceOwn, h.now, Trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation)...)
	}
	h.nouns()
	h.incident()
	h.request()
	h.Publish(storetest.Contoso)
	for _, f := range []struct {
		kind     tocsin.Kind
		id, file string
	}{{tocsin.KindIssue, "EX1", "plan"}, {tocsin.KindIssue, "EX2", tocsin.ReportID}, {tocsin.KindMessage, "MC1", "plan"}} {
		file := tocsin.File{ID: f.file, Name: "Plan été.pdf", ContentType: "application/pdf", SeenAt: h.now, Source: tocsin.SourceAttach}
		if _, err := h.Store.PutFile(h.t.Context(), storetest.Contoso, tocsin.Ref{Kind: f.kind, ID: f.id}, file, []byte("text")); err != nil {
			h.t.Fatal(err)
		}
	}
}

// nounID is the id of one team, site, contact and liaison of a furnished house.
const nounID = "dddddddd-0000-4000-8000-00000000000d"

// Publish opens everything that a tenant can publish to everybody.
func (h *House) Publish(tenant string) {
	h.t.Helper()
	_, err := h.Store.ChangePublishing(h.t.Context(), tenant, h.now, func(p *tocsin.Publishing) error {
		p.Readership, p.Advisories, p.Messages, p.Help = tocsin.ForEverybody, true, true, "Help desk: 112"
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// nouns adds one of each kind.
func (h *House) nouns() {
	h.t.Helper()
	ctx := h.t.Context()
	kim, _, err := h.Store.User(ctx, "kim")
	if err != nil {
		h.t.Fatal(err)
	}
	err = errors.Join(
		h.Store.AddTeam(ctx, tocsin.Team{ID: nounID, TenantID: storetest.Contoso, Name: "Messaging", Members: []string{kim.ID}, CreatedAt: h.now}),
		h.Store.AddSite(ctx, tocsin.Site{ID: nounID, TenantID: storetest.Contoso, Name: "Paris", Region: "EMEA", Seats: 1200, Zone: "Europe/Paris", CreatedAt: h.now}),
		h.Store.AddContact(ctx, tocsin.Contact{ID: nounID, TenantID: storetest.Contoso, Of: tocsin.TeamParty(nounID), Mail: "desk@home.example", Phone: "112", CreatedAt: h.now, ConfirmedAt: h.now}),
		h.carries(),
		h.Store.AddLiaison(ctx, tocsin.Liaison{ID: nounID, TenantID: storetest.Contoso, UserID: kim.ID, Reach: "by day", CreatedAt: h.now}),
	)
	if err != nil {
		h.t.Fatal(err)
	}
}

// carries writes down what services carry in Contoso.
func (h *House) carries() error {
	_, err := h.Store.PutBusinessMap(tocsin.WithActor(h.t.Context(), tocsin.Actor{Name: "kim"}), tocsin.BusinessMap{
		TenantID: storetest.Contoso,
		Uses:     []tocsin.MapUse{{Name: "Approvals", Services: []string{"Exchange"}, Secondary: []string{"microsoftteams"}}, {Name: "Meetings", Services: []string{"microsoftteams"}}},
		Processes: []tocsin.MapProcess{
			{Name: "Approval of invoices", Department: "Finance", Owner: tocsin.TeamParty(nounID), Uses: []string{"Approvals"}, Sites: []string{nounID}, Fallback: "By phone", TriedOn: "2026-01-14", Tried: "drill", Cost: 1200, Currency: "EUR"},
			{Name: "Client relations", Uses: []string{"Approvals", "Meetings"}},
		},
		Sheets: []tocsin.ContinuitySheet{{Service: "Exchange", Documents: "Contacts on the file server", Client: "Outlook on the web", Meeting: "Bridge 12", Numbers: "112 Help desk", Owner: tocsin.TeamParty(nounID)}},
	}, 0, h.now)
	return err
}

// incident opens an incident about EX1 in which something of everything happened.
func (h *House) incident() {
	h.t.Helper()
	ctx, s := tocsin.WithActor(h.t.Context(), tocsin.Actor{Name: "kim"}), h.Store
	began := h.now.Add(-80 * time.Minute)
	i, err := s.OpenIncident(ctx, tocsin.Incident{
		Title: "Mail is late", TenantIDs: []string{storetest.Contoso}, Issues: []string{"EX1"}, Services: []string{"Exchange", "microsoftteams"}, Zone: "Europe/Paris", Starts: []tocsin.IncidentStart{{T0: began}},
	}, began)
	if err != nil {
		h.t.Fatal(err)
	}
	err = errors.Join(
		s.EndStep(ctx, i.N, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true}, began.Add(9*time.Minute)),
		h.announce(ctx, i.N, began.Add(40*time.Minute)),
		s.SetIncidentState(ctx, i.N, tocsin.IncidentState{Service: "Exchange", State: "partial"}, began.Add(20*time.Minute)),
		s.SetIncidentState(ctx, i.N, tocsin.IncidentState{Service: "Exchange", State: "ko", Workaround: "Outlook on the desktop"}, began.Add(45*time.Minute)),
		s.GiveRole(ctx, i.N, "comms", "The duty officer", began.Add(10*time.Minute)),
		s.AddEntry(ctx, i.N, "decision", "MFA stays on.", began.Add(12*time.Minute), began.Add(30*time.Minute)),
		s.AmendEntry(ctx, i.N, 1, "It was opened by phone.", began.Add(31*time.Minute)),
		s.AddMeasure(ctx, i.N, tocsin.IncidentMeasure{What: "Retries of the gateway raised", Where: "mail gateway", UndoBy: "support N2, tonight"}, began.Add(50*time.Minute)),
		s.AddMeasure(ctx, i.N, tocsin.IncidentMeasure{What: "Second relay", UndoBy: "support N3"}, began.Add(51*time.Minute)),
		s.EndMeasure(ctx, i.N, 2, true, "it does no harm", began.Add(70*time.Minute)),
		s.Tick(ctx, i.N, tocsin.IncidentCheck{Item: "exchange/queues", Needed: true}, began.Add(75*time.Minute)),
		s.CorrectStart(ctx, i.N, began.Add(-5*time.Minute), "the first call", began.Add(76*time.Minute)),
	)
	if err != nil {
		h.t.Fatal(err)
	}
}

// request opens a request for the provider about EX1 in which something of
// everything happened, and one to the desk.
func (h *House) request() {
	h.t.Helper()
	ctx, s := tocsin.WithActor(h.t.Context(), tocsin.Actor{Name: "kim"}), h.Store
	at := func(n int) time.Time { return h.now.Add(time.Duration(n-120) * time.Minute) }
	content := tocsin.RequestContent{
		To: "provider", Title: "Mail is late in Paris and Tokyo", Kind: "technical", Category: "configuration", Severity: "A", Services: []string{"Exchange Online"}, Region: "France, Japan", FirstSign: at(0), Repro: "Send a message.", Issue: "EX1", Incident: 1,
	}
	_, err := s.OpenRequest(ctx, storetest.Contoso, respond.RequestDraft{Content: content, Proposed: &tocsin.RequestSeverity{Stage: "proposed", Severity: "A", Why: "access/ko-many"}}, at(40))
	if err != nil {
		h.t.Fatal(err)
	}
	_, err = s.AddRequestFile(ctx, storetest.Contoso, 1, tocsin.RequestFile{Name: "ids.csv", Body: []byte("a,b")}, at(41))
	content.To, content.Title, content.Incident = "desk", "My mail does not arrive", 0
	_, err2 := s.OpenRequest(ctx, storetest.Contoso, respond.RequestDraft{Content: content}, at(42))
	err = errors.Join(
		err, err2,
		s.AnswerDuty(ctx, storetest.Contoso, 1, tocsin.RequestDuty{Duty: "clients", Done: true}, at(43)),
		s.AnswerDuty(ctx, storetest.Contoso, 1, tocsin.RequestDuty{Duty: "perimeter", Note: "no proxy"}, at(44)),
		s.FileRequest(ctx, storetest.Contoso, 1, tocsin.RequestFiling{By: "kim", Channel: "phone", Case: "2407190050001234"}, at(60)),
		s.SetRequestSeverity(ctx, storetest.Contoso, 1, tocsin.RequestSeverity{Stage: "given", Severity: "B"}, at(63)),
		s.SayInRequest(ctx, storetest.Contoso, 1, tocsin.RequestSaid{Kind: "theirs", Role: "engineer", Text: "Please send logs.", Answers: true}, at(64)),
		s.SayInRequest(ctx, storetest.Contoso, 1, tocsin.RequestSaid{Kind: "note", Text: "Logs are being gathered."}, at(65)),
	)
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *House) told(tenant, source string, at time.Time, values ...any) {
	h.t.Helper()
	r := archive.Record{TenantID: tenant, Source: source, SeenAt: at}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			h.t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := h.Store.Record(h.t.Context(), r); err != nil {
		h.t.Fatal(err)
	}
}

// Story is what a provider says the n-th time.
func Story(now time.Time, n int) []any {
	post := func(i int) tocsin.Post {
		return tocsin.Post{CreatedAt: now.Add(time.Duration(i-4) * time.Hour), Type: "regular", ContentType: "html", Content: fmt.Sprintf("Title: Mail is late\n\nUser impact: Mail waits %d minutes.\n\nCurrent status: We look at <a href=\"https://learn.microsoft.com/x\">logs</a>.\n\nNext update by: Monday, March 2, 2026, at 10:00 AM UTC", i)}
	}
	status := []tocsin.Status{tocsin.StatusInvestigating, tocsin.StatusDegradation, tocsin.StatusInterruption}[n]
	return []any{
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: status, Features: []tocsin.FeatureStatus{{Name: "mail", DisplayName: "Mail", Status: status}}},
		tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusOperational},
		tocsin.Issue{ID: "EX1", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Feature: "Mail", FeatureGroup: "E-Mail", Classification: "incident", Origin: "microsoft", Status: status, Impact: "Mail is late.", StartAt: now.Add(-4 * time.Hour), ModifiedAt: now.Add(time.Duration(n-3) * time.Hour), Posts: []tocsin.Post{post(0), post(1), post(2)}[:n+1], Details: []tocsin.Detail{{Name: "NotifyInApp", Value: "True"}}},
		tocsin.Issue{ID: "EX2", Title: "Search was slow", Service: "Exchange Online", ServiceID: "Exchange", Classification: "advisory", Origin: "microsoft", Status: tocsin.StatusReviewPublished, Resolved: true, StartAt: now.Add(-240 * time.Hour), EndAt: now.Add(-200 * time.Hour), ModifiedAt: now.Add(-199 * time.Hour), Posts: []tocsin.Post{{CreatedAt: now.Add(-200 * time.Hour), ContentType: "html", Content: "Final status: It is over."}}},
		tocsin.Message{ID: "MC1", Title: fmt.Sprintf("Certificates change %d", n), Services: []string{"Exchange Online", "Microsoft Teams"}, Category: "planForChange", Severity: "high", Tags: []string{"Admin impact"}, MajorChange: true, ActionRequiredBy: now.AddDate(0, 0, 18), StartAt: now.AddDate(0, -1, 0), EndAt: now.AddDate(0, 6, 0), ModifiedAt: now.Add(time.Duration(n-3) * time.Hour), ContentType: "html", Content: fmt.Sprintf(`<h2>What</h2><p>Text %d <a href="https://learn.microsoft.com/exchange">here</a></p><ul><li>one</li></ul>`, n), HasAttachments: true, Details: []tocsin.Detail{{Name: "ExternalLink", Value: "https://learn.microsoft.com/teams"}}},
		tocsin.Message{ID: "MC2", Title: "New layout", Services: []string{"Microsoft Teams"}, Category: "stayInformed", Severity: "normal", StartAt: now.AddDate(0, -1, 0), EndAt: now.AddDate(0, 6, 0), ModifiedAt: now.AddDate(0, -1, 0), ContentType: "html", Content: "<p>Text</p>"},
	}
}

// EveryPage lists the addresses of the pages, with something in every slot.
func (h *House) EveryPage() []string {
	id := h.client()
	more := []string{"/issues?v=ended&service=Exchange&type=advisory", "/messages?v=all&due=90d&owner=me", "/search?q=mail", "/search?q=nothing", "/history?service=Exchange", "/tenants?name=contoso", "/admin/audit?who=alex"}
	for _, prefix := range []string{"", "/fr", "/ja"} {
		for _, path := range []string{"/issues/TC1", "/issues/EX2", "/messages/MC2", "/services/microsoftteams", "/services/VPN", "/nowhere", "/admin/clients/" + id + "/revoke"} {
			more = append(more, prefix+path)
		}
	}
	link, err := h.Door.SetUpLink(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	_, setUp, _ := strings.Cut(link, "http://localhost")
	return append(append(more, setUp), h.routes(http.MethodGet)...)
}

// EveryForm lists the addresses that forms are sent to, except where sending
// one ends the session.
func (h *House) EveryForm() []string {
	return slices.DeleteFunc(h.routes(http.MethodPost), func(path string) bool { return strings.HasSuffix(path, "/logout") })
}

// routes are those of a method, with something in every slot.
func (h *House) routes(method string) []string {
	kim, _, err := h.Store.User(h.t.Context(), "kim")
	if err != nil {
		h.t.Fatal(err)
	}
	slots := strings.NewReplacer("{$}", "", "/issues/{id}", "/issues/EX1", "/messages/{id}", "/messages/MC1", "/services/{id}", "/services/Exchange",
		"/users/{id}", "/users/"+kim.ID, "/teams/{id}", "/teams/"+nounID, "/sites/{id}", "/sites/"+nounID, "/contacts/{id}", "/contacts/"+nounID, "/liaisons/{id}", "/liaisons/"+nounID, "/tenants/{id}", "/tenants/"+storetest.Contoso, "/publications/{id}", "/publications/"+storetest.Contoso, "{tenant}", "contoso", "{id}/{n}", "EX1/1", "/incidents/{n}", "/incidents/1", "/requests/{n}/files/{file}", "/requests/1/files/1", "/requests/{n}", "/requests/1", "/sheets/{service}", "/sheets/Exchange", "{name}", "graph", "{consumer}", "events", "{change}", "1", "{a}", "1", "{b}", "2", "{file}", "plan", "{id}", "none", "{provider}", "none")
	var addresses []string
	for _, route := range h.Pages.Routes() {
		asked, path, _ := strings.Cut(route.Pattern, " ")
		if asked == method && !strings.HasPrefix(path, "/static/") {
			addresses = append(addresses, slots.Replace(path))
		}
	}
	return addresses
}

// client adds a program and names it.
func (h *House) client() string {
	h.t.Helper()
	client := tocsin.Client{ID: signin.NewID(), TenantID: storetest.Contoso, Name: "monitor", Scopes: []string{tocsin.ScopeServiceHealth}, CreatedAt: h.now}
	if err := h.Store.AddClient(h.t.Context(), client); err != nil {
		h.t.Fatal(err)
	}
	return client.ID
}

// Trouble is a service with an incident.
func Trouble(id, service, issue string, status tocsin.Status) []any {
	return []any{
		tocsin.Overview{ServiceID: id, Service: service, Status: status},
		tocsin.Issue{
			ID: issue, Title: "Trouble with " + service, Service: service, ServiceID: id, Classification: "incident", Origin: "microsoft", Status: status,
			StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, Content: "User impact: Some.\n\nCurrent status: We look."}},
		},
	}
}

// announce has a first message sent by other means.
func (h *House) announce(ctx context.Context, n int64, now time.Time) error {
	_, err := h.Store.AddMessage(ctx, n, tocsin.IncidentMessage{
		Template: "announcement", Name: "First announcement", Words: []tocsin.IncidentWords{{Language: "en", Subject: "Mail is late.", Lines: []string{"We will update this message."}}},
	}, tocsin.IncidentStep{Step: tocsin.StepAnnouncement, Needed: true}, false, now, nil)
	return err
}
