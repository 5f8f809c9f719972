package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/cli"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// The memory of a tenant goes out as TMX and comes in as lines of a person: what
// the tenant has not seen stays outside, in both directions.
func TestTranslationMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "desk")
	run := func(want int, args ...string) string {
		t.Helper()
		var out, problems bytes.Buffer
		code := cli.Main(t.Context(), cli.Env{Args: append(args, "--data", data), Getenv: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems})
		if code != want {
			t.Fatalf("tocsin %s ends with %d: %s", args, code, problems.String())
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	run(0, "tenant", "add", "--id", storetest.Contoso, "--name", "contoso")
	run(0, "tenant", "add", "--id", storetest.Fabrikam, "--name", "fabrikam")
	seen(t, filepath.Join(data, "tocsin.db"), storetest.Contoso, "Purple elephants.", "A canary.")
	file := filepath.Join(dir, "contoso.tmx")
	if got := run(0, "translation", "export", "fr", file, "--tenant", "contoso"); !strings.HasPrefix(got, "2 translations of contoso written to") {
		t.Errorf("export: %s", got)
	}
	if got := run(0, "translation", "export", "fr", "-", "--tenant", "fabrikam"); strings.Contains(got, "canary") || !strings.Contains(got, "<tmx") {
		t.Errorf("export of another tenant: %s", got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(text, []byte("[fr] Purple"), []byte("Des violets")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line string
		want string
	}{
		{"translation import fr FILE --tenant fabrikam", "2 translations read, 0 kept, 2 of sentences that fabrikam has not seen, 0 refused."},
		{"translation import fr FILE --tenant contoso", "2 translations read, 1 kept, 0 of sentences that contoso has not seen, 0 refused."},
		{"translation import fr FILE --tenant contoso", "2 translations read, 0 kept, 0 of sentences that contoso has not seen, 0 refused."},
		{"translation term Contoso", `Set "Contoso".`},
		{"translation term tenant --in fr --as locataire", `Set "tenant".`},
		{"translation terms", "WORD LANGUAGE TRANSLATION Contoso tenant fr locataire"},
		{"translation forget contoso", `Removed "contoso".`},
	} {
		if got := run(0, strings.Fields(strings.ReplaceAll(tt.line, "FILE", file))...); got != tt.want {
			t.Errorf("tocsin %s prints\n%s, want\n%s", tt.line, got, tt.want)
		}
	}
	if got := run(0, "translation", "list", "fr", "--tenant", "contoso"); !strings.Contains(got, "Des violets elephants.") || !strings.HasSuffix(got, "no") {
		t.Errorf("list: %s", got)
	}
}

// seen keeps sentences that a tenant has, with what an engine said.
func seen(t *testing.T, path, tenant string, sentences ...string) {
	t.Helper()
	s, err := storetest.New(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d := translation.Document{Num: 1, Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: "EX1"}, At: storetest.T0}
	for _, text := range sentences {
		d.Segments = append(d.Segments, translation.Text{Key: translation.Key(translate.KeyOf(text)), Text: text})
	}
	err = s.InTx(t.Context(), func(tx *store.Tx) error {
		if _, err := s.PutDocuments(t.Context(), tx, []translation.Document{d}, storetest.T0); err != nil {
			return err
		}
		if err := s.PutReaders(t.Context(), tx, []translation.Reader{{TenantID: tenant, Document: 1, N: 1, At: storetest.T0}}); err != nil {
			return err
		}
		return s.Want(t.Context(), tx, "fr", []int64{1}, storetest.T0)
	})
	if err != nil {
		t.Fatal(err)
	}
	wants, err := s.ClaimWants(t.Context(), "fr", nil, 9, storetest.T0, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var settled []translation.Settlement
	for _, w := range wants {
		settled = append(settled, translation.Settlement{Want: w, Text: "[fr] " + w.Text, Engine: "An engine"})
	}
	if err := s.Settle(t.Context(), "fr", settled, 0, storetest.T0); err != nil {
		t.Fatal(err)
	}
}
