package letters_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/letters"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// A desk that writes letters of a real archive.
type desk struct {
	*storetest.Desk
	*letters.Writer
	t   *testing.T
	now time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{Desk: storetest.Open(t, storetest.File(t)), t: t, now: storetest.T0}
	storetest.AddTenants(t, d.Desk)
	now := func() time.Time { return d.now }
	var err error
	d.Writer, err = letters.New(letters.Config{
		Press: publish.New(d.Archive, now), Translator: translate.NewTranslator(d.Translations, translate.Policy{}, now),
		Base: func() string { return "https://status.contoso.com" }, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// record keeps what a poll of some tenants found, and returns what waits to be
// told of it.
func (d *desk) record(value any, tenants ...string) (list []delivery.Pending) {
	d.t.Helper()
	doc, err := tocsin.NewDocument(value)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, tenant := range tenants {
		changes, err := d.Record(d.t.Context(), archive.Record{TenantID: tenant, Source: "graph", SeenAt: d.now, Entries: []archive.Entry{{Document: doc}}})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, c := range changes {
			list = append(list, delivery.Pending{Change: c})
		}
	}
	return list
}

func (d *desk) write(language string, kind notify.MessageKind, list []delivery.Pending) *notify.Content {
	d.t.Helper()
	content, until, err := d.Write(d.t.Context(), language, time.UTC, kind, list)
	if err != nil || !until.IsZero() {
		d.t.Fatal(until, err)
	}
	return content
}

func story(posts int, status tocsin.Status) tocsin.Issue {
	issue := tocsin.Issue{
		ID: "EX123456", Title: "Users can't send email", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: status,
		Impact: "Users can't send email.", StartAt: storetest.T0, ModifiedAt: storetest.T0.Add(time.Duration(posts) * time.Hour),
	}
	for i := range posts {
		issue.Posts = append(issue.Posts, tocsin.Post{
			CreatedAt: storetest.T0.Add(time.Duration(i+1) * time.Hour), Type: "regular", ContentType: "text",
			Content: fmt.Sprintf("Title: Users can't send email\n\nUser impact: Users can't send email.\n\nCurrent status: We're checking step %d.\n\nWorkaround: Users can use Outlook on the web.\n\nNext update by: Monday, March 2, 2026, at 8:00 PM UTC", i+1),
		})
	}
	return issue
}

// print is a letter as plain text, with what a line has beside its text.
func print(l *notify.Letter) string {
	var b strings.Builder
	line := func(one notify.Line) string {
		text := one.Text
		if one.Language != l.Language {
			text += " (" + one.Language + ")"
		}
		if one.Origin != "" {
			text += " [" + one.Origin + "]"
		}
		return text
	}
	fmt.Fprintf(&b, "%s: %s\n", l.Heading, line(l.Title))
	for _, one := range l.Lead {
		fmt.Fprintln(&b, line(one))
	}
	for _, e := range l.Entries {
		fmt.Fprintf(&b, "\n%s: %s (%s)\n", e.Heading, line(e.Title), e.Severity)
		for _, block := range e.Blocks {
			fmt.Fprintf(&b, "%s\n", block.Label)
			for _, one := range block.Lines {
				fmt.Fprintf(&b, "  %s\n", line(one))
			}
		}
		fmt.Fprintf(&b, "%s <%s>\n", e.LinkLabel, e.Link)
	}
	return b.String()
}

// A letter says first what changed, in each language; of two tenants that see the
// same it is one, which lists them.
func TestLetters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.record(story(1, tocsin.StatusInvestigating), storetest.Contoso, storetest.Fabrikam)
	second := d.record(story(2, tocsin.StatusDegradation), storetest.Contoso)
	ended := d.record(story(3, tocsin.StatusServiceRestored), storetest.Contoso)
	source := []delivery.Pending{{Change: tocsin.Change{TenantID: storetest.Contoso, Kind: tocsin.KindSource, ID: "graph", What: tocsin.WhatStale, At: d.now}}}
	late := []delivery.Pending{second[0]}
	late[0].Change.What, late[0].Change.Seq = tocsin.WhatLate, 99
	again := []delivery.Pending{second[0]}
	again[0].Change.What, again[0].Change.Seq = tocsin.WhatRepeat, 100
	message := d.record(tocsin.Message{
		ID: "MC1", Title: "Certificates change", Services: []string{"Exchange Online"}, Category: "planForChange", Tags: []string{"Admin impact"},
		ModifiedAt: storetest.T0, ContentType: "text", Content: "We change certificates.",
	}, storetest.Contoso)
	calling := story(2, tocsin.StatusDegradation)
	calling.ID = "EX123457"
	open := d.record(calling, storetest.Contoso)
	work := d.record(tocsin.Issue{
		ID: "EX200001", Title: "New certificates", Service: "Exchange Online", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational,
		StartAt: storetest.T0.Add(24 * time.Hour), EndAt: storetest.T0.Add(26 * time.Hour), ModifiedAt: storetest.T0,
	}, storetest.Contoso)
	for _, language := range lang.Publications() {
		var all []string
		for _, one := range []struct {
			kind notify.MessageKind
			list []delivery.Pending
		}{
			{notify.KindUpdate, first},
			{notify.KindUpdate, []delivery.Pending{{Change: second[0].Change}}},
			{notify.KindUpdate, ended},
			{notify.KindUpdate, late},
			{notify.KindRepeat, again},
			{notify.KindUpdate, source},
			{notify.KindSummary, append(slices.Clone(first), message...)},
			{notify.KindEscalation, open},
			{notify.KindUpdate, work},
		} {
			all = append(all, print(d.write(language, one.kind, one.list).Letter))
		}
		trouble, err := d.Trouble(language, time.UTC, "duty-mail", delivery.Trouble{Endpoint: delivery.Endpoint{FailingSince: storetest.T0, Reason: string(notify.ReasonAuthentication), Detail: "535 5.7.8 refused"}})
		if err != nil {
			t.Fatal(err)
		}
		mended, err := d.Mended(language, "duty-mail")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, print(trouble.Letter), print(mended.Letter))
		golden(t, language+".txt", strings.Join(all, "\n---\n"))
	}
}

// golden compares a text with that of testdata, which TOCSIN_UPDATE=1 writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("TOCSIN_UPDATE") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s: %v\n%s", name, err, got)
	}
}

// What is told for programs is what is told in words.
func TestFacts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	list := d.record(story(1, tocsin.StatusInvestigating), storetest.Contoso, storetest.Fabrikam)
	list = append(list, d.record(story(2, tocsin.StatusDegradation), storetest.Contoso)...)
	content := d.write("en", notify.KindUpdate, list)
	f := content.Facts[0]
	if len(content.Facts) != 1 || f.Change != "opened" || f.N != 2 || content.Letter.Heading != "[serviceDegradation] EX123456" || f.Severity != tocsin.SeverityDegraded || f.Was != tocsin.StatusInvestigating || len(f.Tenants) != 2 || len(f.Changes) != 3 ||
		f.Services[0].ID != "Exchange" || !f.NextUpdateBy.Equal(time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)) || f.Link != "https://status.contoso.com/issues/EX123456?tenant=contoso" {
		t.Errorf("%+v", f)
	}
	again, err := notify.DecodeContent(content.Body())
	if err != nil || again.Facts[0].Severity != tocsin.SeverityDegraded || print(again.Letter) != print(content.Letter) {
		t.Errorf("%+v, %v", again, err)
	}
	if d.write("en", notify.KindUpdate, list) != content {
		t.Error("the same is written twice")
	}
}

// What has become private in the meantime is told nobody.
func TestPrivate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	list := d.record(tocsin.Message{ID: "MC1", Title: "x", Category: "dataPrivacy", Tags: []string{"Data privacy"}, ModifiedAt: storetest.T0, ContentType: "text", Content: "x"}, storetest.Contoso)
	if content := d.write("en", notify.KindUpdate, list); content != nil {
		t.Errorf("%+v", content.Letter)
	}
}

// However many ask for the same letter at once, it is written once.
func TestWrittenOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	list := d.record(story(1, tocsin.StatusDegradation), storetest.Contoso)
	written := make([]*notify.Content, 64)
	var all, begun sync.WaitGroup
	begun.Add(len(written))
	d.Writer.Press = heldUp{d.Writer.Press.(*publish.Reader), &begun}
	for i := range written {
		all.Go(func() {
			begun.Done()
			content, _, err := d.Write(t.Context(), "fr", time.UTC, notify.KindUpdate, list)
			if err != nil {
				t.Error(err)
			}
			written[i] = content
		})
	}
	all.Wait()
	for _, content := range written {
		if content != written[0] {
			t.Fatal("it was written more than once")
		}
	}
}

// heldUp says nothing before everybody has begun to ask.
type heldUp struct {
	*publish.Reader
	begun *sync.WaitGroup
}

func (h heldUp) Whole(ctx context.Context, tenantID string) (publish.Edition, error) {
	h.begun.Wait()
	return h.Reader.Whole(ctx, tenantID)
}
