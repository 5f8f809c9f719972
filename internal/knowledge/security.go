package knowledge

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// protections are what keeps an organisation safe, in the three languages, as
// [compact] leaves them. Names that another word could hold are acronyms.
func protections() []string {
	return []string{
		"multifactor", "twofactor", "twostepverification", "authenticator", "securitydefaults", "conditionalaccess", "spamfilter", "antispam", "junkfilter", "junkmailfilter",
		"antivirus", "antimalware", "defender", "safelinks", "safeattachments", "firewall", "quarantine",
		"multifacteur", "doubleauthentification", "doublefacteur", "accesconditionnel", "filtreantispam", "filtrespam", "antipourriel", "filtreantipourriel", "courrierindesirable", "parefeu", "quarantaine", //nolint:misspell // French
		"多要素認証", "二要素認証", "2要素認証", "二段階認証", "2段階認証", "条件付きアクセス", "迷惑メール", "スパム", "ウイルス対策", "ウィルス対策", "アンチウイルス", "アンチウィルス", "マルウェア対策", "ファイアウォール", "検疫",
	}
}

// acronym finds the short names, which stand alone.
var acronym = regexp.MustCompile(`(?i)(^|[^\pL\pN])(m\.?f\.?a|2\.?f\.?a|a\.?m\.?f|s\.?p\.?f|d\.?k\.?i\.?m|d\.?m\.?a\.?r\.?c|c\.?a\.?p)($|[^a-zA-Z\pN])`)

// LowersSecurity reports whether a text that somebody wrote may ask people to
// lower the security of their organisation: whether it names MFA, conditional
// access, a spam filter or a protection against viruses at all, in English, French
// or Japanese. It takes a harmless mention for a harmful one rather than the
// reverse: a second person tells them apart.
func LowersSecurity(text string) bool {
	text = norm.NFKC.String(text)
	if acronym.MatchString(text) {
		return true
	}
	folded := compact(text)
	for _, word := range protections() {
		if strings.Contains(folded, word) {
			return true
		}
	}
	return false
}

// compact keeps the letters and digits of a text, small and without accents.
// Marks of kana stay.
func compact(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		switch {
		case r >= '\u3099' && r <= '\u309A', unicode.IsLetter(r), unicode.IsDigit(r), r == 'ー':
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}
