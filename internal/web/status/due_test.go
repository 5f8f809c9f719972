package status_test

import (
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// What is to be done before a date goes by the date that people set, leaves out
// what is settled, and says who sees to it; strangers see the provider's dates.
func TestOverviewSaysWhatIsDue(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	r := archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: storetest.T0}
	for id, days := range map[string]int{"MC1": 40, "MC2": 50, "MC3": 60, "MC4": 70, "MC5": -9, "MC6": 80, "MC7": -3, "MC8": -4, "MC9": -5} {
		m := tocsin.Message{ID: id, Title: "Title of " + id, Category: "planForChange", Severity: "normal", StartAt: storetest.T0, ModifiedAt: storetest.T0, ActionRequiredBy: h.Clock().AddDate(0, 0, days)}
		if id == "MC7" {
			m.Severity = "high" // before those that are late for longer
		}
		doc, err := tocsin.NewDocument(m)
		if err != nil {
			t.Fatal(err)
		}
		r.Entries = append(r.Entries, archive.Entry{Document: doc})
	}
	if _, err := h.Store.Record(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	day := h.Clock().UTC().Truncate(24 * time.Hour)
	for id, handling := range map[string]tocsin.Handling{
		"MC1": {State: tocsin.HandlingDone},
		"MC2": {State: tocsin.HandlingNotApplicable},
		"MC4": {State: tocsin.HandlingPlanned, Owner: h.Team(storetest.Contoso, "Mail team"), Due: day.AddDate(0, 0, 5)},
		"MC6": {State: tocsin.HandlingPlanned, Due: day.AddDate(0, 0, -2)},
	} {
		if err := h.Store.PutHandling(t.Context(), storetest.Contoso, id, handling, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.Browser()
	ana.Enter("ana")
	_, page := ana.Send("GET", "/", nil)
	list := page[strings.Index(page, `id="h-due"`):]
	list = list[:strings.Index(list, "</section>")]
	at := -1
	for _, id := range []string{"MC7", "MC5", "MC9", "MC4", "MC3"} {
		if next := strings.Index(list, ">"+id+"<"); next <= at {
			t.Errorf("%s is not where it belongs:\n%s", id, list)
		} else {
			at = next
		}
	}
	webtest.Has(t, "list", list, "5\u00a0overdue", "Mail team · ", "Nobody yet · ", `<b class="late">9`, `<b class="late">3`)
	webtest.Lacks(t, "list", list, ">MC1<", ">MC2<", ">MC6<", ">MC8<")
}
