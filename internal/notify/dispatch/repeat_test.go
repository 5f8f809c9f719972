package dispatch_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A patient is a world whose clock runs through days, in which what is open, is
// silenced and is told again.
type patient struct {
	*world
	open    []string
	silence string // matcher of what is silenced, "" for nothing
}

// everyFourHours are the routes as shipped, but for when what goes on is told
// again.
func everyFourHours() route.Settings {
	s := route.Shipped("duty", "")
	s.Routes.RepeatInterval = "4h"
	return s
}

func (p *patient) repeater() *dispatch.Repeater {
	return dispatch.NewRepeater(dispatch.RepeaterConfig{
		Ledger: p.Ledger, Setup: func() *dispatch.Setup { return p.setup }, Tenants: p.Archive.Tenants, Now: p.Now,
		Open: func(_ context.Context, tenant tocsin.Tenant, regions bool) (list []route.Labels, err error) {
			for _, id := range p.open {
				s := &dispatch.Subject{Kind: tocsin.KindIssue, ID: id, Class: "incident", Severity: tocsin.SeverityDegraded, Services: []notify.Service{{ID: "Exchange"}}}
				s.Place(issue(p.t, id, 1, inEurope).Body)
				list = append(list, dispatch.LabelsOf(s, tenant, "", regions))
			}
			return list, nil
		},
		Silences: func(context.Context) ([]route.Silence, error) {
			if p.silence == "" {
				return nil, nil
			}
			ms, err := route.ParseMatchers(p.silence)
			return []route.Silence{{Matchers: ms, Starts: storetest.T0, Ends: p.Now().Add(time.Hour)}}, err
		},
	})
}

// inEurope has an issue say where it is.
func inEurope(i *tocsin.Issue) {
	i.Posts[0].Content = "Title: Mail is late\n\nUser impact: Users in Europe cannot send mail."
}

// hours lets time pass, looking at each half hour as a new process would.
func (p *patient) hours(n int) {
	p.t.Helper()
	for range 2 * n {
		p.pass(30 * time.Minute)
		if err := p.repeater().Look(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
		p.dispatch()
	}
}

// count is how many repeats a channel got.
func (p *patient) count(channel string) (n int) {
	for _, m := range p.takers[channel].got {
		if m.Kind == notify.KindRepeat {
			n++
		}
	}
	return n
}

func newPatient(t *testing.T, dsn string, settings route.Settings) *patient {
	t.Helper()
	w := newWorld(t, dsn, settings)
	storetest.AddTenants(t, w)
	w.follow()
	return &patient{world: w, open: []string{"EX1"}}
}

// What goes on is told again after each repeat interval in which nothing was told;
// news begin the interval anew and are not repeated themselves, and what is over is
// told no more. Advisories of a digest never are.
func TestRepeatInterval(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		p := newPatient(t, dsn, everyFourHours())
		p.record(storetest.Contoso, issue(t, "EX1", 1, nil), issue(t, "TM1", 1, advisory))
		p.follow()
		p.dispatch()
		p.hours(3)
		p.expect("duty", "update EX1.1")
		p.hours(2)
		p.expect("duty", "update EX1.1", "repeat EX1.1")
		p.record(storetest.Contoso, issue(t, "EX1", 2, nil))
		p.follow()
		p.hours(3)
		p.expect("duty", "update EX1.1", "repeat EX1.1", "update EX1.2")
		p.hours(2)
		p.expect("duty", "update EX1.1", "repeat EX1.1", "update EX1.2", "repeat EX1.2")
		p.open = []string{"TM1"}
		p.record(storetest.Contoso, issue(t, "EX1", 3, func(i *tocsin.Issue) { i.Status = tocsin.StatusServiceRestored }))
		p.follow()
		p.hours(48)
		if got := p.count("duty"); got != 2 {
			t.Errorf("%d repeats, %q", got, p.takers["duty"].told())
		}
		if list, err := p.Repeats(t.Context(), p.Now().Add(24*time.Hour), 10); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// While it may not be told, or cannot be, nothing gathers: it is told once when it
// may be again. A route or a channel that is gone ends it.
func TestRepeatWaits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		begin, end  func(p *patient)
		during, all int // repeats while it lasts, and six hours later
	}{
		{"nothing", func(*patient) {}, func(*patient) {}, 3, 4},
		{"a silence", func(p *patient) { p.silence = `service="Exchange"` }, func(p *patient) { p.silence = "" }, 0, 2},
		{"a silence of where it is", func(p *patient) { p.silence = `region="Europe"` }, func(p *patient) { p.silence = "" }, 0, 2},
		{"a silence of elsewhere", func(p *patient) { p.silence = `region="Japan"` }, func(p *patient) { p.silence = "" }, 3, 4},
		{"a channel that fails", func(p *patient) {
			p.takers["duty"].set(func(*notify.Message) error { return &notify.Failure{Reason: notify.ReasonUnreachable} })
		}, func(p *patient) { p.takers["duty"].set(nil) }, 0, 2},
		{"another tree", func(p *patient) { p.with(route.Settings{Routes: route.Spec{Receiver: "other"}}) }, func(*patient) {}, 0, 0},
		{"no tenant", func(p *patient) {
			_, err := p.Archive.ChangeTenant(p.t.Context(), storetest.Contoso, func(t *tocsin.Tenant) error { t.Disabled = true; return nil })
			if err != nil {
				p.t.Fatal(err)
			}
		}, func(*patient) {}, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t, storetest.File(t), everyFourHours())
			p.record(storetest.Contoso, issue(t, "EX1", 1, nil))
			p.follow()
			p.dispatch()
			duty := p.takers["duty"]
			test.begin(p)
			p.hours(13)
			if got := p.count("duty"); got != test.during {
				t.Errorf("%d repeats while it lasts", got)
			}
			test.end(p)
			p.takers["duty"] = duty
			p.hours(6)
			if got := p.count("duty"); got != test.all {
				t.Errorf("%d repeats in the end, %q", got, p.takers["duty"].told())
			}
		})
	}
}

// At night nobody is told again, also in the nights in which the clock is changed:
// the first hour of the day tells it.
func TestRepeatByNight(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, evening := range []time.Time{
		time.Date(2026, 3, 28, 20, 0, 0, 0, paris), time.Date(2026, 10, 24, 20, 0, 0, 0, paris), time.Date(2026, 6, 1, 20, 0, 0, 0, paris),
	} {
		p := newPatient(t, storetest.File(t), route.Settings{
			Routes:    route.Spec{Receiver: "other", Routes: []route.Spec{{Receiver: "duty", Matchers: []string{`class="incident"`}, GroupWait: "0s", RepeatInterval: "3h", Mute: []string{"night"}}}},
			Intervals: []route.IntervalSpec{{Name: "night", Intervals: []route.SpanSpec{{Times: []route.TimesSpec{{Start: "22:00", End: "06:00"}}, Location: "Europe/Paris"}}}},
		})
		p.now = evening.UTC()
		p.record(storetest.Contoso, issue(t, "EX1", 1, nil))
		p.follow()
		p.dispatch()
		var at []string
		p.takers["duty"].set(func(m *notify.Message) error {
			at = append(at, p.Now().In(paris).Format("15:04"))
			return nil
		})
		p.hours(16)
		if len(at) < 2 || at[0] != "06:00" || at[1] != "09:00" || slices.ContainsFunc(at, func(hour string) bool { return hour < "06:00" || hour >= "22:00" }) {
			t.Errorf("%s: %q", evening.Format(time.DateOnly), at)
		}
	}
}

// Two processes that look at the same time tell it once.
func TestRepeatOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		p := newPatient(t, dsn, everyFourHours())
		p.record(storetest.Contoso, issue(t, "EX1", 1, nil))
		p.record(storetest.Fabrikam, issue(t, "EX1", 1, nil))
		p.follow()
		p.dispatch()
		p.pass(5 * time.Hour)
		due, err := p.Repeats(t.Context(), p.Now(), 10)
		if err != nil || len(due) != 2 {
			t.Fatal(due, err)
		}
		var list []delivery.Decision
		for _, one := range due {
			list = append(list, delivery.Decision{Repeat: one, Tell: true, Next: p.Now().Add(time.Hour), Row: delivery.Row{Kind: "repeat", Group: "g"}})
		}
		for want := 2; want >= 0; want -= 2 {
			if n, err := p.Ledger.TellAgain(t.Context(), list, p.Now()); n != want || err != nil {
				t.Errorf("%d deliveries, %v", n, err)
			}
		}
		p.dispatch()
		p.expect("duty", "update EX1.1 EX1.1", "repeat EX1.1 EX1.1")
	})
}
