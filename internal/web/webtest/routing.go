package webtest

import (
	"context"
	"strings"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/admin"
)

// routing is a tree with quiet hours, as pages show it.
func routing() admin.Routing {
	p, err := route.Compile(route.Settings{
		Routes: route.Spec{
			Receiver: "team", GroupBy: []string{"issue"}, Routes: []route.Spec{
				{Receiver: "duty", Matchers: []string{`class="incident"`, `service=~"Exchange|Teams"`}, GroupWait: "0s", Mute: []string{"night"}, Continue: true},
				{Matchers: []string{`class=~"advisory|message|planned"`}, GroupBy: []string{}, Digest: "daily 08:00 Europe/Paris"},
				{Matchers: []string{`severity="degraded"`}, GroupBy: []string{"..."}, Active: []string{"night"}},
			},
		},
		Intervals: []route.IntervalSpec{{Name: "night", Intervals: []route.SpanSpec{{Times: []route.TimesSpec{{Start: "22:00", End: "06:00"}}, Location: "Europe/Paris"}}}},
		Inhibit:   []route.InhibitSpec{{Source: []string{`class="incident"`, `service!=""`}, Target: []string{`class="advisory"`}, Equal: []string{"tenant", "service"}}},
	}, route.Known{Labels: route.EventLabels(), Values: route.EventValues()})
	if err != nil {
		panic(err) // the tree above
	}
	channels := map[string][]string{"team": {"wall", "duty-mail"}, "duty": {"ops-hook", "duty-mail"}}
	return admin.Routing{Policy: p, Channels: func(receiver string) []string { return channels[receiver] }, Names: []string{"duty-mail", "ops-hook", "wall"}, Preview: preview}
}

// routeBook keeps routes for a desk, and knows one text that it does not take.
type routeBook struct{ *storetest.Desk }

// routing is the tree of [routing], and who wrote it.
func (b routeBook) routing() admin.Routing {
	r := routing()
	r.Text = "routes:\n    receiver: team\n"
	if written, err := b.Routes(context.Background()); err == nil {
		if r.Written, r.Holds = written, written.Text != ""; r.Holds {
			r.Text = written.Text
		}
	}
	return r
}

// CheckRoutes takes any text but one with a receiver that there is not.
func (routeBook) CheckRoutes(text string) (admin.Routing, []*tocsin.Error) {
	if strings.Contains(text, "nobody-knows") {
		return admin.Routing{}, []*tocsin.Error{{Kind: tocsin.ErrInvalid, Field: "routes.receiver", Message: "Line 2: There is no receiver <nobody-knows>."}}
	}
	return routing(), nil
}

// ShadowRoutes is what a text would have sent.
func (routeBook) ShadowRoutes(context.Context, string, time.Time) ([]admin.Shadowed, error) {
	return []admin.Shadowed{{Receiver: "duty", Changes: 12, Messages: 3, Calls: 1}}, nil
}

// preview is what the channel wall says of EX1, hostile and in French.
func preview(_ context.Context, channel, _, id string, _ int) (*notify.Letter, error) {
	switch {
	case id == "EX2":
		return nil, &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "being translated"}
	case channel != "wall" || id != "EX1":
		return nil, tocsin.NotFoundf("There is no %s.", id)
	}
	line := func(text, language, origin string) notify.Line {
		return notify.Line{Text: text, Language: language, Origin: origin}
	}
	return &notify.Letter{
		Language: "fr", Heading: "[serviceDegradation] EX1", Title: line("Courrier <b>lent</b>", "fr", ""), Lead: []notify.Line{line("Pour les responsables", "fr", "")},
		Entries: []notify.Entry{{
			Blocks: []notify.Block{{Label: "Incidence", Lines: []notify.Line{line("Users wait.", "en", ""), line("Attente.", "fr", "traduction automatique")}}, {Lines: []notify.Line{line("Sans titre.", "fr", "")}}},
			Link:   "https://status.contoso.com/fr/issues/EX1", LinkLabel: "Ouvrir EX1",
		}},
		Footer: []notify.Line{line("Centre de services", "fr", "")},
	}, nil
}
