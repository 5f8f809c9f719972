package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// How a person reads goes with them: into every browser in which they sign in,
// and out of each when they leave it.
func TestReadingGoesWithThePerson(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	for _, name := range []string{"Exchange", "Teams", "Intune"} {
		h.Record(storetest.Contoso, tocsin.Overview{ServiceID: name, Service: name + " Online", Status: tocsin.StatusDegradation})
	}
	h.Record(storetest.Contoso, tocsin.Issue{ID: "TM1", Title: "Calls fail", Service: "Teams Online", ServiceID: "Teams", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0})
	office, home := h.Browser(), h.Browser()
	office.Enter("kim")
	page := office.Open("/preferences")
	webtest.Has(t, "preferences", page, `name="services" value="Exchange"`, `list="zones"`, `<option value="Europe/Paris">`, `name="language" value="ja"`)
	form := url.Values{"language": {"fr"}, "zone": {"Asia/Tokyo"}, "theme": {"dark"}, "follow": {"1"}, "services": {"Exchange", "Nonsense"}}
	response, _ := office.Send("POST", "/preferences", form)
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || to != "/preferences?done=saved" {
		t.Fatalf("saving: %d to %q", response.StatusCode, to)
	}
	webtest.Has(t, "saved", office.Open("/preferences?done=saved"), "Your preferences are saved.", `value="Exchange" checked`, `value="fr" checked`, `value="Asia/Tokyo"`)
	home.Enter("kim")
	overview := home.Open("/?mine=1")
	webtest.Has(t, "another browser", overview, "Tokyo", "My services (1)", "Exchange Online", "Nothing is open that concerns your services.")
	webtest.Lacks(t, "another browser", overview[strings.Index(overview, "My services (1)"):], "Intune Online", "TM1", `data-theme="dark"`)
	webtest.Has(t, "all services", home.Open("/"), "Intune Online", "TM1")
	webtest.Has(t, "log of all", home.Open("/changes"), "Intune Online", "TM1")
	mine := home.Open("/changes?mine=1")
	webtest.Has(t, "log of mine", mine, "<b>Exchange Online</b>")
	webtest.Lacks(t, "log of mine", mine, "<b>Intune Online</b>", "TM1")
	for _, tt := range []struct {
		what   string
		b      *webtest.Browser
		header []string
		want   string // where it leads, "" for nowhere
	}{
		{"comes from elsewhere", home, []string{"Sec-Fetch-Site", "none"}, "/fr/?g=age"},
		{"goes on the desk", home, []string{"Sec-Fetch-Site", "same-origin"}, ""},
		{"a browser that does not say", home, nil, ""},
	} {
		response, _ := tt.b.Send("GET", "/?g=age", nil, tt.header...)
		if to := response.Header.Get("Location"); to != tt.want || tt.want == "" && response.StatusCode != http.StatusOK {
			t.Errorf("%s: %d to %q, want %q", tt.what, response.StatusCode, to, tt.want)
		}
	}
	home.Send("POST", "/logout", url.Values{})
	home.Enter("alex")
	webtest.Lacks(t, "another person", home.Open("/"), "Tokyo", "My services (1)")
	webtest.Has(t, "who follows none", home.Open("/?mine=1"), "Choose my services", "Nothing is open that concerns your services.")
	webtest.Lacks(t, "who follows none", home.Open("/changes?mine=1"), "<b>Exchange Online</b>")
}

// The reading mark is the person's, moves on as far as they saw and never back.
func TestReadingMarkOfAPerson(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange", Status: tocsin.StatusOperational})
	office, home := h.Browser(), h.Browser()
	office.Enter("kim")
	home.Enter("kim")
	webtest.Has(t, "the first time", office.Open("/"), "Latest changes")
	webtest.Has(t, "in another browser", home.Open("/"), "Since you last looked")
	if got := home.Status("POST", "/seen", url.Values{"at": {"soon"}}); got != http.StatusBadRequest {
		t.Errorf("an instant that is none: %d", got)
	}
	response, _ := home.Send("POST", "/seen", url.Values{"at": {"4102444800"}, "back": {"/changes"}})
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || to != "/changes" || len(response.Cookies()) != 0 {
		t.Errorf("moving it: %d to %q with %v", response.StatusCode, to, response.Cookies())
	}
	u, _, err := h.Store.User(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	if at, err := h.Store.ReadingMark(t.Context(), storetest.Contoso, u.ID); err != nil || at.After(h.Clock()) {
		t.Errorf("the mark is at %v, %v: nobody has seen what is to come", at, err)
	}
}

// A stranger is led to the language that the browser asks for, on the first visit.
func TestLanguageOfAVisitor(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	for _, tt := range []struct{ path, accept, site, cookie, want string }{
		{"/", "fr-CA,fr;q=0.9,en;q=0.8", "none", "", "/fr/"},
		{"/", "de, ja;q=0.5", "cross-site", "", "/ja/"},
		{"/", "en-GB,fr;q=0.9", "none", "", ""},
		{"/", "fr;q=0, xx", "none", "", ""},
		{"/", "fr", "", "", "/fr/"},
		{"/", "fr", "", "zone=UTC", ""},
		{"/", "fr", "same-origin", "", ""},
		{"/", "fr", "none", "lang=ja", "/ja/"},
		{"/", "fr", "none", "lang=en", ""},
		{"/", "fr", "none", "lang=../x", "/fr/"},
		{"/login?next=%2F", "ja", "none", "", "/ja/login?next=%2F"},
		{"/fr/", "ja", "none", "", ""},
		{"/issues", "ja", "none", "", ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.Base+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Accept-Language": tt.accept, "Sec-Fetch-Site": tt.site, "Cookie": tt.cookie} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if to := response.Header.Get("Location"); to != tt.want {
			t.Errorf("%+v leads to %q, status %d", tt, to, response.StatusCode)
		}
	}
}
