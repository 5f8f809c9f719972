package author

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// The classifications of issues. The first is the default.
func classes() []string { return []string{"incident", "advisory"} }

// An IssueDraft is a new issue about an own service.
type IssueDraft struct {
	Service        string // id of an own service
	Feature        string // name of one of its features; empty for all of it
	Title          string
	Classification string
	Status         tocsin.Status // investigating when empty
	Impact         string
	StartAt        time.Time // now when zero
	Post           PostDraft // the first; none when its content is empty
}

// A PostDraft is one more thing to say about an issue.
type PostDraft struct {
	Content     string
	ContentType string        // "text" or "html"
	Type        string        // "regular", "quick" or "strategic"
	Status      tocsin.Status // of the issue from now on; empty to leave it
	EndAt       time.Time     // with a status that ends the issue; now when zero
}

// An IssueChange says what is to be different; nil leaves it. Maintenance has
// no classification of its own to change.
type IssueChange struct {
	Title          *string
	Impact         *string
	Classification *string
	Feature        *string
	StartAt        *time.Time
	EndAt          *time.Time // of maintenance only
}

// OpenIssue opens an issue, and gives its service the status that follows.
func (a *Author) OpenIssue(ctx context.Context, act Act, in IssueDraft) (archive.Authored, error) {
	asked, now := in, a.now()
	var c checks
	c.heading(&in.Title, &in.Impact)
	c.oneOf("classification", &in.Classification, classes()...)
	if in.Status == "" {
		in.Status = tocsin.StatusInvestigating
	}
	in.Status = c.status("status", in.Status, false)
	if in.Status.Healthy() {
		c.add("status", "An issue opens with a status that says what is wrong.")
	}
	c.past("startAt", &in.StartAt, now)
	if in.Post != (PostDraft{}) {
		c.post("post.", &in.Post, now)
	}
	if err := c.err(); err != nil {
		return archive.Authored{}, err
	}
	return a.do(ctx, deed{Act: act, name: "open issue", input: asked, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		issue := tocsin.Issue{
			Title: in.Title, Classification: in.Classification, Origin: "customer", Status: in.Status, Impact: in.Impact,
			StartAt: in.StartAt, ModifiedAt: d.now,
		}
		if issue.StartAt.IsZero() {
			issue.StartAt = d.now
		}
		return d.open(ctx, issue, in.Service, in.Feature, in.Post)
	}})
}

// open gives an issue its id, service and first post.
func (d *desk) open(ctx context.Context, issue tocsin.Issue, serviceID, feature string, first PostDraft) ([]tocsin.Document, error) {
	service, err := d.serviceOf(ctx, serviceID)
	if err != nil {
		return nil, err
	}
	issue.Service, issue.ServiceID = service.Name, service.ID
	if err := locate(&issue, service, feature); err != nil {
		return nil, err
	}
	if issue.ID, err = d.NextID(ctx); err != nil {
		return nil, err
	}
	if first.Content != "" {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: d.now, Type: first.Type, ContentType: first.ContentType, Content: first.Content})
	}
	return d.issue(ctx, issue, service)
}

// issue is an issue and what it makes of its service.
func (d *desk) issue(ctx context.Context, issue tocsin.Issue, service tocsin.Service) ([]tocsin.Document, error) {
	overview, err := d.overview(ctx, service, &issue)
	if err != nil {
		return nil, err
	}
	return documents(issue, overview)
}

// locate names the feature that an issue is about.
func locate(issue *tocsin.Issue, service tocsin.Service, feature string) error {
	issue.Feature, issue.FeatureGroup = "", ""
	if feature == "" {
		return nil
	}
	for _, f := range service.Features {
		if strings.EqualFold(f.Name, feature) {
			issue.Feature, issue.FeatureGroup = f.Name, f.DisplayName
			return nil
		}
	}
	return tocsin.Invalidf("feature", "The service %s has no feature %q.", service.ID, tocsin.Clip(feature, 80))
}

// PostToIssue adds a post, changes the status, or both. A status that means
// that all is well ends the issue; another one opens it again.
func (a *Author) PostToIssue(ctx context.Context, act Act, id string, in PostDraft) (archive.Authored, error) {
	asked := in
	var c checks
	c.post("", &in, a.now())
	if in.Content == "" && in.Status == "" {
		c.add("content", "Say something, or change the status.")
	}
	if err := c.err(); err != nil {
		return archive.Authored{}, err
	}
	return a.do(ctx, deed{Act: act, name: "post to " + id, input: asked, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		return d.post(ctx, id, in)
	}})
}

// ResolveIssue ends an issue with a last post, if it has content. The status is
// serviceRestored unless in says which.
func (a *Author) ResolveIssue(ctx context.Context, act Act, id string, in PostDraft) (archive.Authored, error) {
	if in.Status == "" {
		in.Status = tocsin.StatusServiceRestored
	}
	if status := tocsin.ParseStatus(string(in.Status)); !status.Healthy() || status == tocsin.StatusOperational {
		return archive.Authored{}, tocsin.Invalidf("status", "%q does not end an issue: use serviceRestored, falsePositive, resolved or postIncidentReviewPublished.", tocsin.Clip(string(in.Status), 40))
	}
	return a.PostToIssue(ctx, act, id, in)
}

func (d *desk) post(ctx context.Context, id string, in PostDraft) ([]tocsin.Document, error) {
	issue, _, err := own[tocsin.Issue](ctx, d, tocsin.Ref{Kind: tocsin.KindIssue, ID: id})
	if err != nil {
		return nil, err
	}
	maintenance := issue.Classification == tocsin.ClassMaintenance
	if in.Status == tocsin.StatusOperational && !maintenance {
		return nil, tocsin.Invalidf("status", "An issue ends with serviceRestored, falsePositive, resolved or postIncidentReviewPublished.")
	}
	if in.Content == "" && in.EndAt.IsZero() && in.Status == issue.Status && !maintenance {
		return nil, tocsin.Conflictf("The status of the issue is %s already.", issue.Status)
	}
	if len(issue.Posts) >= maxPosts {
		return nil, tocsin.Conflictf("The issue has %d posts: open another one.", maxPosts)
	}
	issue.ModifiedAt = later(d.now, issue.ModifiedAt)
	if in.Content != "" {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: issue.ModifiedAt, Type: in.Type, ContentType: in.ContentType, Content: in.Content})
	}
	if in.Status != "" {
		settle(&issue, in.Status, in.EndAt, d.now)
	}
	var c checks
	if c.order(issue.StartAt, issue.EndAt); c.err() != nil {
		return nil, c.err()
	}
	service, err := d.serviceOf(ctx, issue.ServiceID)
	if err != nil {
		return nil, err
	}
	return d.issue(ctx, issue, service)
}

// settle gives an issue a status and the end that follows from it. Work that
// was called off before it began ends when it would have begun; work that goes
// on after its end has no end that anybody knows.
func settle(issue *tocsin.Issue, status tocsin.Status, end, now time.Time) {
	maintenance := issue.Classification == tocsin.ClassMaintenance
	issue.Status, issue.Resolved = status, status.Healthy() && status != tocsin.StatusOperational
	switch {
	case issue.Resolved && (unended(*issue, now) || !end.IsZero()):
		if issue.EndAt = end; end.IsZero() {
			issue.EndAt = now
		}
		if maintenance && issue.EndAt.Before(issue.StartAt) {
			issue.EndAt = issue.StartAt
		}
	case !status.Healthy() && (!maintenance || !unended(*issue, now)):
		issue.EndAt = time.Time{}
	}
}

// unended reports whether nobody gave the issue an end that has come.
func unended(i tocsin.Issue, now time.Time) bool { return i.EndAt.IsZero() || i.EndAt.After(now) }

// ChangeIssue changes what an issue says about itself, without a post.
func (a *Author) ChangeIssue(ctx context.Context, act Act, id string, in IssueChange) (archive.Authored, error) {
	return a.do(ctx, deed{Act: act, name: "change issue " + id, input: in, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		issue, _, err := own[tocsin.Issue](ctx, d, tocsin.Ref{Kind: tocsin.KindIssue, ID: id})
		if err != nil {
			return nil, err
		}
		service, err := d.serviceOf(ctx, issue.ServiceID)
		if err != nil {
			return nil, err
		}
		if err := in.apply(&issue, service, d.now); err != nil {
			return nil, err
		}
		issue.ModifiedAt = later(d.now, issue.ModifiedAt)
		return d.issue(ctx, issue, service)
	}})
}

func (in IssueChange) apply(issue *tocsin.Issue, service tocsin.Service, now time.Time) error {
	var c checks
	maintenance := issue.Classification == tocsin.ClassMaintenance
	set(&issue.Title, in.Title)
	set(&issue.Impact, in.Impact)
	c.heading(&issue.Title, &issue.Impact)
	if in.Classification != nil {
		if issue.Classification = *in.Classification; maintenance {
			c.add("classification", "Maintenance stays maintenance.")
		}
		c.oneOf("classification", &issue.Classification, classes()...)
	}
	if in.EndAt != nil && !maintenance {
		c.add("endAt", "An issue ends by a post with a status.")
	}
	set(&issue.StartAt, in.StartAt)
	set(&issue.EndAt, in.EndAt)
	if maintenance {
		c.window(&issue.StartAt, &issue.EndAt, now)
	} else {
		c.past("startAt", &issue.StartAt, now)
		c.order(issue.StartAt, issue.EndAt)
	}
	if in.Feature != nil {
		if err := locate(issue, service, *in.Feature); err != nil {
			c.problems = append(c.problems, err)
		}
	}
	return c.err()
}

// set overwrites what is to be different.
func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (c *checks) heading(title, impact *string) {
	c.line("title", title, 1, maxTitle)
	c.text("impact", impact, 0, maxImpact)
}

func (c *checks) post(at string, p *PostDraft, now time.Time) {
	c.text(at+"content", &p.Content, 0, maxContent)
	c.oneOf(at+"contentType", &p.ContentType, "text", "html")
	c.oneOf(at+"type", &p.Type, "regular", "quick", "strategic")
	if p.Status != "" {
		p.Status = c.status(at+"status", p.Status, true)
	}
	c.past(at+"endAt", &p.EndAt, now)
	if !p.EndAt.IsZero() && !p.Status.Healthy() {
		c.add(at+"endAt", "Only a status that ends the issue has an end.")
	}
}

// status reads a status in any spelling. What says only that information is
// there or missing is no status of an issue.
func (c *checks) status(field string, s tocsin.Status, operational bool) tocsin.Status {
	known := tocsin.ParseStatus(string(s))
	none := []tocsin.Status{tocsin.StatusInformationAvailable, tocsin.StatusInformationUnavailable}
	if !known.Known() || slices.Contains(none, known) || known == tocsin.StatusOperational && !operational {
		c.add(field, "%q is no status of an issue, such as investigating, serviceDegradation or serviceRestored.", tocsin.Clip(string(s), 40))
	}
	return known
}
