package conformance

import (
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// ago is a round instant some days before now.
func ago(days float64) time.Time {
	return time.Now().UTC().Add(-time.Duration(days * float64(24*time.Hour))).Truncate(time.Second)
}

// fill writes what the tables are about. All texts are our own.
func (d *desk) fill(t *testing.T) {
	t.Helper()
	for _, tenant := range []tocsin.Tenant{
		{ID: contoso, Name: "contoso", Domains: []string{"contoso.example", "contoso.onmicrosoft.example"}, CreatedAt: ago(400)},
		{ID: fabrikam, Name: "fabrikam", Domains: []string{"fabrikam.example"}, CreatedAt: ago(400)},
	} {
		if err := d.Archive.AddTenant(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
	}
	d.put(t, contoso, services()...)
	d.put(t, contoso, issues()...)
	d.put(t, contoso, messages()...)
	d.put(t, fabrikam, services()[1])
	foreign := issue("EX100", "Exchange Online", "incident", tocsin.StatusInterruption, 2, -1)
	foreign.Title, foreign.Impact, foreign.Posts[0].Content = canary, canary, canary
	own := issue("FB900", "Exchange Online", "incident", tocsin.StatusInterruption, 2, -1)
	own.Title = canary
	post := message("MC900", canary, "stayInformed", "normal", 3, nil, "Exchange Online")
	d.put(t, fabrikam, foreign, own, post)
	d.attach(t, tocsin.KindIssue, "MO300", tocsin.ReportID, "MO300 review.pdf", document())
	d.attach(t, tocsin.KindMessage, "MC1000003", "a1", "Guide.pdf", document())
	d.attach(t, tocsin.KindMessage, "MC1000003", "a2", "Größe.pdf", []byte("two"))
}

func services() []any {
	var list []any
	for _, s := range []struct {
		id, name string
		status   tocsin.Status
	}{
		{"Exchange", "Exchange Online", tocsin.StatusDegradation},
		{"Forms", "Microsoft Forms", tocsin.StatusOperational},
		{"OSDPPlatform", "Microsoft 365 suite", tocsin.StatusReviewPublished},
		{"microsoftteams", "Microsoft Teams", tocsin.StatusExtendedRecovery},
	} {
		list = append(list,
			tocsin.Service{ID: s.id, Name: s.name, Features: []tocsin.Feature{{Name: "Access", DisplayName: "Access to " + s.name}}},
			tocsin.Overview{ServiceID: s.id, Service: s.name, Status: s.status})
	}
	return list
}

// issue makes an issue that began some days ago and ended some days ago; a
// negative end leaves it open.
func issue(id, service, class string, status tocsin.Status, began, ended float64) tocsin.Issue {
	i := tocsin.Issue{
		ID: id, Title: "Trouble " + id, Service: service, Classification: class, Origin: "microsoft", Status: status, Impact: "Some people cannot work.",
		Feature: "Access", FeatureGroup: "Access to " + service, StartAt: ago(began), ModifiedAt: ago(began - 0.5), Resolved: ended >= 0,
		Posts: []tocsin.Post{
			{CreatedAt: ago(began - 0.1), Type: "regular", ContentType: "html", Content: "Title: Trouble\n\nCurrent status: We are looking."},
			{CreatedAt: ago(began - 0.5), Type: "quick", ContentType: "html", Content: "Title: Trouble\n\nCurrent status: We know."},
		},
		Details: []tocsin.Detail{{Name: "NotifyInApp", Value: "True"}},
	}
	i.ServiceID, _ = tocsin.ServiceIDOf(service)
	if ended >= 0 {
		i.EndAt, i.ModifiedAt = ago(ended), ago(ended)
	}
	return i
}

func issues() []any {
	fresh := issue("TM200", "Microsoft Teams", "advisory", tocsin.StatusExtendedRecovery, 3, -1)
	fresh.Feature, fresh.FeatureGroup = "", ""
	return []any{
		issue("EX100", "Exchange Online", "incident", tocsin.StatusDegradation, 10, -1), fresh,
		issue("MO300", "Microsoft 365 suite", "incident", tocsin.StatusReviewPublished, 60, 55),
		issue("FM400", "Microsoft Forms", "incident", tocsin.StatusServiceRestored, 5, 3),
		issue("EX500", "Exchange Online", "advisory", tocsin.StatusFalsePositive, 90, 89),
		issue("MO600", "Microsoft 365 suite", "incident", tocsin.StatusReviewPublished, 50, 45), // its review is not held
	}
}

// message makes a post that was published some days ago.
func message(id, title, category, severity string, days float64, tags []string, services ...string) tocsin.Message {
	return tocsin.Message{
		ID: id, Title: title, Services: services, Category: category, Severity: severity, Tags: tags, StartAt: ago(days), EndAt: ago(days - 60),
		ModifiedAt: ago(days), ContentType: "html", Content: "<p>About " + title + "</p>", Details: []tocsin.Detail{{Name: "RoadmapIds", Value: "501107, 7"}},
	}
}

func messages() []any {
	major := message("MC1000002", "Copilot retires a button", "planForChange", "critical", 4, []string{"Retirement", "Admin impact"}, "Microsoft Teams", "Microsoft Copilot (Microsoft 365)")
	major.MajorChange, major.ActionRequiredBy = true, ago(-20)
	attached := message("MC1000003", "A guide", "preventOrFixIssue", "high", 6, nil, "SharePoint Online")
	attached.HasAttachments = true
	old := message("MC999442", "Old news", "stayInformed", "normal", 100, []string{"New feature"}, "Exchange Online")
	return []any{message("MC1000001", "New icon", "stayInformed", "normal", 2, []string{"New feature"}, "Microsoft Teams"), major, attached, old}
}
