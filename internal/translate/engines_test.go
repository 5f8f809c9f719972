package translate_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/apertium"
	"example.org/tocsin/internal/translate/azure"
	"example.org/tocsin/internal/translate/deepl"
	"example.org/tocsin/internal/translate/enginetest"
	"example.org/tocsin/internal/translate/google"
	"example.org/tocsin/internal/translate/libre"
	"example.org/tocsin/internal/translate/openai"
)

// A wired engine is an adapter with the form in which its provider speaks.
type wired struct {
	name  string
	make  func(t *testing.T, address string) (translate.Engine, error)
	texts func(body string) []string // with their placeholders
	reply func(texts []string) any
}

// each decodes a body into a value and returns what texts are in it.
func each[T any](texts func(T) []string, plain func(string) string) func(body string) []string {
	return func(body string) []string {
		var v T
		_ = json.Unmarshal([]byte(body), &v)
		list := texts(v)
		for i := range list {
			list[i] = plain(list[i])
		}
		return list
	}
}

// all makes an element of each text.
func all(texts []string, one func(text string) any) []any {
	list := []any{}
	for _, text := range texts {
		list = append(list, one(text))
	}
	return list
}

func same(text string) string { return text }

type object = map[string]any

// everyEngine has every adapter of the product, in each of its versions.
func everyEngine() []wired {
	type azureText struct{ Text string }
	type chat struct {
		Messages []struct{ Role, Content string }
	}
	said := func(content string) any {
		return object{"choices": []any{object{"finish_reason": "stop", "message": object{"content": content}}}}
	}
	last := func(c chat) string { return c.Messages[len(c.Messages)-1].Content }
	return []wired{
		{"libre", func(_ *testing.T, a string) (translate.Engine, error) {
			return libre.New(libre.Config{Address: a, Now: enginetest.Now})
		}, each(func(v struct{ Q []string }) []string { return v.Q }, same), func(texts []string) any { return object{"translatedText": texts} }},
		{"deepl", func(_ *testing.T, a string) (translate.Engine, error) {
			return deepl.New(deepl.Config{Address: a, Key: enginetest.Secret, Now: enginetest.Now})
		}, each(func(v struct{ Text []string }) []string { return v.Text }, translate.FromXML), func(texts []string) any {
			return object{"translations": all(texts, func(text string) any { return object{"text": translate.ToXML(text)} })}
		}},
		{"azure 3.0", func(_ *testing.T, a string) (translate.Engine, error) {
			return azure.New(azure.Config{Address: a, Key: enginetest.Secret, Version: azure.Version3, Now: enginetest.Now})
		}, each(func(v []azureText) (list []string) {
			for _, one := range v {
				list = append(list, one.Text)
			}
			return list
		}, translate.FromHTML), func(texts []string) any {
			return all(texts, func(text string) any { return object{"translations": []any{object{"text": translate.ToHTML(text)}}} })
		}},
		{"azure 2026", func(_ *testing.T, a string) (translate.Engine, error) {
			return azure.New(azure.Config{Address: a, Key: enginetest.Secret, Version: azure.Version2026, Now: enginetest.Now})
		}, each(func(v struct{ Inputs []azureText }) (list []string) {
			for _, one := range v.Inputs {
				list = append(list, one.Text)
			}
			return list
		}, translate.FromHTML), func(texts []string) any {
			return object{"value": all(texts, func(text string) any { return object{"translations": []any{object{"text": translate.ToHTML(text)}}} })}
		}},
		{"google", func(t *testing.T, a string) (translate.Engine, error) {
			tokens := enginetest.Say(t, http.StatusOK, `{"access_token":"t1","expires_in":3599,"token_type":"Bearer"}`)
			return google.New(google.Config{Address: a, KeyFile: enginetest.AccountFile(t, tokens.Address), Now: enginetest.Now})
		}, each(func(v struct{ Contents []string }) []string { return v.Contents }, translate.FromHTML), func(texts []string) any {
			return object{"translations": all(texts, func(text string) any { return object{"translatedText": translate.ToHTML(text)} })}
		}},
		{"openai chat", func(_ *testing.T, a string) (translate.Engine, error) {
			return openai.New(openai.Config{Address: a, Key: enginetest.Secret, Model: "m", Style: openai.StyleChat, Now: enginetest.Now})
		}, each(func(v chat) []string {
			var asked struct{ Texts []string }
			_ = json.Unmarshal([]byte(last(v)), &asked)
			return asked.Texts
		}, same), func(texts []string) any {
			content, _ := json.Marshal(object{"translations": texts})
			return said(string(content))
		}},
		{"openai translation", func(_ *testing.T, a string) (translate.Engine, error) {
			return openai.New(openai.Config{Address: a, Key: enginetest.Secret, Model: "m", Style: openai.StyleTranslation, Now: enginetest.Now})
		}, each(func(v chat) []string { return []string{last(v)} }, same), func(texts []string) any { return said(texts[0]) }},
		{"apertium", func(_ *testing.T, a string) (translate.Engine, error) {
			return apertium.New(apertium.Config{Address: a, Now: enginetest.Now})
		}, func(body string) []string {
			form, _ := url.ParseQuery(body)
			return []string{form.Get("q")}
		}, func(texts []string) any {
			return object{"responseData": object{"translatedText": texts[0]}, "responseStatus": 200}
		}},
	}
}

// harmless is mischief that an engine's adapter or the checks put right, or may.
func harmless(engine, kind string) bool {
	switch kind {
	case "unmarked": // which Apertium does to words that it does not know
		return engine == "apertium"
	case "blanks", "wide", "reordered", "good", "turned": // what turns letters is dropped by an engine's transport, or refused
		return true
	}
	return false
}

// Whatever an engine answers, through every adapter, over real HTTP and with a
// real memory: the original of each line that is not translated stands there with
// its reason, which the memory has too; nothing protected is damaged; the lines
// beside it are translated; what was refused is in the ledger.
func TestEveryEngineAndItsMischief(t *testing.T) {
	t.Parallel()
	for _, e := range everyEngine() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			kinds := mischief(rand.New(rand.NewPCG(7, 7))) //nolint:gosec // the same each time
			kinds["good"] = same
			lines := map[string]string{}
			for kind := range kinds {
				lines[kind] = "Purple " + kind + " elephants stand before Outlook and EX869331 in hall 12 since Monday, March 2, 99999."
			}
			server := enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
				texts := e.texts(r.Body)
				for i, text := range texts {
					kind := strings.Fields(text)[1]
					if do := kinds[kind]; do != nil {
						texts[i] = do(fluent(text, "es"))
					}
				}
				_ = json.NewEncoder(w).Encode(e.reply(texts))
			})
			s := newStand(t, e, server.Address)
			body := ""
			for _, line := range lines {
				body += line + "\n\n"
			}
			huge := strings.Repeat("purple ", 1<<20/8)
			s.record(issue(t, "EX1", "Purple good elephants", s.now, body+huge), storetest.Contoso)
			s.consume()
			s.work("es")
			refused := 0
			for kind, line := range lines {
				shown := s.line(line)
				if shown.Origin == translate.OriginOriginal {
					refused++
				}
				switch {
				case shown.Text != line:
					t.Errorf("%s: the original is lost: %q", kind, shown.Text)
				case kind == "good" && shown.Origin != translate.OriginEngine, shown.Origin == translate.OriginOriginal && shown.Reason == translate.ReasonNone:
					t.Errorf("%s: %s %s: %q", kind, shown.Origin, shown.Reason, shown.Target)
				case shown.Origin == translate.OriginEngine && (!harmless(e.name, kind) || len(enginetest.Damaged(t, line, shown.Target, "es")) > 0):
					t.Errorf("%s is let through: %q", kind, shown.Target)
				case shown.Origin == translate.OriginOriginal && s.reason(line) != string(shown.Reason):
					t.Errorf("%s: the page says %q, the memory %q", kind, shown.Reason, s.reason(line))
				}
			}
			if one := s.line(strings.TrimSpace(huge)); one.Origin != translate.OriginOriginal || one.Reason != translate.ReasonLong || len(one.Text) < 1<<19 {
				t.Errorf("a line of a megabyte: %s %s, %d bytes", one.Origin, one.Reason, len(one.Text))
			}
			days, err := s.Days(t.Context(), "0000-00-00", "9999-99-99")
			sum := 0
			for _, d := range days {
				sum += d.Refused + d.Failures
			}
			if err != nil || sum < refused-2 || refused < len(kinds)-6 {
				t.Errorf("%d lines stay as they are, %d in the ledger, %v", refused, sum, err)
			}
		})
	}
}

// Answers that are none, through every adapter: status 200 with an error or a page
// in it, cut, late, or broken off. The line stays in English with its reason, and
// the engine is asked again later.
func TestEveryEngineAndItsBrokenAnswers(t *testing.T) {
	t.Parallel()
	answers := map[string]func(w http.ResponseWriter, r enginetest.Request, good string){
		"an error with status 200": func(w http.ResponseWriter, _ enginetest.Request, _ string) {
			_, _ = io.WriteString(w, `{"error":{"code":500,"message":"no"}}`)
		},
		"a page with status 200": func(w http.ResponseWriter, _ enginetest.Request, _ string) {
			_, _ = io.WriteString(w, "<!DOCTYPE html><title>Sign in</title>")
		},
		"cut": func(w http.ResponseWriter, _ enginetest.Request, good string) {
			_, _ = io.WriteString(w, good[:len(good)/2])
		},
		"late": func(w http.ResponseWriter, _ enginetest.Request, _ string) {
			w.WriteHeader(http.StatusGatewayTimeout)
		},
		"broken off": func(http.ResponseWriter, enginetest.Request, string) { panic(http.ErrAbortHandler) },
		"nothing":    func(http.ResponseWriter, enginetest.Request, string) {},
	}
	for _, e := range everyEngine() {
		for what, answer := range answers {
			t.Run(e.name+" "+what, func(t *testing.T) {
				t.Parallel()
				const line = "Purple elephants stand before Outlook in hall 12."
				var well atomic.Bool
				server := enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
					texts := e.texts(r.Body)
					for i := range texts {
						texts[i] = fluent(texts[i], "es")
					}
					good, _ := json.Marshal(e.reply(texts))
					if !well.Load() {
						answer(w, r, string(good))
						return
					}
					_, _ = w.Write(good)
				})
				s := newStand(t, e, server.Address)
				s.record(issue(t, "EX1", line, s.now, line), storetest.Contoso)
				s.consume()
				s.work("es")
				shown := s.line(line)
				if shown.Origin != translate.OriginOriginal || shown.Reason == translate.ReasonNone || shown.Reason == translate.ReasonWaiting || shown.Target != line {
					t.Errorf("%s %s: %q", shown.Origin, shown.Reason, shown.Target)
				}
				days, err := s.Days(t.Context(), "0000-00-00", "9999-99-99")
				if err != nil || len(days) == 0 || days[0].Failures == 0 {
					t.Errorf("the ledger has %+v, %v", days, err)
				}
				well.Store(true)
				if s.now = s.now.Add(12 * time.Hour); shown.Reason != translate.ReasonFailed {
					return // it was judged, for good
				}
				s.work("es")
				if again := s.line(line); s.open() > 0 && again.Origin != translate.OriginEngine {
					t.Errorf("asked again: %s %s", again.Origin, again.Reason)
				}
			})
		}
	}
}

// A stand is a desk whose worker asks one engine for Spanish.
type stand struct {
	*desk
	t *testing.T
}

func newStand(t *testing.T, e wired, address string) stand {
	t.Helper()
	policy := translate.Policy{Languages: []string{"es"}}
	s := stand{newDesk(t, policy), t}
	engine, err := e.make(t, address)
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return s.now }
	chains, err := translate.NewChains(translate.ChainsConfig{
		Members: []translate.Member{{ID: "e", Engine: engine}}, Chains: map[string][]string{"es": {"e"}}, Ledger: translate.NewLedger(s.Translations),
		Guard: translate.DefaultBook().Guard(), Now: clock, Wait: func(context.Context, time.Duration) error { return nil }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.worker = translate.NewWorker(translate.WorkerConfig{Memory: s.Translations, Engines: chains, Policy: policy, Now: clock, Log: slog.New(slog.DiscardHandler)})
	return s
}

// line is a line as Contoso reads it in Spanish.
func (s stand) line(text string) translate.Line {
	s.t.Helper()
	made, err := s.translator.Render(s.t.Context(), storetest.Contoso, "es", text)
	if err != nil || len(made.Lines) != 1 {
		s.t.Fatalf("%d lines, %v", len(made.Lines), err)
	}
	return made.Lines[0]
}

// reason is why a line has no translation, as the memory has it.
func (s stand) reason(text string) string {
	s.t.Helper()
	key := translation.Key(translate.KeyOf(text))
	lines, err := s.Lines(s.t.Context(), storetest.Contoso, "es", []translation.Key{key})
	if err != nil {
		s.t.Fatal(err)
	}
	return lines[key].Reason
}

// open is how many lines an engine is still to be asked for.
func (s stand) open() int {
	s.t.Helper()
	counts, err := s.OpenWants(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return counts["es"]
}
