package apertium_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/apertium"
	"example.org/tocsin/internal/translate/enginetest"
)

func engine(t testing.TB, address string) translate.Engine {
	t.Helper()
	e, err := apertium.New(apertium.Config{Address: address, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func reply(texts []string) string {
	text, _ := json.Marshal(texts[0])
	return `{"responseData":{"translatedText":` + string(text) + `},"responseDetails":null,"responseStatus":200}`
}

// French is reached through Catalan, step by step, without the engine's marks.
func TestTranslate(t *testing.T) {
	t.Parallel()
	server := enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
		said := " ⟦1⟧ no *works és #caure.\n"
		if strings.Contains(r.Body, "cat%7Cfra") {
			said = "⟦1⟧ ne works est @tomber #5."
		}
		_, _ = w.Write([]byte(reply([]string{said})))
	})
	e := engine(t, server.Address)
	if got := enginetest.Good(t, e, "⟦1⟧ is down #5."); got != "⟦1⟧ ne works est tomber #5." {
		t.Error(got)
	}
	seen := server.Seen()
	if seen[0].Path != "/translate" || seen[0].Body != "format=txt&langpair=eng%7Ccat&markUnknown=yes&q=%E2%9F%A61%E2%9F%A7+is+down+%235." {
		t.Errorf("asked %+v", seen[0])
	}
	if len(seen) != 2 || seen[1].Body != "format=txt&langpair=cat%7Cfra&markUnknown=yes&q=%E2%9F%A61%E2%9F%A7+no+works+%C3%A9s+caure." {
		t.Errorf("asked %+v", seen[1:])
	}
	// Signs of the source's own stay.
	if answer, err := e.Translate(t.Context(), translate.Job{To: "es", Texts: []string{"See #general", "b"}}); err != nil || answer.Texts[0] != "⟦1⟧ no *works és #caure." || answer.Texts[1] != "⟦1⟧ no works és caure." {
		t.Error(answer, err)
	}
	if _, err := e.Translate(t.Context(), translate.Job{To: "ja", Texts: []string{"a"}}); err == nil || len(server.Seen()) != 4 {
		t.Errorf("a language without a way: %v", err)
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	enginetest.Misbehaviour(t, engine, reply)
	enginetest.Refused(t, engine(t, enginetest.Say(t, http.StatusOK, `{"responseStatus":500}`).Address), translate.FailureText)
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	server := enginetest.Say(t, http.StatusOK, `{"responseData":[{"sourceLanguage":"eng","targetLanguage":"spa"},{"sourceLanguage":"eng","targetLanguage":"cat"}]}`)
	e, err := apertium.New(apertium.Config{Address: server.Address, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Languages(t.Context()); err != nil || !slices.Equal(got, []string{"es"}) {
		t.Error(got, err)
	}
}
