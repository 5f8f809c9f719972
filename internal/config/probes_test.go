package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/tocsin"
)

func TestProbesAreObeyedOrRefused(t *testing.T) {
	t.Parallel()
	every := Duration(15 * time.Minute)
	for _, tt := range []struct {
		probes Probes
		key    string // that is refused
	}{
		{Probes{}, ""},
		{Probes{Every: every, Tenants: []string{"contoso"}, Second: "2620:fe::fe", Network: "server room"}, ""},
		{Probes{Tenants: []string{"contoso"}}, "probes.every"},
		{Probes{Every: Duration(time.Minute), Tenants: []string{"contoso"}}, "probes.every"},
		{Probes{Every: every}, "probes.tenants"},
		{Probes{Every: every, Tenants: []string{"contoso"}, Second: "dns.quad9.net"}, "probes.second"},
		{Probes{Every: every, Tenants: []string{"contoso"}, Network: strings.Repeat("x", 61)}, "probes.network"},
	} {
		c := Default()
		c.Probes = tt.probes
		err := c.Validate()
		if refused, _ := errors.AsType[*tocsin.Error](err); (err == nil) != (tt.key == "") || err != nil && refused.Field != tt.key {
			t.Errorf("%+v: %v, want %q", tt.probes, err, tt.key)
		}
	}
}
