package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// doorPages lists the pages through which people come in and go out.
func (p *Pages) doorPages() []Page {
	if p.config.Door == nil {
		return nil
	}
	return []Page{
		{"GET", "/login", access.Public, p.login, true},
		{"POST", "/login", access.Public, p.signIn, true},
		{"POST", "/login/passkey/options", access.Public, p.askPasskey, true},
		{"POST", "/login/passkey", access.Public, p.passkey, true},
		{"GET", "/login/{provider}", access.Public, p.leave, true},
		{"GET", "/login/{provider}/callback", access.Public, p.comeBack, true},
		{"POST", "/logout", access.Public, p.signOut, true},
		{"GET", "/setup", access.Public, p.setUpPage, true},
		{"POST", "/setup", access.Public, p.setUp, true},
	}
}

// loginPage is where people sign in.
type loginPage struct {
	frame
	Form      form
	Next      string
	Providers []crumb
	// Where a passkey is asked for and sent, "" where there are none.
	PasskeyOptions, Passkey string
	State                   *doorState // where pages can be read without signing in
	Fresh                   bool       // nobody has an account yet
}

// doorState is how things stand, for those who have not signed in.
type doorState struct {
	Verdict  verdict
	Services []serviceLine // the worst
}

// doorServices is how many services are named beside the form.
const doorServices = 5

// doorState tells on the page of the sign-in what everybody may read anyway;
// nil where they may not, or where it cannot be told: signing in must not depend
// on it.
func (v *visit) doorState() *doorState {
	if !v.pages.config.Everyone || v.snapshot == nil {
		return nil
	}
	state, err := v.state()
	if err != nil {
		return nil
	}
	return &doorState{state.Verdict, state.Affected[:min(len(state.Affected), doorServices)]}
}

// login serves GET /login.
func (p *Pages) login(v *visit) error {
	return v.showLogin(http.StatusOK, v.r.URL.Query().Get("next"), v.r.URL.Query().Get("name"), "")
}

func (v *visit) showLogin(status int, next, name, problem string) error {
	page := loginPage{
		frame: v.frame(crumb{Name: v.text("login")}), Next: signin.LocalPath(next),
		Form: form{Action: v.href("/login"), Problem: problem, Submit: v.text("login.submit"), Fields: []field{
			{ID: "name", Label: v.text("login.name"), Value: tocsin.Clip(name, 100), Auto: "username webauthn"}, v.secret("password", "current-password"),
		}},
	}
	if v.pages.config.Door.HasPasskeys(v.r) {
		page.PasskeyOptions, page.Passkey = v.href("/login/passkey/options"), v.href("/login/passkey")
	}
	if page.Next == "/" {
		page.Next = v.href("/")
	}
	v.title(&page.frame, page.Form)
	if status == http.StatusOK {
		page.State = v.doorState()
	}
	for _, b := range v.pages.config.Door.Buttons() {
		page.Providers = append(page.Providers, crumb{v.text("login.with", "name", b.Label), v.href("/login/" + b.ID + "?" + url.Values{"next": {page.Next}}.Encode())})
	}
	link, err := v.pages.config.Door.NeedsSetUp(v.r.Context())
	if err != nil {
		return err
	}
	page.Fresh = link
	v.w.Header().Set("Cache-Control", "no-store")
	return v.render(status, "login", page)
}

// signIn serves POST /login.
func (p *Pages) signIn(v *visit) error {
	name, next := v.r.PostFormValue("name"), v.r.PostFormValue("next")
	err := p.config.Door.Password(v.w, v.r, name, v.r.PostFormValue("password"))
	switch {
	case errors.Is(err, signin.ErrRefused):
		return v.showLogin(http.StatusUnauthorized, next, name, v.text("login.refused"))
	case errors.Is(err, signin.ErrTooMany):
		v.w.Header().Set("Retry-After", "60")
		return v.showLogin(http.StatusTooManyRequests, next, name, v.text("login.many"))
	case err != nil:
		return err
	}
	return v.redirect(signin.LocalPath(next))
}

// signOut serves POST /logout.
func (p *Pages) signOut(v *visit) error {
	if err := p.config.Door.SignOut(v.w, v.r); err != nil {
		return err
	}
	return v.redirect(v.href("/login"))
}

// leave serves GET /login/{provider}: off to where somebody else says who this
// is.
func (p *Pages) leave(v *visit) error {
	return tooMany(p.config.Door.Leave(v.w, v.r, v.r.PathValue("provider"), v.r.URL.Query().Get("next")))
}

// comeBack serves GET /login/{provider}/callback.
func (p *Pages) comeBack(v *visit) error {
	next, err := p.config.Door.Return(v.w, v.r, v.r.PathValue("provider"))
	if err != nil {
		return err
	}
	return v.redirect(next)
}

// askPasskey serves POST /login/passkey/options, for the script.
func (p *Pages) askPasskey(v *visit) error {
	options, err := p.config.Door.AskPasskey(v.w, v.r)
	if err != nil {
		return tooMany(err)
	}
	return v.sendJSON(options)
}

// passkey serves POST /login/passkey, for the script.
func (p *Pages) passkey(v *visit) error {
	answer, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	if err := p.config.Door.Passkey(v.w, v.r, answer); err != nil {
		return tooMany(err)
	}
	return v.sendJSON(struct{}{})
}

// tooMany gives an attempt too many its status.
func tooMany(err error) error {
	if errors.Is(err, signin.ErrTooMany) {
		return httpserver.Errorf(http.StatusTooManyRequests, "Too many attempts. Wait a minute.")
	}
	return err
}

func (v *visit) sendJSON(body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.send(http.StatusOK, content{kind: "application/json", body: text})
	return nil
}

// setUpPage serves GET /setup: the account of the first administrator, against
// the code that the program printed.
func (p *Pages) setUpPage(v *visit) error {
	code := v.r.URL.Query().Get("code")
	open, err := p.config.Door.SetUpOpen(v.r.Context(), code)
	if err != nil {
		return err
	}
	if !open {
		return errNothingHere()
	}
	return v.showSetUp(http.StatusOK, code, nil)
}

// setUpForm is the page of GET /setup.
type setUpForm struct {
	frame
	Form form
	Code string
}

func (v *visit) showSetUp(status int, code string, problem error) error {
	page := setUpForm{frame: v.frame(crumb{Name: v.text("setup")}), Code: code}
	page.Form = form{Action: v.href("/setup"), Submit: v.text("setup.submit"), Fields: []field{
		{ID: "name", Label: v.text("login.name"), Value: v.r.PostFormValue("name"), Auto: "username"},
		v.field("display", v.r.PostFormValue("display")).optional(),
		v.secret("password", "new-password").hinted(v.text("password.rule")),
	}}
	if problem != nil {
		if !v.blame(&page.Form, problem) {
			return problem
		}
		v.title(&page.frame, page.Form)
	}
	v.w.Header().Set("Cache-Control", "no-store")
	return v.render(status, "setup", page)
}

// setUp serves POST /setup.
func (p *Pages) setUp(v *visit) error {
	code := v.r.PostFormValue("code")
	err := p.config.Door.SetUp(v.w, v.r, code, v.r.PostFormValue("name"), v.r.PostFormValue("display"), v.r.PostFormValue("password"))
	switch {
	case errors.Is(err, tocsin.ErrNotFound):
		return errNothingHere()
	case err != nil:
		return v.showSetUp(http.StatusBadRequest, code, tooMany(err))
	}
	return v.redirect(v.href("/"))
}
