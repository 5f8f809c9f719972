package routes

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/route"
)

// oracle builds the program of the folder of that name. Unless it is required it
// is built only where its modules are at hand: they are many.
var oracle = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // built once for all tests
	folder, err := os.MkdirTemp("", "tocsin-routes")
	if err != nil {
		return "", err
	}
	for from, to := range map[string]string{"go.mod": "go.mod", "go.sum": "go.sum", "main.txt": "main.go"} {
		text, err := os.ReadFile(filepath.Join("oracle", from))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, to), text, 0o600)
		}
		if err != nil {
			return "", err
		}
	}
	build := exec.Command("go", "build", "-o", "oracle", ".")
	build.Dir, build.Env = folder, os.Environ()
	if !required() {
		build.Env = append(build.Env, "GOPROXY=off")
	}
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the oracle: %w\n%s", err, out)
	}
	return filepath.Join(folder, "oracle"), nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if program, err := oracle(); err == nil {
		_ = os.RemoveAll(filepath.Dir(program))
	}
	os.Exit(code)
}

func required() bool {
	return slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), "alertmanager")
}

type question struct {
	Matcher  string
	Settings string
	Labels   []map[string]string
	Instants []time.Time
}

type answer struct {
	Error    string
	Matchers string
	Found    [][]taken
	Active   [][]string
}

type taken struct {
	At                     string
	Receiver               string
	Group                  map[string]string
	All                    bool
	Wait, Interval, Repeat time.Duration
	Muted                  []bool
}

// ask puts all questions to Alertmanager's packages.
func ask(t *testing.T, questions []question) []answer {
	t.Helper()
	program, err := oracle()
	if err != nil {
		if required() {
			t.Fatal(err)
		}
		t.Skip("Alertmanager's packages are not at hand; TOCSIN_TEST_REQUIRE=alertmanager fetches them")
	}
	var in bytes.Buffer
	for _, q := range questions {
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	command := exec.CommandContext(t.Context(), program)
	command.Stdin, command.Stderr = &in, os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for s := bufio.NewReader(bytes.NewReader(out)); ; {
		line, err := s.ReadBytes('\n')
		if err != nil {
			break
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// settings are what both read, in one text of JSON, which is YAML.
type settings struct {
	Route     route.Spec           `json:"route"`
	Intervals []route.IntervalSpec `json:"time_intervals,omitempty"`
	Receivers []map[string]string  `json:"receivers"`
}

const (
	cases  = 10_000
	chunks = 10 // of questions: one is asked and forgotten before the next
	sample = 2  // chunks that are asked where nothing requires them, and under the race detector
)

// Ten thousand trees where Alertmanager is required, each with three label sets and three instants: who hears,
// in which group, with which times, and who is muted.
func TestTrees(t *testing.T) {
	t.Parallel()
	r := &random{rand.New(rand.NewPCG(13, 49))}
	routes := 0
	asked := sample
	if required() && !race {
		asked = chunks
	}
	for range asked {
		var questions []question
		for range cases / chunks {
			text, err := json.Marshal(r.settings())
			if err != nil {
				t.Fatal(err)
			}
			q := question{Settings: string(text)}
			for range 3 {
				q.Labels, q.Instants = append(q.Labels, r.labels()), append(q.Instants, r.instant())
			}
			questions = append(questions, q)
		}
		for i, a := range ask(t, questions) {
			q := questions[i]
			if a.Error != "" {
				t.Fatalf("Alertmanager refuses what this test wrote: %s\n%s", a.Error, q.Settings)
			}
			got := ours(t, q, i%50 == 0)
			routes += len(got.Found[0])
			if !same(got, a) {
				t.Fatalf("case %d\n%s\n%v at %v\nours:        %s\nits packages: %s", i, q.Settings, q.Labels, q.Instants, line(got), line(a))
			}
		}
	}
	t.Logf("%d trees, %d routes for their first label set", asked*cases/chunks, routes)
}

func line(a answer) string {
	text, _ := json.Marshal(a)
	return string(text)
}

func same(a, b answer) bool { return line(a) == line(b) }

// ours answers a question by package route; ahead also looks, which takes long,
// for when what is muted opens.
func ours(t *testing.T, q question, ahead bool) (a answer) {
	t.Helper()
	var s settings
	if err := json.Unmarshal([]byte(q.Settings), &s); err != nil {
		t.Fatal(err)
	}
	p, err := route.Compile(route.Settings{Routes: s.Route, Intervals: s.Intervals}, route.Known{})
	if err != nil {
		t.Fatalf("%v\n%s", err, q.Settings)
	}
	for _, set := range q.Labels {
		var list []route.Label
		for name, value := range set {
			list = append(list, route.Label{Name: name, Value: value})
		}
		labels, found := route.NewLabels(list...), []taken{}
		for _, one := range p.Match(labels) {
			k := taken{At: one.At, Receiver: one.Receiver, Group: map[string]string{}, All: one.GroupByAll, Wait: one.GroupWait, Interval: one.GroupInterval, Repeat: one.RepeatInterval}
			for _, l := range one.Group(labels) {
				k.Group[l.Name] = l.Value
			}
			for _, at := range q.Instants {
				_, muted := p.Muted(one, at)
				k.Muted = append(k.Muted, muted)
				if ahead {
					opens, ok := p.Opens(one, at)
					if ok && muted == opens.Equal(at) {
						t.Errorf("muted is %v at %v, and it opens at %v\n%s", muted, at, opens, q.Settings)
					}
				}
			}
			found = append(found, k)
		}
		a.Found = append(a.Found, found)
	}
	for _, at := range q.Instants {
		active := []string{}
		for _, i := range p.Intervals {
			if i.Contains(at) {
				active = append(active, i.Name)
			}
		}
		slices.Sort(active)
		a.Active = append(a.Active, active)
	}
	return a
}

// Whatever matchers this package accepts, both parsers of Alertmanager read as
// one and the same; what both read alike and is refused here has a reason.
func TestMatchers(t *testing.T) {
	t.Parallel()
	r := &random{rand.New(rand.NewPCG(14, 49))}
	var questions []question
	for range cases {
		questions = append(questions, question{Matcher: strings.TrimSpace(r.text())}) // spaces around: a habit of forms
	}
	reasons := []string{"also true of events without", "control character", "longer than", "no expression", "would match everything"}
	accepted, refused := 0, 0
	for i, a := range ask(t, questions) {
		text := questions[i].Matcher
		got, err := route.ParseMatchers(text)
		switch {
		case err == nil && got.String() != a.Matchers:
			t.Errorf("%q: %s, its packages %q", text, got, a.Matchers)
		case err == nil:
			accepted++
		case a.Matchers != "" && !slices.ContainsFunc(reasons, func(s string) bool { return strings.Contains(err.Error(), s) }):
			t.Errorf("%q: %v, its packages %s", text, err, a.Matchers)
		default:
			refused++
		}
	}
	if t.Logf("%d accepted, %d refused", accepted, refused); accepted < cases/10 || refused < cases/10 {
		t.Error("the cases are one-sided")
	}
}

// random makes cases.
type random struct{ *rand.Rand }

func (r *random) one(list ...string) string { return list[r.IntN(len(list))] }

func (r *random) labels() map[string]string {
	set := map[string]string{}
	for range r.IntN(7) {
		set[r.one("class", "service", "tenant", "severity", "tag")] = r.one("a", "b", "ab", "Exchange Online", `say "hi"`, `back\slash`, "障害")
	}
	return set
}

func (r *random) matcher() string {
	name, value := r.one("class", "service", "tenant", "severity", "tag"), ""
	operator := r.one("=", "=", "!=", "=~", "!~")
	if strings.HasSuffix(operator, "~") {
		value = r.one("a|b", "a.*", ".+", "(?i)AB?", "[^a]+", "障.", `say .+`, "(a|b)b", "a{1,2}b?", "^a$", "Exchange( Online)?")
	} else {
		value = r.one("a", "b", "ab", "Exchange Online", `say \"hi\"`, `back\\slash`, "障害", "")
	}
	return name + operator + `"` + value + `"`
}

func (r *random) settings() settings {
	s := settings{}
	for i := range 4 {
		s.Receivers = append(s.Receivers, map[string]string{"name": fmt.Sprint("r", i)})
	}
	for i := range 1 + r.IntN(3) {
		s.Intervals = append(s.Intervals, route.IntervalSpec{Name: fmt.Sprint("t", i), Intervals: r.spans()})
	}
	s.Route = r.route(0, len(s.Intervals))
	s.Route.Receiver, s.Route.Matchers, s.Route.Active, s.Route.Mute, s.Route.Continue = "r0", nil, nil, nil, false
	return s
}

func (r *random) route(depth, intervals int) (s route.Spec) {
	for range r.IntN(3) {
		s.Matchers = append(s.Matchers, r.matcher())
	}
	if r.IntN(4) == 0 && s.Matchers != nil {
		s.Matchers = []string{"{" + strings.Join(s.Matchers, ", ") + ",}"}
	}
	s.Receiver = r.one("", "", "r1", "r2", "r3")
	switch r.IntN(6) {
	case 0:
		s.GroupBy = []string{"..."}
	case 1:
		s.GroupBy = []string{}
	case 2, 3:
		s.GroupBy = []string{"tenant", "service", "class"}[:1+r.IntN(3)]
	}
	s.GroupWait, s.GroupInterval, s.RepeatInterval = r.one("", "", "0s", "30s", "1m30s"), r.one("", "", "10m", "1h"), r.one("", "", "1d", "1w2d")
	for i := range intervals {
		switch r.IntN(8) {
		case 0:
			s.Active = append(s.Active, fmt.Sprint("t", i))
		case 1:
			s.Mute = append(s.Mute, fmt.Sprint("t", i))
		}
	}
	s.Continue = r.IntN(3) == 0
	if depth < 3 {
		for range r.IntN(12) >> depth {
			s.Routes = append(s.Routes, r.route(depth+1, intervals))
		}
	}
	return s
}

func (r *random) spans() (list []route.SpanSpec) {
	for range 1 + r.IntN(2) {
		s := route.SpanSpec{Location: r.one("", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")}
		if r.IntN(2) == 0 {
			from := r.IntN(1440)
			to := from + 1 + r.IntN(1440-from)
			s.Times = []route.TimesSpec{{Start: clock(from), End: clock(to)}}
		}
		if r.IntN(2) == 0 {
			s.Weekdays = []string{r.one("monday:friday", "saturday:monday", "Sunday", "tuesday")}
		}
		if r.IntN(3) == 0 {
			s.DaysOfMonth = []string{r.one("1:15", "-3:-1", "31", "10:-5", "-31:-28", "29:31")}
		}
		if r.IntN(3) == 0 {
			s.Months = []string{r.one("march", "3:6", "october:december", "10", "January:5")}
		}
		if r.IntN(4) == 0 || s.Times == nil && s.Weekdays == nil && s.DaysOfMonth == nil && s.Months == nil {
			s.Years = []string{r.one("2026", "2020:2026", "2027:2030")}
		}
		list = append(list, s)
	}
	return list
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// instant is one near a change of some clock, or any.
func (r *random) instant() time.Time {
	changes := []time.Time{
		time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC),
		time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC),
	}
	if r.IntN(2) == 0 {
		return changes[r.IntN(len(changes))].Add(time.Duration(r.IntN(48*3600)-24*3600) * time.Second)
	}
	return time.Unix(1_750_000_000+r.Int64N(100_000_000), 0).UTC()
}

// text is a matcher, often one that somebody has damaged.
func (r *random) text() string {
	var list []string
	for range 1 + r.IntN(2) {
		list = append(list, r.matcher())
	}
	text := strings.Join(list, r.one(",", ", ", " ,"))
	if r.IntN(3) == 0 {
		text = "{" + text + r.one("", ",", " ") + "}"
	}
	pieces := []string{`"`, `\`, `\n`, `\u0041`, `{`, `}`, `,`, `=`, `~`, `!`, ` `, `'`, "`", "\n", "a", "é", ".*", "|", "(", ")", "\t"}
	for range r.IntN(4) {
		at := r.IntN(len(text) + 1)
		switch r.IntN(3) {
		case 0:
			text = text[:at] + pieces[r.IntN(len(pieces))] + text[at:]
		case 1:
			text = text[:max(at-1, 0)] + text[at:]
		case 2:
			text = strings.ReplaceAll(text, `"`, "")
		}
	}
	return strings.ToValidUTF8(text, "")
}

// The cases hold what they are for.
func TestCases(t *testing.T) {
	t.Parallel()
	r, seen := &random{rand.New(rand.NewPCG(13, 49))}, map[string]int{}
	for range 200 {
		s := r.settings()
		var walk func(route.Spec)
		walk = func(s route.Spec) {
			for what, has := range map[string]bool{"continue": s.Continue, "mute": s.Mute != nil, "active": s.Active != nil, "all": slices.Contains(s.GroupBy, "..."), "none": s.GroupBy != nil && len(s.GroupBy) == 0, "deep": len(s.Routes) > 0} {
				if has {
					seen[what]++
				}
			}
			for _, below := range s.Routes {
				walk(below)
			}
		}
		walk(s.Route)
	}
	for what, n := range maps.All(seen) {
		if n < 200 {
			t.Errorf("%s occurs %d times", what, n)
		}
	}
}
