package route

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

func compile(t testing.TB, s Settings) *Policy {
	t.Helper()
	p, err := Compile(s, Known{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// example is a tree in which each kind of inheritance occurs.
func example() Settings {
	return Settings{
		Routes: Spec{
			Receiver: "all", GroupBy: []string{"tenant", "issue"}, GroupWait: "0s", Routes: []Spec{
				{Receiver: "archive", Continue: true, GroupBy: []string{"..."}, RepeatInterval: "1d"},
				{Receiver: "duty", Matchers: []string{`class="incident"`}, GroupWait: "30s", Routes: []Spec{
					{Receiver: "mail", Matchers: []string{`service=~"Exchange|Outlook"`, `severity!="advisory"`}, GroupBy: []string{}, Mute: []string{"night"}},
					{Matchers: []string{`service="Teams"`}, Active: []string{"work", "night"}, Continue: true},
					{Receiver: "voice", Matchers: []string{`service="Teams"`}},
				}},
				{Receiver: "digest", Matchers: []string{`class=~"advisory|message"`}, Digest: "daily 08:00 Europe/Paris", Routes: []Spec{
					{Receiver: "soon", Matchers: []string{`tag="Major"`}, GroupWait: "1m"},
				}},
			},
		},
		Intervals: []IntervalSpec{
			{Name: "night", Intervals: []SpanSpec{{Times: []TimesSpec{{"22:00", "06:00"}}, Location: "Europe/Paris"}}},
			{Name: "work", Intervals: []SpanSpec{{Times: []TimesSpec{{"08:00", "18:00"}}, Weekdays: []string{"monday:friday"}, Location: "Europe/Paris"}}},
		},
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	p := compile(t, example())
	for _, test := range []struct {
		labels Labels
		want   string
	}{
		{labelsOf("class", "incident", "service", "Exchange"), `archive {class="incident", service="Exchange"}; mail {}`},
		{labelsOf("class", "incident", "service", "Exchange", "severity", "advisory", "issue", "EX1"), `archive {class="incident", issue="EX1", service="Exchange", severity="advisory"}; duty {issue="EX1"}`},
		{labelsOf("class", "incident", "service", "Teams", "tenant", "b", "issue", "TM1"), `archive {class="incident", issue="TM1", service="Teams", tenant="b"}; duty {issue="TM1", tenant="b"}; voice {issue="TM1", tenant="b"}`},
		{labelsOf("class", "advisory"), `archive {class="advisory"}; digest {}`},
		{labelsOf("class", "message", "tag", "Major", "tag", "Admin"), `archive {class="message", tag="Admin", tag="Major"}; soon {}`},
		{labelsOf("kind", "source"), `archive {kind="source"}`}, // the first one continues, but took it
	} {
		for range 2 { // looked up, and remembered
			var got []string
			for _, r := range p.Match(test.labels) {
				got = append(got, r.Receiver+" "+r.Group(test.labels).String())
			}
			if s := strings.Join(got, "; "); s != test.want {
				t.Errorf("%v: %s, want %s", test.labels, s, test.want)
			}
		}
	}
	mail := p.Root.Routes[1].Routes[0]
	if mail.GroupWait != 30*time.Second || mail.GroupInterval != 5*time.Minute || mail.RepeatInterval != 4*time.Hour || mail.ID != `{}/{class="incident"}/{service=~"Exchange|Outlook",severity!="advisory"}` || mail.At != "routes.routes[1].routes[0]" {
		t.Errorf("%+v", mail)
	}
	if a, b := p.Root.Routes[1].Routes[1], p.Root.Routes[1].Routes[2]; a.ID == b.ID || a.Receiver != "duty" || len(b.Active) != 0 {
		t.Errorf("%s %s %s %v", a.ID, b.ID, a.Receiver, b.Active)
	}
	if soon := p.Root.Routes[2].Routes[0]; !soon.Digest.IsZero() || soon.GroupWait != time.Minute {
		t.Errorf("%+v", soon.Options)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range compile(t, example()).Explain(labelsOf("class", "incident", "service", "Teams")) {
		line := fmt.Sprintf("%d %s", s.Depth, s.Route.At)
		if !s.Matched {
			line += " not " + s.Refused.String()
		}
		if s.Taken {
			line += " taken"
		}
		got = append(got, line)
	}
	want := `0 routes
1 routes.routes[0] taken
1 routes.routes[1]
2 routes.routes[1].routes[0] not service=~"Exchange|Outlook"
2 routes.routes[1].routes[1] taken
2 routes.routes[1].routes[2] taken`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("%s\nwant\n%s", s, want)
	}
}

// Every fault is told at once, with its key and what was meant.
func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	s := example()
	s.Routes.Matchers, s.Routes.Mute = []string{`a="b"`}, []string{"night"}
	s.Routes.Routes[0].GroupBy = []string{"...", "tenant"}
	s.Routes.Routes[1].Routes[0].Matchers = []string{`service="Exchange"`, `servise="Exchange"`, ``, `tag=~".*"`}
	s.Routes.Routes[1].Routes[1].Active = []string{}
	s.Routes.Routes[1].Routes[2] = Spec{Receiver: "vioce", Mute: []string{"nigth"}, GroupInterval: "0s", RepeatInterval: "1.5h", Matchers: []string{}}
	s.Routes.Routes[2].GroupWait = "5m"
	s.Routes.Routes[2].Routes[0].GroupBy = []string{"tag", "tag", "colour"}
	s.Intervals = append(s.Intervals, IntervalSpec{Name: "night", Intervals: []SpanSpec{
		{},
		{Times: []TimesSpec{}},
		{Times: []TimesSpec{{"9:00", "10:00"}, {"08:00", "08:00"}, {"24:00", "06:00"}, {"08:00", "24:01"}}},
		{Weekdays: []string{"mondey", "monday:", "1"}, Months: []string{"11:2", "13", "may:"}, DaysOfMonth: []string{"0", "-1:5", "31:1", "x"}, Years: []string{"2027:2026", "26"}, Location: "Europe/Pari"},
		{Weekdays: []string{"monday"}, Location: "Local"},
	}}, IntervalSpec{})
	s.Inhibit = []InhibitSpec{{Source: []string{`class="incident"`}, Equal: []string{"servise"}}}
	_, err := Compile(s, Known{Receivers: []string{"all", "archive", "duty", "mail", "voice", "digest", "soon"}, Labels: []string{"tenant", "issue", "class", "service", "severity", "tag"}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"routes.matchers: The first route", "routes.mute_time_intervals: The first route",
		"routes.routes[0].group_by[0]: '...'",
		"routes.routes[1].routes[0].matchers[1]: There is no label servise; did you mean service?",
		"routes.routes[1].routes[0].matchers[2]: A matcher is empty", "routes.routes[1].routes[0].matchers[3]: The expression",
		"routes.routes[1].routes[1].active_time_intervals: The list is empty",
		"routes.routes[1].routes[2].receiver: There is no receiver vioce; did you mean voice?",
		"routes.routes[1].routes[2].mute_time_intervals[0]: There is no time interval nigth; did you mean night?",
		"routes.routes[1].routes[2].group_interval: It is 0", `routes.routes[1].routes[2].repeat_interval: "1.5h" is no time such as`,
		"routes.routes[1].routes[2].matchers: The list is empty",
		"routes.routes[2].digest: There is group_wait",
		"routes.routes[2].routes[0].group_by[1]: tag is in the list twice.", "routes.routes[2].routes[0].group_by[2]: There is no label colour",
		"time_intervals[2].name: There are two time intervals night.",
		"time_intervals[2].time_intervals[0]: It names no times", "time_intervals[2].time_intervals[1].times: The list is empty",
		`time_intervals[2].time_intervals[2].times[0]: "9:00" is no time of day`, "time_intervals[2].time_intervals[2].times[1]: 08:00 to 08:00",
		"time_intervals[2].time_intervals[2].times[2]: 24:00 to 06:00", `time_intervals[2].time_intervals[2].times[3]: "24:01"`,
		`weekdays[0]: "mondey" is no weekday; did you mean monday?`, `weekdays[1]: "" is no weekday`, `weekdays[2]: "1" is no weekday`,
		`months[0]: "11:2" ends before it starts`, `months[1]: "13" is no month`, `months[2]: "" is no month`,
		`days_of_month[0]: "0"`, `days_of_month[1]: "-1:5"`, `days_of_month[2]: "31:1"`, `days_of_month[3]: "x"`,
		`years[0]: "2027:2026"`, `years[1]: "26"`, `location: "Europe/Pari"`, `location: "Local"`,
		"time_intervals[3].name: It is missing.", "time_intervals[3].time_intervals: The list is empty",
		"inhibit_rules[0].target_matchers: It is missing", "inhibit_rules[0].equal[0]: There is no label servise; did you mean service?",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q", want)
		}
	}
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); !strings.HasSuffix(line, ".") && !strings.HasSuffix(line, "?") || strings.HasSuffix(line, "..") {
			t.Errorf("no sentence: %s", line)
		}
	}
	if !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("%T is of another kind", err)
	}
}

// The index returns what asking every route returns.
func TestIndex(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		s, p := randomTree(r), (*Policy)(nil)
		p = compile(t, s)
		for range 20 {
			labels := randomLabels(r)
			plain := linear(p.Root, labels)
			if got := p.Match(labels); !slices.Equal(got, plain) {
				t.Fatalf("%v: %d routes, asked one by one %d", labels, len(got), len(plain))
			}
		}
	}
}

func linear(r *Route, labels Labels) (found []*Route) {
	if !r.Matchers.Match(labels) {
		return nil
	}
	for _, child := range r.Routes {
		more := linear(child, labels)
		if found = append(found, more...); more != nil && !child.Continue {
			break
		}
	}
	if found == nil {
		return []*Route{r}
	}
	return found
}

func randomTree(r *rand.Rand) Settings {
	var below func(depth int) []Spec
	below = func(depth int) (list []Spec) {
		for range r.IntN(14 - 4*depth) {
			s := Spec{Continue: r.IntN(4) == 0}
			for range r.IntN(3) {
				s.Matchers = append(s.Matchers, fmt.Sprintf(`%c%s"%s"`, 'a'+rune(r.IntN(4)), []string{"=", "=", "=", "!=", "=~", "!~"}[r.IntN(6)], []string{"x", "y", "z"}[r.IntN(3)]))
			}
			if depth < 2 {
				s.Routes = below(depth + 1)
			}
			list = append(list, s)
		}
		return list
	}
	return Settings{Routes: Spec{Receiver: "r", Routes: below(0)}}
}

func randomLabels(r *rand.Rand) Labels {
	var list []Label
	for range r.IntN(7) {
		list = append(list, Label{string('a' + rune(r.IntN(4))), []string{"x", "y", "z", ""}[r.IntN(4)]})
	}
	return NewLabels(list...)
}

func TestShipped(t *testing.T) {
	t.Parallel()
	p := compile(t, Shipped("duty", "Europe/Paris"))
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	next := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC) // 08:00 in Paris
	for _, test := range []struct {
		labels Labels
		due    time.Time
		group  string
	}{
		{labelsOf("class", "incident", "issue", "EX1", "tenant", "a"), at, `{issue="EX1"}`},
		{labelsOf("class", "advisory", "issue", "EX2"), next, `{}`},
		{labelsOf("class", "message", "issue", "MC1"), next, `{}`},
		{labelsOf("kind", "source"), at, `{}`},
	} {
		r := p.Match(test.labels)[0]
		if due, group := r.Due(at, time.Time{}), r.Group(test.labels).String(); !due.Equal(test.due) || group != test.group {
			t.Errorf("%v: %v %s, want %v %s", test.labels, due, group, test.due, test.group)
		}
	}
	incident, other := labelsOf("class", "incident", "service", "Exchange", "tenant", "a"), labelsOf("class", "incident", "tenant", "a")
	for _, test := range []struct {
		labels Labels
		want   bool
	}{
		{labelsOf("class", "advisory", "service", "Exchange", "tenant", "a"), true},
		{labelsOf("class", "advisory", "service", "Exchange", "tenant", "b"), false},
		{labelsOf("class", "advisory", "service", "Teams", "tenant", "a"), false},
		{labelsOf("class", "advisory", "tenant", "a"), false},
		{labelsOf("class", "incident", "service", "Exchange", "tenant", "a"), false},
	} {
		if _, _, got := p.Inhibited(test.labels, []Labels{other, incident}); got != test.want {
			t.Errorf("%v is hidden: %v", test.labels, got)
		}
	}
}

func TestSilenced(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	matchers, err := ParseMatchers(`service="Exchange",tenant!="b"`)
	if err != nil {
		t.Fatal(err)
	}
	list := []Silence{{ID: "0"}, {ID: "all", Starts: start, Ends: start.Add(time.Hour)}, {ID: "1", Matchers: matchers, Starts: start, Ends: start.Add(time.Hour)}}
	for _, test := range []struct {
		labels Labels
		at     time.Time
		want   string
	}{
		{labelsOf("service", "Exchange"), start, "1"},
		{labelsOf("service", "Exchange"), start.Add(-1), ""},
		{labelsOf("service", "Exchange"), start.Add(time.Hour - 1), "1"},
		{labelsOf("service", "Exchange"), start.Add(time.Hour), ""},
		{labelsOf("service", "Exchange", "tenant", "b"), start, ""},
		{labelsOf("service", "Teams"), start, ""},
	} {
		if s, ok := Silenced(list, test.labels, test.at); s.ID != test.want || ok != (test.want != "") {
			t.Errorf("%v at %v: %q, want %q", test.labels, test.at, s.ID, test.want)
		}
	}
}

// large is a tree of 500 routes, 50 of them with expressions.
func large() Settings {
	s := Settings{Routes: Spec{Receiver: "r"}}
	for i := range 500 {
		m := []string{fmt.Sprintf(`tenant="t%d"`, i/5), fmt.Sprintf(`service="s%d"`, i%5)}
		if i%10 == 0 {
			m = []string{fmt.Sprintf(`service=~"s%d.*|x%d"`, i%7, i), `class!="incident"`}
		}
		s.Routes.Routes = append(s.Routes.Routes, Spec{Matchers: m, Continue: true})
	}
	return s
}

// Matching allocates nothing but its result and its key, however many routes
// there are.
func TestMatchAllocates(t *testing.T) {
	if race {
		t.Skip("the race detector allocates as well")
	}
	p := compile(t, large())
	labels := eight("t7")
	if n := testing.AllocsPerRun(100, func() { p.Match(labels) }); n > 1 {
		t.Errorf("a label set that is remembered: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { p.Root.match(nil, labels) }); n > 4 {
		t.Errorf("a new label set: %v allocations", n)
	}
}

func eight(tenant string) Labels {
	return labelsOf("tenant", tenant, "class", "incident", "service", "s1", "severity", "degraded", "status", "investigating", "change", "post", "kind", "issue", "issue", "EX1")
}

func BenchmarkMatch(b *testing.B) {
	p := compile(b, large())
	sets := make([]Labels, 10000)
	for i := range sets {
		sets[i] = append(eight(fmt.Sprintf("t%d", i%100)), Label{"version", fmt.Sprint(i)})
	}
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			p.Root.match(nil, sets[i%len(sets)])
		}
	})
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			p.Match(sets[i%1000])
		}
	})
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			linear(p.Root, sets[i%len(sets)])
		}
	})
}

// A policy knows which labels it asks for, wherever it does.
func TestAsks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		s    Settings
		want bool
	}{
		{"nowhere", Settings{Routes: Spec{Receiver: "duty", GroupBy: []string{"issue"}}}, false},
		{"each label set", Settings{Routes: Spec{Receiver: "duty", GroupBy: []string{"..."}}}, false},
		{"groups", Settings{Routes: Spec{Receiver: "duty", GroupBy: []string{"region"}}}, true},
		{"a matcher below", Settings{Routes: Spec{Receiver: "duty", Routes: []Spec{{Routes: []Spec{{Matchers: []string{`region!="Japan"`}}}}}}}, true},
		{"what hides", Settings{Routes: Spec{Receiver: "duty"}, Inhibit: []InhibitSpec{{Source: []string{`class="incident"`}, Target: []string{`class="advisory"`}, Equal: []string{"region"}}}}, true},
	} {
		p, err := Compile(test.s, Known{Labels: EventLabels()})
		if err != nil {
			t.Fatal(test.name, err)
		}
		if got := p.Asks("region"); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
