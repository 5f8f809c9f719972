package deepl_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/deepl"
	"example.org/tocsin/internal/translate/enginetest"
)

func engine(t testing.TB, address string) translate.Engine { return newEngine(t, address) }

func newEngine(t testing.TB, address string) *deepl.Engine {
	t.Helper()
	e, err := deepl.New(deepl.Config{Address: address, Key: enginetest.Secret, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func reply(texts []string) string {
	list := []map[string]any{}
	for _, text := range texts {
		list = append(list, map[string]any{"detected_source_language": "EN", "text": text, "billed_characters": 12, "model_type_used": "quality_optimized"}) //nolint:misspell // the provider's word
	}
	body, _ := json.Marshal(map[string]any{"translations": list})
	return string(body)
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	server := enginetest.Say(t, http.StatusOK, reply([]string{`<x id="2"/> &amp; <x id="1" /> sont en panne.`, "Bien"}))
	answer, err := enginetest.Translate(t, engine(t, server.Address), "⟦1⟧ & ⟦2⟧ are down.", "Well")
	if err != nil || answer.Texts[0] != "⟦2⟧ & ⟦1⟧ sont en panne." || answer.Billed != 24 || answer.Model != "quality_optimized" { //nolint:misspell // the provider's word
		t.Errorf("%+v %v", answer, err)
	}
	seen := server.Seen()[0]
	var body map[string]any
	if json.Unmarshal([]byte(seen.Body), &body) != nil || seen.Path != "/v2/translate" || seen.Header.Get("Authorization") != "DeepL-Auth-Key "+enginetest.Secret {
		t.Errorf("asked %+v", seen)
	}
	if body["text"].([]any)[0] != `<x id="1"/> &amp; <x id="2"/> are down.` || body["target_lang"] != "FR" || body["source_lang"] != "EN" || body["tag_handling"] != "xml" || body["show_billed_characters"] != true {
		t.Errorf("asked %s", seen.Body)
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	enginetest.Misbehaviour(t, engine, reply)
	enginetest.Refused(t, engine(t, enginetest.Say(t, http.StatusUnauthorized, `{"message":"Wrong key"}`).Address), translate.FailureOff)
}

func TestAddressOfThePlan(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"a:fx": "https://api-free.deepl.com", "a": "https://api.deepl.com"} {
		if got := deepl.Address("", key); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	if got := deepl.Address("https://api.example", "a"); got != "https://api.example" {
		t.Error(got)
	}
}

// The list has a version 3; what it does not have, version 2 may.
func TestLanguages(t *testing.T) {
	t.Parallel()
	const v3, v2 = `[{"lang":"en-US","usable_as_target":true},{"lang":"fr","usable_as_target":true},{"lang":"xx","usable_as_target":false}]`, `[{"language":"ES-419"},{"language":"ES"}]`
	for _, test := range []struct {
		status int
		body   string
		want   []string
	}{{200, v3, []string{"en", "fr"}}, {404, "", []string{"es"}}, {400, `{}`, []string{"es"}}, {200, `{"languages":[]}`, []string{"es"}}, {200, `[]`, []string{"es"}}, {403, "", nil}} {
		e := newEngine(t, enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
			if r.Path == "/v2/languages" {
				_, _ = w.Write([]byte(v2))
				return
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}).Address)
		if got, err := e.Languages(t.Context()); !slices.Equal(got, test.want) || (err != nil) != (test.want == nil) {
			t.Errorf("%d %s: %v %v", test.status, test.body, got, err)
		}
	}
}

// The words of the desk go into one glossary of the account, one dictionary a
// language, written anew when they change and only when a text has one of them. A
// glossary that is refused costs no translation.
func TestGlossary(t *testing.T) {
	t.Parallel()
	var refuse atomic.Bool
	server := enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
		switch {
		case strings.HasPrefix(r.Path, "/v3/") && refuse.Load():
			w.WriteHeader(456)
		case r.Method == http.MethodGet:
			_, _ = w.Write([]byte(`{"glossaries":[{"glossary_id":"other","name":"Mine"}]}`))
		case r.Method == http.MethodPost && r.Path == "/v3/glossaries":
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"glossary_id":"g1","name":"Tocsin","dictionaries":[]}`))
		case r.Method == http.MethodPut:
			_, _ = w.Write([]byte(`{"source_lang":"EN","target_lang":"FR","entry_count":1}`))
		default:
			_, _ = w.Write([]byte(reply([]string{"Bien"})))
		}
	})
	now := enginetest.Now()
	e, err := deepl.New(deepl.Config{Address: server.Address, Key: enginetest.Secret, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text string, glossary map[string]string) string {
		t.Helper()
		from := len(server.Seen())
		answer, err := e.Translate(t.Context(), translate.Job{To: "fr", Texts: []string{text}, Glossary: glossary})
		if err != nil || answer.Texts[0] != "Bien" {
			t.Fatalf("%+v, %v", answer, err)
		}
		var calls []string
		for _, r := range server.Seen()[from:] {
			var body struct {
				ID      string `json:"glossary_id"`
				Entries string `json:"entries"`
			}
			_ = json.Unmarshal([]byte(r.Body), &body)
			calls = append(calls, strings.TrimSpace(r.Method+" "+r.Path+" "+body.ID+body.Entries))
		}
		return strings.Join(calls, ", ")
	}
	words := map[string]string{"mailbox": "boîte", "tab\tbed": "x"}
	for _, tt := range []struct{ text, want string }{
		{"No word of it.", "POST /v2/translate"},
		{"A Mailbox.", "GET /v3/glossaries, POST /v3/glossaries, POST /v2/translate g1"},
		{"Two mailboxes.", "POST /v2/translate g1"},
	} {
		if got := ask(tt.text, words); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.text, got, tt.want)
		}
	}
	if got := ask("A mailbox.", map[string]string{"mailbox": "BAL"}); got != "PUT /v3/glossaries/g1/dictionaries mailbox\tBAL, POST /v2/translate g1" {
		t.Errorf("other words: %s", got)
	}
	refuse.Store(true)
	if got := ask("A mailbox.", map[string]string{"mailbox": "b"}); !strings.HasSuffix(got, "POST /v2/translate") {
		t.Errorf("refused: %s", got)
	}
	if got := ask("A mailbox.", map[string]string{"mailbox": "b"}); got != "POST /v2/translate" {
		t.Errorf("refused again: %s", got)
	}
}
