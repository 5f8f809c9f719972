package speech

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// A share is how many users are hit, as far as anybody knows.
type share struct {
	hit, all int    // seats of sites; 0 where they are not known
	said     string // per cent of their users, as the provider counts; "" for nothing
}

// saidForm is how the provider counts users: "12% of users", "about 7.5 percent of
// customers". What is no share of people, such as of requests, does not count.
var saidForm = regexp.MustCompile(`(?i)(?:^|[^0-9.,])((?:100|[0-9]{1,2})(?:\.[0-9]{1,2})?)\s?(?:%|percent|per cent) of (?:all |the |our |affected |impacted )*(?:users|customers)\b`)

// saidShare returns the share that a text of the provider names, "" for none and for
// one that names several.
func saidShare(text string) string {
	found := saidForm.FindAllStringSubmatch(text, 2)
	if len(found) != 1 {
		return ""
	}
	return found[0][1]
}

// count works out how many seats are at the sites of what stalls, of all that the
// tenants have. It says nothing where one number is not known.
func (f *Facts) count(tenantIDs []string) {
	hit, all := map[string]int{}, map[string]int{}
	for _, id := range tenantIDs {
		at := slices.IndexFunc(f.stalls, func(s Stall) bool { return s.tenantID == id && s.names != nil })
		if at < 0 || !f.stalls[at].seats(hit, all) {
			return
		}
	}
	f.share.hit, f.share.all = sum(hit), sum(all)
}

// seats adds the seats of the sites that are hit, and of all, by site; it reports false
// where one has no number.
func (s Stall) seats(hit, all map[string]int) bool {
	for _, site := range s.names.Sites {
		if site.Seats == 0 {
			return false
		}
		all[site.ID] = site.Seats
	}
	found, known := business.Seats(&s.written, s.names.Sites, func(id string) tocsin.Severity { return s.state[id] })
	maps.Copy(hit, found)
	return known
}

func sum(seats map[string]int) (n int) {
	for _, one := range seats {
		n += one
	}
	return n
}

// in says how many users are hit, and whose count it is: that of the own seats before
// that of the provider, which knows nothing of this tenant. Where neither is known it
// says that, and claims nothing.
func (s share) in(l *lang.Locale) string {
	if s.hit > 0 && s.all >= s.hit {
		part, decimals := float64(s.hit)/float64(s.all), 0
		if part < 0.01 {
			decimals = 3 // few are not nobody
		}
		return l.Text("speech.users.seats", "share", l.Percent(part, decimals), "hit", s.hit, "all", s.all)
	}
	if said, err := strconv.ParseFloat(s.said, 64); err == nil && said <= 100 {
		decimals := 0
		if said != float64(int(said)) {
			decimals = 1
		}
		return l.Text("speech.users.said", "share", l.Percent(said/100, decimals))
	}
	return l.Text("speech.users.unknown")
}
