package conformance

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// An author writes random filters of one list, as deep as it likes.
type author struct {
	t     *rapid.T
	atoms []string
}

func (a author) filter(depth int) string {
	if depth == 0 {
		return rapid.SampledFrom(a.atoms).Draw(a.t, "atom")
	}
	switch rapid.IntRange(0, 4).Draw(a.t, "form") {
	case 0:
		return "not (" + a.filter(depth-1) + ")"
	case 1:
		return "(" + a.filter(depth-1) + " or " + a.filter(depth-1) + ")"
	case 2:
		return a.filter(depth-1) + " and " + a.filter(depth-1)
	case 3:
		return "(" + a.filter(depth-1) + ") eq " + rapid.SampledFrom([]string{"true", "false", "null"}).Draw(a.t, "truth")
	}
	return a.filter(0)
}

// lists are what filters may be about: the address, the audience, and pieces
// that try to reach beyond the tenant as well as honest ones.
func lists() []struct {
	address, who string
	atoms        []string
} {
	common := []string{"true", "false", "null eq null", "1 eq 1", "now() gt 2000-01-01", "'a' ne 'b'", "not false"}
	return []struct {
		address, who string
		atoms        []string
	}{
		{announcements + "issues?$top=1000&$filter=", "graph ", append([]string{
			"id eq 'FB900'", "id ne ''", "contains(title,'canary')", "service eq 'Exchange Online'", "isResolved", "endDateTime eq null", "status in ('serviceInterruption','serviceDegradation')",
			"posts/any(p:contains(p/description/content,'canary'))", "details/all(d:d/name ne 'x')", "length(impactDescription) gt 0", "year(startDateTime) gt 2000", "posts/$count ge 0",
		}, common...)},
		{announcements + "messages?$top=1000&$filter=", "graph ", append([]string{
			"id eq 'MC900'", "id gt ''", "contains(body/content,'canary')", "services/any(s:s eq 'Exchange Online')", "tags/any()", "severity eq 'normal'", "viewPoint eq null", "hasAttachments ne null",
		}, common...)},
		{communications + "Messages?$filter=", "legacy ", append([]string{
			"Id eq 'FB900'", "Id ne ''", "StartTime ge 2000-01-01", "contains(Title,'canary')", "Workload eq 'Exchange'", "EndTime eq null", "MessageType eq 'Incident'", "AffectedWorkloadNames/any()", "Severity eq 'Sev1'",
		}, common...)},
	}
}

// Whatever filter is asked, the predicate of the tenant is there: a tenant
// gets rows of its own, and what the filter and its negation leave out of each
// other together is no more than the tenant has.
func TestTenantsStayApart(t *testing.T) {
	t.Parallel()
	d := start(t)
	own := map[string]map[string]bool{}
	for tenant, ids := range map[string]string{
		"contoso": "EX100 TM200 MO300 FM400 EX500 MO600 MC1000001 MC1000002 MC1000003 MC999442", "fabrikam": "EX100 FB900 MC900",
	} {
		own[tenant] = map[string]bool{}
		for id := range strings.FieldsSeq(ids) {
			own[tenant][id] = true
		}
	}
	for _, list := range lists() {
		rapid.Check(t, func(r *rapid.T) {
			text := author{r, list.atoms}.filter(rapid.IntRange(0, 4).Draw(r, "depth"))
			for tenant, ids := range own {
				target := list.address + escaped(text)
				if tenant == "fabrikam" {
					target = strings.Replace(target, "contoso.example", "fabrikam.example", 1)
				}
				got := d.ask(t, list.who+tenant, "GET", target, "")
				if got.status != 200 || tenant == "contoso" && strings.Contains(got.body, canary) {
					r.Fatalf("%s: %d %.300s", text, got.status, got.body)
				}
				seen := map[string]bool{}
				rows, _ := got.list(t)
				for id := range strings.FieldsSeq(rows) {
					if !ids[id] || seen[id] {
						r.Fatalf("%s: %s gets %s", text, tenant, rows)
					}
					seen[id] = true
				}
			}
		})
	}
}
