package letters_test

import (
	"fmt"
	"slices"
	"testing"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A digest tells by service, the one that does worst first; it begins with a line
// for each where there are several.
func TestDigestByService(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	issue := func(id, service string, status tocsin.Status) []delivery.Pending {
		return d.record(tocsin.Issue{ID: id, Title: "It is slow", Service: service, Classification: "incident", Status: status, StartAt: storetest.T0, ModifiedAt: storetest.T0}, storetest.Contoso)
	}
	var several []delivery.Pending
	for i := range 21 {
		several = append(several, issue(fmt.Sprintf("TM%02d", i), "Microsoft Teams", tocsin.StatusInvestigating)...)
	}
	one := issue("EX1", "Exchange Online", tocsin.StatusInvestigating)
	list := slices.Concat(several, issue("SP1", "SharePoint Online", tocsin.StatusInvestigating), one, issue("SP2", "SharePoint Online", tocsin.StatusInterruption))
	l := d.write("en", notify.KindDigest, list).Letter
	var lead, order []string
	for _, line := range l.Lead {
		lead = append(lead, line.Text)
	}
	for _, e := range l.Entries[:4] {
		order = append(order, e.Heading)
	}
	names := ""
	for i := range 20 {
		names += fmt.Sprintf("TM%02d, ", i)
	}
	if want := []string{"SharePoint Online: SP2, SP1", "Exchange Online: EX1", "Microsoft Teams: " + names + "and 1\u00a0more"}; !slices.Equal(lead, want) {
		t.Errorf("%q", lead)
	}
	if want := []string{"[serviceInterruption] SP2", "[investigating] SP1", "[investigating] EX1", "[investigating] TM00"}; !slices.Equal(order, want) {
		t.Errorf("%q", order)
	}
	if lead := d.write("en", notify.KindDigest, one).Letter.Lead; len(lead) != 0 {
		t.Errorf("%v", lead)
	}
}
