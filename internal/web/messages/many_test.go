package messages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// rowsOf are the ids of the messages on a list, in its order.
func rowsOf(page string) string {
	var ids []string
	for _, m := range regexp.MustCompile(`<tr role="row" id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return strings.Join(ids, " ")
}

// follow sends a form and opens the page that it leads to.
func follow(t *testing.T, b *webtest.Browser, path string, form url.Values) string {
	t.Helper()
	response, body := b.Send("POST", path, form)
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST %s: %s: %s", path, response.Status, body)
	}
	return b.Open(response.Header.Get("Location"))
}

// Several messages are given to somebody or put away at once, for everybody with
// a reason or for oneself, and what was put away can be taken back.
func TestManyMessagesAtOnce(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Messages()
	h.Message(storetest.Contoso, tocsin.Message{ID: "MC3", Title: "Another", Category: "planForChange", StartAt: storetest.T0, ModifiedAt: storetest.T0})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.Person("ana", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	team := h.Team(storetest.Contoso, "Mail team", ana.ID)
	kim, reader := h.Browser(), h.Browser()
	kim.Enter("kim")
	reader.Enter("ana")
	page := follow(t, kim, "/messages/handling", url.Values{"do": {"own"}, "owner": {team.String()}, "id": {"mc1", "MC3"}, "back": {"sort=title"}})
	webtest.Has(t, "given", page, "2\u00a0messages have another owner.", `aria-sort="ascending"><a class="sort" href="/messages?`)
	if got := rowsOf(reader.Open("/messages?owner=myteams")); got != "MC1 MC3" {
		t.Errorf("my teams own %q", got)
	}
	page = follow(t, kim, "/messages/handling", url.Values{"do": {"away"}, "reason": {"We have <no> printers."}, "id": {"MC2"}})
	webtest.Has(t, "put away", page, "1\u00a0message is put away for everybody.", "Undo", `name="id" value="MC2"`)
	for what, tt := range map[string]struct {
		b          *webtest.Browser
		path, want string
	}{
		"the list":        {reader, "/messages", "MC1 MC3"},
		"what is away":    {reader, "/messages?v=away", "MC2"},
		"all":             {reader, "/messages?v=all", "MC1 MC2 MC3"},
		"unread":          {reader, "/messages?v=unread", "MC1 MC3"},
		"another's month": {reader, "/messages?due=month", "MC1"},
	} {
		if got := rowsOf(tt.b.Open(tt.path)); got != tt.want {
			t.Errorf("%s: %q, want %q", what, got, tt.want)
		}
	}
	webtest.Has(t, "why", reader.Open("/messages?v=away"), "Put away for everybody by kim, 2\u00a0Mar: We have &lt;no&gt; printers.")
	webtest.Lacks(t, "a reader", reader.Open("/messages"), `name="do" value="own"`, `action="/messages/handling"`)
	page = follow(t, kim, "/messages/handling", url.Values{"do": {"back"}, "id": {"MC2"}})
	webtest.Has(t, "undone", page, "1\u00a0message is back in the list.")
	page = follow(t, reader, "/messages/away", url.Values{"do": {"away"}, "reason": {"not my service"}, "id": {"MC1", "MC2"}})
	webtest.Has(t, "for me", page, "2\u00a0messages are put away for you.", "Undo")
	webtest.Has(t, "for me", reader.Open("/messages?v=away"), "Put away for you: not my service")
	if got := rowsOf(kim.Open("/messages")); got != "MC1 MC2 MC3" {
		t.Errorf("what somebody put away for themselves is gone for others: %q", got)
	}
	for what, tt := range map[string]struct {
		b      *webtest.Browser
		path   string
		form   url.Values
		status int
		want   string
	}{
		"no message":      {kim, "/messages/handling", url.Values{"do": {"own"}, "owner": {""}, "back": {"v=all"}}, http.StatusBadRequest, "Choose at least one message"},
		"no reason":       {kim, "/messages/handling", url.Values{"do": {"away"}, "reason": {" "}, "id": {"MC1"}}, http.StatusBadRequest, "why it is put away."},
		"no owner":        {kim, "/messages/handling", url.Values{"do": {"own"}, "owner": {"kim"}, "id": {"MC1"}}, http.StatusBadRequest, "role=\"alert\""},
		"nothing to do":   {kim, "/messages/handling", url.Values{"id": {"MC1"}}, http.StatusBadRequest, ""},
		"unknown message": {kim, "/messages/handling", url.Values{"do": {"back"}, "id": {"MC9"}}, http.StatusNotFound, ""},
		"a reader":        {reader, "/messages/handling", url.Values{"do": {"back"}, "id": {"MC1"}}, http.StatusForbidden, ""},
		"another tenant":  {kim, "/messages/handling?tenant=fabrikam", url.Values{"do": {"back"}, "id": {"MC1"}}, http.StatusNotFound, ""},
	} {
		response, body := tt.b.Send("POST", tt.path, tt.form)
		if response.StatusCode != tt.status || !strings.Contains(body, tt.want) {
			_, note, _ := strings.Cut(body, `role="alert"`)
			t.Errorf("%s: %s without %q: %.300s", what, response.Status, tt.want, note)
		}
	}
}

// Lists are sorted by each column, both ways round; what is overdue stays on top.
func TestMessagesAreSorted(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	due := func(day int) time.Time { return time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC) }
	for i, m := range []tocsin.Message{
		{ID: "MC1", Title: "beta", Services: []string{"Teams"}, ActionRequiredBy: due(20), Content: "<p><b>Targeted Release:</b> early March.</p><p><b>General Availability (Worldwide):</b> late March.</p>", ContentType: "html"},
		{ID: "MC2", Title: "Alpha", Services: []string{"Exchange"}, ActionRequiredBy: due(1)},
		{ID: "MC3", Title: "gamma", Services: []string{"Intune"}, ActionRequiredBy: due(10)},
		{ID: "MC4", Title: "delta", Services: []string{"Sway"}, ActionRequiredBy: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)},
	} {
		m.Category, m.StartAt, m.ModifiedAt = "planForChange", storetest.T0, storetest.T0.Add(time.Duration(i)*time.Minute)
		h.Message(storetest.Contoso, m)
	}
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	kim := h.Browser()
	kim.Enter("kim")
	for sort, want := range map[string]string{
		"":         "MC4 MC2 MC3 MC1",
		"-due":     "MC2 MC4 MC1 MC3",
		"title":    "MC2 MC4 MC1 MC3",
		"-title":   "MC4 MC2 MC3 MC1",
		"service":  "MC2 MC4 MC3 MC1",
		"news":     "MC4 MC2 MC3 MC1",
		"nonsense": "MC4 MC2 MC3 MC1",
	} {
		if got := rowsOf(kim.Open("/messages?sort=" + sort)); got != want {
			t.Errorf("sorted by %q: %s, want %s", sort, got, want)
		}
	}
	page := kim.Open("/messages?sort=-title")
	webtest.Has(t, "heads", page, `aria-sort="descending"><a class="sort" href="/messages?sort=title">Message`, `<a class="sort" href="/messages?sort=owner">`,
		"Targeted Release, General Availability (Worldwide)", "1\u00a0older", "aria-label=\"1\u00a0older: ")
	if n := strings.Count(page, "aria-sort"); n != 1 {
		t.Errorf("%d columns say that the list is sorted by them", n)
	}
	if got := rowsOf(kim.Open("/messages?due=month")); got != "MC2 MC3 MC1" {
		t.Errorf("this month: %s", got)
	}
}
