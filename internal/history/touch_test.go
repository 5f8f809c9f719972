package history_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

// Everything that touches a service is part of its story: what is filed under it,
// what its overviews name, what is about a feature that nothing else has, and
// incidents of others whose posts name it.
func TestTouching(t *testing.T) {
	t.Parallel()
	of := func(id, class, serviceID, service, feature, text string, start float64) tocsin.Issue {
		i := issue(id, class, tocsin.StatusServiceRestored, at(start), at(start+2), at(start+2), said(at(start), text))
		i.ServiceID, i.Service, i.Feature, i.FeatureGroup = serviceID, service, feature, feature
		return i
	}
	features := func(id, name string, list ...string) tocsin.Overview {
		o := tocsin.Overview{ServiceID: id, Service: name, Status: tocsin.StatusOperational}
		for _, f := range list {
			o.Features = append(o.Features, tocsin.FeatureStatus{Name: f, DisplayName: f, Status: tocsin.StatusOperational})
		}
		return o
	}
	w := newWorld(t, at(240))
	naming := features("Exchange", "Exchange Online", "Mailbox access", "Sign-in")
	naming.IssueIDs = []string{"LS1"}
	w.put(at(1), naming, features("Teams", "Microsoft Teams", "Calls", "Sign-in"), features(tocsin.SuiteID, "Microsoft 365 suite"),
		of("EX1", "incident", "Exchange", "Exchange Online", "", "It fails.", 10),
		of("EX2", "advisory", "Exchange", "Exchange Online", "", "It is slow.", 20),
		of("LS1", "advisory", "Teams", "Microsoft Teams", "Calls", "Calls fail.", 30),
		of("MO1", "incident", tocsin.SuiteID, "Microsoft 365 suite", "Mailbox access", "Something fails.", 40),
		of("MO2", "incident", tocsin.SuiteID, "Microsoft 365 suite", "Portal", "Affected: Exchange Online.", 50),
		of("MO3", "advisory", tocsin.SuiteID, "Microsoft 365 suite", "Portal", "Not affected: Exchange Online.", 60),
		of("TM1", "incident", "Teams", "Microsoft Teams", "Sign-in", "Nobody can sign in.", 70),
		of("TM2", "incident", "Teams", "Microsoft Teams", "Calls", "Calls fail.", 80))
	past, exchange := w.past()
	for _, tt := range []struct {
		from, to float64
		want     string
	}{
		{0, 240, "MO2 named, MO1 feature, LS1 listed, EX2 filed, EX1 filed"},
		{41, 45, "MO1 feature"},
		{100, 200, ""},
	} {
		list, err := past.Touching(t.Context(), exchange, at(tt.from), at(tt.to))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range list {
			got = append(got, fmt.Sprintf("%s %s", one.Row.ID, one.Why))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%v to %v: %v, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}
