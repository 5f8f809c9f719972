package translate_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/enginetest"
	"example.org/tocsin/internal/translate/libre"
)

var anyMark = regexp.MustCompile(`⟦\d+⟧`)

// fluent puts marks into words of a language, so that nothing but what is done to
// it afterwards can be wrong.
func fluent(text, language string) string {
	words := map[string]string{"fr": "le service est en panne pour des utilisateurs", "ja": "サービスが利用できない状態です", "es": "el servicio no está disponible para los usuarios", "de": "der Dienst ist für die Benutzer nicht verfügbar"}[language]
	parts := append([]string{words}, anyMark.FindAllString(text, -1)...)
	for language != "ja" && len(strings.Join(parts, " ")) < len(text)*2/3 {
		parts = append(parts, words)
	}
	parts = append(parts, regexp.MustCompile(`\d+`).FindAllString(anyMark.ReplaceAllString(text, ""), -1)...)
	return strings.Join(parts, " ") + "."
}

// mischief is what a hostile or broken engine does to a good answer.
func mischief(r *rand.Rand) map[string]func(string) string {
	one := func(do func(mark string) string) func(string) string {
		return func(text string) string {
			marks := anyMark.FindAllStringIndex(text, -1)
			if len(marks) == 0 {
				return text
			}
			at := marks[r.IntN(len(marks))]
			return text[:at[0]] + do(text[at[0]:at[1]]) + text[at[1]:]
		}
	}
	return map[string]func(string) string{
		"dropped":    one(func(string) string { return "" }),
		"doubled":    one(func(mark string) string { return mark + " " + mark }),
		"renumbered": one(func(string) string { return fmt.Sprintf("⟦%d⟧", r.IntN(12)) }),
		"blanks":     one(func(mark string) string { return strings.NewReplacer("⟦", "⟦ ", "⟧", " ⟧").Replace(mark) }),
		"brackets":   one(func(mark string) string { return strings.NewReplacer("⟦", "[", "⟧", "]").Replace(mark) }),
		"wide":       one(func(mark string) string { return strings.NewReplacer("1", "１", "2", "２").Replace(mark) }),
		"translated": one(func(string) string { return "Perspectiva" }),
		"unclosed":   one(func(mark string) string { return strings.TrimSuffix(mark, "⟧") }),
		"HTML":       one(func(mark string) string { return "<b>" + mark + "</b>" }),
		"script":     func(text string) string { return text + `<script>alert(1)</script>` },
		"cut":        func(text string) string { return string([]rune(text)[:len([]rune(text))/2]) },
		"more":       func(text string) string { return text + " " + text },
		"digits":     func(text string) string { return text + " 17" },
		"reordered": func(text string) string {
			marks := anyMark.FindAllString(text, -1)
			r.Shuffle(len(marks), func(i, j int) { marks[i], marks[j] = marks[j], marks[i] })
			n := -1
			return anyMark.ReplaceAllStringFunc(text, func(string) string { n++; return marks[n] })
		},
		"chatter":  func(text string) string { return "Sure! Here is the translation: " + text },
		"unmarked": func(text string) string { return "*" + text },
		"nothing":  func(string) string { return "" },
		"emoji":    func(string) string { return "🖕" },
		"NUL":      func(text string) string { return text + "\x00" },
		"turned":   func(text string) string { return "\u202e" + text },
		"English": func(text string) string {
			return "The users of the service cannot open it and have to wait for this " + strings.Join(anyMark.FindAllString(text, -1), " ") + "."
		},
	}
}

// Whatever an engine does to what it is asked, over real HTTP: no protected piece
// is damaged in what comes out, what fails a check stays in English with the
// reason, and nothing is lost.
func TestHostileEngine(t *testing.T) {
	t.Parallel()
	seed := rand.New(rand.NewPCG(11, 29)) //nolint:gosec // the same mischief each time
	names, mu := map[string]bool{}, sync.Mutex{}
	server := enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
		var asked struct {
			Q      []string `json:"q"`
			Target string   `json:"target"`
		}
		_ = json.Unmarshal([]byte(r.Body), &asked)
		mu.Lock()
		defer mu.Unlock()
		kinds := mischief(seed)
		answer := []string{}
		for _, text := range asked.Q {
			text = fluent(text, asked.Target)
			for _, name := range slices.Sorted(maps.Keys(kinds)) {
				if seed.IntN(len(kinds)) == 0 { // one for each text, more or less
					text, names[name] = kinds[name](text), true
				}
			}
			answer = append(answer, text)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"translatedText": answer})
	})
	engine, err := libre.New(libre.Config{Address: server.Address, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	chains, err := translate.NewChains(translate.ChainsConfig{
		Members: []translate.Member{{ID: "bad", Engine: engine}}, Guard: translate.DefaultBook().Guard(), Now: enginetest.Now, Log: slog.New(slog.DiscardHandler),
		Chains: map[string][]string{"fr": {"bad"}, "ja": {"bad"}, "es": {"bad"}, "de": {"bad"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	accepted, reasons := 0, map[translate.Reason]int{}
	for range 5 {
		for _, language := range translate.Languages() {
			texts := enginetest.Notices()
			outcomes, err := chains.Ask(t.Context(), translate.Job{To: language, Texts: texts})
			if err != nil || len(outcomes) != len(texts) {
				t.Fatal(err, len(outcomes))
			}
			for i, o := range outcomes {
				reasons[o.Reason]++
				if o.Reason != translate.ReasonNone {
					continue
				}
				accepted++
				if missing := enginetest.Damaged(t, texts[i], o.Text, language); len(missing) > 0 {
					t.Errorf("%s: %q is damaged in %q, made of %q", language, missing, o.Text, texts[i])
				}
				if strings.ContainsAny(o.Text, "<>\x00\u202e🖕*") {
					t.Errorf("%s: %q was let through", language, o.Text)
				}
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	t.Logf("%d of 200 answers accepted; by reason: %v; mischief of %d kinds", accepted, reasons, len(names))
	if accepted < 40 || len(names) < 15 {
		t.Errorf("%d answers were accepted, of %d kinds of mischief: the test says nothing", accepted, len(names))
	}
}
