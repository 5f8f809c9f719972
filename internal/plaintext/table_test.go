package plaintext_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/plaintext"
)

// T-45: no cell is a formula to a spreadsheet, and whoever reads the table finds
// what was written, behind the apostrophe where there is one.
func TestWriteTable(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "plain": "plain", "日本語": "日本語", "a=b": "a=b", `say "hi", twice`: `say "hi", twice`, "two\nlines": "two\nlines", "'quoted": "'quoted", " led": " led",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\n=1": "'\n=1", "|x": "'|x", "%0A": "'%0A",
		"＝1+1": "'＝1+1", "＋1": "'＋1", "－1": "'－1", "＠SUM": "'＠SUM", `=HYPERLINK("https://a.example","x")`: `'=HYPERLINK("https://a.example","x")`,
	} {
		var b strings.Builder
		if err := plaintext.WriteTable(&b, [][]string{{"id", cell, "end"}}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || len(rows) != 1 || !slices.Equal(rows[0], []string{"id", want, "end"}) {
			t.Errorf("%q is read as %q, %v", cell, rows, err)
		}
	}
}
