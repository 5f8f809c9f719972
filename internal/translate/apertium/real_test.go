package apertium_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/apertium"
	"example.org/tocsin/internal/translate/enginetest"
)

// local starts the real engine. It skips the test when it is not installed, or
// fails it when TOCSIN_TEST_REQUIRE asks for apertium.
func local(t *testing.T) *apertium.Engine {
	t.Helper()
	server, err := apertium.StartLocal(t.Context())
	if errors.Is(err, apertium.ErrNotInstalled) {
		if slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), "apertium") {
			t.Fatalf("Apertium is required: %v", err)
		}
		t.Skipf("no Apertium: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	e, err := apertium.New(apertium.Config{Address: server.Address, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The real engine translates into Spanish, and through Catalan into French, and
// leaves every placeholder as it is.
func TestRealEngine(t *testing.T) {
	t.Parallel()
	e := local(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	if got, err := e.Languages(ctx); err != nil || !slices.Equal(got, []string{"fr", "es"}) {
		t.Errorf("languages %v, %v", got, err)
	}
	_, err := e.Translate(ctx, translate.Job{To: "de", Texts: []string{"a"}})
	if f := translate.FailureOf(err); f.Class != translate.FailureOff {
		t.Errorf("a language that it has not: %v", err)
	}
	wholePath(ctx, t, e)
}

// wholePath asks the engine for notices, and for recorded posts where they are,
// as a desk does: with their pieces protected and its answers checked. No piece is
// damaged in what comes out.
func wholePath(ctx context.Context, t *testing.T, e *apertium.Engine) {
	t.Helper()
	chains, err := translate.NewChains(translate.ChainsConfig{
		Members: []translate.Member{{ID: "apertium", Engine: e}}, Chains: map[string][]string{"es": {"apertium"}, "fr": {"apertium"}},
		Guard: translate.DefaultBook().Guard(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("Users may see delays when they send mail with Outlook. ", 50) // the server parts it
	for name, texts := range map[string][]string{"notices": append(enginetest.Notices(), long), "posts": recorded(t)} {
		for _, language := range chains.Languages() {
			outcomes, err := chains.Ask(ctx, translate.Job{To: language, Texts: texts})
			if err != nil {
				t.Fatal(err)
			}
			reasons, spans, damaged := map[translate.Reason]int{}, 0, 0
			for i, o := range outcomes {
				reasons[o.Reason]++
				spans += len(translate.DefaultBook().Protect(texts[i]).Spans())
				if o.Reason != translate.ReasonNone {
					continue
				}
				if missing := enginetest.Damaged(t, texts[i], o.Text, language); len(missing) > 0 {
					damaged += len(missing)
					t.Errorf("%s: %q is damaged in %q, made of %q", language, missing, o.Text, texts[i])
				}
			}
			t.Logf("%s into %s: %d texts with %d protected pieces, damaged %d; by reason %v", name, language, len(texts), spans, damaged, reasons)
			if len(texts) > 0 && reasons[translate.ReasonNone] == 0 || reasons[translate.ReasonFailed] > 0 {
				t.Errorf("%s into %s: by reason %v", name, language, reasons)
			}
		}
	}
}

// recorded are sentences of recorded posts that no phrase book knows, none where
// the posts are not.
func recorded(t *testing.T) (texts []string) {
	t.Helper()
	body, err := os.ReadFile("../../../../shared/data/issue-posts.jsonl")
	if err != nil {
		t.Logf("without recorded posts: %v", err)
		return nil
	}
	for line := range strings.Lines(string(body)) {
		var post struct {
			Text string `json:"latestPost"`
		}
		if err := json.Unmarshal([]byte(line), &post); err != nil {
			t.Fatal(err)
		}
		for _, s := range translate.Segments(post.Text) {
			if s.Kind == translate.SegmentSentence && !translate.DefaultBook().Has(s) {
				texts = append(texts, s.Text)
			}
		}
	}
	return texts
}
