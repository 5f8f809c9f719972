package public

import (
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// embedPolicy lets any page put the embedded one into a frame. It has no script,
// no form and no cookie.
const embedPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors *; base-uri 'none'; form-action 'none'"

// embedPage is the state of a tenant's services for a frame in pages of others.
type embedPage struct {
	*indexPage
	Theme string
	More  string // address of the whole page
}

// embed serves /status/{tenant}/embed?theme=&lang=&tz=.
func (p *Pages) embed(v *view) error {
	err := v.dress()
	if err != nil {
		return v.Plainly(err)
	}
	content, err := v.Shared("embed", func() (any, error) {
		page := embedPage{v.newIndex(v.places.index), v.Theme, v.places.index(v.Content)}
		page.First = true
		return page, page.state(v)
	})
	if err != nil {
		return err
	}
	header := v.W.Header()
	header.Set("Content-Security-Policy", embedPolicy)
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Del("Cross-Origin-Opener-Policy")
	v.LastsASecond(v.sameEdition())
	v.send(content)
	return nil
}

// dress takes theme, language and zone from the query.
func (v *view) dress() error {
	query := v.R.URL.Query()
	for name, given := range query {
		if !slices.Contains([]string{"theme", "lang", "tz"}, name) || len(given) > 1 {
			return tocsin.Invalidf("query", "The embedded page knows theme, lang and tz, each once.")
		}
	}
	if code := query.Get("lang"); code != "" {
		if !lang.Published(code) {
			return tocsin.Invalidf("lang", "%q is none of %s.", tocsin.Clip(code, 20), strings.Join(lang.Publications(), ", "))
		}
		v.View = v.pages.config.Parts.View(v.Speaking(code))
		v.places = deskPlaces{v.Request, v.edition.Tenant.Name}
	}
	switch theme := query.Get("theme"); theme {
	case "", "auto":
	case "light", "dark":
		v.Theme = theme
	default:
		return tocsin.Invalidf("theme", "%q is none of light, dark, auto.", tocsin.Clip(theme, 20))
	}
	if zone := query.Get("tz"); zone != "" {
		if !v.KnowsZone(zone) {
			return tocsin.Invalidf("tz", "%q is no time zone such as Europe/Paris.", tocsin.Clip(zone, 64))
		}
		v.Zone, _ = time.LoadLocation(zone) // it is known
	}
	return nil
}
