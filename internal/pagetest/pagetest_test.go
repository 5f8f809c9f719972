package pagetest

import (
	"strings"
	"testing"
)

// Each rule names what it is there for, and bears what is right.
func TestFaults(t *testing.T) {
	t.Parallel()
	rules := New("GET /issues/{id}", "POST /logout", "GET /events")
	for _, one := range []struct{ page, want string }{
		{`<a href="/issues/EX1" class="t">x</a>`, ""},
		{`<a href="/nothing">x</a>`, `<a href="/nothing">`},
		{`<a href="#gone">x</a>`, `<a href="#gone">`},
		{`<a href="https://elsewhere.example/">x</a>`, `elsewhere`},
		{`<a href="mailto:access@contoso.com">x</a>`, ""},
		{`<a href="mailto:kim@elsewhere.example">x</a>`, `elsewhere`},
		{`<form method="post" action="/issues/EX1"></form>`, `action`},
		{`<form method="post" action="/logout"></form>`, ""},
		{`<p id="a"></p><p id="a"></p>`, `id "a" twice`},
		{`<p title="%!s(int=3)"></p>`, `title`},
		{`<p aria-label=" "></p>`, `aria-label`},
		{`<p data-unheard="x"></p>`, `data-unheard`},
		{`<body data-events="/events?tenant=contoso"></body>`, ""},
		{`<body data-events="[{{degraded"></body>`, "data-events"},
		{`<time datetime="yesterday"></time>`, "datetime"},
		{"<p lang=\"fr\">Où\u202f? Là\u202f! Bien\u00a0: «\u00a0ici\u00a0» à 12:30</p>", ""},
		{`<p lang="fr">Où ?</p>`, "narrow"},
		{`<p lang="fr">Où?</p>`, "narrow"},
		{"<p lang=\"fr\">Où\u00a0? </p>", "narrow"},
		{`<p lang="fr">Ici: <b>là</b></p>`, "before"},
		{`<p lang="fr"><b>Ici</b> : là</p>`, "before"},
		{`<p lang="fr">« ici »</p>`, "inside"},
		{`<p lang="fr">l'heure</p>`, "apostrophe"},
		{`<p lang="fr" title="Ici: là"></p>`, "before"},
		{`<p lang="fr"><span lang="en">Here: there?</span> <code>a:b?c</code></p>`, ""},
		{`<p lang="ja">第 3 版、カレンダー フィード。Teams は正常です。</p>`, ""},
		{`<p lang="ja">ありません。 確認済み</p>`, "blank after"},
		{`<p lang="ja">14 件, 復旧</p>`, "comma"},
		{`<p lang="ja">表示名 （任意）</p>`, "blank between"},
		{`<p lang="ja">担当する: MC1</p>`, "mark"},
	} {
		faults, err := rules.Faults(200, one.page)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(faults, "\n"); (one.want == "") != (got == "") || !strings.Contains(got, one.want) {
			t.Errorf("%s: %q, want %q", one.page, got, one.want)
		}
	}
}
