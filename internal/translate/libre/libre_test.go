package libre_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/enginetest"
	"example.org/tocsin/internal/translate/libre"
)

func engine(t testing.TB, address string) translate.Engine {
	t.Helper()
	e, err := libre.New(libre.Config{Address: address, Key: enginetest.Secret, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func reply(texts []string) string {
	body, _ := json.Marshal(map[string]any{"translatedText": texts})
	return string(body)
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	server := enginetest.Say(t, http.StatusOK, reply([]string{"⟦1⟧ est en panne.", "Bien"}))
	if got := enginetest.Good(t, engine(t, server.Address), "⟦1⟧ is down.", "Well"); got != "⟦1⟧ est en panne. | Bien" {
		t.Error(got)
	}
	seen := server.Seen()[0]
	if want := `{"q":["⟦1⟧ is down.","Well"],"source":"en","target":"fr","format":"text","api_key":"` + enginetest.Secret + `"}`; seen.Body != want || seen.Path != "/translate" || seen.Method != http.MethodPost {
		t.Errorf("asked %+v", seen)
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	enginetest.Misbehaviour(t, engine, reply)
}

// A server that wants a secret answers a wrong one with status 200 and one sign
// for all texts; a proxy may put an error there.
func TestSuccessThatIsNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"translatedText":"🖕"}`, `{"translatedText":null}`, `{"error":"Slowdown"}`, `{}`} {
		answer, err := enginetest.Translate(t, engine(t, enginetest.Say(t, http.StatusOK, body).Address), "One is down.", "Two is down.")
		if err == nil {
			t.Errorf("%s: %q", body, answer.Texts)
		}
	}
}

// A server that wants a key answers 400, as it does to a text that is too long.
func TestMissingKey(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]translate.FailureClass{
		`{"error":"Please contact the server operator to get an API key"}`:      translate.FailureOff,
		`{"error":"Invalid request: request (7000) exceeds text limit (5000)"}`: translate.FailureText,
	} {
		enginetest.Refused(t, engine(t, enginetest.Say(t, http.StatusBadRequest, body).Address), class)
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	e, err := libre.New(libre.Config{Address: enginetest.Say(t, http.StatusOK, `[{"code":"fr","targets":["en"]},{"code":"en","name":"English","targets":["es","fr"]}]`).Address, Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Languages(t.Context()); err != nil || !slices.Equal(got, []string{"es", "fr"}) {
		t.Error(got, err)
	}
}
