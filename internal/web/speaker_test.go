package web_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// trouble is a service with an incident.
func trouble(id, service, issue string, status tocsin.Status) []any {
	return []any{
		tocsin.Overview{ServiceID: id, Service: service, Status: status},
		tocsin.Issue{
			ID: issue, Title: "Trouble with " + service, Service: service, ServiceID: id, Classification: "incident", Origin: "microsoft", Status: status,
			StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, Content: "User impact: Some.\n\nCurrent status: We look."}},
		},
	}
}

// Pages say who speaks: the provider of a source by its name, or the desk's own
// team; and own services are counted apart.
func TestPagesSayWhoSpeaks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		graph, other, own []any
		wants             []string
		unwanted          []string
	}{
		{
			"own services only",
			[]any{tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusOperational}},
			nil,
			trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation),
			[]string{"1\u00a0of our own services is degraded", "Reported by our own team as"},
			[]string{"Microsoft 365\u00a0is", "Confirmed by Microsoft"},
		},
		{
			"beside the provider's", trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation), nil,
			trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation),
			[]string{"Microsoft 365\u00a0is impaired: 1\u00a0service degraded, and 1\u00a0of our own degraded", `Confirmed by Microsoft as <a class="id" href="/issues/EX1`},
			[]string{"2\u00a0services degraded"},
		},
		{
			"worse than the provider's", trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation), nil,
			trouble("VPN", "Remote access", "TC1", tocsin.StatusInterruption),
			[]string{"Microsoft 365\u00a0is impaired: 1\u00a0service degraded, and 1\u00a0of our own down", "Reported by our own team as"},
			nil,
		},
		{
			"a second provider", trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation), trouble("Files", "Acme files", "AC1", tocsin.StatusInterruption), nil,
			[]string{"Acme is disrupted: 1\u00a0service down, and 1\u00a0service of Microsoft degraded", `Confirmed by Acme as <a class="id" href="/issues/AC1`},
			[]string{"Microsoft 365\u00a0is"},
		},
	} {
		d := newDesk(t)
		storetest.AddTenants(t, d.store)
		for _, source := range []string{"graph", "acme"} {
			if err := d.store.PutSource(t.Context(), storetest.Contoso, source, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.store.NameProvider(t.Context(), storetest.Contoso, "acme", "Acme"); err != nil {
			t.Fatal(err)
		}
		d.recordAs(tocsin.SourceOwn, storetest.T0, tt.own...)
		d.record(storetest.T0, tt.graph...)
		d.recordAs("acme", storetest.T0, tt.other...)
		d.poll(tocsin.OutcomeUnchanged)
		for _, path := range []string{"/", "/wall"} {
			page := d.page(path)
			has(t, tt.name+path, page, tt.wants...)
			lacks(t, tt.name+path, page, append(tt.unwanted, "⟦")...)
		}
	}
}

func TestOwnIssueIsNotTheProviders(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.record(storetest.T0, trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation)...)
	d.recordAs(tocsin.SourceOwn, storetest.T0, trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation)...)
	for prefix, words := range map[string][]string{
		"":    {"Posts by our own team", "Our own team", "Written on this desk"},
		"/fr": {"Posts de notre équipe", "Notre équipe", "Rédigé sur ce pupitre"},
		"/ja": {"自チームの投稿", "当システムで作成"},
	} {
		page := d.page(prefix + "/issues/TC1")
		has(t, "own issue "+prefix, page, words...)
		lacks(t, "own issue "+prefix, page, "Microsoft")
	}
	has(t, "the provider's issue", d.page("/issues/EX1"), "Posts by Microsoft", "Read from: graph")
	list := d.page("/issues")
	has(t, "list", list, "by Microsoft, and by our own team", `<span class="kind">Our own</span>`)
	if n := strings.Count(list, `<span class="kind">Our own</span>`); n != 1 {
		t.Errorf("%d of the two issues are marked as our own", n)
	}
}

// A service that is known for hours has no availability, and one that is known
// for some days says over how much time it was counted.
func TestAvailabilityCountsKnownTimeOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	d.recordAs(tocsin.SourceOwn, d.now.Add(-3*time.Hour), trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation)...)
	page := d.page("/services/VPN")
	lacks(t, "a service of three hours", page, "70.0")
	has(t, "a service of three hours", page, "too short for a figure")
	d.now = d.now.AddDate(0, 0, 4)
	if err := d.model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	page = d.page("/services/VPN")
	has(t, "a service of four days", page, "70.0", "counted over 4\u00a0d", "without data left out")
	has(t, "since", d.page("/services"), "since ")
}

// The page of an issue says which services its posts name, how late posts were
// and how many tenants see it, and repeats no title; planned work is not over.
func TestIssuePageTellsTheStory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	at := func(minutes int) time.Time { return storetest.T0.Add(time.Duration(minutes) * time.Minute) }
	promise := func(minutes int) string {
		return "\n\nNext update by: " + at(minutes).Format("Monday, January 2, 2006, at 3:04 PM UTC")
	}
	issue := tocsin.Issue{
		ID: "EX1", Title: "Mail is late", Service: "Exchange Online", Classification: "incident", Origin: "microsoft", Status: tocsin.StatusDegradation, StartAt: at(0), ModifiedAt: at(40),
		Posts: []tocsin.Post{
			{CreatedAt: at(0), Content: "Title: Mail is late\n\nUser impact: Some." + promise(20)},
			{CreatedAt: at(25), Content: "Title: Mail is late\n\nCurrent status: We look." + promise(45)},
			{CreatedAt: at(40), Content: "Title: Mail is late\n\nMore info: Microsoft Stream is hit while streaming, Planner is not planned. Several Plan and services wait." + promise(90)},
		},
	}
	d.record(at(40), issue,
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation}, tocsin.Overview{ServiceID: "Stream", Service: "Microsoft Stream", Status: tocsin.StatusOperational},
		tocsin.Overview{ServiceID: "plan", Service: "Plan", Status: tocsin.StatusOperational})
	page := d.page("/issues/EX1")
	has(t, "page", page, "1 of 2\u00a0on time", "1\u00a0post 5\u00a0min late", "seen by 1 of 2 tenants", "Services hit", "Microsoft Stream</a>", "Exchange Online</a>")
	lacks(t, "page", page, "<b>Title:</b>", ">Plan</a>")
	d.recordAs(tocsin.SourceOwn, at(41), tocsin.Issue{
		ID: "TC2", Title: "New certificates", Service: "Remote access", ServiceID: "VPN", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational,
		StartAt: at(6000), EndAt: at(6100), ModifiedAt: at(41),
	})
	has(t, "list", d.page("/issues"), "Planned work", "New certificates")
	lacks(t, "list of what is over", d.page("/issues?v=ended"), "New certificates")
}

// Pages show a tenant by its display name, and name it in addresses by its
// short one.
func TestPagesShowDisplayNames(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	storetest.AddTenants(t, d.store)
	_, err := d.store.ChangeTenant(t.Context(), storetest.Contoso, func(tenant *tocsin.Tenant) error {
		tenant.DisplayName = "Contoso <Europe>"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/wall", "/tenants"} {
		page := d.page(path)
		has(t, path, page, "Contoso &lt;Europe&gt;", "tenant=contoso")
		lacks(t, path, page, "at contoso", ">contoso<")
	}
}
