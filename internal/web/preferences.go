package web

import (
	"cmp"
	"net/http"
)

// preferencesPage is how a reader wants to see pages. It is kept in cookies.
type preferencesPage struct {
	frame
	Themes    []choice
	Shortcuts []choice // of one key, which those who dictate want to be rid of
	Form      form
}

// preferences serves GET /preferences.
func (p *Pages) preferences(v *visit) error {
	shortcuts := "on"
	if cookie, err := v.r.Cookie(keysCookie); err == nil && cookie.Value == "off" {
		shortcuts = "off"
	}
	return p.showPreferences(v, http.StatusOK, cmp.Or(v.theme, "system"), shortcuts, v.zone.String(), "")
}

func (p *Pages) showPreferences(v *visit, status int, theme, shortcuts, zone, problem string) error {
	page := preferencesPage{frame: v.frame(crumb{Name: v.text("preferences")})}
	page.Form = form{Action: page.Prefs, Submit: v.text("preferences.save"), Fields: []field{
		{ID: "zone", Label: v.text("preferences.zone"), Hint: v.text("preferences.zone.hint"), Value: zone, Problem: problem, Auto: "off"},
	}}
	v.title(&page.frame, page.Form)
	for _, value := range []string{"system", "light", "dark"} {
		page.Themes = append(page.Themes, choice{value, v.text("theme." + value), value == theme})
	}
	for _, value := range []string{"on", "off"} {
		page.Shortcuts = append(page.Shortcuts, choice{value, v.text("preferences.keys." + value), value == shortcuts})
	}
	return v.render(status, "preferences", page)
}

// savePreferences serves POST /preferences, with the fields that the form has.
func (p *Pages) savePreferences(v *visit) error {
	if err := sameOrigin(v.r); err != nil {
		return err
	}
	if zone := v.r.PostFormValue("zone"); zone != "" {
		if !v.knowsZone(zone) {
			return p.showPreferences(v, http.StatusBadRequest, v.r.PostFormValue("theme"), v.r.PostFormValue("shortcuts"), zone, v.text("preferences.zone.error"))
		}
		v.setCookie(zoneCookie, zone, cookieLife)
	}
	switch theme := v.r.PostFormValue("theme"); theme {
	case "light", "dark":
		v.setCookie(themeCookie, theme, cookieLife)
	case "system":
		v.setCookie(themeCookie, "", -1)
	}
	switch v.r.PostFormValue("shortcuts") {
	case "off":
		v.setCookie(keysCookie, "off", cookieLife)
	case "on":
		v.setCookie(keysCookie, "", -1)
	}
	return v.redirect(v.r.PostFormValue("back"))
}
