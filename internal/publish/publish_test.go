package publish_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A press is a reader over a real archive whose clock stands still.
type press struct {
	*publish.Reader
	t     *testing.T
	store *storetest.Desk
	now   time.Time
}

func newPress(t *testing.T) *press {
	t.Helper()
	p := &press{t: t, store: storetest.Open(t, storetest.File(t)), now: storetest.T0}
	storetest.AddTenants(t, p.store)
	p.Reader = publish.New(p.store, func() time.Time { return p.now })
	return p
}

// choose changes what is published of a tenant.
func (p *press) choose(tenant string, change func(*tocsin.Publishing)) publish.Edition {
	p.t.Helper()
	_, err := p.store.ChangePublishing(p.t.Context(), tenant, p.now, func(s *tocsin.Publishing) error {
		change(s)
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	e, err := p.Whole(p.t.Context(), tenant)
	if err != nil {
		p.t.Fatal(err)
	}
	return e
}

func (p *press) record(tenant string, at time.Time, values ...any) {
	p.t.Helper()
	r := archive.Record{TenantID: tenant, Source: "graph", SeenAt: at}
	for _, v := range values {
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			p.t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := p.store.Record(p.t.Context(), r); err != nil {
		p.t.Fatal(err)
	}
}

func open(s *tocsin.Publishing) { s.Readership = tocsin.ForEverybody }

func everything(s *tocsin.Publishing) {
	s.Readership, s.Advisories, s.Messages = tocsin.ForEverybody, true, true
}

// story is an incident with so many posts.
func story(n int, status tocsin.Status) tocsin.Issue {
	issue := tocsin.Issue{
		ID: "EX1", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: status,
		Impact: "Mail waits.", StartAt: storetest.T0, ModifiedAt: storetest.T0.Add(time.Duration(n) * time.Hour),
	}
	for i := range n {
		issue.Posts = append(issue.Posts, tocsin.Post{
			CreatedAt: storetest.T0.Add(time.Duration(i+1) * time.Hour), Type: "regular", ContentType: "text",
			Content: fmt.Sprintf("Title: Mail is late\n\nUser impact: Mail waits.\n\nCurrent status: We did step %d.", i+1),
		})
	}
	return issue
}

// Only what a tenant publishes is there, and what is not looks the same
// whatever the reason.
func TestEditions(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	disabled := func(yes bool) {
		if _, err := p.store.ChangeTenant(t.Context(), storetest.Contoso, func(tenant *tocsin.Tenant) error { tenant.Disabled = yes; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	var said []string
	closed := func(what, tenant string) {
		t.Helper()
		_, err := p.Edition(t.Context(), tenant)
		if !errors.Is(err, tocsin.ErrNotFound) {
			t.Fatalf("%s: %v", what, err)
		}
		said = append(said, err.Error())
	}
	closed("at first", "contoso")
	closed("unknown", "nobody")
	closed("no name", "")
	p.choose(storetest.Contoso, open)
	for _, name := range []string{"contoso", "Contoso", storetest.Contoso} {
		if e, err := p.Edition(t.Context(), name); err != nil || e.Tenant.ID != storetest.Contoso || !e.Open() {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	closed("the other", "fabrikam")
	p.choose(storetest.Contoso, func(s *tocsin.Publishing) { s.Readership = tocsin.ForReaders })
	if e, err := p.Edition(t.Context(), "contoso"); err != nil || e.Open() {
		t.Errorf("for readers: %+v, %v", e, err)
	}
	disabled(true)
	closed("disabled", "contoso")
	if len(slices.Compact(said)) != 1 {
		t.Errorf("closed editions tell why: %q", said)
	}
	if _, err := p.Whole(t.Context(), storetest.Fabrikam); err != nil {
		t.Error(err)
	}
}

// What another process chooses holds within a second.
func TestEditionsOfOtherProcesses(t *testing.T) {
	t.Parallel()
	dsn := storetest.File(t)
	here, elsewhere := storetest.Open(t, dsn), storetest.Open(t, dsn)
	storetest.AddTenants(t, here)
	now := storetest.T0
	reader := publish.New(here, func() time.Time { return now })
	if _, err := reader.Edition(t.Context(), "contoso"); !errors.Is(err, tocsin.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := elsewhere.ChangePublishing(t.Context(), storetest.Contoso, now, func(s *tocsin.Publishing) error { open(s); return nil }); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	if _, err := reader.Edition(t.Context(), "contoso"); err != nil {
		t.Error(err)
	}
}

// A publication has the facts in their order, what changed, and the posts that
// are new, however many came at once.
func TestPublicationOfAnIssue(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	e := p.choose(storetest.Contoso, open)
	p.record(storetest.Contoso, storetest.T0.Add(time.Hour), story(1, tocsin.StatusInvestigating))
	p.record(storetest.Contoso, storetest.T0.Add(3*time.Hour), story(3, tocsin.StatusDegradation))
	ended := story(3, tocsin.StatusServiceRestored)
	ended.EndAt, ended.ModifiedAt = storetest.T0.Add(4*time.Hour), storetest.T0.Add(4*time.Hour)
	p.record(storetest.Contoso, storetest.T0.Add(4*time.Hour), ended)

	first := p.one(e, "EX1", 1)
	if !first.Change.First || len(first.Posts) != 1 || first.Next != 2 || first.Previous != 0 || first.Last() || len(first.Change.Sections) != 0 {
		t.Errorf("first: %+v", first)
	}
	second := p.one(e, "EX1", 2)
	if second.Change.Was != tocsin.StatusInvestigating || second.Change.Posts != 2 || len(second.Posts) != 2 || !second.Posts[0].CreatedAt.After(second.Posts[1].CreatedAt) {
		t.Errorf("second: %+v", second)
	}
	if s := second.Change.Sections; len(s) != 1 || s[0].Kind != post.KindCurrentStatus || s[0].What != post.Changed || s[0].New != "We did step 3." || s[0].Old != "We did step 2." {
		t.Errorf("what changed: %+v", s)
	}
	last := p.one(e, "EX1", 3)
	if last.Change.Posts != 0 || len(last.Posts) != 1 || len(last.Change.Sections) != 0 || !last.Last() || last.Status != tocsin.StatusServiceRestored {
		t.Errorf("without a new post: %+v", last)
	}
	var names []publish.FactName
	for _, f := range last.Facts {
		names = append(names, f.Name)
	}
	want := []publish.FactName{publish.FactStatus, publish.FactClassification, publish.FactUserImpact, publish.FactLastUpdated, publish.FactStartTime, publish.FactEndTime}
	if !slices.Equal(names, want) {
		t.Errorf("facts %v, want %v", names, want)
	}
	if got := last.Services; !slices.Equal(got, []string{"Exchange Online"}) || last.Title != "Mail is late" {
		t.Errorf("services %q, title %q", got, last.Title)
	}
}

func (p *press) one(e publish.Edition, id string, n int) *publish.Publication {
	p.t.Helper()
	one, err := p.Publication(p.t.Context(), e, id, n)
	if err != nil {
		p.t.Fatalf("%s/%d: %v", id, n, err)
	}
	return one
}

// A post that was edited is shown with what was edited in it.
func TestEditedPost(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	e := p.choose(storetest.Contoso, open)
	issue := story(2, tocsin.StatusDegradation)
	p.record(storetest.Contoso, storetest.T0.Add(time.Hour), issue)
	edited := story(2, tocsin.StatusDegradation)
	edited.Posts[0].Content, edited.ModifiedAt = "Current status: We did another step.", issue.ModifiedAt.Add(time.Hour)
	p.record(storetest.Contoso, storetest.T0.Add(2*time.Hour), edited)
	one := p.one(e, "EX1", 2)
	if one.Change.Edited != 1 || one.Change.Posts != 0 || len(one.Posts) != 1 || !one.Posts[0].CreatedAt.Equal(edited.Posts[0].CreatedAt) {
		t.Errorf("edited: %+v", one.Content)
	}
	if len(one.Change.Sections) != 3 { // two are gone, one is changed
		t.Errorf("what changed: %+v", one.Change.Sections)
	}
}

func TestPublicationOfAMessage(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	e := p.choose(storetest.Contoso, everything)
	message := tocsin.Message{
		ID: "MC1", Title: "Certificates change", Services: []string{"Exchange Online", "Microsoft Teams"}, Category: "planForChange", Severity: "high", MajorChange: true,
		Tags: []string{"Admin impact"}, ActionRequiredBy: storetest.T0.AddDate(0, 1, 0), StartAt: storetest.T0, EndAt: storetest.T0.AddDate(0, 6, 0), ModifiedAt: storetest.T0,
		ContentType: "html", Content: "<p>Text one.</p>", Details: []tocsin.Detail{{Name: "RoadmapIds", Value: "83946, 83947"}},
	}
	p.record(storetest.Contoso, storetest.T0, message)
	message.Content, message.Severity, message.ModifiedAt = "<p>Text two.</p>", "normal", storetest.T0.Add(time.Hour)
	p.record(storetest.Contoso, storetest.T0.Add(time.Hour), message)
	one := p.one(e, "MC1", 2)
	var names []publish.FactName
	for _, f := range one.Facts {
		names = append(names, f.Name)
	}
	want := []publish.FactName{
		publish.FactCategory, publish.FactSeverity, publish.FactMajorChange, publish.FactTags, publish.FactActBy, publish.FactPublished, publish.FactLastUpdated, publish.FactExpires, publish.FactRoadmapIDs,
	}
	if !slices.Equal(names, want) || !slices.Equal(one.Facts[8].List, []string{"83946", "83947"}) {
		t.Errorf("facts %v", one.Facts)
	}
	if len(one.Services) != 2 || len(one.Change.Members) != 1 || one.Change.Members[0].Name != "severity" || one.Change.Edited != 1 || len(one.Change.Sections) == 0 {
		t.Errorf("message: %+v, %+v", one.Update, one.Change)
	}
}

// Classes that a tenant does not publish, private messages and what others see
// are nowhere, and their addresses answer as those of nothing.
func TestWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	e := p.choose(storetest.Contoso, open)
	advisory := story(1, tocsin.StatusDegradation)
	advisory.ID, advisory.Classification = "EX2", "advisory"
	private := tocsin.Message{ID: "MC9", Title: "Confidential", Tags: []string{"Data privacy"}, StartAt: storetest.T0, ModifiedAt: storetest.T0, ContentType: "text", Content: "Confidential."}
	public := tocsin.Message{ID: "MC1", Title: "Words", Category: "stayInformed", StartAt: storetest.T0, ModifiedAt: storetest.T0, ContentType: "text", Content: "Words."}
	p.record(storetest.Contoso, storetest.T0, story(1, tocsin.StatusDegradation), advisory, private, public)
	other := story(1, tocsin.StatusDegradation)
	other.ID = "EX7"
	p.record(storetest.Fabrikam, storetest.T0, other)
	listed := func(e publish.Edition) (ids []string) {
		list, next, err := p.Updates(t.Context(), e, publish.Query{Limit: 9})
		if err != nil || next != "" {
			t.Fatal(next, err)
		}
		for _, u := range list {
			ids = append(ids, u.ID)
		}
		slices.Sort(ids)
		return ids
	}
	if got := listed(e); !slices.Equal(got, []string{"EX1"}) {
		t.Errorf("incidents alone: %v", got)
	}
	var said []string
	for _, id := range []string{"EX2", "MC1", "MC9", "EX7", "EX404", ""} {
		_, err := p.Publication(t.Context(), e, id, 1)
		if !errors.Is(err, tocsin.ErrNotFound) {
			t.Fatalf("%s: %v", id, err)
		}
		said = append(said, err.Error())
	}
	if len(slices.Compact(said)) != 1 {
		t.Errorf("they tell why: %q", said)
	}
	e = p.choose(storetest.Contoso, everything)
	if got := listed(e); !slices.Equal(got, []string{"EX1", "EX2", "MC1"}) {
		t.Errorf("everything: %v", got)
	}
	if _, err := p.Publication(t.Context(), e, "MC9", 1); !errors.Is(err, tocsin.ErrNotFound) {
		t.Errorf("private: %v", err)
	}
	if _, _, err := p.Updates(t.Context(), e, publish.Query{After: "nonsense"}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("no cursor: %v", err)
	}
}

// The regions that an update names are a fact, with the sentences that say so.
func TestRegionsAreAFact(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	e := p.choose(storetest.Contoso, open)
	issue := story(2, tocsin.StatusInvestigating)
	issue.Posts[1].Content = "Scope of impact: Users in Europe and Canada are affected. Users in Japan are affected too."
	p.record(storetest.Contoso, storetest.T0.Add(time.Hour), issue)
	facts := p.one(e, "EX1", 1).Facts
	last := facts[len(facts)-1]
	if last.Name != publish.FactRegions || !slices.Equal(last.List, []string{"Europe", "Canada", "Japan"}) || last.Text != "Users in Europe and Canada are affected. Users in Japan are affected too." {
		t.Errorf("%+v", last)
	}
}
