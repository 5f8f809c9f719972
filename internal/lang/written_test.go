package lang

import (
	"strings"
	"testing"
	"time"
)

// no-break spaces are shown as ~, narrow ones as _.
func visible(s string) string { return strings.NewReplacer(nbsp, "~", nnbsp, "_").Replace(s) }

// What a text says of a date is printed by rule in every language of
// publications, in the parts that it has.
func TestWritten(t *testing.T) {
	t.Parallel()
	friday := Written{Weekday: 5, Year: 2024, Month: time.July, Day: 19, Timed: true, Hour: 13, Zone: "UTC"}
	with := func(change func(*Written)) Written {
		w := friday
		change(&w)
		return w
	}
	for _, tt := range []struct {
		name               string
		date               Written
		en, fr, ja, es, de string
	}{
		{
			"all", friday,
			"Friday, July~19, 2024, at 1:00~PM~UTC", "vendredi 19~juillet~2024 à 13~h~00~UTC", "2024年7月19日(金)~13:00~UTC",
			"viernes 19~de julio de~2024 a las~13:00~UTC", "Freitag, 19.~Juli~2024, 13:00~Uhr~UTC",
		},
		{
			"at one, on the first", with(func(w *Written) { w.Weekday, w.Day, w.Hour, w.Minute = 1, 1, 1, 5 }),
			"Monday, July~1, 2024, at 1:05~AM~UTC", "lundi 1er~juillet~2024 à 1~h~05~UTC", "2024年7月1日(月)~1:05~UTC",
			"lunes 1~de julio de~2024 a la~1:05~UTC", "Montag, 1.~Juli~2024, 1:05~Uhr~UTC",
		},
		{
			"midnight, no zone", with(func(w *Written) { w.Hour, w.Zone = 0, "" }),
			"Friday, July~19, 2024, at 12:00~AM", "vendredi 19~juillet~2024 à 0~h~00", "2024年7月19日(金)~0:00",
			"viernes 19~de julio de~2024 a las~0:00", "Freitag, 19.~Juli~2024, 0:00~Uhr",
		},
		{
			"noon, no weekday", with(func(w *Written) { w.Weekday, w.Hour = 0, 12 }),
			"July~19, 2024, at 12:00~PM~UTC", "19~juillet~2024 à 12~h~00~UTC", "2024年7月19日~12:00~UTC",
			"19~de julio de~2024 a las~12:00~UTC", "19.~Juli~2024, 12:00~Uhr~UTC",
		},
		{
			"no time",
			Written{Weekday: 3, Year: 2026, Month: time.March, Day: 4},
			"Wednesday, March~4, 2026", "mercredi 4~mars~2026", "2026年3月4日(水)", "miércoles 4~de marzo de~2026", "Mittwoch, 4.~März~2026",
		},
		{"no year", Written{Month: time.August, Day: 1}, "August~1", "1er~août", "8月1日", "1~de agosto", "1.~August"},
		{"a wrong weekday", Written{Weekday: 7, Year: 2024, Month: time.July, Day: 19}, "Sunday, July~19, 2024", "dimanche 19~juillet~2024", "2024年7月19日(日)", "domingo 19~de julio de~2024", "Sonntag, 19.~Juli~2024"},
		{"a day that is none", Written{Year: 2026, Month: time.February, Day: 30}, "February~30, 2026", "30~février~2026", "2026年2月30日", "30~de febrero de~2026", "30.~Februar~2026"},
		{"a month", Written{Year: 2026, Month: time.August}, "August~2026", "août~2026", "2026年8月", "agosto de~2026", "August~2026"},
		{"early", Written{Part: Early, Year: 2026, Month: time.December}, "early December~2026", "début décembre~2026", "2026年12月上旬", "a principios de diciembre de~2026", "Anfang Dezember~2026"},
		{"mid", Written{Part: Mid, Year: 2026, Month: time.August}, "mid-August~2026", "mi-août~2026", "2026年8月中旬", "a mediados de agosto de~2026", "Mitte August~2026"},
		{"late, no year", Written{Part: Late, Month: time.September}, "late September", "fin septembre", "9月下旬", "a finales de septiembre", "Ende September"},
		{"a weekday", Written{Weekday: 6}, "Saturday", "samedi", "土曜日", "sábado", "Samstag"},
		{"a year", Written{Year: 2027}, "2027", "2027", "2027年", "2027", "2027"},
		{"a time", Written{Timed: true, Hour: 21, Minute: 3, Zone: "UTC"}, "9:03~PM~UTC", "21~h~03~UTC", "21:03~UTC", "21:03~UTC", "21:03~Uhr~UTC"},
		{"nothing", Written{}, "", "", "", "", ""},
		{"a day alone", Written{Day: 19}, "", "", "", "", ""},
		{"no such month", Written{Month: 13, Day: 1}, "", "", "", "", ""},
		{"no such hour", Written{Timed: true, Hour: 24}, "", "", "", "", ""},
		{"a part of a day", Written{Month: 1, Day: 1, Part: Mid}, "", "", "", "", ""},
	} {
		for code, want := range map[string]string{"en": tt.en, "fr": tt.fr, "ja": tt.ja, "es": tt.es, "de": tt.de} {
			if got := visible(Rules{code}.Written(tt.date)); got != want {
				t.Errorf("%s in %s: %q, want %q", tt.name, code, got, want)
			}
		}
	}
}

// Each language of publications writes instants, numbers and lists by rule.
func TestRules(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, time.September, 5, 9, 7, 0, 0, time.UTC) // a Thursday
	for _, tt := range []struct{ code, hm, short, date, top, long, full, longTime, number, small, negative, percent, whole, join string }{
		{"en", "09:07", "5~Sep", "5~Sep~2024", "Thu 5~Sep~2024", "Thursday 5~September~2024", "5~Sep~2024, 09:07", "Thursday 5~September~2024, 09:07", "1,234,567", "1,234", "−12", "99.87%", "100%", "a, b"},
		{"fr", "09:07", "5~sept.", "5~sept.~2024", "jeu. 5~sept.~2024", "jeudi 5~septembre~2024", "5~sept.~2024, 09:07", "jeudi 5~septembre~2024, 09:07", "1_234_567", "1_234", "−12", "99,87_%", "100_%", "a, b"},
		{"ja", "9:07", "9月5日", "2024年9月5日", "2024年9月5日(木)", "2024年9月5日(木)", "2024年9月5日(木)~9:07", "2024年9月5日(木)~9:07", "1,234,567", "1,234", "−12", "99.87%", "100%", "a、b"},
		{"es", "9:07", "5~sept", "5~sept~2024", "jue 5~sept~2024", "jueves 5~de septiembre de~2024", "5~sept~2024, 9:07", "jueves 5~de septiembre de~2024, 9:07", "1.234.567", "1234", "−12", "99,87~%", "100~%", "a, b"},
		{"de", "09:07", "5.~Sept.", "5.~Sept.~2024", "Do. 5.~Sept.~2024", "Donnerstag, 5.~September~2024", "5.~Sept.~2024, 09:07", "Donnerstag, 5.~September~2024, 09:07", "1.234.567", "1.234", "−12", "99,87~%", "100~%", "a, b"},
	} {
		r := Rules{tt.code}
		for _, pair := range [][2]string{
			{r.HM(at), tt.hm},
			{r.ShortDate(at), tt.short},
			{r.Date(at), tt.date},
			{r.TopDate(at), tt.top},
			{r.LongDate(at), tt.long},
			{r.Full(at), tt.full},
			{r.LongTime(at), tt.longTime},
			{r.Number(1234567), tt.number},
			{r.Number(1234), tt.small},
			{r.Number(-12), tt.negative},
			{r.Percent(0.99874, 2), tt.percent},
			{r.Percent(1, 2), tt.whole},
			{r.Join([]string{"a", "b"}), tt.join},
		} {
			if got := visible(pair[0]); got != pair[1] {
				t.Errorf("%s: %q, want %q", tt.code, got, pair[1])
			}
		}
	}
}

// Every month and weekday has its names in every language of publications, each
// of its own.
func TestNamesOfMonthsAndDays(t *testing.T) {
	t.Parallel()
	for _, code := range Publications() {
		if !Published(code) {
			t.Errorf("%s is not published", code)
		}
		r := Rules{code}
		for _, short := range []bool{false, true} {
			months, days := map[string]bool{"": true}, map[string]bool{"": true}
			for m := time.January; m <= time.December; m++ {
				if name := r.Month(m, short); months[name] {
					t.Errorf("%s: month %d is %q", code, m, name)
				} else {
					months[name] = true
				}
			}
			for d := time.Sunday; d <= time.Saturday; d++ {
				if name := r.Weekday(d, short); days[name] {
					t.Errorf("%s: day %d is %q", code, d, name)
				} else {
					days[name] = true
				}
			}
			if name := r.Month(13, short) + r.Month(0, short) + r.Weekday(7, short) + r.Weekday(-1, short); name != "" {
				t.Errorf("%s: %q", code, name)
			}
		}
		if r.Weekday(time.Sunday, false) != named(calendarOf(code).days[:], 7) {
			t.Errorf("%s: the week does not end on Sunday", code)
		}
	}
	if Published("it") || (Rules{"it"}).Month(1, false) != "January" {
		t.Error("an unknown language is not written as English")
	}
}
