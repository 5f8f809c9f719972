package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// routeBook keeps the routes that the pages write.
type routeBook interface {
	RoutesVersions(ctx context.Context, limit int) ([]delivery.RoutesVersion, error)
	SaveRoutes(ctx context.Context, text string, after int64, now time.Time) (delivery.RoutesVersion, error)
	// CheckRoutes returns who would hear by a text of routes, or what is wrong with it.
	CheckRoutes(text string) (Routing, []*tocsin.Error)
	// ShadowRoutes returns what a text of routes would have sent lately.
	ShadowRoutes(ctx context.Context, text string, since time.Time) ([]Shadowed, error)
}

// Shadowed is what a receiver would have been sent.
type Shadowed struct {
	Receiver                 string
	Changes, Messages, Calls int
}

// Bounds of the page of routes.
const (
	maxRoutesText  = 64 << 10 // bytes
	routesVersions = 10       // that are shown
	shadowDays     = 30       // over which it is said what routes would have sent
)

// routesText is the routes as a text that can be changed.
type routesText struct {
	Source   string // which routes hold
	Draft    bool   // what is shown is checked and not saved
	Problems []*tocsin.Error
	Form     web.Form
	After    int64  // number of the version that the text follows
	Back     bool   // the word can be given back to the settings
	Shadow   string // over which days it is said what would have been sent, "" for not
	Would    []Shadowed
	Changed  []diffLine // from what holds to what is checked
	Versions []routesVersionLine
}

type routesVersionLine struct {
	N            int64
	At, By, What string
	Lines        []diffLine
}

// text fills in the routes as a text: draft in the place of what holds unless it is "".
func (v *view) routesText(routing Routing, draft string) (t routesText, err error) {
	t.Form = web.Form{Action: v.Href("/admin/routes"), Fields: []web.Field{{ID: "text", Label: v.Text("field.routes"), Hint: v.Text("field.routes.hint"), Value: routing.Text, Lines: true, Code: true, Max: maxRoutesText}}}
	if draft != "" {
		t.Form.Fields[0].Value = draft
	}
	event := web.Field{ID: "event", Label: v.Text("routes.event"), Hint: v.Text("field.labels.hint"), Value: v.R.PostFormValue("event"), Optional: true, Max: 1000, Auto: "off"}
	t.Form.Fields = append(t.Form.Fields, event)
	t.After, t.Back = routing.Written.N, routing.Written.Text != ""
	switch w := routing.Written; {
	case routing.Holds:
		t.Source = v.Text("routes.source.pages", "n", w.N, "name", w.By, "time", v.Full(w.At.In(v.Zone)))
	case w.Text != "":
		t.Source = v.Text("routes.source.unfit", "n", w.N)
		t.Problems = routing.Unfit
	default:
		t.Source = v.Text("routes.source.file")
	}
	versions, err := v.pages.config.Routes.RoutesVersions(v.R.Context(), routesVersions+1)
	if err != nil {
		return t, err
	}
	for i, one := range versions[:min(len(versions), routesVersions)] {
		line := routesVersionLine{N: one.N, At: v.Full(one.At.In(v.Zone)), By: one.By, What: v.Text("routes.wrote")}
		switch {
		case one.Text == "":
			line.What = v.Text("routes.gaveback")
		case i+1 < len(versions):
			line.Lines = diffLines(versions[i+1].Text, one.Text)
		default:
			line.Lines = diffLines("", one.Text)
		}
		t.Versions = append(t.Versions, line)
	}
	return t, nil
}

// writeRoutes serves POST /admin/routes: checks a text of routes, saves it, or gives
// the word back to the settings.
func (p *Pages) writeRoutes(v *view) error {
	text := strings.ReplaceAll(v.R.PostFormValue("text"), "\r\n", "\n")
	after, err := strconv.ParseInt(v.R.PostFormValue("after"), 10, 64)
	if err != nil || after < 0 {
		return tocsin.Invalidf("after", "The form does not say which routes it follows.")
	}
	do := v.R.PostFormValue("do")
	switch {
	case do == "file":
		if _, err := p.config.Routes.SaveRoutes(v.R.Context(), "", after, v.Now); err != nil {
			return err
		}
		return v.Redirect(v.Href("/admin/routes?done=routes-file"))
	case do != "check" && do != "save":
		return tocsin.Invalidf("do", "The form says neither check nor save nor file.")
	case strings.TrimSpace(text) == "":
		return tocsin.Invalidf("text", "It is missing.")
	}
	now := p.config.Routing()
	checked, problems := p.config.Routes.CheckRoutes(text)
	if len(problems) > 0 {
		return v.showRoutes(http.StatusBadRequest, now, text, func(t *routesText) error { t.Problems = problems; return nil })
	}
	if do == "save" {
		if _, err := p.config.Routes.SaveRoutes(v.R.Context(), text, after, v.Now); err != nil {
			return err
		}
		return v.Redirect(v.Href("/admin/routes?done=routes"))
	}
	checked.Text, checked.Written, checked.Holds = now.Text, now.Written, now.Holds
	return v.showRoutes(http.StatusOK, checked, text, func(t *routesText) (err error) {
		since := v.Now.AddDate(0, 0, -shadowDays)
		t.Draft, t.Changed, t.Shadow = true, diffLines(now.Text, text), v.Text("routes.would", "time", v.Full(since.In(v.Zone)))
		t.Would, err = p.config.Routes.ShadowRoutes(v.R.Context(), text, since)
		return err
	})
}
