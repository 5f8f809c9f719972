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
		{`<form method="post" action="/issues/EX1"></form>`, `action`},
		{`<form method="post" action="/logout"></form>`, ""},
		{`<p id="a"></p><p id="a"></p>`, `id "a" twice`},
		{`<p title="%!s(int=3)"></p>`, `title`},
		{`<p aria-label=" "></p>`, `aria-label`},
		{`<p data-unheard="x"></p>`, `data-unheard`},
		{`<body data-events="/events?tenant=contoso"></body>`, ""},
		{`<body data-events="[{{degraded"></body>`, "data-events"},
		{`<time datetime="yesterday"></time>`, "datetime"},
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
