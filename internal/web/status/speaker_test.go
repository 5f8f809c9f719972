package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Pages say who speaks: the provider of a source by its name, or the desk's own
// team; services of others than the usual provider are named with theirs.
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
			webtest.Trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation),
			[]string{"Remote access is degraded", "Reported by our own team as"},
			[]string{"Microsoft 365\u00a0is", "Confirmed by Microsoft"},
		},
		{
			"beside the provider's", webtest.Trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation), nil,
			webtest.Trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation),
			[]string{"Exchange Online and Remote access are degraded", `Confirmed by Microsoft as <a class="id" href="/issues/EX1`},
			[]string{"2\u00a0services degraded"},
		},
		{
			"worse than the provider's", webtest.Trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation), nil,
			webtest.Trouble("VPN", "Remote access", "TC1", tocsin.StatusInterruption),
			[]string{"Remote access does not work, Exchange Online is degraded", "Reported by our own team as"},
			nil,
		},
		{
			"a second provider", webtest.Trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation), webtest.Trouble("Files", "Acme files", "AC1", tocsin.StatusInterruption), nil,
			[]string{"Acme files (Acme) does not work, Exchange Online is degraded", `Confirmed by Acme as <a class="id" href="/issues/AC1`},
			[]string{"Microsoft 365\u00a0is"},
		},
	} {
		d := webtest.NewDesk(t)
		storetest.AddTenants(t, d.Store)
		for _, source := range []string{"graph", "acme"} {
			if err := d.Store.PutSource(t.Context(), storetest.Contoso, source, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Store.NameProvider(t.Context(), storetest.Contoso, "acme", "Acme"); err != nil {
			t.Fatal(err)
		}
		d.RecordAs(tocsin.SourceOwn, storetest.T0, tt.own...)
		d.Record(storetest.T0, tt.graph...)
		d.RecordAs("acme", storetest.T0, tt.other...)
		d.Poll(tocsin.OutcomeUnchanged)
		for _, path := range []string{"/", "/wall"} {
			page := d.Page(path)
			webtest.Has(t, tt.name+path, page, tt.wants...)
			webtest.Lacks(t, tt.name+path, page, append(tt.unwanted, "⟦")...)
		}
	}
}

func TestOwnIssueIsNotTheProviders(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(storetest.T0, webtest.Trouble("Exchange", "Exchange Online", "EX1", tocsin.StatusDegradation)...)
	d.RecordAs(tocsin.SourceOwn, storetest.T0, webtest.Trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation)...)
	for prefix, words := range map[string][]string{
		"":    {"Posts by our own team", "Our own team", "Written on this desk"},
		"/fr": {"Posts de notre équipe", "Notre équipe", "Rédigé dans Tocsin"},
		"/ja": {"自社の投稿", "当システムで作成"},
	} {
		page := d.Page(prefix + "/issues/TC1")
		webtest.Has(t, "own issue "+prefix, page, words...)
		webtest.Lacks(t, "own issue "+prefix, page, "Microsoft")
	}
	webtest.Has(t, "the provider's issue", d.Page("/issues/EX1"), "Posts by Microsoft", "Source: graph")
	list := d.Page("/issues")
	webtest.Has(t, "list", list, "by Microsoft, and by our own team", `<span class="kind">Our own</span>`)
	if n := strings.Count(list, `<span class="kind">Our own</span>`); n != 1 {
		t.Errorf("%d of the two issues are marked as our own", n)
	}
}

// A service that is known for hours has no availability, and one that is known
// for some days says over how much time it was counted.
func TestAvailabilityCountsKnownTimeOnly(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.RecordAs(tocsin.SourceOwn, d.Now.Add(-3*time.Hour), webtest.Trouble("VPN", "Remote access", "TC1", tocsin.StatusDegradation)...)
	page := d.Page("/services/VPN")
	webtest.Lacks(t, "a service of three hours", page, "70.0")
	webtest.Has(t, "a service of three hours", page, "too short for a figure")
	d.Now = d.Now.AddDate(0, 0, 4)
	if err := d.Model.Refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	page = d.Page("/services/VPN")
	webtest.Has(t, "a service of four days", page, "70.0", "counted over 4\u00a0d", "without data left out")
	webtest.Has(t, "since", d.Page("/services"), "since ")
}

// The page of an issue says which services its posts name, how late posts were
// and how many tenants see it, and repeats no title; planned work is not over.
func TestIssuePageTellsTheStory(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
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
	d.Record(at(40), issue,
		tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation}, tocsin.Overview{ServiceID: "Stream", Service: "Microsoft Stream", Status: tocsin.StatusOperational},
		tocsin.Overview{ServiceID: "plan", Service: "Plan", Status: tocsin.StatusOperational})
	page := d.Page("/issues/EX1")
	webtest.Has(t, "page", page, "1 of 2\u00a0on time", "1\u00a0post 5\u00a0min late", "seen by 1 of 2 tenants", "Affected services", "Microsoft Stream</a>", "Exchange Online</a>")
	webtest.Lacks(t, "page", page, "<b>Title:</b>", ">Plan</a>")
	d.RecordAs(tocsin.SourceOwn, at(41), tocsin.Issue{
		ID: "TC2", Title: "New certificates", Service: "Remote access", ServiceID: "VPN", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational,
		StartAt: at(6000), EndAt: at(6100), ModifiedAt: at(41),
	})
	webtest.Has(t, "list", d.Page("/issues"), "Planned work", "New certificates")
	webtest.Lacks(t, "list of what is over", d.Page("/issues?v=ended"), "New certificates")
}

// Pages show a tenant by its display name, and name it in addresses by its
// short one.
func TestPagesShowDisplayNames(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	_, err := d.Store.ChangeTenant(t.Context(), storetest.Contoso, func(tenant *tocsin.Tenant) error {
		tenant.DisplayName = "Contoso <Europe>"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/wall", "/tenants"} {
		page := d.Page(path)
		webtest.Has(t, path, page, "Contoso &lt;Europe&gt;", "tenant=contoso")
		webtest.Lacks(t, path, page, "at contoso", ">contoso<")
	}
}
