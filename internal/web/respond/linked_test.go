package respond_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A link to the form names an issue and a time: both are shown, and kept with the
// report. What the reader may not see, and what is no time of the past, is neither
// shown nor kept.
func TestReportThatALinkBegan(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	open(t, h)
	h.Record(storetest.Fabrikam, tocsin.Issue{
		ID: "EX555", Title: "Of others", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: none."}},
	})
	at := h.Clock().Add(-90 * time.Minute).UTC().Truncate(time.Minute)
	query := url.Values{"issue": {"mo821132"}, "at": {at.Format(time.RFC3339)}, "tenant": {"contoso"}}.Encode()
	when := at.Format("2006-01-02 15:04")
	for prefix, label := range map[string]string{"": "Incident ID", "/fr": "ID de l'incident", "/ja": "インシデント ID"} {
		webtest.Has(t, prefix, plain(kim.Open(prefix+"/report?"+query)), label, `name="issue"`, `value="MO821132"`, `name="since"`, `value="`+when+`"`, "/requests/new?at=")
	}
	for name, bad := range map[string]url.Values{
		"of another tenant": {"issue": {"EX555"}}, "unknown": {"issue": {"ZZ1"}}, "hostile": {"issue": {`"><script>EX555`}, "at": {"<script>now"}},
		"to come": {"at": {h.Clock().Add(time.Hour).UTC().Format(time.RFC3339)}}, "long ago": {"at": {"1970-01-01T00:00:00Z"}}, "a clock": {"at": {"08:48"}},
	} {
		webtest.Lacks(t, name, kim.Open("/report?"+bad.Encode()), `name="issue"`, `name="since"`, `="EX555`, `="ZZ1`, `="1970`, "<script>now", "<script>EX555", "/requests/new?at")
	}
	webtest.Lacks(t, "open to everybody", h.Browser().Open("/status/contoso/report?"+query), `name="issue"`, `name="since"`, `value="MO821132"`)
	for name, tt := range map[string]struct {
		form url.Values
		want string
	}{
		"of another tenant": {url.Values{"service": {"teams"}, "issue": {"EX555"}}, "No incident with this ID is known here"},
		"hostile":           {url.Values{"service": {"teams"}, "issue": {"<script>x"}}, "No incident with this ID is known here"},
		"no time":           {url.Values{"service": {"teams"}, "issue": {"MO821132"}, "since": {"soon"}}, "Write a time that has passed"},
		"to come":           {url.Values{"service": {"teams"}, "since": {"2999-01-01 08:00"}}, "Write a time that has passed"},
	} {
		response, page := kim.Send(http.MethodPost, "/report", tt.form)
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, response.StatusCode)
		}
		webtest.Has(t, name, plain(page), tt.want)
		webtest.Lacks(t, name, page, "<script>x")
	}
	sent(t, kim, "/report", url.Values{"service": {"teams"}, "issue": {" mo821132"}, "since": {when}, "errorcode": {"503"}})
	stranger := url.Values{"service": {"teams"}, "issue": {"EX555"}, "errorcode": {"504"}}
	sent(t, h.Browser(), "/status/contoso/report", stranger)
	list, err := h.Store.FiledReports(t.Context(), storetest.Contoso, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, r := range list {
		codes = append(codes, r.Code)
	}
	if want := "MO821132 " + at.Format(time.RFC3339) + " 503"; len(codes) != 2 || codes[0] != want && codes[1] != want || codes[0] != "504" && codes[1] != "504" {
		t.Errorf("kept: %q, want %q and 504", codes, want)
	}
}
