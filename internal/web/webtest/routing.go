package webtest

import (
	"example.org/tocsin/internal/route"
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
	return admin.Routing{Policy: p, Channels: func(receiver string) []string { return channels[receiver] }}
}
