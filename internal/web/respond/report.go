package respond

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/triage"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// reportsPerMinute is how many reports one sender, or one network of strangers,
// may send.
const reportsPerMinute = 20

// reportPage is "me too": the form, and afterwards what is known.
type reportPage struct {
	web.Frame
	Form   web.Form
	Groups []group
	Sent   bool
	Known  reportKnown
	Again  string // address of an empty form
	Ask    string // address of a new support request with the same, "" for whoever may begin none
}

// reportKnown is what somebody learns who has reported.
type reportKnown struct {
	Here   string // how many at their site, "" where they named none
	All    string
	Share  string // of users, "" where it is not known
	Issues []knownIssue
	Help   []string
	Limits string
}

type knownIssue struct {
	ID, Href, Title string
	Next            *part.Promise
}

// report serves /report, for those who have signed in.
func (p *Pages) report(v *view) error { return v.meToo("/report", v.IssueHref) }

// openReport serves /status/{tenant}/report, for whoever may read what the tenant
// publishes. It keeps no address.
func (p *Pages) openReport(v *view) error {
	v.W.Header().Set("X-Robots-Tag", "noindex")
	e, err := p.config.Press.Asked(v.R.Context(), access.VisitorOf(v.R.Context()), v.R.PathValue("tenant"))
	if err != nil {
		return err
	}
	if err := v.LookAt(e.Tenant.ID); err != nil {
		return err
	}
	page := "/status/" + web.EscapeID(e.Tenant.Name)
	return v.meToo(page+"/report", func(string) string { return web.PrefixOf(v.Code) + page })
}

// meToo shows the form at a path, takes it, and shows what is known. issue is the
// address of an issue.
func (v *view) meToo(path string, issue func(id string) string) error {
	here := web.PrefixOf(v.Code) + path
	if path == "/report" {
		here = v.Href(path)
	}
	if v.R.Method != http.MethodPost {
		return v.showReport(http.StatusOK, here, issue, nil)
	}
	if err := v.R.ParseForm(); err != nil {
		return tocsin.Invalidf("form", "The form cannot be read.")
	}
	r, err := v.takeReport()
	if err != nil {
		if isFlood(err) {
			return v.showFlood(here, issue, err)
		}
		return v.showReport(web.FormStatus(err), here, issue, err)
	}
	sent := url.Values{"sent": {r.Service}}
	if r.Site != "" {
		sent.Set("site", r.Site)
	}
	if path == "/report" {
		return v.Redirect(v.Href(path + "?" + sent.Encode()))
	}
	return v.Redirect(here + "?" + sent.Encode())
}

// takeReport keeps what was sent.
func (v *view) takeReport() (r tocsin.Report, err error) {
	form, visitor := v.R.PostForm, access.VisitorOf(v.R.Context())
	r = tocsin.Report{ID: tocsin.NewGUID(), TenantID: v.tenant(), Service: form.Get("service"), Site: form.Get("site"), Code: form.Get("errorcode"), Language: v.Code, At: v.Now, Person: visitor.User.ID}
	service, place, ok := cutSymptom(form.Get("symptom"))
	if ok && (service == r.Service || r.Service == "") {
		r.Service, r.Symptom = service, place
	}
	if err := errors.Join(v.mustBeSite(r.Site), v.takeLinked(&r)); err != nil {
		return r, err
	}
	sender := "user:" + visitor.User.ID
	if !visitor.SignedIn() {
		sender = "network:" + v.pages.config.Network(v.R)
	}
	if wait := v.pages.flood.Admit(access.Identity{Issuer: "me-too", ClientID: sender, TenantID: v.tenant()}, v.Now); wait > 0 {
		v.W.Header().Set("Retry-After", "60")
		return r, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "flood", Message: v.Text("metoo.flood")}
	}
	if r.Source, err = v.pages.config.Reports.SourceOf(v.R.Context(), sender, v.Now); err != nil {
		return r, err
	}
	return r, v.pages.config.Reports.FileReport(v.R.Context(), r)
}

// mustBeSite fails for what is no site of the tenant; "" is none that anybody named.
func (v *view) mustBeSite(id string) error {
	if id == "" {
		return nil
	}
	sites, err := v.sites()
	if err == nil && !slices.ContainsFunc(sites, func(s tocsin.Site) bool { return s.ID == id }) {
		err = tocsin.Invalidf("site", "Choose one of the sites.")
	}
	return err
}

// cutSymptom reads the value of a symptom.
func cutSymptom(value string) (service, place string, ok bool) {
	for _, id := range tocsin.TriageServices() {
		for n := range 3 {
			if place := strconv.Itoa(n); value == id+"/"+place {
				return id, place, true
			}
		}
	}
	return "", "", false
}

// showFlood answers who sends too much. Strangers get one page for all of them, made
// once in a second and without what they sent: a flood must not cost what reports do.
func (v *view) showFlood(here string, issue func(id string) string, flood error) error {
	if access.VisitorOf(v.R.Context()).SignedIn() {
		return v.showReport(http.StatusTooManyRequests, here, issue, flood)
	}
	v.R.PostForm = url.Values{}
	page, err := v.Shared("metoo", func() (any, error) { return v.reportPage(here, issue, flood) })
	if err != nil {
		return err
	}
	v.Answer(http.StatusTooManyRequests, page)
	return nil
}

func (v *view) showReport(status int, here string, issue func(id string) string, problem error) error {
	page, err := v.reportPage(here, issue, problem)
	if err != nil {
		return err
	}
	return v.Render(status, "metoo", page)
}

func (v *view) reportPage(here string, issue func(id string) string, problem error) (page reportPage, err error) {
	b, err := v.book("")
	if err != nil {
		return page, err
	}
	page = reportPage{Frame: v.Frame(web.Crumb{Name: v.Text("report.crumb")}), Again: here}
	page.NoIndex = true
	query := v.R.URL.Query()
	if one, ok := b.Service(query.Get("sent")); ok && problem == nil {
		page.Sent = true
		page.Known, err = v.known(b, one, query.Get("site"), issue)
		return page, err
	}
	chosen := v.R.PostForm.Get("service")
	services := v.services(b, v.Text("metoo.service"), []string{chosen})
	services.ID, services.Several = "service", false
	page.Groups = []group{newGroup(services).short()}
	site, err := v.site(v.R.PostForm.Get("site"))
	if err != nil {
		return page, err
	}
	symptom := v.Field("symptom", "").Named(v.Text("metoo.symptom")).NotRequired()
	symptom.Choices = []web.Choice{{Name: v.Text("triage.site.none"), On: true}}
	for _, s := range b.Services {
		for n, words := range s.Symptoms {
			symptom.Choices = append(symptom.Choices, web.Choice{Value: s.ID + "/" + strconv.Itoa(n), Name: v.Text("metoo.symptom.of", "service", s.Name, "words", words)})
		}
	}
	page.Form = web.Form{Action: here, Submit: v.Text("metoo.send"), Fields: []web.Field{
		site, symptom.Choose(v.R.PostForm.Get("symptom")), v.Field("errorcode", v.R.PostForm.Get("errorcode")).Named(v.Text("metoo.code")).Hinted(v.Text("metoo.code.hint")).NotRequired(),
	}}
	v.showLinked(&page)
	if problem != nil && !v.blame(&page.Form, page.Groups, problem) {
		return page, problem
	}
	return page, nil
}

// known is what is known about a service.
func (v *view) known(b *knowledge.Book, one knowledge.Service, site string, issue func(id string) string) (k reportKnown, err error) {
	k = reportKnown{Help: slices.Clone(one.First), Limits: one.Limits}
	own, err := v.pages.config.Help.Workarounds(v.R.Context(), v.tenant())
	if err != nil {
		return k, err
	}
	for _, w := range b.Ways(one.ID, own) {
		if w.Own {
			k.Help = append(k.Help, w.Told())
		}
	}
	heard, err := v.heard()
	if err != nil {
		return k, err
	}
	counts := heard.Reports
	n, here := 0, 0
	for _, c := range counts {
		if c.Service == one.ID {
			n += c.N
			if c.Site == site {
				here += c.N
			}
		}
	}
	n = max(n, 1) // counts are some seconds old, and their own is among them
	k.All = v.Text("metoo.symptom.of", "service", one.Name, "words", v.Text("metoo.all", "n", n))
	if site != "" {
		k.Here = v.Text("metoo.here", "n", max(here, 1))
	}
	if k.Share, err = v.impact(counts, one.ID); err != nil {
		return k, err
	}
	judged, err := v.Judge()
	if err != nil {
		return k, err
	}
	for _, open := range judged.Open {
		if slices.Contains(knowledge.ServicesOf(open.ServiceID), one.ID) && !open.Advisory() {
			k.Issues = append(k.Issues, knownIssue{open.ID, issue(open.ID), open.Content.Title, v.NextPromise(open.Row, open.Content)})
		}
	}
	return k, nil
}

// impact is the share of users at the sites that report, by their seats, "" where
// nobody knows the seats or too few machines report. A site counts from
// [triage.MinSources] machines on.
func (v *view) impact(counts []tocsin.ReportCount, service string) (string, error) {
	sites, err := v.sites()
	if err != nil {
		return "", err
	}
	all, hit, n := 0, 0, 0
	for _, s := range sites {
		all += s.Seats
		sources := 0
		for _, c := range counts {
			if c.Site == s.ID && (service == "" || c.Service == service) {
				sources += c.Sources
			}
		}
		if sources >= triage.MinSources && s.Seats > 0 {
			hit, n = hit+s.Seats, n+1
		}
	}
	if hit == 0 || all == 0 {
		return "", nil
	}
	return v.Text("metoo.share", "n", n, "share", v.Percent(float64(hit)/float64(all), 0)), nil
}

// isConflict reports whether an error is that somebody was faster.
func isConflict(err error) bool { return errors.Is(err, tocsin.ErrConflict) }

// isFlood reports whether an error is that somebody sends too much.
func isFlood(err error) bool {
	e := (*tocsin.Error)(nil)
	return errors.As(err, &e) && e.Field == "flood"
}
