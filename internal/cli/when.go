package cli

import (
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// parseWhen reads an instant to come: a date, whose beginning in UTC is meant,
// an instant with its zone, or a time from now such as 90d or 12h. No text is
// no instant.
func parseWhen(field, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := readWhen(text, now)
	if err != nil {
		return at, tocsin.Invalidf(field, "%q is no date, instant or time such as 2027-01-31, 2027-01-31T12:00:00Z or 90d.", tocsin.Clip(text, 40))
	}
	if !at.After(now) || at.Year() > 9999 {
		return at, tocsin.Invalidf(field, "%s is not in the time to come.", tocsin.Clip(text, 40))
	}
	return at, nil
}

// parseAt reads an instant, past or to come: what [parseWhen] reads, and times
// ago such as -2h. No text is no instant.
func parseAt(field, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := readWhen(text, now)
	if err != nil {
		return at, tocsin.Invalidf(field, "%q is no date, instant or time such as 2027-01-31, 2027-01-31T12:00:00Z, 12h or -2h.", tocsin.Clip(text, 40))
	}
	return at.UTC(), nil
}

func readWhen(text string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return now.AddDate(0, 0, int(n)), err
	}
	if life, err := time.ParseDuration(text); err == nil {
		return now.Add(life), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Parse(time.DateOnly, text)
}
