package requests

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"example.org/tocsin/internal/access"
	store "example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// surveyPage is what whoever asked sees of their request: what it was, and what the
// answer was worth to them.
type surveyPage struct {
	web.Frame
	Heading, Ref string
	Answer       string // address of the form, "" when there is nothing to answer
	Solved       []web.Choice
	Ratings      []web.Choice
	Comment      web.Field
	Problem      string
	Done         string
	Over         web.EmptyView
}

// public are the pages that need no sign-in: whoever has the link of a survey has it.
func (p *Pages) public() []web.Page {
	page := func(method string, handle func(*view) error) web.Page {
		return web.Page{Method: method, Path: "/survey/{token}", Needs: access.Public, Bare: true, Handle: func(r *web.Request) error {
			r.W.Header().Set("Cache-Control", "no-store")
			r.W.Header().Set("Referrer-Policy", "no-referrer")
			r.W.Header().Set("X-Robots-Tag", "noindex")
			return handle(&view{View: p.config.Parts.View(r), pages: p})
		}}
	}
	return []web.Page{page(http.MethodGet, p.survey), page(http.MethodPost, p.answered)}
}

// surveyed reads the request of a link that holds. It fails with [tocsin.ErrNotFound]
// for every other, whatever is wrong with it.
func (v *view) surveyed() (r tocsin.Request, err error) {
	c, token := v.pages.config, v.R.PathValue("token")
	tenantID, n, ok := support.SurveyOf(token)
	if !ok || c.SurveyKey == nil {
		return r, tocsin.NotFoundf("There is no such survey.")
	}
	if tenant, err := c.Tenants.Tenant(v.R.Context(), tenantID); err != nil || tenant.Disabled {
		return r, errors.Join(err, tocsin.NotFoundf("There is no such survey."))
	}
	if r, err = c.Requests.Request(v.R.Context(), tenantID, n); err != nil {
		return r, err
	}
	if !support.SurveyHolds(c.SurveyKey, token, r, v.Now) || !r.Survey.At.IsZero() {
		return r, tocsin.NotFoundf("There is no such survey.")
	}
	return r, nil
}

// survey serves GET /survey/{token}. It changes nothing.
func (p *Pages) survey(v *view) error {
	r, err := v.surveyed()
	if err != nil {
		return v.noSurvey(err)
	}
	return v.showSurvey(http.StatusOK, r, nil)
}

// noSurvey says that there is nothing to answer; an error of another kind it passes on.
func (v *view) noSurvey(err error) error {
	if !errors.Is(err, tocsin.ErrNotFound) && !errors.Is(err, tocsin.ErrConflict) {
		return err
	}
	page := surveyPage{Heading: v.Text("request.survey"), Over: web.EmptyView{Title: v.Text("request.survey.gone"), Text: v.Text("request.survey.gone.text")}}
	return v.survey(http.StatusNotFound, page)
}

func (v *view) survey(status int, page surveyPage) error {
	page.Frame = v.Frame(web.Crumb{Name: page.Heading})
	return v.Render(status, "request-survey", page)
}

func (v *view) showSurvey(status int, r tocsin.Request, problem error) error {
	field := v.R.PostFormValue
	page := surveyPage{Heading: v.Text("request.survey.title"), Ref: v.RequestRef(r) + " · " + r.Content.Title, Answer: v.Href("/survey/" + v.R.PathValue("token"))}
	for _, id := range tocsin.SurveyAnswers() {
		page.Solved = append(page.Solved, web.Choice{Value: id, Name: v.Text("request.answer." + id), On: field("solved") == id})
	}
	for n := 5; n >= 1; n-- {
		page.Ratings = append(page.Ratings, web.Choice{Value: strconv.Itoa(n), Name: v.Text("request.rating." + strconv.Itoa(n)), On: field("rating") == strconv.Itoa(n)})
	}
	page.Comment = web.Field{ID: "text", Value: field("text")}
	if problem != nil {
		page.Problem = v.Text("request.survey.choose")
		var e *tocsin.Error
		if errors.As(problem, &e) && e.Field != "solved" {
			page.Problem = v.Text("request.survey.bad")
		}
	}
	return v.survey(status, page)
}

// answered serves POST /survey/{token}: once.
func (p *Pages) answered(v *view) error {
	r, err := v.surveyed()
	if err != nil {
		return v.noSurvey(err)
	}
	answer := tocsin.RequestSurvey{Solved: v.R.PostFormValue("solved"), Comment: v.R.PostFormValue("text")}
	if rating := v.R.PostFormValue("rating"); rating != "" {
		if answer.Rating, err = strconv.Atoi(rating); err != nil || answer.Rating == 0 {
			answer.Rating = -1 // is refused
		}
	}
	actor := tocsin.ActorOf(v.R.Context())
	if !access.VisitorOf(v.R.Context()).SignedIn() {
		actor.Name = tocsin.Stranger
	}
	err = p.config.Ending.AnswerSurvey(tocsin.WithActor(v.R.Context(), actor), r.TenantID, r.N, answer, v.Now)
	switch {
	case errors.Is(err, tocsin.ErrInvalid):
		return v.showSurvey(http.StatusBadRequest, r, err)
	case errors.Is(err, tocsin.ErrConflict):
		return v.noSurvey(err)
	case err != nil:
		return err
	}
	return v.survey(http.StatusOK, surveyPage{Heading: v.Text("request.survey"), Done: v.Text("request.survey.thanks")})
}

// surveyLink is the address that the desk hands over to whoever asked; "" for a request
// that goes on or was answered, and when its term is over.
func (v *view) surveyLink(r tocsin.Request) string {
	c := v.pages.config
	if c.SurveyKey == nil || !r.Survey.At.IsZero() || !v.Now.Before(r.EndedAt.Add(support.SurveyTerm)) {
		return ""
	}
	base := v.Address()
	if base == "" {
		base = "http://" + v.R.Host
	}
	path, _, _ := strings.Cut(v.Href("/survey/"+support.SurveyToken(c.SurveyKey, r)), "?") // it says itself of which tenant it is
	return base + path
}

// A tally is a row of the results of surveys.
type tally struct {
	Name               string
	N, Yes, Partly, No int
	Mean               string
	Ratings            string // how often each, the best first
}

// results sums up what those who asked say, of what the visitor may see.
func (v *view) results(page *listPage) error {
	list, err := v.pages.config.Requests.Requests(v.R.Context(), store.RequestsQuery{TenantID: v.tenant(), Surveyed: true, Limit: maxSurveys})
	if err != nil {
		return err
	}
	var seen []tocsin.Request
	for _, r := range list {
		if v.sees(r) {
			seen = append(seen, r)
		}
	}
	all, kinds, services := support.Tallies(seen)
	if all.N == 0 {
		return nil
	}
	page.Survey = v.Text("request.satisfaction", "n", all.N, "solved", all.Yes)
	page.Results = append(page.Results, v.tally(v.Text("request.results.all"), all))
	for _, one := range kinds {
		page.Results = append(page.Results, v.tally(v.book.Kind(one.Name), one))
	}
	for _, one := range services {
		page.Results = append(page.Results, v.tally(one.Name, one))
	}
	return nil
}

// tenths writes a number of tenths.
func (v *view) tenths(n int) string {
	mark := "."
	if v.Code == "fr" {
		mark = ","
	}
	return strconv.Itoa(n/10) + mark + strconv.Itoa(n%10)
}

// maxSurveys is how many answers the results are of, the newest.
const maxSurveys = 1000

func (v *view) tally(name string, t support.Tally) tally {
	one := tally{Name: name, N: t.N, Yes: t.Yes, Partly: t.Partly, No: t.No}
	if t.Rated == 0 {
		return one
	}
	one.Mean = v.Text("request.results.mean", "mean", v.tenths(t.Mean()))
	var counts []string
	for n := len(t.Ratings); n >= 1; n-- {
		if often := t.Ratings[n-1]; often > 0 {
			counts = append(counts, v.Text("request.results.rating", "rating", n, "n", often))
		}
	}
	one.Ratings = v.Join(counts)
	return one
}
