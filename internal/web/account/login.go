package account

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// loginPage is where people sign in.
type loginPage struct {
	web.Frame
	Form      web.Form
	Next      string
	Providers []web.Crumb
	// Where a passkey is asked for and sent, "" where there are none.
	PasskeyOptions, Passkey string
	State                   *doorState // where pages can be read without signing in
	Fresh                   bool       // nobody has an account yet
}

// doorState is how things stand, for those who have not signed in.
type doorState struct {
	Verdict  part.Verdict
	Services []part.ServiceLine // the worst
	More     int                // how many others do not work as they should
}

// doorServices is how many services are named beside the form.
const doorServices = 5

// doorState tells on the page of the sign-in what everybody may read anyway;
// nil where they may not, or where it cannot be told: signing in must not depend
// on it.
func (v *view) doorState() *doorState {
	if !v.pages.config.Everyone || v.Snapshot == nil {
		return nil
	}
	state, err := v.State()
	if err != nil {
		return nil
	}
	shown := min(len(state.Affected), doorServices)
	return &doorState{state.Verdict, state.Affected[:shown], len(state.Affected) - shown}
}

// login serves GET /login.
func (p *Pages) login(v *view) error {
	return v.showLogin(http.StatusOK, v.R.URL.Query().Get("next"), v.R.URL.Query().Get("name"), "")
}

func (v *view) showLogin(status int, next, name, problem string) error {
	page := loginPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("login")}), Next: signin.LocalPath(next),
		Form: web.Form{Action: v.Href("/login"), Problem: problem, Submit: v.Text("login.submit"), Fields: []web.Field{
			{ID: "name", Label: v.Text("login.name"), Value: tocsin.Clip(name, 100), Auto: "username webauthn"}, v.Secret("password", "current-password"),
		}},
	}
	if v.pages.config.Door.HasPasskeys(v.R) {
		page.PasskeyOptions, page.Passkey = v.Href("/login/passkey/options"), v.Href("/login/passkey")
	}
	if page.Next == "/" {
		page.Next = v.Href("/")
	}
	v.Title(&page.Frame, page.Form)
	if status == http.StatusOK {
		page.State = v.doorState()
	}
	for _, b := range v.pages.config.Door.Buttons() {
		page.Providers = append(page.Providers, web.Crumb{Name: v.Text("login.with", "name", b.Label), Href: v.Href("/login/" + b.ID + "?" + url.Values{"next": {page.Next}}.Encode())})
	}
	link, err := v.pages.config.Door.NeedsSetUp(v.R.Context())
	if err != nil {
		return err
	}
	page.Fresh = link
	v.W.Header().Set("Cache-Control", "no-store")
	return v.Render(status, "login", page)
}

// signIn serves POST /login.
func (p *Pages) signIn(v *view) error {
	name, next := v.R.PostFormValue("name"), v.R.PostFormValue("next")
	err := p.config.Door.Password(v.W, v.R, name, v.R.PostFormValue("password"))
	switch {
	case errors.Is(err, signin.ErrRefused):
		return v.showLogin(http.StatusUnauthorized, next, name, v.Text("login.refused"))
	case errors.Is(err, signin.ErrTooMany):
		v.W.Header().Set("Retry-After", "60")
		return v.showLogin(http.StatusTooManyRequests, next, name, v.Text("login.many"))
	case err != nil:
		return err
	}
	return v.Redirect(signin.LocalPath(next))
}

// signOut serves POST /logout.
func (p *Pages) signOut(v *view) error {
	if err := p.config.Door.SignOut(v.W, v.R); err != nil {
		return err
	}
	return v.Redirect(v.Href("/login"))
}

// leave serves GET /login/{provider}: off to where somebody else says who this
// is.
func (p *Pages) leave(v *view) error {
	return tooMany(p.config.Door.Leave(v.W, v.R, v.R.PathValue("provider"), v.R.URL.Query().Get("next")))
}

// comeBack serves GET /login/{provider}/callback.
func (p *Pages) comeBack(v *view) error {
	next, err := p.config.Door.Return(v.W, v.R, v.R.PathValue("provider"))
	if err != nil {
		return err
	}
	return v.Redirect(next)
}

// askPasskey serves POST /login/passkey/options, for the script.
func (p *Pages) askPasskey(v *view) error {
	options, err := p.config.Door.AskPasskey(v.W, v.R)
	if err != nil {
		return tooMany(err)
	}
	return v.sendJSON(options)
}

// passkey serves POST /login/passkey, for the script.
func (p *Pages) passkey(v *view) error {
	answer, err := io.ReadAll(v.R.Body)
	if err != nil {
		return err
	}
	if err := p.config.Door.Passkey(v.W, v.R, answer); err != nil {
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

func (v *view) sendJSON(body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	v.W.Header().Set("Cache-Control", "no-store")
	v.Send(http.StatusOK, web.Content{Kind: "application/json", Body: text})
	return nil
}

// setUpPage serves GET /setup: the account of the first administrator, against
// the code that the program printed.
func (p *Pages) setUpPage(v *view) error {
	code := v.R.URL.Query().Get("code")
	open, err := p.config.Door.SetUpOpen(v.R.Context(), code)
	if err != nil {
		return err
	}
	if !open {
		return web.NothingHere()
	}
	return v.showSetUp(http.StatusOK, code, nil)
}

// setUpForm is the page of GET /setup.
type setUpForm struct {
	web.Frame
	Form web.Form
	Code string
}

func (v *view) showSetUp(status int, code string, problem error) error {
	page := setUpForm{Frame: v.Frame(web.Crumb{Name: v.Text("setup")}), Code: code}
	page.Form = web.Form{Action: v.Href("/setup"), Submit: v.Text("setup.submit"), Fields: []web.Field{
		{ID: "name", Label: v.Text("login.name"), Value: v.R.PostFormValue("name"), Auto: "username"},
		v.Field("display", v.R.PostFormValue("display")).NotRequired(),
		v.Secret("password", "new-password").Hinted(v.Text("password.rule")),
	}}
	if problem != nil {
		if !v.Blame(&page.Form, problem) {
			return problem
		}
		v.Title(&page.Frame, page.Form)
	}
	v.W.Header().Set("Cache-Control", "no-store")
	return v.Render(status, "setup", page)
}

// setUp serves POST /setup.
func (p *Pages) setUp(v *view) error {
	code := v.R.PostFormValue("code")
	err := p.config.Door.SetUp(v.W, v.R, code, v.R.PostFormValue("name"), v.R.PostFormValue("display"), v.R.PostFormValue("password"))
	switch {
	case errors.Is(err, tocsin.ErrNotFound):
		return web.NothingHere()
	case err != nil:
		return v.showSetUp(http.StatusBadRequest, code, tooMany(err))
	}
	return v.Redirect(v.Href("/"))
}
