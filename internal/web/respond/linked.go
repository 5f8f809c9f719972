package respond

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// maxLinked is how old the instant of a link may be.
const maxLinked = 366 * 24 * time.Hour

// named finds an issue of the tenant that the visitor may read.
func (v *view) named(id string) (row *readmodel.Row, ok bool) {
	if id = strings.TrimSpace(id); id == "" || !access.VisitorOf(v.R.Context()).May(access.ReadHealth, v.tenant()) {
		return nil, false
	}
	return v.Snapshot.Issue(id)
}

// linked returns what the address of /report names: an issue, and an instant of the
// past. What is neither does not count.
func (v *view) linked() (issue string, at time.Time) {
	query := v.R.URL.Query()
	if row, ok := v.named(query.Get("issue")); ok {
		issue = row.ID
	}
	t, err := time.Parse(time.RFC3339, query.Get("at"))
	if age := v.Now.Sub(t); err == nil && age >= 0 && age < maxLinked {
		at = t.UTC()
	}
	return issue, at
}

// showLinked adds the fields that a link to the form has filled, or that were sent. The
// form that everybody may open has none of them: not all that it knows is published.
func (v *view) showLinked(page *reportPage) {
	if v.Path != "/report" {
		return
	}
	var fields []web.Field
	field := func(id, value string) {
		f := v.Field(id, value).Named(v.Text("metoo." + id)).NotRequired()
		if id == "since" {
			f = f.Hinted(v.Text("metoo.since.hint", "city", v.City()))
		}
		fields = append(fields, f)
	}
	if v.R.Method == http.MethodPost {
		for _, id := range []string{"issue", "since"} {
			if v.R.PostForm.Has(id) {
				field(id, v.R.PostForm.Get(id))
			}
		}
	} else {
		issue, at := v.linked()
		ask := url.Values{}
		if issue != "" {
			field("issue", issue)
			ask.Set("issue", issue)
		}
		if !at.IsZero() {
			field("since", at.In(v.Zone).Format("2006-01-02 15:04"))
			ask.Set("at", at.Format(time.RFC3339))
		}
		if len(ask) > 0 && access.VisitorOf(v.R.Context()).May(access.HandleRequests, v.tenant()) {
			page.Ask = v.There("/requests/new?" + ask.Encode())
		}
	}
	page.Form.Fields = append(fields, page.Form.Fields...)
}

// takeLinked puts the issue and the time that were sent before the code of a report.
func (v *view) takeLinked(r *tocsin.Report) error {
	if v.Path != "/report" {
		return nil
	}
	var words []string
	if id := v.R.PostForm.Get("issue"); strings.TrimSpace(id) != "" {
		row, ok := v.named(id)
		if !ok {
			return tocsin.Invalidf("issue", "%s", v.Text("metoo.bad.issue"))
		}
		words = append(words, row.ID)
	}
	if text := v.R.PostForm.Get("since"); strings.TrimSpace(text) != "" {
		at, ok := v.ReadTime(text)
		if age := v.Now.Sub(at); !ok || age < 0 || age >= maxLinked {
			return tocsin.Invalidf("since", "%s", v.Text("metoo.bad.at"))
		}
		words = append(words, at.Format(time.RFC3339))
	}
	r.Code = strings.Join(append(words, strings.Fields(r.Code)...), " ")
	return nil
}
