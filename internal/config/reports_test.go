package config

import (
	"errors"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

func TestReportsAreObeyedOrRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reports Reports
		keep    time.Duration
		key     string // that is refused
	}{
		{Reports{}, 720 * time.Hour, ""},
		{Reports{Keep: Duration(48 * time.Hour), Beacons: []string{"contoso"}}, 48 * time.Hour, ""},
		{Reports{Keep: Duration(time.Hour)}, time.Hour, "reports.keep"},
		{Reports{Keep: Duration(20000 * time.Hour)}, 20000 * time.Hour, "reports.keep"},
		{Reports{Beacons: []string{""}}, 720 * time.Hour, "reports.beacons"},
	} {
		c := Default()
		c.Reports = tt.reports
		err := c.Validate()
		if refused, _ := errors.AsType[*tocsin.Error](err); (err == nil) != (tt.key == "") || err != nil && refused.Field != tt.key || tt.reports.KeepFor() != tt.keep {
			t.Errorf("%+v: %v, want %q; kept for %v", tt.reports, err, tt.key, tt.reports.KeepFor())
		}
	}
}
