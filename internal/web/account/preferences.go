package account

import (
	"cmp"
	"net/http"

	"example.org/tocsin/internal/web"
)

// preferencesPage is how a reader wants to see pages. It is kept in cookies.
type preferencesPage struct {
	web.Frame
	Themes    []web.Choice
	Shortcuts []web.Choice // of one key, which those who dictate want to be rid of
	Form      web.Form
}

// preferences serves GET /preferences.
func (p *Pages) preferences(v *view) error {
	shortcuts := "on"
	if cookie, err := v.R.Cookie(web.KeysCookie); err == nil && cookie.Value == "off" {
		shortcuts = "off"
	}
	return p.showPreferences(v, http.StatusOK, cmp.Or(v.Theme, "system"), shortcuts, v.Zone.String(), "")
}

func (p *Pages) showPreferences(v *view, status int, theme, shortcuts, zone, problem string) error {
	page := preferencesPage{Frame: v.Frame(web.Crumb{Name: v.Text("preferences")})}
	page.Form = web.Form{Action: page.Prefs, Submit: v.Text("preferences.save"), Fields: []web.Field{
		{ID: "zone", Label: v.Text("preferences.zone"), Hint: v.Text("preferences.zone.hint"), Value: zone, Problem: problem, Auto: "off"},
	}}
	v.Title(&page.Frame, page.Form)
	for _, value := range []string{"system", "light", "dark"} {
		page.Themes = append(page.Themes, web.Choice{Value: value, Name: v.Text("theme." + value), On: value == theme})
	}
	for _, value := range []string{"on", "off"} {
		page.Shortcuts = append(page.Shortcuts, web.Choice{Value: value, Name: v.Text("preferences.keys." + value), On: value == shortcuts})
	}
	return v.Render(status, "preferences", page)
}

// savePreferences serves POST /preferences, with the fields that the form has.
func (p *Pages) savePreferences(v *view) error {
	if err := web.SameOrigin(v.R); err != nil {
		return err
	}
	if zone := v.R.PostFormValue("zone"); zone != "" {
		if !v.KnowsZone(zone) {
			return p.showPreferences(v, http.StatusBadRequest, v.R.PostFormValue("theme"), v.R.PostFormValue("shortcuts"), zone, v.Text("preferences.zone.error"))
		}
		v.SetCookie(web.ZoneCookie, zone, web.CookieLife)
	}
	switch theme := v.R.PostFormValue("theme"); theme {
	case "light", "dark":
		v.SetCookie(web.ThemeCookie, theme, web.CookieLife)
	case "system":
		v.SetCookie(web.ThemeCookie, "", -1)
	}
	switch v.R.PostFormValue("shortcuts") {
	case "off":
		v.SetCookie(web.KeysCookie, "off", web.CookieLife)
	case "on":
		v.SetCookie(web.KeysCookie, "", -1)
	}
	return v.Redirect(v.R.PostFormValue("back"))
}
