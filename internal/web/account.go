package web

import (
	"encoding/hex"
	"io"
	"net/http"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// accountPages lists the pages on which people look after their own account.
func (p *Pages) accountPages() []Page {
	if p.config.Door == nil {
		return nil
	}
	return []Page{
		{"GET", "/account", access.SignedIn, p.account, true},
		{"POST", "/account/password", access.SignedIn, p.changePassword, true},
		{"POST", "/account/passkeys/options", access.SignedIn, p.newPasskey, true},
		{"POST", "/account/passkeys", access.SignedIn, p.addPasskey, true},
		{"GET", "/account/passkeys/remove", access.SignedIn, p.askRemovePasskey, true},
		{"POST", "/account/passkeys/remove", access.SignedIn, p.removePasskey, true},
		{"POST", "/account/sessions/end", access.SignedIn, p.endSession, true},
	}
}

// accountPage is somebody's own account.
type accountPage struct {
	frame
	Done      string
	Roles     []string
	Local     bool
	Password  form
	Passkeys  []passkeyLine
	CanKey    bool
	KeyNew    string // addresses for the script
	KeyAsk    string
	Sessions  []sessionLine
	EndAction string
}

type passkeyLine struct{ Name, Added, Used, Remove string }

type sessionLine struct {
	ID, Agent, Method, Address, Began, Seen string
	Current                                 bool
}

// account serves GET /account.
func (p *Pages) account(v *visit) error { return v.showAccount(http.StatusOK, nil) }

func (v *visit) showAccount(status int, problem error) error {
	visitor := access.VisitorOf(v.r.Context())
	page := accountPage{
		frame: v.frame(crumb{Name: v.text("account")}), Local: visitor.User.Local(), CanKey: v.pages.config.Door.HasPasskeys(v.r),
		KeyNew: v.href("/account/passkeys/options"), KeyAsk: v.href("/account/passkeys"), EndAction: v.href("/account/sessions/end"),
		Password: form{Action: v.href("/account/password"), Submit: v.text("account.password.submit"), Fields: []field{
			v.secret("old", "current-password"), v.secret("password", "new-password").named(v.text("field.password.new")).hinted(v.text("password.rule")),
		}},
	}
	if done := v.r.URL.Query().Get("done"); done == "password" || done == "passkey" || done == "session" || done == "removed" {
		page.Done = v.text("account.done." + done)
	}
	if problem != nil {
		if !v.blame(&page.Password, problem) {
			return problem
		}
		v.title(&page.frame, page.Password)
	}
	v.w.Header().Set("Cache-Control", "no-store")
	names, err := v.tenantNames()
	if err != nil {
		return err
	}
	for _, g := range visitor.User.Grants {
		page.Roles = append(page.Roles, v.grantWords(g, names))
	}
	if err := v.fillAccount(&page, visitor); err != nil {
		return err
	}
	return v.render(status, "account", page)
}

func (v *visit) fillAccount(page *accountPage, visitor access.Visitor) error {
	keys, err := v.pages.config.People.Passkeys(v.r.Context(), visitor.User.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		line := passkeyLine{Name: k.Name, Added: v.stamp(k.CreatedAt.In(v.zone)), Used: v.text("never"), Remove: v.href("/account/passkeys/remove?id=" + hex.EncodeToString(k.ID))}
		if !k.UsedAt.IsZero() {
			line.Used = v.stamp(k.UsedAt.In(v.zone))
		}
		page.Passkeys = append(page.Passkeys, line)
	}
	sessions, err := v.pages.config.People.Sessions(v.r.Context(), visitor.User.ID)
	if err != nil {
		return err
	}
	for _, n := range sessions {
		page.Sessions = append(page.Sessions, sessionLine{
			ID: n.ID, Agent: v.browserWords(n.Agent), Method: v.method(n.Method), Address: n.Address,
			Began: v.stamp(n.CreatedAt.In(v.zone)), Seen: v.stamp(n.SeenAt.In(v.zone)), Current: n.ID == visitor.SessionID,
		})
	}
	return nil
}

// browserWords make a name of what browsers say they are.
func (v *visit) browserWords(agent string) string {
	browser, system := browserOf(agent)
	switch {
	case browser != "" && system != "":
		return v.text("session.browser", "browser", browser, "system", system)
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
func (p *Pages) changePassword(v *visit) error {
	err := p.config.Door.ChangePassword(v.w, v.r, v.r.PostFormValue("old"), v.r.PostFormValue("password"))
	if err != nil {
		return v.showAccount(http.StatusBadRequest, tooMany(err))
	}
	return v.redirect(v.href("/account?done=password"))
}

// newPasskey serves POST /account/passkeys/options, for the script.
func (p *Pages) newPasskey(v *visit) error {
	options, err := p.config.Door.NewPasskey(v.w, v.r)
	if err != nil {
		return err
	}
	return v.sendJSON(options)
}

// addPasskey serves POST /account/passkeys, for the script.
func (p *Pages) addPasskey(v *visit) error {
	answer, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	if err := p.config.Door.AddPasskey(v.w, v.r, v.r.URL.Query().Get("name"), answer); err != nil {
		return err
	}
	return v.sendJSON(struct{}{})
}

// askRemovePasskey serves GET /account/passkeys/remove?id=.
func (p *Pages) askRemovePasskey(v *visit) error {
	id := v.r.URL.Query().Get("id")
	keys, err := p.config.People.Passkeys(v.r.Context(), access.VisitorOf(v.r.Context()).User.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if hex.EncodeToString(k.ID) == id {
			return v.ask("passkey", k.Name, v.href("/account"), question{
				area: area{frame: v.frame(crumb{v.text("account"), v.href("/account")}, crumb{Name: v.text("remove")})},
				To:   v.href("/account/passkeys/remove"), Field: "id", Value: id, Submit: v.text("remove"),
			})
		}
	}
	return errNothingHere()
}

// removePasskey serves POST /account/passkeys/remove.
func (p *Pages) removePasskey(v *visit) error {
	id, err := hex.DecodeString(v.r.PostFormValue("id"))
	if err != nil {
		return tocsin.NotFoundf("There is no such passkey.")
	}
	if err := p.config.People.RemovePasskey(v.r.Context(), access.VisitorOf(v.r.Context()).User.ID, id, v.now); err != nil {
		return err
	}
	return v.redirect(v.href("/account?done=removed"))
}

// endSession serves POST /account/sessions/end.
func (p *Pages) endSession(v *visit) error {
	if err := p.config.Door.EndSession(v.r.Context(), access.VisitorOf(v.r.Context()).User.ID, v.r.PostFormValue("id")); err != nil {
		return err
	}
	return v.redirect(v.href("/account?done=session"))
}
