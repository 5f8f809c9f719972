package account

import (
	"cmp"
	"net/http"
	"slices"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// preferencesPage is how a reader wants to see pages. Of strangers it is kept in
// cookies, of persons with the person, but for what is about the screen.
type preferencesPage struct {
	web.Frame
	Saved     bool
	SignedIn  bool         // choices hold in every browser
	Tongues   []web.Choice // languages
	Themes    []web.Choice
	Shortcuts []web.Choice // of one key, which those who dictate want to be rid of
	Zones     []string     // that are proposed
	Services  []web.Choice // of the tenant; none for strangers
	Form      web.Form
}

// sent is what a reader chose, as the form has it.
type sent struct{ language, theme, shortcuts, zone string }

// preferences serves GET /preferences.
func (p *Pages) preferences(v *view) error {
	reading := access.VisitorOf(v.R.Context()).User.Reading
	s := sent{cookieOf(v.R, web.LanguageCookie), cmp.Or(v.Theme, "system"), "on", v.Zone.String()}
	if v.person() != "" {
		s.language = reading.Language
	}
	if cookieOf(v.R, web.KeysCookie) == "off" {
		s.shortcuts = "off"
	}
	return p.showPreferences(v, http.StatusOK, s, "")
}

func cookieOf(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// person is the id of who reads, "" for strangers.
func (v *view) person() string { return access.VisitorOf(v.R.Context()).User.ID }

func (p *Pages) showPreferences(v *view, status int, s sent, problem string) error {
	page := preferencesPage{Frame: v.Frame(web.Crumb{Name: v.Text("preferences")}), Saved: v.R.URL.Query().Get("done") == "saved", SignedIn: v.person() != ""}
	page.Form = web.Form{Action: page.Prefs, Submit: v.Text("preferences.save"), Fields: []web.Field{
		{ID: "zone", Label: v.Text("preferences.zone"), Hint: v.Text("preferences.zone.hint"), Value: s.zone, Problem: problem, Auto: "off"},
	}}
	page.Zones = commonZones()
	v.Title(&page.Frame, page.Form)
	page.Tongues = []web.Choice{{Name: v.Text("preferences.language.any"), On: s.language == ""}}
	for _, l := range v.LanguageLinks() {
		page.Tongues = append(page.Tongues, web.Choice{Value: l.Code, Name: cmp.Or(l.Title, l.Name), On: l.Code == s.language})
	}
	for _, value := range []string{"system", "light", "dark"} {
		page.Themes = append(page.Themes, web.Choice{Value: value, Name: v.Text("theme." + value), On: value == s.theme})
	}
	for _, value := range []string{"on", "off"} {
		page.Shortcuts = append(page.Shortcuts, web.Choice{Value: value, Name: v.Text("preferences.keys." + value), On: value == s.shortcuts})
	}
	if err := page.offerServices(v); err != nil {
		return err
	}
	return v.Render(status, "preferences", page)
}

// offerServices lists the services of the tenant to those who may know them.
func (page *preferencesPage) offerServices(v *view) error {
	if v.Snapshot == nil || !page.SignedIn || !v.Reads(access.ReadHealth) {
		return nil
	}
	mine, err := v.Mine()
	if err != nil {
		return err
	}
	for i := range v.Snapshot.Services {
		s := &v.Snapshot.Services[i]
		page.Services = append(page.Services, web.Choice{Value: s.ID, Name: s.Name, On: slices.Contains(mine.IDs, s.ID)})
	}
	return nil
}

// savePreferences serves POST /preferences, with the fields that the form has.
func (p *Pages) savePreferences(v *view) error {
	if err := web.SameOrigin(v.R); err != nil {
		return err
	}
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	form := v.R.PostForm
	s := sent{form.Get("language"), form.Get("theme"), form.Get("shortcuts"), form.Get("zone")}
	if s.zone != "" && !v.KnowsZone(s.zone) {
		return p.showPreferences(v, http.StatusBadRequest, s, v.Text("preferences.zone.error"))
	}
	if s.language != "" && !slices.Contains(lang.Languages(), s.language) {
		return tocsin.Invalidf("language", "%q is no language of these pages.", tocsin.Clip(s.language, 40))
	}
	if err := p.saveReading(v, s); err != nil {
		return err
	}
	switch s.theme {
	case "light", "dark":
		v.SetCookie(web.ThemeCookie, s.theme, web.CookieLife)
	case "system":
		v.SetCookie(web.ThemeCookie, "", -1)
	}
	switch s.shortcuts {
	case "off":
		v.SetCookie(web.KeysCookie, "off", web.CookieLife)
	case "on":
		v.SetCookie(web.KeysCookie, "", -1)
	}
	return v.Redirect(cmp.Or(form.Get("back"), v.Href("/preferences?done=saved")))
}

// saveReading keeps language, zone and services: with the person, or in the
// browser of a stranger, who has no services.
func (p *Pages) saveReading(v *view, s sent) error {
	form, who := v.R.PostForm, v.person()
	if form.Has("language") {
		life := web.CookieLife
		if s.language == "" {
			life = -1
		}
		v.SetCookie(web.LanguageCookie, s.language, life)
	}
	if who == "" || p.config.Door == nil {
		if s.zone != "" {
			v.SetCookie(web.ZoneCookie, s.zone, web.CookieLife)
		}
		return nil
	}
	if form.Has("language") || form.Has("zone") {
		r := access.VisitorOf(v.R.Context()).User.Reading
		if form.Has("language") {
			r.Language = s.language
		}
		if form.Has("zone") {
			r.Zone = s.zone
		}
		if err := p.config.Door.SetReading(v.R.Context(), who, r); err != nil {
			return err
		}
	}
	if !form.Has("follow") || v.Snapshot == nil || !v.Reads(access.ReadHealth) {
		return nil
	}
	services, err := v.followed(form["services"])
	if err != nil {
		return err
	}
	return p.config.People.FollowServices(v.R.Context(), v.Snapshot.Tenant.ID, who, services)
}

// followed are the services of the tenant that were chosen, and what the reader
// follows already that the form could not show.
func (v *view) followed(chosen []string) ([]string, error) {
	known := func(id string) bool {
		_, ok := v.Snapshot.Service(id)
		return ok
	}
	list := slices.DeleteFunc(slices.Clone(chosen), func(id string) bool { return !known(id) })
	mine, err := v.Mine()
	if err != nil {
		return nil, err
	}
	for _, id := range mine.IDs {
		if !known(id) {
			list = append(list, id)
		}
	}
	return list, nil
}

// commonZones are zones that are proposed; any other can be typed.
func commonZones() []string {
	return []string{
		"UTC", "Africa/Algiers", "Africa/Casablanca", "Africa/Dakar", "Africa/Johannesburg", "Africa/Tunis", "America/Bogota", "America/Chicago", "America/Denver",
		"America/Halifax", "America/Los_Angeles", "America/Mexico_City", "America/Montreal", "America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Bangkok",
		"Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Kolkata", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney",
		"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Lisbon", "Europe/London",
		"Europe/Luxembourg", "Europe/Madrid", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich",
		"Indian/Reunion", "Pacific/Auckland", "Pacific/Noumea", "Pacific/Tahiti",
	}
}
