package apertium_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/apertium"
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

var mark = regexp.MustCompile(`⟦\d+⟧`)

// The real engine translates into Spanish, and through Catalan into French, and
// leaves every placeholder as it is.
func TestRealEngine(t *testing.T) {
	t.Parallel()
	e := local(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if got, err := e.Languages(ctx); err != nil || !slices.Equal(got, []string{"fr", "es"}) {
		t.Errorf("languages %v, %v", got, err)
	}
	for _, language := range []string{"es", "fr"} {
		for _, text := range []string{
			"The service is down.",
			"⟦1⟧ is investigating why users may be unable to access their mailboxes at ⟦2⟧.",
			"Between ⟦1⟧ and ⟦2⟧, some users could not open ⟦3⟧ in ⟦4⟧.",
			"We have restarted the affected servers, and ⟦1⟧ shows that mail is delivered again.",
			strings.Repeat("Users may see delays when they send mail with ⟦1⟧. ", 150),
		} {
			answer, err := e.Translate(ctx, translate.Job{To: language, Texts: []string{text}})
			if err != nil {
				t.Fatalf("%s: %v", language, err)
			}
			got, want := mark.FindAllString(answer.Texts[0], -1), mark.FindAllString(text, -1)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) || answer.Texts[0] == text || len(answer.Texts[0]) < len(text)*2/3 {
				t.Errorf("%s: %s became %s", language, text, answer.Texts[0])
			}
		}
	}
	_, err := e.Translate(ctx, translate.Job{To: "de", Texts: []string{"a"}})
	if f := translate.FailureOf(err); f.Class != translate.FailureOff {
		t.Errorf("a language that it has not: %v", err)
	}
}
