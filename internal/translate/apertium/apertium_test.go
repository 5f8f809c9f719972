package apertium_test

import (
	"encoding/json"
	"net/http"
	"slices"
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

func TestTranslate(t *testing.T) {
	t.Parallel()
	server := enginetest.Say(t, http.StatusOK, reply([]string{" ⟦1⟧ est tombé.\n"}))
	e := engine(t, server.Address)
	if got := enginetest.Good(t, e, "⟦1⟧ is down."); got != "⟦1⟧ est tombé." {
		t.Error(got)
	}
	if _, err := e.Translate(t.Context(), translate.Job{To: "es", Texts: []string{"a", "b"}}); err != nil {
		t.Error(err)
	}
	seen := server.Seen()
	if seen[0].Path != "/translateChain" || seen[0].Body != "format=txt&langpairs=eng%7Ccat%7Cfra&markUnknown=no&q=%E2%9F%A61%E2%9F%A7+is+down." {
		t.Errorf("asked %+v", seen[0])
	}
	if len(seen) != 3 || seen[1].Path != "/translate" || seen[1].Body != "format=txt&langpair=eng%7Cspa&markUnknown=no&q=a" {
		t.Errorf("asked %+v", seen[1:])
	}
	if _, err := e.Translate(t.Context(), translate.Job{To: "ja", Texts: []string{"a"}}); err == nil || len(server.Seen()) != 3 {
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
