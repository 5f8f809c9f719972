package requests_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/support"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// solved is a request to the desk that has ended, and the path of its survey.
func solved(t *testing.T, h *webtest.House) (tocsin.Request, string) {
	t.Helper()
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "nil"})
	content := tocsin.RequestContent{To: "desk", Title: "Printer is quiet", Kind: "technical", Severity: "C", Services: []string{"Exchange Online"}, Requester: "Accounts, Lyon"}
	r, err := h.Store.OpenRequest(ctx, storetest.Contoso, respond.RequestDraft{Content: content}, h.Clock())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Store.EndRequest(ctx, storetest.Contoso, r.N, "Restarted.", h.Clock()); err != nil {
		t.Fatal(err)
	}
	if r, err = h.Store.Request(ctx, storetest.Contoso, r.N); err != nil {
		t.Fatal(err)
	}
	return r, "/survey/" + support.SurveyToken(webtest.SurveyKey(), r)
}

// Whoever asked answers by the link that the desk hands over, without a sign-in, once;
// opening it changes nothing. What was said is in the thread and in the results.
func TestSurveyByLink(t *testing.T) {
	t.Parallel()
	h, _ := outage(t)
	r, path := solved(t, h)
	desk, b := entered(h, "nil"), h.Browser()
	_, page := desk.Send(http.MethodGet, "/requests/1?tenant=contoso", nil)
	webtest.Has(t, "handed over", page, path+`"`, "works once")
	unchanged := func(what string) {
		t.Helper()
		if now, err := h.Store.Request(t.Context(), storetest.Contoso, r.N); err != nil || !now.Survey.At.IsZero() {
			t.Errorf("%s: %+v, %v", what, now.Survey, err)
		}
	}
	for prefix, want := range map[string]string{"": "How was your request answered?", "/fr": "vous a-t-elle aidé", "/ja": "サポートの回答はいかがでしたか"} {
		response, page := b.Send(http.MethodGet, prefix+path+"?solved=yes&rating=5", nil)
		webtest.Has(t, prefix, page, want, "Printer is quiet", `action="`+prefix+path+`"`)
		webtest.Lacks(t, prefix, page, "Restarted.", "Accounts, Lyon")
		if response.StatusCode != http.StatusOK || response.Header.Get("Referrer-Policy") != "no-referrer" || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %s, %v", prefix, response.Status, response.Header)
		}
		b.Status(http.MethodHead, prefix+path, nil)
	}
	for name, form := range map[string]url.Values{
		"nothing": {}, "no answer": {"rating": {"5"}}, "another answer": {"solved": {"maybe"}}, "a rating of none": {"solved": {"yes"}, "rating": {"0"}}, "a high rating": {"solved": {"yes"}, "rating": {"6"}},
		"a long comment": {"solved": {"yes"}, "text": {strings.Repeat("x", 4001)}}, "a mail program": {"List-Unsubscribe": {"One-Click"}},
	} {
		if status := b.Status(http.MethodPost, path, form); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if status := b.Status(http.MethodPost, path, url.Values{"solved": {"yes"}}, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("a form of another site: %d", status)
	}
	unchanged("refused")
	for _, hostile := range []string{"none", path[8:][1:], strings.ToUpper(path[8:]), path[8:] + "%00", strings.Repeat("a", 2000), strings.Repeat("7", len(path)-8)} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			response, page := b.Send(method, "/survey/"+hostile, url.Values{"solved": {"yes"}})
			webtest.Lacks(t, hostile, page, "Printer")
			if response.StatusCode/100 != 4 {
				t.Errorf("%s %.40s: %s", method, hostile, response.Status)
			}
		}
	}
	unchanged("hostile links")
	response, page := b.Send(http.MethodPost, path, url.Values{"solved": {"partly"}, "text": {"It took <b>long</b>."}})
	webtest.Has(t, "answered", page, "Your answer is kept")
	now, err := h.Store.Request(t.Context(), storetest.Contoso, r.N)
	if err != nil || response.StatusCode != http.StatusOK || now.Survey.Solved != "partly" || now.Survey.Rating != 0 || now.Survey.Comment != "It took <b>long</b>." {
		t.Errorf("%s, %+v, %v", response.Status, now.Survey, err)
	}
	if list, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1}); err != nil || list[0].Action != "request.survey" || list[0].Actor.Name != tocsin.Stranger || strings.Contains(list[0].Detail, "long") {
		t.Errorf("%+v, %v", list, err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		response, page := b.Send(method, path, url.Values{"solved": {"yes"}})
		webtest.Has(t, "once more", page, "nothing to answer")
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s once more: %s", method, response.Status)
		}
	}
	_, page = desk.Send(http.MethodGet, "/requests/1", nil)
	webtest.Has(t, "thread", text(page), "Survey: solved in part", "whoever asked", "It took &lt;b&gt;long&lt;/b&gt;.")
	webtest.Lacks(t, "thread", page, "/survey/")
	_, page = desk.Send(http.MethodGet, "/requests", nil)
	webtest.Has(t, "results", text(page), "1 survey answered, 0 of them solved", "Exchange Online")
}

// The link holds while the request stays as it ended, in its term, and as long as the
// tenant is there.
func TestSurveyLinkEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do   func(t *testing.T, h *webtest.House, n int64) error
		want int
	}{
		"in time": {func(_ *testing.T, h *webtest.House, _ int64) error {
			h.Pass(support.SurveyTerm - time.Second)
			return nil
		}, http.StatusOK},
		"too late": {func(_ *testing.T, h *webtest.House, _ int64) error { h.Pass(support.SurveyTerm); return nil }, http.StatusNotFound},
		"it goes on": {func(t *testing.T, h *webtest.House, n int64) error {
			return h.Store.ReopenRequest(t.Context(), storetest.Contoso, n, "Again.", h.Clock())
		}, http.StatusNotFound},
		"the tenant is closed": {func(t *testing.T, h *webtest.House, _ int64) error {
			_, err := h.Store.ChangeTenant(t.Context(), storetest.Contoso, func(tenant *tocsin.Tenant) error { tenant.Disabled = true; return nil })
			return err
		}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := outage(t)
			r, path := solved(t, h)
			if err := tt.do(t, h, r.N); err != nil {
				t.Fatal(err)
			}
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if status := h.Browser().Status(method, path, url.Values{"solved": {"yes"}}); status != tt.want {
					t.Errorf("%s: status %d, want %d", method, status, tt.want)
				}
			}
		})
	}
}
