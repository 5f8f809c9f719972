package demo

import (
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/tocsin"
)

// incidentID is the number of the incident that the live one is modelled on.
const incidentID = "MO821132"

// lateTenant is how much later Northwind gets to see the incident.
const lateTenant = 2 * time.Minute

// chapter is one post of the live incident.
type chapter struct {
	at       time.Duration // when it is published, at speed 1
	written  time.Duration // the time it bears; that of publishing when zero
	status   tocsin.Status
	current  string
	scope    string
	cause    string
	next     string
	services []effect // what becomes of services with this post
}

func (c chapter) writtenAt() time.Duration {
	if c.written > 0 {
		return c.written
	}
	return c.at
}

// effect is a service and the status that it takes.
type effect struct {
	id     string
	status tocsin.Status
}

const (
	firstScope = "This issue could potentially affect any user. Reports come from several regions so far."
	wideScope  = "Impact is specific to users who are served through the affected infrastructure in Europe."
	workaround = "As a workaround, affected users may be able to use Outlook on the web to access their Exchange Online mailbox."
)

// chapters are the ten minutes of the incident. It gets worse within the first
// minute, so that nobody has to wait to see it. The sixth post is published
// after the seventh: late posts happen.
func chapters() []chapter {
	down, degraded, restoring, good := tocsin.StatusInterruption, tocsin.StatusDegradation, tocsin.StatusRestoringService, tocsin.StatusOperational
	return []chapter{
		{
			at: time.Second, status: tocsin.StatusInvestigating, current: "We're investigating a potential issue and checking for impact to your organization. We'll provide an update within 30 minutes.",
			services: []effect{{"OSDPPlatform", tocsin.StatusInvestigating}},
		},
		{
			at: 10 * time.Second, status: degraded, scope: firstScope, next: "30m", current: "We're reviewing service monitoring telemetry to isolate the root cause and develop a remediation plan.",
			services: []effect{{"OSDPPlatform", degraded}, {"Exchange", degraded}},
		},
		{
			at: 25 * time.Second, status: degraded, scope: wideScope, next: "30m", current: "More services are affected than we first saw. We're continuing our efforts to isolate the root cause and develop a remediation plan.",
			services: []effect{{"microsoftteams", degraded}, {"SharePoint", degraded}},
		},
		{
			at: 45 * time.Second, status: down, scope: wideScope, next: "30m", current: "Users are unable to reach one or more services. We're rerouting traffic to healthy infrastructure to mitigate impact.",
			services: []effect{{"OSDPPlatform", down}, {"microsoftteams", down}, {"SharePoint", down}, {"OneDriveForBusiness", degraded}},
		},
		{
			at: 150 * time.Second, status: down, scope: wideScope, next: "30m", current: "We've redirected traffic to alternate infrastructure and are monitoring the service to ensure that impact is remediated. In some regions the remaining entry points are short of capacity, and we're adding more.",
			services: []effect{{"OrgLiveID", degraded}, {"MicrosoftFlow", degraded}},
		},
		{at: 370 * time.Second, written: 260 * time.Second, status: down, scope: wideScope, next: "30m", current: "We've identified that a recent configuration change caused impact. It removed routes of the network that are still in use, and we're preparing to take it back."},
		{
			at: 340 * time.Second, status: restoring, scope: wideScope, next: "60m", cause: "A recent configuration change caused impact. It removed routes of the network that were still in use.", current: "We're reverting the change to remediate impact. Users in the first regions can connect again.",
			services: []effect{{"OSDPPlatform", restoring}, {"microsoftteams", degraded}, {"SharePoint", degraded}},
		},
		{
			at: 450 * time.Second, status: restoring, scope: wideScope, next: "60m", cause: "A recent configuration change caused impact. It removed routes of the network that were still in use.", current: "We're continuing to monitor service telemetry to confirm full remediation. Most regions are back.",
			services: []effect{{"Exchange", good}, {"OrgLiveID", good}, {"OneDriveForBusiness", good}, {"microsoftteams", restoring}, {"SharePoint", restoring}},
		},
		{
			at: 520 * time.Second, status: tocsin.StatusVerifyingService, scope: wideScope, next: "60m", cause: "A recent configuration change caused impact. It removed routes of the network that were still in use.", current: "We've successfully reverted the change and are monitoring the service to ensure that the issue is resolved.",
			services: []effect{{"OSDPPlatform", tocsin.StatusVerifyingService}, {"SharePoint", good}, {"MicrosoftFlow", good}},
		},
		{
			at: 590 * time.Second, status: tocsin.StatusServiceRestored, scope: wideScope, cause: "A recent configuration change caused impact. It removed routes that were still in use, since the check before it did not cover them.", current: "After monitoring the service, we've confirmed that service is restored.",
			services: []effect{{"OSDPPlatform", good}, {"microsoftteams", good}},
		},
	}
}

// Incident is the live incident: ten minutes from start at speed 1. Contoso and
// Fabrikam see it at once, Northwind two minutes later.
func (d *Demo) Incident(start time.Time, speed float64) fakegraph.Timeline {
	scale := func(offset time.Duration) time.Duration { return time.Duration(float64(offset) / speed) }
	start = start.UTC().Truncate(time.Second)
	var timeline fakegraph.Timeline
	seen := []chapter{}
	for _, c := range inOrder(chapters()) {
		seen = append(seen, c)
		issue := d.tell(start, seen, scale)
		timeline = append(timeline,
			d.step(scale(c.at), issue, c.services, Contoso, Fabrikam),
			d.step(scale(c.at+lateTenant), issue, c.services, Northwind))
	}
	return timeline
}

// inOrder are chapters in the order in which they are published.
func inOrder(list []chapter) []chapter {
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && list[k].at < list[k-1].at; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
	return list
}

// step puts the issue and the statuses into the tenants' upstream.
func (d *Demo) step(offset time.Duration, issue tocsin.Issue, effects []effect, tenants ...string) fakegraph.Step {
	return fakegraph.Step{Offset: offset, Name: fmt.Sprintf("%s with %s", issue.ID, tocsin.Count(len(issue.Posts), "post", "posts")), Do: func(w *fakegraph.World) error {
		if err := w.Put(tocsin.KindIssue, encode(issue), tenants...); err != nil {
			return err
		}
		for _, tenant := range tenants {
			for _, s := range d.Services(tenant) {
				for _, e := range effects {
					if e.id != s.ID {
						continue
					}
					o := d.overviewAt(tenant, s, d.anchor) // what else is wrong with it stays wrong
					o.Status = worse(o.Status, e.status)
					if err := w.SetOverview(o, tenant); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}}
}

// tell is the issue after the chapters that are published so far.
func (d *Demo) tell(start time.Time, seen []chapter, scale func(time.Duration) time.Duration) tocsin.Issue {
	last := seen[len(seen)-1]
	for _, c := range seen { // a late post says nothing about now
		if c.writtenAt() > last.writtenAt() {
			last = c
		}
	}
	begun := start.Add(-scale(5 * time.Minute))
	issue := tocsin.Issue{
		ID: incidentID, Title: "Users may be unable to access one or more Microsoft 365 services", Service: tocsin.ServiceNameOf("OSDPPlatform"), ServiceID: "OSDPPlatform",
		Feature: "Access", FeatureGroup: "Portal", Classification: "incident", Origin: "microsoft", Status: last.status,
		Impact: "Users may be unable to access one or more Microsoft 365 services.", StartAt: begun, ModifiedAt: start.Add(scale(seen[len(seen)-1].at)),
	}
	if last.status == tocsin.StatusServiceRestored {
		issue.Resolved, issue.EndAt = true, start.Add(scale(last.at-40*time.Second)).Truncate(time.Second)
		issue.Title = "Users may have been unable to access one or more Microsoft 365 services"
		issue.Impact = issue.Title + "."
	}
	for _, c := range seen {
		created := start.Add(scale(c.writtenAt())).Truncate(time.Millisecond)
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: created, Type: "regular", ContentType: "html", Content: c.post(issue, begun, created)})
	}
	return issue
}

// post is the text of a chapter in the grammar of the provider's posts.
func (c chapter) post(issue tocsin.Issue, begun, created time.Time) string {
	parts := []string{"Title: " + issue.Title, "User impact: " + issue.Impact}
	if c.status == tocsin.StatusInvestigating {
		return strings.Join(append(parts, "Current status: "+c.current), "\n\n")
	}
	parts = append(parts, "More info: Affected services include, but may not be limited to: Microsoft Teams, SharePoint Online, Microsoft OneDrive, Exchange Online and the admin center.")
	if c.status != tocsin.StatusServiceRestored {
		parts = append(parts, workaround)
	}
	label := "Current status: "
	if c.status == tocsin.StatusServiceRestored {
		label = "Final status: "
	}
	parts = append(parts, label+c.current, "Scope of impact: "+c.scope, "Start time: "+longDate(begun))
	if c.status == tocsin.StatusServiceRestored {
		parts = append(parts, "End time: "+longDate(issue.EndAt))
	}
	if c.cause != "" {
		parts = append(parts, "Root cause: "+c.cause)
	}
	if wait, err := time.ParseDuration(c.next); err == nil {
		parts = append(parts, "Next update by: "+longDate(created.Add(wait)))
	} else {
		parts = append(parts, "Next steps:\n- We're reviewing our change management procedures to prevent similar issues.\n- We're adding capacity to the entry points that were short of it.", "This is the final update for the event.")
	}
	return strings.Join(parts, "\n\n")
}

// longDate is a date as the provider's posts write it.
func longDate(t time.Time) string { return t.UTC().Format("Monday, January 2, 2006, at 3:04 PM UTC") }
