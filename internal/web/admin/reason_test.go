package admin

import (
	"testing"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// A problem is said in the reader's language with what it is about; a sentence
// that an older version kept stays as it was.
func TestReasoned(t *testing.T) {
	t.Parallel()
	short := tocsin.NewProblem(tocsin.ProblemShort, "n", "2", "kind", "issue", "missing", "40")
	secret := tocsin.NewProblem(tocsin.ProblemSecret)
	both := tocsin.NewProblem(tocsin.ProblemLost, "kind", "message").And(tocsin.NewProblem(tocsin.ProblemStatus, "who", "upstream", "status", "418")).
		And(tocsin.NewProblem(tocsin.ProblemItem, "kind", "issue", "n", "2", "names", "EX1 (details.value), #7"))
	for _, tt := range []struct {
		code       string
		problem    *tocsin.Problem
		want, lang string
	}{
		{"fr", tocsin.NewProblem(tocsin.ProblemTimeout, "who", "upstream"), "Aucune réponse envoyée à temps par le fournisseur.", ""},
		{"ja", tocsin.NewProblem(tocsin.ProblemFault, "who", "upstream", "status", "503"), "提供元の障害です（ステータス 503）。", ""},
		{"fr", tocsin.NewProblem(tocsin.ProblemRefused, "reason", ""), "Le point d’accès aux jetons a refusé l’application\u00a0: sans raison connue.", ""},
		{"fr", short, "Liste des incidents et avis\u00a0: le fournisseur en donne 2, et 40 qui y figuraient manquent d’un coup. Ce qu’elle contient est enregistré\u202f; ce qui manque est tenu pour inconnu.", ""},
		{"fr", both, "La liste des messages n’est pas parvenue en entier. Code d’état 418 renvoyé par le fournisseur. Liste des incidents et avis\u00a0: éléments illisibles (2)\u00a0: EX1 (details.value), #7.", ""},
		{"en", secret, "The client secret is wrong. Probably the secret’s id was pasted instead of its value.", ""},
		{"fr", secret, "Le secret client est faux. Son identifiant (ID de secret) a probablement été collé à la place de sa valeur.", ""},
		{"ja", secret, "クライアント シークレットが正しくありません。おそらく、シークレットの「値」ではなく「シークレット ID」が貼り付けられています。", ""},
		{"fr", tocsin.DecodeProblem("The upstream does not answer."), "The upstream does not answer.", "en"},
	} {
		l, err := lang.NewLocale(tt.code, files)
		if err != nil {
			t.Fatal(err)
		}
		v := &view{Request: &web.Request{Locale: web.Locale{Clock: lang.Clock{Locale: l}}}}
		if got := v.reasoned(tt.problem); got.Text != tt.want || got.Lang != tt.lang {
			t.Errorf("%s in %s: %q (%s), want %q", tt.problem.Encode(), tt.code, got.Text, got.Lang, tt.want)
		}
	}
	if (&view{}).reasoned(nil) != nil {
		t.Error("nothing is a reason")
	}
}

// What the other side said is shown as its own.
func TestReasonShowsEvidence(t *testing.T) {
	t.Parallel()
	l, err := lang.NewLocale("en", files)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{Request: &web.Request{Locale: web.Locale{Clock: lang.Clock{Locale: l}}}}
	got := v.reasoned(tocsin.NewProblem(tocsin.ProblemForbidden, "who", "upstream", "permissions", "A.Read.All").With(&tocsin.Evidence{
		Status: 403, Code: "Forbidden", Inner: "Deep", Quote: "No.", RequestID: "11111111-2222-4333-8444-555555555555",
	}))
	if got.Said != "HTTP 403 · Forbidden · Deep" || got.Quote != "No." || len(got.IDs) != 1 || got.Help == "" {
		t.Errorf("why = %+v", got)
	}
}
