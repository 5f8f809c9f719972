package translate_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// fakeEngines say the language and the text, and note what they were asked. Texts
// that begin with a key of fails have that outcome; ask, when it is set, is
// called first.
type fakeEngines struct {
	mu    sync.Mutex
	asked []string
	fails map[string]translate.Outcome
	ask   func() error
}

func (f *fakeEngines) Ask(_ context.Context, job translate.Job) ([]translate.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	outcomes := make([]translate.Outcome, len(job.Texts))
	if f.ask != nil {
		if err := f.ask(); err != nil {
			outcomes = outcomes[:1]
			job.Texts = job.Texts[:1]
			defer func() { f.ask = nil }()
			f.answer(job, outcomes)
			return outcomes, err
		}
	}
	f.answer(job, outcomes)
	return outcomes, nil
}

func (f *fakeEngines) answer(job translate.Job, outcomes []translate.Outcome) {
	for i, text := range job.Texts {
		f.asked = append(f.asked, job.To+": "+text)
		outcomes[i] = translate.Outcome{Text: "[" + job.To + "] " + text, Engine: "e", By: "An engine"}
		for prefix, outcome := range f.fails {
			if strings.HasPrefix(text, prefix) {
				outcomes[i] = outcome
			}
		}
	}
}

// desk is a store with all that translates on it, and a clock.
type desk struct {
	*storetest.Desk
	t          *testing.T
	now        time.Time
	engines    *fakeEngines
	translator *translate.Translator
	worker     *translate.Worker
	consumer   *translate.Consumer
}

func newDesk(t *testing.T, policy translate.Policy) *desk {
	t.Helper()
	d := &desk{Desk: storetest.Open(t, storetest.File(t)), t: t, now: storetest.T0, engines: &fakeEngines{fails: map[string]translate.Outcome{}}}
	storetest.AddTenants(t, d)
	clock := func() time.Time { return d.now }
	d.translator = translate.NewTranslator(d.Translations, policy, clock)
	d.worker = translate.NewWorker(translate.WorkerConfig{Memory: d.Translations, Engines: d.engines, Policy: policy, Now: clock, Log: slog.New(slog.DiscardHandler)})
	d.consumer = translate.NewConsumer(d.Archive, d.Translations, policy, clock, d.worker.Wake)
	if err := d.AddConsumer(t.Context(), translate.ConsumerName, true); err != nil {
		t.Fatal(err)
	}
	return d
}

// record stores documents that tenants see.
func (d *desk) record(doc tocsin.Document, tenants ...string) {
	d.t.Helper()
	for _, id := range tenants {
		if _, err := d.Record(d.t.Context(), archive.Record{TenantID: id, Source: "test", SeenAt: d.now, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			d.t.Fatal(err)
		}
	}
}

// consume has the consumer handle all changes.
func (d *desk) consume() {
	d.t.Helper()
	ctx := d.t.Context()
	cursor, err := d.ClaimConsumer(ctx, translate.ConsumerName, d.now, time.Minute)
	for handled := 1; err == nil && handled > 0; {
		cursor, handled, err = d.Consume(ctx, cursor, 3, d.now, time.Minute, d.consumer.Handle)
	}
	if err = errors.Join(err, d.ReleaseConsumer(ctx, cursor)); err != nil {
		d.t.Fatal(err)
	}
}

// work asks engines until nothing is left.
func (d *desk) work(languages ...string) {
	d.t.Helper()
	for _, language := range languages {
		for n := 1; n > 0; {
			var err error
			if n, err = d.worker.Pass(d.t.Context(), language); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

// shown are the lines of a text as a tenant reads it: origin, reason, words.
func (d *desk) shown(tenant, language, text string) []string {
	d.t.Helper()
	made, err := d.translator.Render(d.t.Context(), tenant, language, text)
	if err != nil {
		d.t.Fatal(err)
	}
	list := []string{}
	for _, l := range made.Lines {
		list = append(list, fmt.Sprintf("%s%s: %s", l.Origin, l.Reason, l.Target))
	}
	return list
}

func issue(t *testing.T, id, title string, at time.Time, posts ...string) tocsin.Document {
	t.Helper()
	one := tocsin.Issue{
		ID: id, Title: title, Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: at,
	}
	for i, text := range posts {
		one.Posts = append(one.Posts, tocsin.Post{CreatedAt: storetest.T0.Add(time.Duration(i) * time.Minute), Type: "regular", ContentType: "text", Content: text})
	}
	doc, err := tocsin.NewDocument(one)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func message(t *testing.T, id, title, text string, tags ...string) tocsin.Document {
	t.Helper()
	doc, err := tocsin.NewDocument(tocsin.Message{
		ID: id, Title: title, Category: "stayInformed", Tags: tags, StartAt: storetest.T0, ModifiedAt: storetest.T0, ContentType: "text", Content: text,
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func check(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

const odd = "Purple elephants block the switch."

// An issue that two tenants see is cut once and asked for once; both hear of it,
// and lines say where they are from.
func TestTranslatedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr"}, Wait: 30 * time.Second})
	doc := issue(t, "EX1", "A title of our own", d.now, "User impact: "+odd, "User impact: "+odd+"\n\nMore green ones came")
	d.record(doc, storetest.Contoso, storetest.Fabrikam)
	const text = "User impact: " + odd
	check(t, "before anybody asked", d.shown(storetest.Contoso, "fr", text), []string{"book: Impact sur les utilisateurs\u00a0:", "originalwaiting: " + odd})
	check(t, "without an engine", d.shown(storetest.Contoso, "ja", text)[1:], []string{"originalnoEngine: " + odd})
	d.consume()
	d.work("fr")
	check(t, "asked", sorted(d.engines.asked), []string{"fr: A title of our own", "fr: More green ones came", "fr: " + odd})
	for _, tenant := range []string{storetest.Contoso, storetest.Fabrikam} {
		check(t, "shown", d.shown(tenant, "fr", text)[1:], []string{"engine: [fr] " + odd})
	}
	check(t, "without its stop", d.shown(storetest.Contoso, "fr", strings.TrimSuffix(odd, ".")), []string{"engine: [fr] " + strings.TrimSuffix(odd, ".")})
	changes, err := d.ChangesAfter(t.Context(), 2, 9)
	if err != nil || len(changes) != 2 || changes[0].What != tocsin.WhatTranslated || changes[0].TenantID == changes[1].TenantID {
		t.Errorf("told: %+v, %v", changes, err)
	}
	d.now = d.now.Add(time.Hour)
	d.record(issue(t, "EX1", "A title of our own", d.now, odd, "Another line."), storetest.Contoso, storetest.Fabrikam)
	d.consume()
	d.work("fr")
	check(t, "asked for what is new", d.engines.asked[3:], []string{"fr: Another line."})
	days, err := d.Days(t.Context(), "2026-03-02", "2026-03-02")
	if err != nil || len(days) != 1 || days[0].Memory == 0 || days[0].Book == 0 {
		t.Errorf("Days = %+v, %v", days, err)
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// Words of one tenant never reach what the other gets, those of a tenant that is
// translated by the book and the memory alone never an engine, those of a message
// about data privacy nobody.
func TestCanaries(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr", "ja"}, Quiet: []string{storetest.Fabrikam}})
	d.record(message(t, "MC1", "Canary one", "Only contosocanary lines here."), storetest.Contoso)
	d.record(message(t, "MC2", "Canary two", "Only fabrikamcanary lines here."), storetest.Fabrikam)
	own := archive.Record{TenantID: storetest.Contoso, Source: tocsin.SourceOwn, SeenAt: d.now, Entries: []archive.Entry{{Document: message(t, "MC4", "Our privacycanary", "Of the team.")}}}
	if _, err := d.Record(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	d.record(message(t, "MC3", "Canary privacycanary", "A privacycanary line.", "Data privacy"), storetest.Contoso, storetest.Fabrikam)
	d.consume()
	ctx := t.Context()
	for _, language := range []string{"fr", "ja"} {
		if err := d.WantAll(ctx, language, []string{storetest.Fabrikam}, d.now); err != nil {
			t.Fatal(err)
		}
	}
	d.work("fr", "ja")
	for _, asked := range d.engines.asked {
		if strings.Contains(asked, "fabrikamcanary") || strings.Contains(asked, "privacycanary") {
			t.Errorf("an engine was asked for %q", asked)
		}
	}
	check(t, "off", d.shown(storetest.Fabrikam, "fr", "Only fabrikamcanary lines here."), []string{"originaloff: Only fabrikamcanary lines here."})
	for tenant, foreign := range map[string]string{storetest.Contoso: "fabrikamcanary", storetest.Fabrikam: "contosocanary"} {
		pairs, err := d.Pairs(ctx, translation.PairQuery{TenantID: tenant, Language: "fr", Limit: 99})
		if err != nil {
			t.Fatal(err)
		}
		var file strings.Builder
		var units []translate.Unit
		for _, p := range pairs {
			units = append(units, translate.Unit{Source: p.Source, Target: p.Target, Origin: translate.OriginEngine, By: p.Engine, Changed: p.CreatedAt})
		}
		if err := translate.WriteTMX(&file, "fr", units); err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprintf("%+v %s", pairs, file.String()); strings.Contains(text, foreign) || strings.Contains(text, "privacycanary") || tenant == storetest.Contoso && !strings.Contains(file.String(), "contosocanary") {
			t.Errorf("%s gets %s", tenant, text)
		}
	}
	if lines, err := d.Lines(ctx, storetest.Contoso, "fr", []translation.Key{translation.Key(translate.KeyOf("A privacycanary line."))}); err != nil || len(lines) != 0 {
		t.Errorf("kept of a message about data privacy: %+v, %v", lines, err)
	}
	days, err := d.Days(ctx, "0000-00-00", "9999-99-99")
	log, logged := d.Audit(ctx, store.AuditQuery{Limit: 100})
	if text := fmt.Sprintf("%+v %+v", days, log); err != nil || logged != nil || strings.Contains(text, "canary") {
		t.Errorf("the ledger or the audit log quotes: %s, %v, %v", text, err, logged)
	}
	private := d.translator.ByBook("fr", "User impact: A privacycanary line.", translate.ReasonPrivate)
	if len(private.Lines) != 2 || private.Lines[0].Origin != translate.OriginBook || private.Lines[1].Reason != translate.ReasonPrivate {
		t.Errorf("ByBook = %+v", private)
	}
}

// A person's line comes before the book's and an engine's.
func TestHumanFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr"}})
	const label = "User impact:"
	d.record(issue(t, "EX1", odd, d.now, label+" "+odd), storetest.Contoso, storetest.Fabrikam)
	d.consume()
	d.work("fr")
	for _, source := range []string{label, odd} {
		err := d.Override(t.Context(), translation.Override{
			TenantID: storetest.Contoso, Source: translation.Text{Key: translation.Key(translate.KeyOf(source)), Text: source}, Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"},
			Language: "fr", Text: "fait main", Reviewer: "a reviewer",
		}, d.now)
		if err != nil {
			t.Fatal(err)
		}
	}
	check(t, "for the tenant", d.shown(storetest.Contoso, "fr", label+" "+odd), []string{"human: fait main", "human: fait main."})
	check(t, "for another", d.shown(storetest.Fabrikam, "fr", label+" "+odd), []string{"book: Impact sur les utilisateurs\u00a0:", "engine: [fr] " + odd})
	d.now = d.now.Add(time.Minute)
	d.record(issue(t, "EX1", odd, d.now, label+" Something else."), storetest.Contoso)
	d.consume()
	pairs, err := d.Pairs(t.Context(), translation.PairQuery{TenantID: storetest.Contoso, Language: "fr", Human: true, Limit: 9})
	if err != nil || len(pairs) != 2 || pairs[0].Stale || pairs[1].Stale {
		t.Errorf("a line of the book that was overridden stays in the next version: %+v, %v", pairs, err)
	}
}

// Refused answers leave the original with the reason; what fails is asked again
// later; what was answered before the program ended is kept.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr"}})
	d.engines.fails["Refused"] = translate.Outcome{Reason: translate.ReasonDigits, Answer: "Refusé 4", By: "An engine"}
	d.engines.fails["Failed"] = translate.Outcome{Reason: translate.ReasonFailed, Again: d.now.Add(10 * time.Second)}
	d.engines.fails["Broke"] = translate.Outcome{Reason: translate.ReasonBudget, Again: d.now.Add(9 * time.Hour)}
	d.record(issue(t, "EX1", "Refused purple", d.now, "Failed purple\nBroke purple"), storetest.Contoso)
	d.consume()
	d.work("fr")
	shown := func(want ...string) {
		t.Helper()
		check(t, "shown", d.shown(storetest.Contoso, "fr", "Refused purple\nFailed purple\nBroke purple"), want)
	}
	shown("originaldigits: Refused purple", "originalfailed: Failed purple", "originalbudget: Broke purple")
	clear(d.engines.fails)
	d.now = d.now.Add(time.Minute)
	d.work("fr")
	shown("originaldigits: Refused purple", "engine: [fr] Failed purple", "originalbudget: Broke purple")
	d.now = d.now.Add(9 * time.Hour)
	d.work("fr")
	shown("originaldigits: Refused purple", "engine: [fr] Failed purple", "engine: [fr] Broke purple")

	d.record(issue(t, "EX2", "Blue one", d.now, "Blue two\nBlue three"), storetest.Contoso)
	d.consume()
	broken := errors.New("the program ends")
	d.engines.ask, d.engines.asked = func() error { return broken }, nil
	if _, err := d.worker.Pass(t.Context(), "fr"); !errors.Is(err, broken) {
		t.Errorf("Pass = %v", err)
	}
	d.now = d.now.Add(time.Hour)
	d.work("fr")
	check(t, "asked", sorted(d.engines.asked), []string{"fr: Blue one", "fr: Blue three", "fr: Blue two"})
}

// What tells of an update waits for its engine until it has answered, or for the
// time of the settings.
func TestProgress(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr"}, Quiet: []string{storetest.Fabrikam}, Wait: 30 * time.Second})
	d.record(issue(t, "EX1", odd, d.now), storetest.Contoso, storetest.Fabrikam)
	progress := func(what, tenant, language string, want bool) {
		t.Helper()
		p, err := d.translator.Progress(t.Context(), tocsin.Change{TenantID: tenant, Kind: tocsin.KindIssue, ID: "EX1", N: 1, At: storetest.T0}, language)
		if err != nil || p.Complete != want || !p.Until.Equal(storetest.T0.Add(30*time.Second)) {
			t.Errorf("%s: %+v, %v, want %v", what, p, err, want)
		}
	}
	progress("before it was cut", storetest.Contoso, "fr", false)
	d.consume()
	progress("before an engine was asked", storetest.Contoso, "fr", false)
	progress("without an engine", storetest.Contoso, "ja", true)
	progress("of a quiet tenant", storetest.Fabrikam, "fr", true)
	d.now = d.now.Add(30 * time.Second)
	progress("after the wait", storetest.Contoso, "fr", true)
	d.now = storetest.T0
	d.work("fr")
	progress("answered", storetest.Contoso, "fr", true)
	never := translate.NewTranslator(d.Translations, translate.Policy{Languages: []string{"fr"}}, func() time.Time { return d.now })
	if p, err := never.Progress(t.Context(), tocsin.Change{TenantID: storetest.Contoso, Kind: tocsin.KindIssue, ID: "EX9", N: 1, At: d.now}, "fr"); err != nil || !p.Complete {
		t.Errorf("with no wait: %+v, %v", p, err)
	}
}

// The worker runs until it is told to stop, and hears of what comes.
func TestWorkerRuns(t *testing.T) {
	t.Parallel()
	d := newDesk(t, translate.Policy{Languages: []string{"fr", "ja"}})
	d.record(issue(t, "EX1", odd, d.now), storetest.Contoso)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- d.worker.Run(ctx) }()
	d.consume()
	for end := time.Now().Add(20 * time.Second); ; {
		counts, err := d.OpenWants(t.Context())
		if err != nil || time.Now().After(end) {
			t.Fatalf("OpenWants = %v, %v", counts, err)
		}
		made, err := d.translator.RenderAll(t.Context(), storetest.Contoso, "ja", []string{odd})
		if err != nil {
			t.Fatal(err)
		}
		if made[0].Lines[0].Origin == translate.OriginEngine && len(counts) == 0 {
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
