package account

import (
	"encoding/hex"
	"io"
	"net/http"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// accountPage is somebody's own account.
type accountPage struct {
	web.Frame
	Done      string
	Roles     []string
	Local     bool
	Password  web.Form
	Passkeys  []passkeyLine
	CanKey    bool
	KeyNew    string // addresses for the script
	KeyAsk    string
	Sessions  []sessionLine
	EndAction string
	Feeds     string // address of the private addresses of feeds
	// Subscriptions is the address of what the person is told by mail.
	Subscriptions string
}

type passkeyLine struct{ Name, Added, Used, Remove string }

type sessionLine struct {
	ID, Agent, Method, Address, Began, Seen string
	Current                                 bool
}

// account serves GET /account.
func (p *Pages) account(v *view) error { return v.showAccount(http.StatusOK, nil) }

func (v *view) showAccount(status int, problem error) error {
	visitor := access.VisitorOf(v.R.Context())
	page := accountPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("account")}), Local: visitor.User.Local(), CanKey: v.pages.config.Door.HasPasskeys(v.R),
		KeyNew: v.Href("/account/passkeys/options"), KeyAsk: v.Href("/account/passkeys"), EndAction: v.Href("/account/sessions/end"), Feeds: v.Href("/account/feeds"), Subscriptions: v.Href("/account/subscriptions"),
		Password: web.Form{Action: v.Href("/account/password"), Submit: v.Text("account.password.submit"), Fields: []web.Field{
			v.Secret("old", "current-password"), v.Secret("password", "new-password").Named(v.Text("field.password.new")).Hinted(v.Text("password.rule")),
		}},
	}
	if done := v.R.URL.Query().Get("done"); done == "password" || done == "passkey" || done == "session" || done == "removed" {
		page.Done = v.Text("account.done." + done)
	}
	if problem != nil {
		if !v.Blame(&page.Password, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Password)
	}
	v.W.Header().Set("Cache-Control", "no-store")
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	for _, g := range visitor.User.Grants {
		page.Roles = append(page.Roles, v.GrantWords(g, names))
	}
	if err := v.fillAccount(&page, visitor); err != nil {
		return err
	}
	return v.Render(status, "account", page)
}

func (v *view) fillAccount(page *accountPage, visitor access.Visitor) error {
	keys, err := v.pages.config.People.Passkeys(v.R.Context(), visitor.User.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		line := passkeyLine{Name: k.Name, Added: v.Stamp(k.CreatedAt.In(v.Zone)), Used: v.Text("never"), Remove: v.Href("/account/passkeys/remove?id=" + hex.EncodeToString(k.ID))}
		if !k.UsedAt.IsZero() {
			line.Used = v.Stamp(k.UsedAt.In(v.Zone))
		}
		page.Passkeys = append(page.Passkeys, line)
	}
	sessions, err := v.pages.config.People.Sessions(v.R.Context(), visitor.User.ID)
	if err != nil {
		return err
	}
	for _, n := range sessions {
		page.Sessions = append(page.Sessions, sessionLine{
			ID: n.ID, Agent: v.browserWords(n.Agent), Method: v.Method(n.Method), Address: n.Address,
			Began: v.Stamp(n.CreatedAt.In(v.Zone)), Seen: v.Stamp(n.SeenAt.In(v.Zone)), Current: n.ID == visitor.SessionID,
		})
	}
	return nil
}

// browserWords make a name of what browsers say they are.
func (v *view) browserWords(agent string) string {
	browser, system := browserOf(agent)
	switch {
	case browser != "" && system != "":
		return v.Text("session.browser", "browser", browser, "system", system)
	case browser+system != "":
		return browser + system
	}
	return tocsin.Clip(agent, 40)
}

// browserOf is the browser and the system in what browsers say they are, ""
// for those that are not known.
func browserOf(agent string) (browser, system string) {
	for _, name := range []string{"Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/", "curl/"} {
		if strings.Contains(agent, name) {
			browser = map[string]string{"Edg/": "Edge", "OPR/": "Opera"}[name]
			if browser == "" {
				browser = strings.TrimSuffix(name, "/")
			}
			break
		}
	}
	for _, name := range []string{"Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux"} {
		if strings.Contains(agent, name) {
			system = name
			break
		}
	}
	if system == "Mac OS X" {
		system = "macOS"
	}
	return browser, system
}

// changePassword serves POST /account/password.
func (p *Pages) changePassword(v *view) error {
	err := p.config.Door.ChangePassword(v.W, v.R, v.R.PostFormValue("old"), v.R.PostFormValue("password"))
	if err != nil {
		return v.showAccount(http.StatusBadRequest, tooMany(err))
	}
	return v.Redirect(v.Href("/account?done=password"))
}

// newPasskey serves POST /account/passkeys/options, for the script.
func (p *Pages) newPasskey(v *view) error {
	options, err := p.config.Door.NewPasskey(v.W, v.R)
	if err != nil {
		return err
	}
	return v.sendJSON(options)
}

// addPasskey serves POST /account/passkeys, for the script.
func (p *Pages) addPasskey(v *view) error {
	answer, err := io.ReadAll(v.R.Body)
	if err != nil {
		return err
	}
	if err := p.config.Door.AddPasskey(v.W, v.R, v.R.URL.Query().Get("name"), answer); err != nil {
		return err
	}
	return v.sendJSON(struct{}{})
}

// askRemovePasskey serves GET /account/passkeys/remove?id=.
func (p *Pages) askRemovePasskey(v *view) error {
	id := v.R.URL.Query().Get("id")
	keys, err := p.config.People.Passkeys(v.R.Context(), access.VisitorOf(v.R.Context()).User.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if hex.EncodeToString(k.ID) == id {
			return v.Ask("passkey", k.Name, v.Href("/account"), web.Question{
				Area: web.Area{Frame: v.Frame(web.Crumb{Name: v.Text("account"), Href: v.Href("/account")}, web.Crumb{Name: v.Text("remove")})},
				To:   v.Href("/account/passkeys/remove"), Field: "id", Value: id, Submit: v.Text("remove"),
			})
		}
	}
	return web.NothingHere()
}

// removePasskey serves POST /account/passkeys/remove.
func (p *Pages) removePasskey(v *view) error {
	id, err := hex.DecodeString(v.R.PostFormValue("id"))
	if err != nil {
		return tocsin.NotFoundf("There is no such passkey.")
	}
	if err := p.config.People.RemovePasskey(v.R.Context(), access.VisitorOf(v.R.Context()).User.ID, id, v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/account?done=removed"))
}

// endSession serves POST /account/sessions/end.
func (p *Pages) endSession(v *view) error {
	if err := p.config.Door.EndSession(v.R.Context(), access.VisitorOf(v.R.Context()).User.ID, v.R.PostFormValue("id")); err != nil {
		return err
	}
	return v.Redirect(v.Href("/account?done=session"))
}
