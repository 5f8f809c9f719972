package route

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func interval(t *testing.T, spans ...SpanSpec) Interval {
	t.Helper()
	i := IntervalSpec{Name: "i", Intervals: spans}.interval("i", func(key, format string, args ...any) {
		t.Fatal(key, fmt.Sprintf(format, args...))
	})
	return i
}

func at(t *testing.T, text, zone string) time.Time {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	result, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestContains(t *testing.T) {
	t.Parallel()
	night := SpanSpec{Times: []TimesSpec{{"22:00", "06:00"}}, Location: "Europe/Paris"}
	friday := night
	friday.Weekdays = []string{"friday"}
	for _, test := range []struct {
		span     SpanSpec
		in, out_ string // instants in Paris
	}{
		{night, "2026-03-02 22:00, 2026-03-02 05:59, 2026-03-02 00:00", "2026-03-02 21:59, 2026-03-02 06:00"},
		{friday, "2026-03-06 22:00, 2026-03-07 05:59", "2026-03-06 05:59, 2026-03-07 22:00, 2026-03-07 06:00"}, // the night of Friday
		{SpanSpec{Weekdays: []string{"friday:monday"}, Location: "Europe/Paris"}, "2026-03-06 00:00, 2026-03-09 23:59", "2026-03-05 23:59, 2026-03-10 00:00"},
		{SpanSpec{DaysOfMonth: []string{"1", "-2:-1"}, Location: "Europe/Paris"}, "2026-02-01 00:00, 2026-02-27 00:00, 2026-02-28 23:59, 2028-02-29 10:00", "2026-02-26 10:00, 2028-02-27 10:00"},
		{SpanSpec{Months: []string{"may", "7:august"}, Location: "Europe/Paris"}, "2026-05-31 23:59, 2026-07-01 00:00, 2026-08-01 00:00", "2026-06-01 00:00"},
		{SpanSpec{Years: []string{"2026:2027"}, Times: []TimesSpec{{"00:00", "24:00"}}, Location: "Europe/Paris"}, "2026-01-01 00:00, 2027-12-31 23:59", "2025-12-31 23:59, 2028-01-01 00:00"},
	} {
		i := interval(t, test.span)
		for _, text := range strings.Split(test.in, ", ") {
			if !i.Contains(at(t, text, "Europe/Paris")) {
				t.Errorf("%+v is not active at %s", test.span, text)
			}
		}
		for _, text := range strings.Split(test.out_, ", ") {
			if i.Contains(at(t, text, "Europe/Paris")) {
				t.Errorf("%+v is active at %s", test.span, text)
			}
		}
	}
}

// What the clock skips is at no instant, what it repeats is twice as long; people
// see it as instants.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		zone, from, to, after string
		want                  string
	}{
		{"Europe/Paris", "02:00", "03:00", "2026-03-01 00:00", "28 01:00–28 02:00, 30 00:00–30 01:00"},
		{"Europe/Paris", "02:00", "03:00", "2026-10-01 00:00", "24 00:00–24 01:00, 25 00:00–25 02:00, 26 01:00–26 02:00"},
		{"Europe/Paris", "22:00", "06:00", "2026-03-01 00:00", "27 23:00–28 05:00, 28 21:00–29 04:00, 29 20:00–30 04:00, 30 20:00–30 22:00"},
		{"Australia/Lord_Howe", "01:30", "02:00", "2026-03-01 00:00", "3 14:30–3 15:00, 4 14:30–4 15:30, 5 15:00–5 15:30"},
		{"Asia/Kathmandu", "22:00", "06:00", "2026-03-01 00:00", ""},
	} {
		i := interval(t, SpanSpec{Times: []TimesSpec{{test.from, test.to}}, Location: test.zone})
		var got []string
		for _, p := range i.AroundClockChange(at(t, test.after, test.zone)) {
			got = append(got, p.From.UTC().Format("2 15:04")+"–"+p.To.UTC().Format("2 15:04"))
		}
		t.Log(test.zone, test.after, strings.Join(got, ", "))
		if s := strings.Join(got, ", "); test.want != s {
			t.Errorf("%s %s–%s after %s: %s, want %s", test.zone, test.from, test.to, test.after, s, test.want)
		}
	}
}

// Periods says minute by minute what Contains says, for two years of clock
// changes in odd zones.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"} {
		for _, spans := range [][]SpanSpec{
			{{Times: []TimesSpec{{"22:00", "06:00"}, {"12:15", "13:45"}}, Weekdays: []string{"monday:friday"}, Location: zone}, {Weekdays: []string{"sunday"}, Location: zone}},
			{{Times: []TimesSpec{{"02:30", "02:45"}}, Location: zone}, {DaysOfMonth: []string{"-1"}, Times: []TimesSpec{{"00:00", "24:00"}}, Location: zone}},
		} {
			i := interval(t, spans...)
			for _, change := range []string{"2026-03-01 00:00", "2026-09-20 00:00", "2011-12-20 00:00"} {
				from := at(t, change, "UTC")
				to := from.AddDate(0, 0, 40)
				periods := i.Periods(from, to)
				for minute := from; minute.Before(to); minute = minute.Add(5 * time.Minute) {
					in := false
					for _, p := range periods {
						in = in || !minute.Before(p.From) && minute.Before(p.To)
					}
					if in != i.Contains(minute) {
						t.Fatalf("%s %v: in a period %v, active %v", zone, minute, in, !in)
					}
				}
			}
		}
	}
}

func TestMutedAndOpens(t *testing.T) {
	t.Parallel()
	p := compile(t, example())
	mail, teams, voice := p.Root.Routes[1].Routes[0], p.Root.Routes[1].Routes[1], p.Root.Routes[1].Routes[2]
	for _, test := range []struct {
		route *Route
		at    string
		by    string
		opens string
	}{
		{mail, "2026-03-02 23:00", "night", "2026-03-03 06:00"},
		{mail, "2026-03-02 21:59", "", "2026-03-02 21:59"},
		{teams, "2026-03-02 07:30", "work,night", "2026-03-02 08:00"},
		{teams, "2026-03-02 05:30", "", "2026-03-02 05:30"},
		{teams, "2026-03-07 10:00", "work,night", "2026-03-07 22:00"},
		{voice, "2026-03-02 23:00", "", "2026-03-02 23:00"},
	} {
		when := at(t, test.at, "Europe/Paris")
		names, muted := p.Muted(test.route, when)
		opens, ok := p.Opens(test.route, when)
		if strings.Join(names, ",") != test.by || muted != (test.by != "") || !ok || !opens.Equal(at(t, test.opens, "Europe/Paris")) {
			t.Errorf("%s at %s: %v %v, opens %v, want %s, %s", test.route.At, test.at, names, muted, opens, test.by, test.opens)
		}
	}
	s := example()
	s.Intervals[0].Intervals = []SpanSpec{{Years: []string{"2020"}}}
	s.Routes.Routes[1].Routes[0].Active, s.Routes.Routes[1].Routes[0].Mute = []string{"night"}, nil
	p = compile(t, s)
	if opens, ok := p.Opens(p.Root.Routes[1].Routes[0], at(t, "2026-03-02 23:00", "UTC")); ok {
		t.Errorf("a year that is over opens at %v", opens)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, after, want string }{
		{"daily 08:00 Europe/Paris", "2026-03-02 06:59", "2026-03-02 07:00"},
		{"daily 08:00 Europe/Paris", "2026-03-02 07:00", "2026-03-03 07:00"},
		{"daily 08:00 Europe/Paris", "2026-07-02 07:00", "2026-07-03 06:00"},
		{"daily 02:30 Europe/Paris", "2026-03-29 00:00", "2026-03-29 01:30"}, // 02:30 is skipped
		{"daily 02:30 Europe/Paris", "2026-03-29 01:30", "2026-03-30 00:30"},
		{"daily 02:30 Europe/Paris", "2026-10-25 00:00", "2026-10-25 01:30"}, // 02:30 occurs twice
		{"daily 02:30 Europe/Paris", "2026-10-25 01:30", "2026-10-26 01:30"},
		{"monday 08:00 Asia/Tokyo", "2026-03-02 00:00", "2026-03-08 23:00"},
		{"daily 08:00", "2026-03-02 08:00", "2026-03-03 08:00"},
	} {
		d, err := ParseDigest(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Next(at(t, test.after, "UTC")); !got.Equal(at(t, test.want, "UTC")) || d.String() != test.text {
			t.Errorf("%s after %s: %v, want %s", d, test.after, got, test.want)
		}
	}
	for _, text := range []string{"", "daily", "daily 8:00", "daily 24:00", "daily 08:00 Paris", "daily 08:00 Local", "monday:friday 08:00", "hourly 08:00", "daily 08:00 Europe/Paris x"} {
		if _, err := ParseDigest(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-03-02 10:00", "UTC")
	o := Options{GroupWait: 30 * time.Second, GroupInterval: 5 * time.Minute}
	for name, test := range map[string]struct {
		last, want time.Time
	}{
		"first":       {time.Time{}, now.Add(30 * time.Second)},
		"soon after":  {now.Add(-time.Minute), now.Add(4 * time.Minute)},
		"long after":  {now.Add(-time.Hour), now},
		"clock moved": {now.Add(time.Minute), now.Add(6 * time.Minute)},
	} {
		if got := o.Due(now, test.last); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"0": 0, "0s": 0, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, "1d": 24 * time.Hour, "2w3d": 17 * 24 * time.Hour, "1y": 365 * 24 * time.Hour, "1500ms": 1500 * time.Millisecond, "5m0s": 5 * time.Minute} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "m", "-5m", "1.5h", "5M", "5m 1s", "1m1h", "1m1m", "99999999999h", "999999999y", "400d", "5µs", "00"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestHear(t *testing.T) {
	t.Parallel()
	p := compile(t, example())
	heard := p.Hear(labelsOf("class", "incident", "service", "Exchange", "issue", "EX1"), at(t, "2026-03-02 23:00", "Europe/Paris"))
	if len(heard) != 2 || len(heard[0].Muted) > 0 || !heard[0].Opens.Equal(heard[0].Due) || heard[0].Group.Get("issue") != "EX1" {
		t.Fatalf("%+v", heard)
	}
	if mail := heard[1]; strings.Join(mail.Muted, "") != "night" || !mail.Due.Equal(at(t, "2026-03-02 23:00", "Europe/Paris").Add(30*time.Second)) || !mail.Opens.Equal(at(t, "2026-03-03 06:00", "Europe/Paris")) {
		t.Errorf("%+v", mail)
	}
}
