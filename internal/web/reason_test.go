package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Whatever is said of a poll that failed is said in each language.
func TestReasonsAreTranslated(t *testing.T) {
	t.Parallel()
	known, written := map[string]bool{}, map[string]bool{}
	for _, s := range sentences() {
		known[s[0]] = true
	}
	see := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/demo/") {
			return err
		}
		for _, sentence := range sentencesOf(t, path) {
			written[sentence] = true
			// What files lack is for the log: no poll fails for it.
			if !known[sentence] && !strings.HasSuffix(path, "graph/file.go") {
				t.Errorf("%s: %q has no text", path, sentence)
			}
		}
		return nil
	}
	for _, root := range []string{"../collect", "../store/poll.go"} {
		if err := filepath.WalkDir(root, see); err != nil {
			t.Fatal(err)
		}
	}
	for sentence := range known {
		if !written[sentence] {
			t.Errorf("nothing says %q", sentence)
		}
	}
}

// sentencesOf lists the literals of a source file that are whole sentences.
func sentencesOf(t *testing.T, path string) (list []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && isName(f.X, "tocsin") {
				return false // an error for who asked, not a reason
			}
		}
		if literal, ok := n.(*ast.CompositeLit); ok {
			if kind, ok := literal.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Error" {
				return false
			}
		}
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err := strconv.Unquote(literal.Value)
			if err == nil && strings.HasSuffix(text, ".") && text[0] >= 'A' && text[0] <= 'Z' {
				list = append(list, text)
			}
		}
		return true
	})
	return list
}

func isName(x ast.Expr, name string) bool {
	ident, ok := x.(*ast.Ident)
	return ok && ident.Name == name
}

// A sentence is said in the reader's language with what it is about; one that
// nobody knows stays as it was kept.
func TestReasoned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ code, sentence, want, lang string }{
		{"fr", "The upstream does not answer.", "Le fournisseur ne répond pas.", ""},
		{"en", "Status 503 from the token endpoint.", "Status 503 from the token endpoint.", ""},
		{"ja", "Status 503 from the upstream.", "提供元がステータス 503 を返しました。", ""},
		{"fr", "The token endpoint refused the client: invalid_client.", "Le point d’accès aux jetons a refusé l’application\u00a0: invalid_client.", ""},
		{"fr", "The token endpoint refused the client: it gave no known reason.", "Le point d’accès aux jetons a refusé l’application\u00a0: sans raison connue.", ""},
		{"ja", "The app lacks a permission, says the upstream: consent to A.Read.All and B.Read.All.", "アプリケーションにアクセス許可がありません（提供元の応答）。A.Read.All, B.Read.All に同意してください。", ""},
		{"fr", "The upstream listed 2 issues; 40 that were listed before are missing at once.", "Liste des incidents et avis\u00a0: le fournisseur en donne 2, et 40 qui y figuraient manquent d’un coup. Elle n’a pas été retenue.", ""},
		{"fr", "The upstream's answer is damaged, page 3 of messages: nothing of it was used.", "La réponse du fournisseur est endommagée\u00a0: page 3, liste des messages. Rien n’en a été retenu.", ""},
		{"fr", "Something else.", "Something else.", "en"},
	} {
		l, err := loadLocale(tt.code)
		if err != nil {
			t.Fatal(err)
		}
		v := &visit{clock: clock{locale: l}, pages: &Pages{reasons: newReasons()}}
		if got := v.reasoned(tt.sentence); got.Text != tt.want || got.Lang != tt.lang {
			t.Errorf("%s in %s: %q (%s), want %q", tt.sentence, tt.code, got.Text, got.Lang, tt.want)
		}
	}
	if (&visit{}).reasoned("") != nil {
		t.Error("nothing is a reason")
	}
}
