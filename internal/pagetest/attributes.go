package pagetest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// A sheet is a page that is looked at.
type sheet struct {
	mux     *http.ServeMux
	ids     map[string]bool
	nowhere bool // it says that there is no such page, in other languages too
}

// collect notes the ids of a page, and returns those that are there twice.
func (s sheet) collect(root *html.Node) (faults []string) {
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "id" && s.ids[a.Val] {
				faults = append(faults, fmt.Sprintf("has the id %q twice", a.Val))
			}
			if a.Key == "id" {
				s.ids[a.Val] = true
			}
		}
	}
	return faults
}

// fits reports whether an attribute has its form. One that has none here does
// not: give it one.
func (s sheet) fits(n *html.Node, a html.Attribute) bool {
	if leaks.MatchString(a.Val) {
		return false
	}
	switch a.Key {
	case "href", "src":
		return s.leads(http.MethodGet, a.Val)
	case "formaction":
		return s.leads(http.MethodPost, a.Val)
	case "action":
		return s.leads(cmp.Or(strings.ToUpper(attribute(n, "method")), http.MethodGet), a.Val)
	case "data-passkey", "data-passkey-options", "data-key-add", "data-key-options":
		return s.leads(http.MethodPost, a.Val)
	case "data-events":
		return s.leads(http.MethodGet, a.Val) && strings.Contains(a.Val, "/events?")
	case "data-next", "data-part", "data-parts", "data-suggest":
		return s.leads(http.MethodGet, a.Val)
	case "for", "form", "data-copy-field", "data-copy-both", "list", "aria-labelledby", "aria-describedby", "aria-controls":
		ids := strings.Fields(a.Val)
		return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return !s.ids[id] })
	case "datetime", "data-now":
		return instant(a.Val)
	case "aria-label", "title", "placeholder", "data-done", "data-failed", "data-lost", "data-l", "data-quiet", "data-none", "data-copy-link", "data-text", "alt":
		return strings.TrimSpace(a.Val) != ""
	case "value":
		if name := attribute(n, "name"); (name == "back" || name == "next") && strings.HasPrefix(a.Val, "/") {
			return s.leads(http.MethodGet, a.Val)
		}
		return !strings.ContainsAny(a.Val, "\x00\n") // what somebody typed, too
	}
	form, known := forms[a.Key]
	return known && form.MatchString(a.Val)
}

// leads reports whether an address is a part of the page, a route of the desk,
// a page of the provider or a mail address of Contoso.
func (s sheet) leads(method, address string) bool {
	target, err := url.Parse(address)
	switch {
	case err != nil || address == "" || strings.ContainsAny(address, " {}"):
		return false
	case target.Scheme == "https":
		return method == http.MethodGet && slices.Contains([]string{"learn.microsoft.com", "admin.cloud.microsoft", "status.cloud.microsoft", "x.com"}, target.Host)
	case target.Scheme == "mailto": // the contact of the tests' settings
		return method == http.MethodGet && strings.HasSuffix(target.Opaque, "@contoso.com")
	case target.Scheme != "" || target.Host != "":
		return false
	case target.Path == "":
		return s.ids[target.Fragment]
	case strings.ContainsAny(target.Query().Get("tenant"), "/?"): // something was written behind a query
		return false
	}
	r := &http.Request{Method: method, URL: &url.URL{Path: target.Path}}
	_, pattern := s.mux.Handler(r)
	return pattern != "" || s.nowhere && strings.HasSuffix(target.Path, "/nowhere")
}

func instant(s string) bool {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// leaks are what a template or a program shows of itself.
var leaks = regexp.MustCompile(`\{\{|\}\}|%!|\b0x[0-9a-f]+\b|map\[|\[\{|&\{|<nil>|&lt;|⟦|ZgotmplZ|<no value>|\{[a-z]+\}`)

// forms are those of attributes that need no more than a look at their text.
var forms = func() map[string]*regexp.Regexp {
	const number = `-?[0-9]*\.?[0-9]+`
	table := map[string]string{
		"id": `[A-Za-z][A-Za-z0-9_.:-]*`, "name": `[a-zA-Z][a-zA-Z0-9-]*`, "class": `[a-z0-9_ -]+`, "lang": `|en|fr|ja|es|de`, "dir": `auto`, "hreflang": `en|fr|ja|es|de`, "data-theme": `light|dark`,
		"aria-hidden": `true`, "aria-current": `page|step|true`, "aria-pressed": `true|false`, "aria-invalid": `true`, "aria-disabled": `true`, "readonly": ``, "aria-live": `polite`, "aria-expanded": `true|false`, "aria-sort": `ascending|descending`,
		"role":   `alert|button|cell|columnheader|group|img|radiogroup|region|row|rowgroup|rowheader|search|status|table|timer`,
		"method": `get|post|dialog`, "type": `button|checkbox|date|datetime-local|email|file|hidden|image/svg\+xml|module|password|radio|search|submit|tel|text|text/calendar|application/(rss\+xml|atom\+xml|feed\+json)`,
		"rel": `[a-z ]+`, "target": `_blank`, "scope": `col|row|rowgroup`, "translate": `no`, "charset": `utf-8`, "http-equiv": `refresh`, "content": `light dark|noindex|[0-9]+|width=device-width, initial-scale=1`,
		"autocomplete": `off|(username|current-password|new-password|webauthn|email| )+`, "autocapitalize": `none`, "spellcheck": `false`, "focusable": `false`,
		"maxlength": `[0-9]+`, "min": `[0-9]{4}-[0-9]{2}-[0-9]{2}`, "max": `[0-9]{4}-[0-9]{2}-[0-9]{2}`, "minlength": `[0-9]+`, "tabindex": `-1|0`, "colspan": `[0-9]+`, "data-refresh": `[0-9]+`, "data-copy": `[A-Z0-9]+`, "data-key": `[a-z]`, "data-left": `[0-9]+`, "data-from": `[0-9]{4}-[0-9]{2}-[0-9]{2}`,
		"data-seen": `[a-z0-9-]+`, "data-seen-at": `[0-9]+`, "data-key-form": ``, "data-live": ``, "data-login": ``, "data-news": ``, "data-passkey-problem": ``, "data-print": ``, "data-theme-toggle": ``,
		"enctype": `multipart/form-data`, "accept": `[a-z0-9.,/+-]+`, "rows": `[0-9]+`, "formnovalidate": ``, "autofocus": ``, "checked": ``, "multiple": ``, "download": ``, "hidden": ``, "required": ``, "reversed": ``, "selected": ``, "open": ``, "disabled": ``,
		"d": `[MmLlHhVvCcSsQqTtAaZz0-9 ,.-]+`, "viewBox": number + `( ` + number + `){3}`, "preserveAspectRatio": `none`, "fill": `none|currentColor|var\(--[a-z-]+\)`,
		"stroke": `none|currentColor|var\(--[a-z-]+\)`, "stroke-dasharray": `[0-9. ]+`, "stroke-linecap": `round`, "stroke-linejoin": `round`, "text-anchor": `start|middle|end`,
		"transform": `[a-z]+\([0-9 .-]+\)`,
	}
	for _, name := range []string{"cx", "cy", "dx", "dy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "opacity", "stroke-width"} {
		table[name] = number
	}
	made := map[string]*regexp.Regexp{}
	for name, form := range table {
		made[name] = regexp.MustCompile(`^(` + form + `)$`)
	}
	return made
}()
