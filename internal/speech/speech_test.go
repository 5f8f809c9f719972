package speech

import (
	"strings"
	"testing"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// How the provider counts users is read where it says so and nowhere else.
func TestShareThatIsSaid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Impact is specific to some users; 12% of users may be affected.": "12",
		"About 7.5 percent of all affected users cannot sign in.":         "7.5",
		"100% of customers":                  "100",
		"101% of users":                      "",
		"1234% of users":                     "",
		"95% of requests are served":         "",
		"12% of user interface strings":      "",
		"10% of users, later 30% of users":   "",
		"some users":                         "",
		"between 0.5 and 1.25% of our users": "1.25",
	} {
		if got := saidShare(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// stalled is what stalls in a tenant whose sites have seats: a process at one of them.
func stalled(tenant string, seats map[string]int, at ...string) Stall {
	s := Stall{
		tenantID: tenant, names: &business.Directory{}, state: map[string]tocsin.Severity{"Exchange": tocsin.SeverityInterruption},
		written: tocsin.BusinessMap{Uses: []tocsin.MapUse{{Name: "u", Services: []string{"Exchange"}}}, Processes: []tocsin.MapProcess{{Name: "p", Uses: []string{"u"}, Sites: at}}},
	}
	for id, n := range seats {
		s.names.Sites = append(s.names.Sites, tocsin.Site{ID: id, Name: id, Seats: n})
	}
	return s
}

// The share of users is that of the seats where all of them are known, else that of
// the provider, and says which; else nothing is claimed.
func TestShareOfUsers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stalls []Stall
		said   string
		want   string
	}{
		"seats":                {[]Stall{stalled("a", map[string]int{"paris": 1800, "lyon": 2100}, "paris")}, "12", "46% of our users by the seats of our sites (1,800 of 3,900)"},
		"few":                  {[]Stall{stalled("a", map[string]int{"paris": 2, "lyon": 2100}, "paris")}, "", "0.095% of our users by the seats of our sites (2 of 2,102)"},
		"a site of no number":  {[]Stall{stalled("a", map[string]int{"paris": 1800, "lyon": 0}, "paris")}, "12", "12% of users as Microsoft counts"},
		"a site that is gone":  {[]Stall{stalled("a", map[string]int{"paris": 1800}, "rome")}, "", ""},
		"work that is nowhere": {[]Stall{stalled("a", map[string]int{"paris": 1800})}, "", ""},
		"no map":               {nil, "", ""},
		"of the provider":      {nil, "7.5", "7.5% of users as Microsoft counts"},
		"one of two tenants":   {[]Stall{stalled("b", map[string]int{"paris": 1800}, "paris")}, "", ""},
	} {
		tenants := []string{"a"}
		if name == "one of two tenants" {
			tenants = append(tenants, "b")
		}
		f := Facts{stalls: tt.stalls, share: share{said: tt.said}}
		f.count(tenants)
		all, err := locales()
		if err != nil {
			t.Fatal(err)
		}
		if tt.want == "" {
			tt.want = "an unknown share of users"
		}
		if got := f.share.in(all["en"]); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		for _, code := range lang.Languages() {
			if got := f.share.in(all[code]); got == "" || strings.Contains(got, "⟦") {
				t.Errorf("%s in %s: %q", name, code, got)
			}
		}
	}
}
