package lang

import (
	"strings"
	"testing"
	"time"
)

func clockFor(t *testing.T, code, zone string, now time.Time) Clock {
	t.Helper()
	l, err := NewLocale(code)
	if err != nil {
		t.Fatal(err)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return Clock{Locale: l, Zone: location, Now: now}
}

// The forms of the design's table of dates and times.
func TestClockWritesAsTheDesignSays(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 7, 19, 9, 42, 0, 0, time.UTC)
	first := time.Date(2024, 4, 1, 10, 0, 0, 0, time.UTC)
	tests := []struct{ code, hm, short, first, long, full, past, future, duration, percent string }{
		{"fr", "11:42", "19 juil.", "1er avr.", "vendredi 19 juillet 2024", "19 juil. 2024, 11:42", "il y a 4 h 30", "dans 18 min", "3 j 10 h", "99,87 %"},
		{"en", "11:42", "19 Jul", "1 Apr", "Friday 19 July 2024", "19 Jul 2024, 11:42", "4 h 30 ago", "in 18 min", "3 d 10 h", "99.87%"},
		{"ja", "11:42", "7月19日", "4月1日", "2024年7月19日(金)", "2024年7月19日(金) 11:42", "4時間30分前", "18分後", "3日10時間", "99.87%"},
	}
	plain := strings.NewReplacer(nbsp, " ", nnbsp, " ")
	for _, tt := range tests {
		c := clockFor(t, tt.code, "Europe/Paris", now)
		local := now.In(c.Zone)
		for _, pair := range [][2]string{
			{c.HM(local), tt.hm},
			{c.ShortDate(local), tt.short},
			{c.ShortDate(first), tt.first},
			{c.LongDate(local), tt.long},
			{c.Full(local), tt.full},
			{c.Ago(now.Add(-4*time.Hour - 30*time.Minute)), tt.past},
			{c.Ago(now.Add(18 * time.Minute)), tt.future},
			{c.Length(82 * time.Hour), tt.duration},
			{c.Percent(0.99874, 2), tt.percent},
		} {
			if got := plain.Replace(pair[0]); got != pair[1] {
				t.Errorf("%s: %q, want %q", tt.code, got, pair[1])
			}
		}
	}
}

// A moment in another day than UTC's says so.
func TestMomentNamesBothDays(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 8, 22, 15, 30, 0, 0, time.UTC)
	m := clockFor(t, "ja", "Asia/Tokyo", now).Moment(now.Add(-30 * time.Minute))
	if m.Text != "0:00" || m.UTC != "8月22日 15:00 UTC" || m.ISO != "2024-08-22T15:00:00Z" {
		t.Errorf("moment = %+v", m)
	}
}

// What is read later than it is written has every instant whole, and none
// relative to now.
func TestAbsoluteClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 8, 22, 15, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{"UTC": "22 Aug 2024, 15:00 UTC", "Europe/Paris": "22 Aug 2024, 17:00 Paris"} {
		c := clockFor(t, "en", zone, now)
		c.Absolute = true
		m := c.Moment(now.Add(-30 * time.Minute))
		if got := strings.ReplaceAll(m.Text, nbsp, " "); got != want || m.Ago != "" {
			t.Errorf("%s: %q, %q", zone, got, m.Ago)
		}
	}
}

func TestFrenchTypography(t *testing.T) {
	t.Parallel()
	l, err := NewLocale("fr")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Typeset("Prêt ? Oui : « d'accord » à 5 % ; n° 4 !"); got != "Prêt\u202f? Oui\u00a0: «\u00a0d’accord\u00a0» à 5\u202f%\u202f; n°\u00a04\u202f!" {
		t.Errorf("typeset = %q", got)
	}
}
