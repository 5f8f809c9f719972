package config_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/config"
)

func TestSupport(t *testing.T) {
	t.Parallel()
	const id = "11111111-2222-4333-8444-555555555555"
	c := config.Default()
	c.Tenants = []config.Tenant{{Name: "contoso", TenantID: id, Support: config.Support{
		Plan: "Unified", Phone: "+33 1 57 32 42 72", PhoneHours: "24/7", Hours: []string{"Mon-Fri 08:00-18:00"}, Zone: "Europe/Paris", Holidays: []string{"2026-12-25"}, Answer: config.Within{A: config.Duration(time.Minute)},
	}}}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	terms := c.SupportOf(id)
	if terms.Plan != "Unified" || terms.Open != "24/7" || len(terms.Hours.Spans) != 5 || terms.Hours.Zone.String() != "Europe/Paris" || terms.Answer["A"] != time.Minute {
		t.Errorf("%+v", terms)
	}
	if other := c.SupportOf("none"); !other.Hours.Always() || other.Plan != "" {
		t.Errorf("of another tenant: %+v", other)
	}
	c.Tenants[0].Support = config.Support{Hours: []string{"always"}, Zone: "Mars", Holidays: []string{"25.12."}, Phone: "a\nb"}
	err := c.Validate()
	for _, key := range []string{"hours", "zone", "holidays[0]", "phone"} {
		if err == nil || !strings.Contains(err.Error(), "tenants[0].support."+key) {
			t.Errorf("no word about %s: %v", key, err)
		}
	}
}
