package azure_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/translate/azure"
	"example.org/tocsin/internal/translate/enginetest"
)

func engine(version string) func(t testing.TB, address string) translate.Engine {
	return func(t testing.TB, address string) translate.Engine {
		t.Helper()
		e, err := azure.New(azure.Config{Address: address, Key: enginetest.Secret, Region: "westeurope", Version: version, Now: enginetest.Now})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func reply3(texts []string) string {
	list := []any{}
	for _, text := range texts {
		list = append(list, map[string]any{"translations": []any{map[string]any{"text": text, "to": "fr"}}})
	}
	body, _ := json.Marshal(list)
	return string(body)
}

func reply2026(texts []string) string {
	list := []any{}
	for _, text := range texts {
		list = append(list, map[string]any{"translations": []any{map[string]any{"text": text, "language": "fr", "sourceCharacters": 30}}})
	}
	body, _ := json.Marshal(map[string]any{"value": list})
	return string(body)
}

const markedSource, markedAnswer = "⟦1⟧ is <down> & out.", `<span class="notranslate" translate="no">⟦1⟧</span> est &lt;en panne&gt; &amp; hors d&#39;usage.`

func TestVersion3(t *testing.T) {
	t.Parallel()
	server := enginetest.Serve(t, func(w http.ResponseWriter, _ enginetest.Request) {
		w.Header().Set("X-Metered-Usage", "68")
		_, _ = w.Write([]byte(reply3([]string{markedAnswer})))
	})
	answer, err := enginetest.Translate(t, engine(azure.Version3)(t, server.Address), markedSource)
	if err != nil || answer.Texts[0] != "⟦1⟧ est <en panne> & hors d'usage." || answer.Billed != 68 {
		t.Errorf("%+v %v", answer, err)
	}
	seen := server.Seen()[0]
	if seen.Path != "/translate" || seen.Query != "api-version=3.0&from=en&textType=html&to=fr" || seen.Header.Get("Ocp-Apim-Subscription-Key") != enginetest.Secret || seen.Header.Get("Ocp-Apim-Subscription-Region") != "westeurope" {
		t.Errorf("asked %+v", seen)
	}
	var body []struct{ Text string }
	if json.Unmarshal([]byte(seen.Body), &body) != nil || body[0].Text != translate.ToHTML(markedSource) {
		t.Errorf("asked %s", seen.Body)
	}
}

func TestVersion2026(t *testing.T) {
	t.Parallel()
	server := enginetest.Say(t, http.StatusOK, reply2026([]string{markedAnswer, "Bien"}))
	e, err := azure.New(azure.Config{Address: server.Address, Key: enginetest.Secret, Deployment: "desk", Now: enginetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := enginetest.Translate(t, e, markedSource, "Well")
	if err != nil || answer.Texts[0] != "⟦1⟧ est <en panne> & hors d'usage." || answer.Billed != 60 || answer.Model != "desk" {
		t.Errorf("%+v %v", answer, err)
	}
	seen := server.Seen()[0]
	var body struct {
		Inputs []struct {
			Text, Language, TextType string
			Targets                  []struct{ Language, DeploymentName string }
		}
	}
	if json.Unmarshal([]byte(seen.Body), &body) != nil || len(body.Inputs) != 2 || seen.Path != "/translate" || seen.Query != "api-version=2026-06-06" {
		t.Fatalf("asked %+v", seen)
	}
	if one := body.Inputs[0]; one.Text != translate.ToHTML(markedSource) || one.Language != "en" || one.TextType != "html" || len(one.Targets) != 1 || one.Targets[0].Language != "fr" || one.Targets[0].DeploymentName != "desk" {
		t.Errorf("asked %s", seen.Body)
	}
}

// The provider's own code says more than the status.
func TestCodes(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]translate.FailureClass{
		`{"error":{"code":403001,"message":"free quota"}}`:  translate.FailureQuota,
		`{"error":{"code":403000,"message":"not allowed"}}`: translate.FailureOff,
		`{"error":{"code":"429001","message":"slow down"}}`: translate.FailurePassing,
		`{"error":{"code":408001,"message":"loading"}}`:     translate.FailurePassing,
		`{"error":{"code":400077,"message":"too long"}}`:    translate.FailureText,
	} {
		if f := enginetest.Refused(t, engine(azure.Version3)(t, enginetest.Say(t, http.StatusForbidden, body).Address), class); len(f.Code) != 6 {
			t.Errorf("%s: code %q", body, f.Code)
		}
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	t.Run("3.0", func(t *testing.T) { enginetest.Misbehaviour(t, engine(azure.Version3), reply3) })
	t.Run("2026-06-06", func(t *testing.T) { enginetest.Misbehaviour(t, engine(azure.Version2026), reply2026) })
	// An element with more translations than languages is none.
	answer, err := enginetest.Translate(t, engine(azure.Version2026)(t, enginetest.Say(t, http.StatusOK, `{"value":[{"translations":[]}]}`).Address), "a")
	if err != nil || answer.Texts[0] != "" {
		t.Errorf("%+v %v", answer, err)
	}
}

// Words of the desk are marked with their translation for version 3.0, and shown
// as pairs to the models of the newer one; what is left of a mark is none.
func TestGlossary(t *testing.T) {
	t.Parallel()
	glossary := map[string]string{"mailbox": "boîte <aux> lettres", "mailbox rule": "règle", "absent": "x"}
	const text = "A mailbox rule & a mailbox of ⟦1⟧, no mailboxes."
	server := enginetest.Say(t, http.StatusOK, reply3([]string{`Une <mstrans:dictionary translation="règle">règle</mstrans:dictionary> <b>de</b> <span class="notranslate">⟦1⟧</span>`}))
	answer, err := engine(azure.Version3)(t, server.Address).Translate(t.Context(), translate.Job{To: "fr", Texts: []string{text}, Glossary: glossary})
	if err != nil || answer.Texts[0] != "Une règle <b>de</b> ⟦1⟧" {
		t.Errorf("%+v %v", answer, err)
	}
	var body []struct{ Text string }
	want := `A <mstrans:dictionary translation="règle">mailbox rule</mstrans:dictionary> &amp; a <mstrans:dictionary translation="boîte &lt;aux&gt; lettres">mailbox</mstrans:dictionary> of <span class="notranslate" translate="no">⟦1⟧</span>, no mailboxes.`
	if json.Unmarshal([]byte(server.Seen()[0].Body), &body) != nil || body[0].Text != want {
		t.Errorf("asked %s", server.Seen()[0].Body)
	}
	server = enginetest.Say(t, http.StatusOK, reply2026([]string{"Bien"}))
	for deployment, want := range map[string]string{"desk": `"referenceTextPairs":[{"source":"mailbox rule","target":"règle"},{"source":"mailbox","target":"boîte \u003caux\u003e lettres"}]`, "": ""} {
		e, err := azure.New(azure.Config{Address: server.Address, Key: enginetest.Secret, Deployment: deployment, Now: enginetest.Now})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Translate(t.Context(), translate.Job{To: "fr", Texts: []string{text}, Glossary: glossary}); err != nil {
			t.Fatal(err)
		}
		seen := server.Seen()
		asked := seen[len(seen)-1].Body
		if !strings.Contains(asked, want) || (want == "") == strings.Contains(asked, "referenceTextPairs") || strings.Contains(asked, "mstrans") {
			t.Errorf("%q: asked %s", deployment, asked)
		}
	}
}
