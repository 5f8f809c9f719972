package support_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
)

// The token of a survey names its request, and holds for one end of it, one key and a
// term; any other letter, tenant or number makes another.
func TestSurveyToken(t *testing.T) {
	t.Parallel()
	key, now := []byte("key"), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := tocsin.Request{TenantID: "11111111-2222-4333-8444-555555555555", N: 7, EndedAt: now}
	token := support.SurveyToken(key, r)
	if tenant, n, ok := support.SurveyOf(token); !ok || tenant != r.TenantID || n != 7 || token != strings.ToLower(token) {
		t.Errorf("%q names %q, %d, %v", token, tenant, n, ok)
	}
	if !support.SurveyHolds(key, token, r, now.Add(support.SurveyTerm-1)) || support.SurveyHolds(key, token, r, now.Add(support.SurveyTerm)) {
		t.Error("the term is another one")
	}
	for i := range token {
		forged := token[:i] + "7" + token[i+1:]
		if token[i] == '7' {
			forged = token[:i] + "6" + token[i+1:]
		}
		if support.SurveyHolds(key, forged, r, now) {
			t.Errorf("forged at %d: holds", i)
		}
	}
	again, other, ahead := r, r, r
	again.EndedAt, other.TenantID, ahead.N = now.Add(time.Second), "11111111-2222-4333-8444-555555555556", 8
	for _, one := range []tocsin.Request{again, other, ahead} {
		if support.SurveyHolds(key, token, one, now) {
			t.Errorf("holds for %+v", one)
		}
	}
	if support.SurveyHolds([]byte("other"), token, r, now) || support.SurveyToken(key, tocsin.Request{TenantID: r.TenantID, N: 7}) != "" || support.SurveyHolds(key, "", tocsin.Request{TenantID: r.TenantID, N: 7}, now) {
		t.Error("another key, or a request that goes on")
	}
	for _, bad := range []string{"", "a", token[1:], token + "a", strings.ToUpper(token), strings.Repeat("1", len(token)), strings.Repeat("é", len(token)/2)} {
		if _, _, ok := support.SurveyOf(bad); ok {
			t.Errorf("%q names a request", bad)
		}
	}
}

// Surveys are summed up, altogether, by kind and by service; a rating that nobody gave
// is none.
func TestTallies(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	request := func(kind, solved string, rating int, services ...string) tocsin.Request {
		return tocsin.Request{Content: tocsin.RequestContent{Kind: kind, Services: services}, Survey: tocsin.RequestSurvey{Solved: solved, Rating: rating, At: at}}
	}
	all, kinds, services := support.Tallies([]tocsin.Request{request("technical", "yes", 5, "Exchange Online", "Teams"), request("billing", "no", 2, "Teams"), request("technical", "partly", 0), {}})
	if all.N != 3 || all.Yes != 1 || all.Partly != 1 || all.No != 1 || all.Mean() != 35 || all.Rated != 2 || all.Ratings != [5]int{0, 1, 0, 0, 1} {
		t.Errorf("all: %+v", all)
	}
	names := func(list []support.Tally) (out []string) {
		for _, one := range list {
			out = append(out, one.Name)
		}
		return out
	}
	if !slices.Equal(names(kinds), []string{"technical", "billing"}) || kinds[0].N != 2 || kinds[0].Mean() != 50 || !slices.Equal(names(services), []string{"Exchange Online", "Teams"}) || services[1].N != 2 {
		t.Errorf("kinds %+v, services %+v", kinds, services)
	}
	if (support.Tally{}).Mean() != 0 {
		t.Error("nobody rated")
	}
}
