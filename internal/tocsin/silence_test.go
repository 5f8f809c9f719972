package tocsin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// T-62: a silence has a reason and ends within a day.
func TestSilenceBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	sound := tocsin.Silence{ID: tocsin.NewGUID(), Matchers: `service="Exchange"`, Reason: "Planned work", StartsAt: now, EndsAt: now.Add(24 * time.Hour)}
	if err := sound.Validate(now); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*tocsin.Silence)
		field  string
	}{
		"no matchers":    {func(s *tocsin.Silence) { s.Matchers = "" }, "matchers"},
		"no reason":      {func(s *tocsin.Silence) { s.Reason = " " }, "reason"},
		"two lines":      {func(s *tocsin.Silence) { s.Reason = "a\nb" }, "reason"},
		"a long reason":  {func(s *tocsin.Silence) { s.Reason = strings.Repeat("é", 301) }, "reason"},
		"over a day":     {func(s *tocsin.Silence) { s.EndsAt = s.EndsAt.Add(time.Second) }, "end"},
		"no time":        {func(s *tocsin.Silence) { s.EndsAt = s.StartsAt }, "end"},
		"over already":   {func(s *tocsin.Silence) { s.StartsAt, s.EndsAt = now.Add(-2*time.Hour), now }, "end"},
		"far ahead":      {func(s *tocsin.Silence) { s.StartsAt, s.EndsAt = now.AddDate(0, 2, 0), now.AddDate(0, 2, 1) }, "start"},
		"another tenant": {func(s *tocsin.Silence) { s.TenantID = "contoso" }, "tenant"},
	} {
		s := sound
		test.change(&s)
		s.Normalize()
		var problem *tocsin.Error
		if err := s.Validate(now); !errors.As(err, &problem) || problem.Field != test.field {
			t.Errorf("%s: %v, want a problem of %s", name, err, test.field)
		}
	}
}
