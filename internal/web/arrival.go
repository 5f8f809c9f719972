package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
)

// LanguageCookie is the language that a reader chose in this browser.
const LanguageCookie = "lang"

// arrival is where somebody is led who comes from elsewhere to the first page
// or to the sign-in without a language in the address, and reads another one;
// "" for all others. Whoever is on the desk already has chosen.
func (p *Pages) arrival(r *http.Request, code string, page Page) string {
	if code != lang.Languages()[0] || r.Method != http.MethodGet || page.Path != "/{$}" && page.Path != "/login" || !arrives(r) {
		return ""
	}
	if wanted := p.languageFor(r); wanted != "" && wanted != code {
		return PrefixOf(wanted) + r.URL.Path
	}
	return ""
}

// arrives reports whether a request comes from outside the desk: an address that
// was typed, kept or followed elsewhere. Of browsers that do not say so, as none
// does over plain HTTP, only the first visit counts.
func arrives(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "none", "cross-site":
		return true
	case "":
		return len(r.Cookies()) == 0
	}
	return false
}

// accepted is the language of pages that an Accept-Language header likes best;
// "" for none.
func (p *Pages) accepted(header string) string {
	type choice struct {
		code   string
		weight float64
	}
	var list []choice
	for _, part := range strings.Split(header[:min(len(header), 500)], ",") {
		tag, rest, _ := strings.Cut(strings.TrimSpace(part), ";")
		code, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if _, ok := p.locales[code]; !ok {
			continue
		}
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(rest), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64)
		}
		if weight > 0 {
			list = append(list, choice{code, weight})
		}
	}
	if len(list) == 0 {
		return ""
	}
	return slices.MaxFunc(list, func(a, b choice) int {
		switch {
		case a.weight > b.weight:
			return 1
		case a.weight < b.weight:
			return -1
		}
		return 0
	}).code
}
