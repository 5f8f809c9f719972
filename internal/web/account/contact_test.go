package account

import "testing"

// What is an address leads there, and nothing else does.
func TestContact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]contact{
		"":                                  {},
		" access@contoso.com ":              {"access@contoso.com", "mailto:access@contoso.com"},
		"https://help.contoso.com/a?b=c":    {"https://help.contoso.com/a?b=c", "https://help.contoso.com/a?b=c"},
		"+33 1 99 00 12 34":                 {"+33 1 99 00 12 34", ""},
		"Service desk <access@contoso.com>": {"Service desk <access@contoso.com>", ""},
		"javascript:alert(1)":               {"javascript:alert(1)", ""},
	} {
		if got := contactOf(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
}
