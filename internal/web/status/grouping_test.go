package status_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// In a storm the list is put in groups, with no script, and incidents of one
// service that started together are pointed at.
func TestStorm(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	open := func(id, service string, status tocsin.Status, class string, started time.Time) {
		d.Record(storetest.T0, tocsin.Issue{ID: id, Title: "Trouble " + id, Service: service, ServiceID: service, Classification: class, Status: status, StartAt: started, ModifiedAt: storetest.T0})
	}
	open("EX1", "Mail", tocsin.StatusDegradation, "incident", storetest.T0)
	open("EX2", "Mail", tocsin.StatusInterruption, "incident", storetest.T0.Add(4*time.Minute))
	open("EX3", "Mail", tocsin.StatusDegradation, "incident", storetest.T0.Add(6*time.Minute))     // too late to look alike
	open("EX4", "Mail", tocsin.StatusDegradation, "advisory", storetest.T0.Add(1*time.Minute))     // no incident
	open("FI1", "Files", tocsin.StatusDegradation, "incident", storetest.T0.Add(2*time.Minute))    // another service
	open("FI2", "Files", tocsin.StatusDegradation, "incident", storetest.T0.Add(-40*time.Hour))    // long before
	open("CH1", "Chat", tocsin.StatusRestoringService, "incident", storetest.T0.Add(-3*time.Hour)) // alone
	webtest.Lacks(t, "seven issues", d.Page("/"), "?g=service", "The cause may be the same")
	open("CH2", "Chat", tocsin.StatusInvestigating, "incident", storetest.T0.Add(-2*time.Hour))
	groups := func(path string) string {
		var names []string
		for _, m := range regexp.MustCompile(`scope="rowgroup" colspan="5">([^<]+) <span class="n">(\d+)`).FindAllStringSubmatch(d.Page(path), -1) {
			names = append(names, m[1]+" "+m[2])
		}
		return strings.Join(names, ", ")
	}
	for query, want := range map[string]string{
		"":            "", // each line says its state
		"?g=nonsense": "",
		"?g=service":  "Chat 2, Files 2, Mail 4",
		"?g=age":      "Started less than an hour ago 4, Started less than a day ago 3, Started earlier 1",
	} {
		if got := groups("/" + query); got != want {
			t.Errorf("groups of %q are %s, want %s", query, got, want)
		}
	}
	link := func(id string) string {
		return fmt.Sprintf(`<a class="id" href="/issues/%s?tenant=contoso">%s</a>`, id, id)
	}
	page := d.Page("/")
	webtest.Has(t, "storm", page, link("EX1")+", "+link("EX2")+": these started within 5\u00a0minutes of each other and share a service, Mail.", `href="/?g=age"`)
	if n := strings.Count(page, "The cause may be the same"); n != 1 {
		t.Errorf("%d suggestions, want 1", n)
	}
	var order []string
	for _, m := range regexp.MustCompile(`<a class="t" href="/issues/(\w+)`).FindAllStringSubmatch(page, -1) {
		order = append(order, m[1])
	}
	if got := strings.Join(order, " "); !strings.HasPrefix(got, "EX2 ") || !strings.HasSuffix(got, " CH1 CH2") || len(order) != 8 {
		t.Errorf("by severity the issues are %s", got)
	}
	webtest.Has(t, "Japanese storm", d.Page("/ja/?g=service"), "サービス別", "原因が同じ可能性")
	open("XX1", "", tocsin.StatusDegradation, "unknownFutureValue", storetest.T0) // no service at all: nothing that they share
	open("XX2", "", tocsin.StatusDegradation, "unknownFutureValue", storetest.T0)
	page = d.Page("/")
	webtest.Has(t, "class without a word", page, `<span class="kind">Other</span>`)
	webtest.Lacks(t, "class without a word", page, ">unknownFutureValue<")
	if n := strings.Count(page, "The cause may be the same"); n != 1 {
		t.Errorf("%d suggestions with those of no service, want 1", n)
	}
}
