package public_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/public"
)

// everybody may pass.
type everybody struct{}

func (everybody) Admit(r *http.Request, _ access.Permission) (*http.Request, error) { return r, nil }

// An engine translates by putting its word before a text, once it is done.
type engine struct {
	done bool
	word string
}

func (e *engine) RenderAll(_ context.Context, _, language string, texts []string) (list []translate.Translation, err error) {
	for _, text := range texts {
		line := translate.Line{Segment: translate.Segment{Text: text}, Target: text, Origin: translate.OriginOriginal, Reason: translate.ReasonWaiting}
		if e.done {
			line.Target, line.Origin, line.Reason, line.By = e.word+" "+text, translate.OriginEngine, translate.ReasonNone, "fake"
		}
		list = append(list, translate.Translation{Language: language, Lines: []translate.Line{line}})
	}
	return list, nil
}

func (e *engine) Progress(_ context.Context, c tocsin.Change, _ string) (translate.Progress, error) {
	return translate.Progress{Complete: e.done, Since: c.At, Until: c.At.Add(30 * time.Second)}, nil
}

// T-48: an entry in another language waits for its translation, for so long and no
// longer; what it said when it was told stays, also for another process.
func TestEntriesWaitAndStay(t *testing.T) {
	t.Parallel()
	now := storetest.T0
	store := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, store)
	clock := func() time.Time { return now }
	if _, err := store.ChangePublishing(t.Context(), storetest.Contoso, now, func(p *tocsin.Publishing) error { p.Readership = tocsin.ForEverybody; return nil }); err != nil {
		t.Fatal(err)
	}
	engines := &engine{word: "erste"}
	var model *readmodel.Model
	serve := func() string {
		model = readmodel.New(store, clock, slog.New(slog.DiscardHandler))
		parts := part.New(part.Config{Model: model, Archive: store})
		pages := public.New(public.Config{
			Parts: parts, Model: model, Press: publish.New(store, clock), Translations: engines, Progress: engines, Wait: 30 * time.Second, Entries: store,
		})
		shell, err := web.New(web.Config{Model: model, Archive: store, Now: clock}, parts.Family(), pages.Family())
		if err != nil {
			t.Fatal(err)
		}
		server, err := httpserver.New(httpserver.Config{Routes: shell.Routes(), Errors: shell.WriteError, Gate: everybody{}, Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		listener := httptest.NewServer(server)
		t.Cleanup(listener.Close)
		return listener.URL
	}
	base := serve()
	read := func(language string) string {
		t.Helper()
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/status/contoso/feed.xml?lang="+language, nil)
		w := httptest.NewRecorder()
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := w.Body.ReadFrom(response.Body); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", language, response.Status, err)
		}
		return w.Body.String()
	}
	tell := func(id string) {
		t.Helper()
		doc, err := tocsin.NewDocument(tocsin.Issue{ID: id, Title: "Title of " + id, Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusInterruption, StartAt: now, ModifiedAt: now})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Record(t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: now, Entries: []archive.Entry{{Document: doc}}}); err != nil {
			t.Fatal(err)
		}
		if err := model.Refresh(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	step := func(when, language string, has ...string) {
		t.Helper()
		body := read(language)
		for _, text := range has {
			if rest, lacks := strings.CutPrefix(text, "!"); strings.Contains(body, rest) == lacks {
				t.Errorf("%s, in %s: %q\n%s", when, language, text, body)
			}
		}
	}
	tell("EX1")
	now = now.Add(10 * time.Second)
	step("not yet translated", "de", "!EX1")
	step("not yet translated", "en", "Title of EX1")
	now = now.Add(25 * time.Second)
	step("after the wait", "de", "EX1 | Exchange Online | Title of EX1")
	engines.done = true
	tell("EX2")
	now = now.Add(2 * time.Second)
	step("translated at last", "de", "EX1 | Exchange Online | Title of EX1", "EX2 | Exchange Online | erste Title of EX2", "!erste Title of EX1")
	step("another language", "fr", "EX1 | Exchange Online | erste Title of EX1")
	engines.word = "bessere"
	base = serve() // another process, which remembers nothing
	step("better words", "de", "EX2 | Exchange Online | erste Title of EX2", "!bessere")
}
