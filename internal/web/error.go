package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// errorPage is what is shown instead of a page.
type errorPage struct {
	Frame
	Message, Detail     string
	Code, RequestID, At string
	Ways                []Crumb
}

// WriteError explains an error as a page, in the language of the address.
func (p *Pages) WriteError(w http.ResponseWriter, r *http.Request, status int, problem *tocsin.Error) {
	code, path := languageOf(r.URL.Path)
	if p.config.Door != nil { // what failed may not have met the gate
		r, _ = p.config.Door.Admit(r, access.Public) // public is never refused
	}
	v := p.stranger(w, r, code)
	if status == http.StatusUnauthorized && p.config.Door != nil && asksForPage(r) {
		_ = v.Redirect(v.Href("/login?" + url.Values{"next": {v.With("", "")}}.Encode())) // cannot fail
		return
	}
	if status == http.StatusForbidden && path == "/" && access.VisitorOf(r.Context()).Somewhere(access.ReadMessages) {
		_ = v.Redirect(v.Href("/messages")) // where readers of messages begin
		return
	}
	if status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
		// The frame helps to go on, but the page must not depend on it.
		if full, err := p.request(w, r, code); err == nil {
			v = full
		}
	}
	kind := errorKey(status)
	page := errorPage{
		Frame: v.Frame(Crumb{Name: v.Text("error." + kind)}), Message: v.Text("error." + kind + ".text"),
		RequestID: v.requestID(), At: v.Now.UTC().Format("15:04:05 UTC"),
	}
	page.Code = strconv.Itoa(status)
	if v.Code == lang.Languages()[0] && problem.Message != http.StatusText(status)+"." && v.Typeset(problem.Message) != page.Message { // errors are in English
		page.Detail = problem.Message
	}
	if kind == "500" || kind == "503" {
		page.Ways = []Crumb{{v.Text("error.again"), v.With("", "")}}
	}
	if v.Snapshot != nil {
		page.Ways = append(page.Ways, Crumb{v.Text("nav.issues"), v.Href("/issues")})
	}
	if v.Render(status, "error", page) != nil {
		httpserver.PlainError(w, r, status, problem)
	}
}

// asksForPage reports whether a browser wants to show the answer.
func asksForPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// errorKey is the group of texts for a status.
func errorKey(status int) string {
	switch status {
	case http.StatusNotFound:
		return "404"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "403"
	case http.StatusConflict:
		return "409"
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return "503"
	}
	if status < http.StatusInternalServerError {
		return "400"
	}
	return "500"
}

// firstRunPage is shown while the desk has no tenant.
type firstRunPage struct {
	Frame
	AddTenant, AddUser, AddClient string // addresses for those who may add a tenant, "" for others
}

func (p *Pages) firstRun(v *Request) error {
	page := firstRunPage{Frame: v.Frame(Crumb{Name: v.Text("first.title")})}
	if v.opens("/admin/tenants") && access.VisitorOf(v.R.Context()).May(access.ManageTenants, "") {
		page.AddTenant, page.AddUser, page.AddClient = v.Href("/admin/tenants"), v.Href("/admin/users"), v.Href("/admin/clients")
	}
	return v.Render(http.StatusOK, "first-run", page)
}

// NothingHere returns the error of an address that leads nowhere; it does not
// say why.
func NothingHere() error { return tocsin.NotFoundf("There is nothing here.") }
