package browser

import (
	"example.org/tocsin/internal/browsertest"
)

// translations writes a line, a term and a report's answer, and looks at the
// pages on the way.
func (in *interior) translations() {
	in.t.Helper()
	const text = "/admin/translations/messages/MC0000001"
	in.see(in.admin, text)
	in.admin.Go(in.desk.Base() + text)
	field := browsertest.Eval[string](in.admin, `document.querySelector("main textarea").name`)
	submit(in.admin, `form:has([name="`+field+`"])`, map[string]string{field: "Eine Zeile von MC0000001, Microsoft 365, Exchange Online und Microsoft Teams"})
	in.see(in.admin, text+"?to=fr")
	in.admin.Go(in.desk.Base() + text)
	line := browsertest.Eval[string](in.admin, `(a => a.pathname)(document.querySelector('main a[href*="/lines/"]'))`)
	in.see(in.admin, line)
	in.see(in.admin, line, sent{`form:has(#line)`, map[string]string{"line": " "}, true})
	in.see(in.admin, line+"/withdraw?for=tenant")
	const terms = "/admin/translations/terms"
	in.see(in.admin, terms, sent{`form:has(#word)`, map[string]string{"word": "mailbox", "as": ""}, true})
	in.admin.Go(in.desk.Base() + terms)
	submit(in.admin, `form:has(#word)`, map[string]string{"word": "tenant", "in": "fr", "as": "locataire"})
	in.see(in.admin, terms)
	in.see(in.admin, terms+"/remove?word=tenant&in=fr")
}
