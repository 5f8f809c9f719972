package cli_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/translate/enginetest"
)

// Engines are asked for one sentence in each of their languages; what fails is
// told in words, and no key shows.
func TestEngineTest(t *testing.T) {
	t.Parallel()
	good := enginetest.Serve(t, func(w http.ResponseWriter, r enginetest.Request) {
		if r.Path == "/languages" {
			_, _ = w.Write([]byte(`[{"code":"en","targets":["fr","ja"]}]`))
			return
		}
		if strings.Contains(r.Body, `"target":"de"`) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		said := `["Les utilisateurs ne peuvent pas ouvrir ⟦1⟧."]`
		if strings.Contains(r.Body, `"target":"ja"`) {
			said = `["ユーザーは開けません。"]`
		}
		_, _ = w.Write([]byte(`{"translatedText":` + said + `}`))
	})
	closed := enginetest.Say(t, http.StatusUnauthorized, `{"message":"Wrong key hunter2-hunter2"}`)
	file := filepath.Join(t.TempDir(), "tocsin.yaml")
	text := `translation:
  languages: [fr, ja, de]
  engines:
    - {name: house, kind: libre, address: "` + good.Address + `"}
    - {kind: deepl, key: hunter2-hunter2, address: "` + closed.Address + `"}
  chains: {ja: [house], de: [house]}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(line string) (int, string) {
		var out bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{
			Args: append(strings.Fields(line), "--config", file), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		})
		return code, regexp.MustCompile(` \d+ `).ReplaceAllString(strings.Join(strings.Fields(out.String()), " "), " N ")
	}
	for line, want := range map[string]string{
		"engine test": "ENGINE NAME LANGUAGE MS ANSWER OR PROBLEM house LibreTranslate fr N Les utilisateurs ne peuvent pas ouvrir ⟦1⟧. " +
			"house LibreTranslate ja N It did not leave the mark ⟦1⟧ alone, which stands for a name. " +
			"house LibreTranslate de N It does not offer this language. It offers fr, ja. " +
			"deepl DeepL fr N It refuses: check address, key and version. Status 401. tocsin: not all engines translate",
		"engine test nobody": `tocsin: There is no engine "nobody" in translation.engines.`,
	} {
		if code, got := run(line); code != 1 || got != want {
			t.Errorf("tocsin %s ends with %d and prints\n%s, want\n%s", line, code, got, want)
		}
	}
	if code, got := run("engine test house --output json"); code != 1 || !strings.Contains(got, `"engine": "house", "name": "LibreTranslate", "language": "fr", "ok": true`) {
		t.Errorf("%d %s", code, got)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, got := run("engine test"); code != 0 || got != "The settings name no engine for any language." {
		t.Errorf("without engines: %d %s", code, got)
	}
}
