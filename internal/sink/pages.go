package sink

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

//go:embed templates
var files embed.FS

// view is what a page shows.
type view struct {
	Language string // en, fr or ja
	Page     string // mail, cards or hooks
	Mails    []Mail
	Mail     *Mail // the one that is open, nil for none
	Cards    []Card
	Hooks    []Hook
	Pages    []string
	text     map[string]string
}

// T is a text of the page in its language.
func (v view) T(key string) string { return v.text[key] }

// Link is the address of a page in the language, or in another one.
func (v view) Link(page string) string { return prefixOf(v.Language) + "/demo/" + page }

// Other is the address of this page in another language.
func (v view) Other(language string) string { return prefixOf(language) + "/demo/" + v.Page }

// Languages are those of the pages.
func (v view) Languages() []string { return languages() }

// Name is a language's name in itself.
func (v view) Name(language string) string {
	return map[string]string{"en": "English", "fr": "Français", "ja": "日本語"}[language]
}

func prefixOf(language string) string {
	if language == "en" {
		return ""
	}
	return "/" + language
}

func languages() []string { return []string{"en", "fr", "ja"} }

func (s *Server) handler() http.Handler {
	pages := template.Must(template.ParseFS(files, "templates/*.html"))
	style, err := files.ReadFile("templates/style.css")
	if err != nil {
		panic(err) // it is in the program
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /in/"+s.token+"/card", s.card)
	mux.HandleFunc("POST /in/"+s.token+"/hook", s.hook)
	mux.HandleFunc("GET /demo/style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(style) // the reader may be gone
	})
	mux.HandleFunc("GET /demo/mail/{n}/html", s.mailHTML)
	for _, language := range languages() {
		for _, page := range []string{"mail", "mail/{n}", "cards", "hooks"} {
			mux.HandleFunc("GET "+prefixOf(language)+"/demo/"+page, func(w http.ResponseWriter, r *http.Request) {
				s.page(w, r, pages, language, strings.TrimSuffix(page, "/{n}"))
			})
		}
	}
	mux.Handle("GET /{$}", http.RedirectHandler("/demo/mail", http.StatusSeeOther))
	return local(mux)
}

// local refuses requests under another name than that of this machine, which a
// page of somebody else's could make.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil || host != Host && host != "localhost" {
			http.Error(w, "This is "+Host+".", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
		next.ServeHTTP(w, r)
	})
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, pages *template.Template, language, page string) {
	s.mu.Lock()
	v := view{
		Language: language, Page: page, Pages: []string{"mail", "cards", "hooks"}, text: texts()[language],
		Mails: slices.Clone(s.mail), Cards: slices.Clone(s.cards), Hooks: slices.Clone(s.hooks),
	}
	s.mu.Unlock()
	if n := r.PathValue("n"); n != "" {
		if v.Mail = mailOf(v.Mails, n); v.Mail == nil {
			http.NotFound(w, r)
			return
		}
	}
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, "page.html", v); err != nil {
		http.Error(w, fmt.Sprint("The page cannot be shown: ", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = body.WriteTo(w) // the reader may be gone
}

func mailOf(list []Mail, n string) *Mail {
	number, err := strconv.Atoi(n)
	if err != nil {
		return nil
	}
	if i := slices.IndexFunc(list, func(m Mail) bool { return m.N == number }); i >= 0 {
		return &list[i]
	}
	return nil
}

// mailHTML is the HTML of a mail for a frame, where it can run nothing, load
// nothing and lead nowhere but to a new tab.
func (s *Server) mailHTML(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m := mailOf(slices.Clone(s.mail), r.PathValue("n"))
	s.mu.Unlock()
	if m == nil || m.HTML == "" {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	text := strings.Replace(m.HTML, "<head>", `<head><base target="_blank">`, 1)
	_, _ = w.Write([]byte(text)) // the reader may be gone
}
