package tocsin_test

import (
	"errors"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

func hours(t *testing.T, zone string, texts ...string) tocsin.Hours {
	t.Helper()
	spans, err := tocsin.ParseHours(texts)
	if err != nil {
		t.Fatal(err)
	}
	at, ok := tocsin.ParseZone(zone)
	if !ok {
		t.Fatal(zone)
	}
	return tocsin.Hours{Zone: at, Spans: spans}
}

// Working time is counted over nights, weekends, holidays and changes of clocks.
func TestHours(t *testing.T) {
	t.Parallel()
	office := hours(t, "Europe/Paris", "Mon-Fri 08:00-18:00")
	night := hours(t, "America/New_York", "Sat-Sun 00:00-06:00")
	half := hours(t, "Australia/Lord_Howe", "Sun 01:00-03:00")
	holiday := office
	holiday.Holidays = []string{"2026-12-25"}
	for name, tt := range map[string]struct {
		hours tocsin.Hours
		since string
		d     time.Duration
		due   string
	}{
		"within a day":                      {office, "2026-11-30T08:00:00Z", 4 * time.Hour, "2026-11-30T12:00:00Z"},
		"to the last minute":                {office, "2026-11-30T08:00:00Z", 9 * time.Hour, "2026-11-30T17:00:00Z"},
		"over the night":                    {office, "2026-11-30T16:00:00Z", 4 * time.Hour, "2026-12-01T10:00:00Z"},
		"over the weekend":                  {office, "2026-11-27T16:00:00Z", 2 * time.Hour, "2026-11-30T08:00:00Z"},
		"begun at night":                    {office, "2026-11-30T22:00:00Z", time.Hour, "2026-12-01T08:00:00Z"},
		"over a holiday":                    {holiday, "2026-12-24T16:00:00Z", 2 * time.Hour, "2026-12-28T08:00:00Z"},
		"begun on a holiday":                {holiday, "2026-12-25T10:00:00Z", time.Hour, "2026-12-28T08:00:00Z"},
		"over the change to summer time":    {office, "2026-03-27T16:00:00Z", 2 * time.Hour, "2026-03-30T07:00:00Z"},
		"over the change to winter time":    {office, "2026-10-23T15:00:00Z", 2 * time.Hour, "2026-10-26T08:00:00Z"},
		"an hour that is skipped":           {night, "2026-03-08T05:00:00Z", 5 * time.Hour, "2026-03-08T10:00:00Z"},
		"a span shortened by a skipped one": {night, "2026-03-08T05:00:00Z", 6 * time.Hour, "2026-03-14T05:00:00Z"},
		"an hour that is repeated":          {night, "2026-11-01T04:00:00Z", 7 * time.Hour, "2026-11-01T11:00:00Z"},
		"half an hour that is skipped":      {half, "2026-10-03T14:30:00Z", 90 * time.Minute, "2026-10-03T16:00:00Z"},
		"always":                            {tocsin.Hours{Zone: time.UTC}, "2026-11-28T23:00:00Z", 3 * time.Hour, "2026-11-29T02:00:00Z"},
	} {
		since, err := time.Parse(time.RFC3339, tt.since)
		if err != nil {
			t.Fatal(err)
		}
		due := tt.hours.After(since, tt.d)
		if got := due.Format(time.RFC3339); got != tt.due {
			t.Errorf("%s: due at %s, want %s", name, got, tt.due)
		}
		if got := tt.hours.Between(since, due); got != tt.d {
			t.Errorf("%s: %v between, want %v", name, got, tt.d)
		}
	}
	never := office
	for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2030; day = day.AddDate(0, 0, 1) {
		never.Holidays = append(never.Holidays, day.Format(time.DateOnly))
	}
	if due := never.After(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.Hour); !due.IsZero() {
		t.Errorf("holidays for ever: due at %v", due)
	}
}

func TestHoursRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "Mon", "Mon-Fri", "Mon-Fri 18:00-08:00", "Monday 08:00-10:00", "Mon 08:00-25:00", "Mon 8-10", "Mon-Fri 08:00-18:00 08:00"} {
		if _, err := tocsin.ParseHours([]string{text}); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", text, err)
		}
	}
	if _, err := tocsin.ParseHours([]string{"Mon-Fri 08:00-18:00", "Fri 17:00-20:00"}); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("spans that overlap: %v, want ErrInvalid", err)
	}
	if spans, err := tocsin.ParseHours([]string{"Fri-Mon 00:00-24:00"}); err != nil || len(spans) != 4 {
		t.Errorf("over the end of the week: %v, %v", spans, err)
	}
}
