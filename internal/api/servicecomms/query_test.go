package servicecomms_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

func TestOrderAndLists(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	tests := []struct {
		query string
		want  []string
	}{
		{"?$orderby=StartTime", []string{"MC400", "EX200", "SP300"}},
		{"?$orderby=LastUpdatedTime%20desc", []string{"SP300", "EX200", "MC400"}},
		{"?$orderby=Classification,Title%20desc", []string{"SP300", "MC400", "EX200"}},
		{"?$orderby=Id%20desc&$top=1&$skip=1", []string{"MC400"}},
		{"?$filter=" + q("AffectedWorkloadNames/any(w: w eq 'Exchange')"), []string{"MC400"}},
		{"?$filter=" + q("MessageTagNames/any(t: t eq 'Retirement') or Severity eq 'Sev1'"), []string{"EX200", "MC400"}},
		{"?$filter=" + q("Severity eq 'High'"), []string{"MC400"}},
		{"?$filter=" + q("AffectedTenantCount eq 0 and Name eq 'EX200'"), []string{"EX200"}},
		{"?$filter=" + q("MilestoneDate eq 2026-02-01T00:00:00Z"), []string{"MC400"}},
		{"?$filter=" + q("contains(Title,'open')"), []string{"EX200"}},
		{"?$filter=" + q("not (MessageType eq 'Incident')"), []string{"MC400"}},
		{"?$filter=" + q("WorkloadDisplayName eq 'SharePoint Online' and Status ne 'Normal service'"), []string{"SP300"}},
		{"?$filter=" + q("Feature eq 'Access' and FeatureDisplayName eq 'E-Mail access'"), []string{"EX200"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, ids(values(t, ask(t, api, "GET", root+"Messages"+tt.query, good)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.query, diff)
		}
	}
	var counted struct {
		Count *int `json:"@odata.count"`
	}
	w := ask(t, api, "GET", root+"Messages?$count=true&$top=1", good)
	if err := json.Unmarshal(w.Body.Bytes(), &counted); err != nil || counted.Count == nil || *counted.Count != 3 {
		t.Errorf("$count=true: %s", w.Body)
	}
}

func TestPlannedMaintenance(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	put(t, s, storetest.Contoso, now, tocsin.Issue{ID: "EX1", Service: "Exchange Online", Classification: "plannedMaintenance", StartAt: now, ModifiedAt: now},
		tocsin.Issue{ID: "EX2", Service: "Exchange Online", Classification: "incident", StartAt: now, ModifiedAt: now})
	api := serve(t, s)
	for filter, want := range map[string]string{"MessageType eq 'PlannedMaintenance'": "EX1", "MessageType eq 'Incident'": "EX2", "Classification eq 'Advisory'": "EX1"} {
		got := values(t, ask(t, api, "GET", root+"Messages?$filter="+q(filter), good))
		if len(got) != 1 || got[0]["Id"] != want {
			t.Errorf("%s: %v, want %s", filter, ids(got), want)
		}
	}
}

// Pages add up to the whole, and a page that the default cut short says so.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var list []any
	for i := range 230 {
		list = append(list, tocsin.Issue{ID: fmt.Sprintf("EX%03d", i), Service: "Exchange Online", StartAt: now.Add(-time.Hour), ModifiedAt: now.Add(-time.Hour)})
	}
	put(t, s, storetest.Contoso, now, list...)
	api := serve(t, s)
	var all []string
	next, pages := root+"Messages?"+"$filter="+q("Workload eq 'Exchange'"), 0
	for next != "" {
		w := ask(t, api, "GET", next, good, "Accept: application/json;odata.metadata=minimal")
		var page struct {
			Next string `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		if link := w.Header().Get("Link"); link != "" != (page.Next != "") || !strings.Contains(link, page.Next) {
			t.Errorf("Link: %s, next: %s", link, page.Next)
		}
		all = append(all, ids(values(t, w))...)
		pages++
		next = strings.TrimPrefix(page.Next, base)
	}
	if len(all) != 230 || !slices.IsSorted(all) || len(slices.Compact(all)) != 230 || pages != 3 {
		t.Errorf("%d messages on %d pages", len(all), pages)
	}
	w := ask(t, api, "GET", root+"Messages", good)
	if strings.Contains(w.Body.String(), "@odata") || w.Header().Get("Link") == "" {
		t.Errorf("without metadata: Link %q, annotations %v", w.Header().Get("Link"), strings.Contains(w.Body.String(), "@odata"))
	}
	if w := ask(t, api, "GET", root+"Messages?$top=100", good); w.Header().Get("Link") != "" {
		t.Errorf("$top=100: Link %q, want none: the client pages", w.Header().Get("Link"))
	}
}

// Over real HTTP: what the request line holds reaches the API as it was sent.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newAPI(t))
	defer server.Close()
	tests := []struct {
		method, target, body string
		status               int
	}{
		{"GET", root + "Messages?$filter=" + q("Id eq 'EX100'"), "", 200},
		{"GET", "/api/v1.0/CONTOSO.com/ServiceComms/Services/", "", 200},
		{"GET", "/api/v1.0/contoso%2Ecom/ServiceComms/%53ervices", "", 200},
		{"GET", "/api/v1.0/" + strings.ToUpper(storetest.Contoso) + "/ServiceComms", "", 200},
		{"GET", "/api/v1.0/contoso.com/$metadata", "", 200},
		{"GET", root + "Services", `{"ignored":true}`, 200},
		{"HEAD", root + "Messages", "", 200},
		{"HEAD", root + "Nothing", "", 404},
		{"POST", root + "Messages", "{}", 405},
		{"OPTIONS", root + "Messages", "", 405},
	}
	for _, tt := range tests {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+tt.target, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+good)
		r.Header.Set("Content-Type", "application/json")
		w, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Body.Close(); err != nil {
			t.Error(err)
		}
		if w.StatusCode != tt.status || w.Header.Get("Date") == "" || w.ContentLength <= 0 {
			t.Errorf("%s %s: %s, length %d, want %d", tt.method, tt.target, w.Status, w.ContentLength, tt.status)
		}
	}
}

// fragments are what random queries are made of; most of them make no sense.
var fragments = []string{
	"$filter=", "$select=", "$top=", "$skip=", "$orderby=", "$count=true", "$format=", "$expand=x", "Workload=", "ID=", "StartTime=", "&", "&", "=", ";", "%zz", "%00", "+", "%20",
	"Id eq 'FB666'", "Workload eq 'Exchange'", " or ", " and ", "not ", "(", ")", "true", "null", "1 eq 1", "StartTime ge 1900-01-01T00:00:00Z", "EndTime le 2200-01-01T00:00:00Z",
	"contains(Title,'canary')", "IncidentIds/any(i: i eq 'FB666')", "Id", "Title", "*", ",", "Messages/any(m: m/MessageText ne null)", "StatusTime ge 1970-01-01", "0", "1", "99999999999", "-1", "'",
	"cast(Id,Edm.String)", "AffectedWorkloadNames/any(w: w ne '')", "Id in ('FB666','EX100')", "'" + strings.Repeat("x", 300) + "'", "☃", "\xff",
}

// Whatever is asked, and for whichever tenant, the answer is in the API's
// form, never a 5xx that is not planned, and never about another tenant.
func TestNoQueryCrossesTenants(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	r := rand.New(rand.NewPCG(9, 10))
	paths := []string{
		root + "Services", root + "CurrentStatus", root + "HistoricalStatus", root + "Messages", root + "Messages", root + "$metadata", root,
		"/api/v1.0/fabrikam.com/ServiceComms/Messages", "/api/v1.0/" + storetest.Fabrikam + "/ServiceComms/Messages", "/api/v1.0/contoso.com/../fabrikam.com/ServiceComms/Messages",
	}
	answered := 0
	for range 5000 {
		var query strings.Builder
		for range r.IntN(7) {
			query.WriteString(fragments[r.IntN(len(fragments))])
		}
		target := paths[r.IntN(len(paths))] + "?" + query.String()
		check(t, ask(t, api, "GET", target, good), target)
		if w := ask(t, api, "GET", target, good); w.Code == http.StatusOK {
			answered++
		}
	}
	if answered < 500 {
		t.Errorf("only %d of 5000 queries were answered: the fragments are no good", answered)
	}
}

func check(t testing.TB, w *httptest.ResponseRecorder, target string) {
	t.Helper()
	body := w.Body.String()
	if w.Code >= 500 && w.Code != http.StatusNotImplemented {
		t.Errorf("%q: %d %s", target, w.Code, body)
	}
	if strings.Contains(body, "canary") && !strings.Contains(target, "canary") || w.Code == http.StatusOK && strings.Contains(body, "FB666") && !strings.Contains(body, "nextLink") {
		t.Errorf("%q shows another tenant's issue: %s", target, body)
	}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && !json.Valid(w.Body.Bytes()) {
		t.Errorf("%q: no JSON: %s", target, body)
	}
}

func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"Messages?$filter=Id eq 'FB666' or true", "Services", "HistoricalStatus?$filter=StatusTime ge 1900-01-01T00:00:00Z", "Messages?$top=0&$count=true", "$metadata", "../x", "CurrentStatus?$select=*"} {
		f.Add(seed)
	}
	api := newAPI(f)
	f.Fuzz(func(t *testing.T, target string) { check(t, ask(t, api, "GET", root+target, good), target) })
}
