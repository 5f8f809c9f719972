package requests_test

import (
	"archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// outage is a desk with an outage, people who handle it, and one who may speak with
// the provider, who is at it.
func outage(t *testing.T) (*webtest.House, *webtest.Browser) {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("lou", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	h.Person("nil", tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: storetest.Contoso})
	h.Person("max", tocsin.Grant{Role: tocsin.RoleSupportN3, TenantID: storetest.Fabrikam})
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: Mail waits."}},
	})
	kim, _, err := h.Store.User(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	err = h.Store.AddLiaison(t.Context(), tocsin.Liaison{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: kim.ID, Reach: "by day", CreatedAt: storetest.T0})
	if err != nil {
		t.Fatal(err)
	}
	b := h.Browser()
	b.Enter("kim")
	return h, b
}

func entered(h *webtest.House, name string) *webtest.Browser {
	b := h.Browser()
	b.Enter(name)
	return b
}

// sent sends a form that must be taken, and returns where it leads.
func sent(t *testing.T, b *webtest.Browser, path string, form url.Values) string {
	t.Helper()
	response, page := b.Send(http.MethodPost, path, form)
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST %s: status %d: %s", path, response.StatusCode, page)
	}
	to, _, _ := strings.Cut(response.Header.Get("Location"), "#")
	to, _, _ = strings.Cut(to, "?")
	return to
}

func full() url.Values {
	return url.Values{
		"title": {"Mail waits in Paris"}, "to": {"provider"}, "severity": {"A"}, "kind": {"technical"}, "services": {"Exchange Online, Microsoft Teams"}, "region": {"France, Japan"},
		"when": {"2026-03-02 08:48"}, "repro": {"Open Outlook.\nWait."}, "codes": {"503"}, "issue": {"ex900100"}, "callBack": {"+33 1 70 00 00 00"},
	}
}

// A request is prepared, checked, filed by who may, answered and resolved.
func TestCourseOfARequest(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	webtest.Has(t, "form", b.Open("/requests/new?issue=EX900100"), `value="Mail waits"`, `value="EX900100"`, `value="Exchange Online"`, "cannot be reached", "A SharePoint site is down.", "Is a ticket needed?", "kim, by day", "Autodiscover", "20")
	at := sent(t, b, "/requests/new", full())
	page := b.Open(at)
	webtest.Has(t, "request", page, "Mail waits in Paris", "SR-", "Being prepared", `href="/issues/EX900100`, "Request opened, attached to EX900100", "4\u00a0of 4", "4\u00a0things are missing: <a href=\"#duties\">4\u00a0checks above</a>", "Show all", "#/support/requests", "&#43;33 1 57 00 00 00", "24/7", "Mark as filed", "to be filed in")
	for _, duty := range tocsin.RequestDuties() {
		sent(t, b, at+"/work", url.Values{"do": {"duty"}, "duty": {duty}, "place": {"duties"}})
	}
	webtest.Has(t, "checked", b.Open(at), "Nothing is missing.")
	sent(t, b, at+"/filed", url.Values{"channel": {"phone"}, "case": {"2407190050001234"}, "callBack": {"+33 1 70 00 00 00"}})
	h.Pass(3 * time.Minute)
	sent(t, b, at+"/work", url.Values{"do": {"given"}, "severity": {"B"}})
	sent(t, b, at+"/work", url.Values{"do": {"theirs"}, "text": {"Please send logs."}, "waits": {"1"}, "role": {"engineer"}})
	page = b.Open(at)
	webtest.Has(t, "who speaks", page, "assigned engineer · noted by kim", `<option value="duty">duty manager</option>`)
	if got := b.Status(http.MethodPost, at+"/work", url.Values{"do": {"theirs"}, "text": {"x"}, "role": {"cook"}}); got != http.StatusBadRequest {
		t.Errorf("said by nobody: status %d", got)
	}
	webtest.Has(t, "filed", page, "2407190050001234", "Microsoft waits for us", "Severity B given by Microsoft", "We ask for severity A in the place of B.", "Please send logs.", "our answer is due in", "First answer", "3\u00a0min")
	webtest.Lacks(t, "filed", page, "Mark as filed</button>")
	sent(t, b, at+"/work", url.Values{"do": {"ours"}, "text": {"Here they are."}})
	webtest.Has(t, "answered", b.Open(at), "With Microsoft", "ask again in")
	sent(t, b, at+"/work", url.Values{"do": {"end"}, "text": {"Rolled back."}})
	sent(t, b, at+"/work", url.Values{"do": {"survey"}, "solved": {"partly"}, "rating": {"4"}})
	webtest.Has(t, "ended", b.Open(at), "Rolled back.", "Survey: solved in part, 4 of 5", "The survey was answered")
	webtest.Has(t, "list", b.Open("/requests"), "Mail waits in Paris", "1\u00a0survey answered, 0 of them solved.")
	for _, prefix := range []string{"/fr", "/ja"} {
		for _, path := range []string{at, "/requests", "/requests/new"} {
			if page := b.Open(prefix + path); strings.Contains(page, "request.") || strings.Contains(page, "⟦") {
				t.Errorf("%s%s: %s", prefix, path, page)
			}
		}
	}
}

// What is wrong is said of each field in the reader's words, above the form and
// beside the field, and nothing that was typed is lost. A draft lacks what it likes.
func TestFormSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, b := outage(t)
	form := full()
	form.Set("when", "ce matin")
	form.Del("repro")
	response, page := b.Send(http.MethodPost, "/fr/requests/new", form)
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", response.StatusCode)
	}
	webtest.Has(t, "refused", page, "Problème", `href="#when"`, `href="#repro"`, "Indiquez l’heure du premier signe", "Décrivez les étapes qui reproduisent le problème", `value="ce matin"`, `aria-invalid="true"`, "Mail waits in Paris")
	form.Set("draft", "1")
	form.Set("when", "")
	at := sent(t, b, "/requests/new", form)
	webtest.Has(t, "draft", b.Open(at), "Draft", "Missing: Time of the first sign", "Missing: Steps to reproduce")
	if response, page := b.Send(http.MethodPost, at+"/filed", url.Values{"channel": {"phone"}, "case": {"1"}}); response.StatusCode != http.StatusConflict || !strings.Contains(page, "complete it first") {
		t.Errorf("a draft is filed: %d", response.StatusCode)
	}
	webtest.Has(t, "edit", b.Open(at+"/edit"), `name="rev" value="1"`, "France, Japan")
	again := full()
	again.Set("rev", "1")
	sent(t, b, at+"/edit", again)
	if response, page := b.Send(http.MethodPost, at+"/edit", again); response.StatusCode != http.StatusConflict || !strings.Contains(page, "Somebody changed this request meanwhile") {
		t.Errorf("what somebody else changed: %d", response.StatusCode)
	}
	for field, value := range map[string]string{"callBack": "call me", "severity": "Z", "title": " ", "incident": "7", "call": "7"} {
		bad := full()
		bad.Set(field, value)
		if response, _ := b.Send(http.MethodPost, "/requests/new", bad); response.StatusCode != http.StatusBadRequest && response.StatusCode != http.StatusNotFound {
			t.Errorf("%s %q: status %d", field, value, response.StatusCode)
		}
	}
}

// A triage fills in what it found, proposes a severity and says why, and answers
// duties.
func TestFromATriage(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	_, err := h.Store.OpenTriage(t.Context(), storetest.Contoso, tocsin.TriageAnswers{
		Scope: "many", Services: []string{"teams"}, States: map[string]string{"teams": "ko"}, Region: "EMEA", Issue: "EX900100", Checks: map[string]string{"other-client": "ko"},
		Trace: tocsin.TriageTrace{HTTP: "503"}, Notes: map[string]string{"clients": "The desktop client works in part."},
	}, "provider", storetest.T0)
	if err != nil {
		t.Fatal(err)
	}
	page := b.Open("/requests/new?call=1")
	webtest.Has(t, "form", page, "Filled in from triage 1", "EMEA", "503", "The desktop client works in part.", "Teams", "EX900100", "The triage says that a service does not work, for several teams or regions.")
	form := full()
	form.Set("call", "1")
	webtest.Has(t, "request", b.Open(sent(t, b, "/requests/new", form)), "proposed", "One or more services cannot be reached", "The triage says that a service does not work", "3\u00a0things are missing:")
}

// Requests for the provider are for those who prepare them, and those of other
// tenants for nobody; who may not speak with it marks none as filed.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := sent(t, b, "/requests/new", full())
	first := entered(h, "nil")
	if status, other := first.Status(http.MethodGet, at, nil), first.Status(http.MethodGet, "/requests/99", nil); status != http.StatusNotFound || other != status {
		t.Errorf("first-line support: %d, %d for none", status, other)
	}
	webtest.Lacks(t, "list of first-line support", first.Open("/requests"), "Mail waits in Paris")
	own := sent(t, first, "/requests/new", full()) // the recipient is not theirs to say
	webtest.Has(t, "own", first.Open(own), "With the desk")
	webtest.Lacks(t, "own", first.Open(own), "Mark as filed")
	for _, path := range []string{own + "/pack", at + "/pack"} {
		if status := first.Status(http.MethodGet, path, nil); status != http.StatusForbidden {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status := b.Status(http.MethodGet, own+"/pack", nil); status != http.StatusNotFound {
		t.Errorf("the pack of a request to the desk: %d", status)
	}
	second := entered(h, "lou")
	webtest.Lacks(t, "who may not speak", second.Open(at), "Mark as filed")
	if response, page := second.Send(http.MethodPost, at+"/filed", url.Values{"channel": {"phone"}, "case": {"1"}}); response.StatusCode != http.StatusBadRequest || !strings.Contains(page, "Only those who may speak") {
		t.Errorf("filed by somebody else: %d", response.StatusCode)
	}
	other := entered(h, "max")
	for _, path := range []string{at, at + "/files/1", at + "/pack", at + "/edit", "/requests/99"} {
		if status := other.Status(http.MethodGet, path, nil); status != http.StatusNotFound {
			t.Errorf("%s of another tenant: %d", path, status)
		}
	}
}

// One answer goes to all who asked the desk about the same.
func TestReplyToAll(t *testing.T) {
	t.Parallel()
	h, _ := outage(t)
	b := entered(h, "nil")
	one, two := sent(t, b, "/requests/new", full()), sent(t, b, "/requests/new", full())
	webtest.Has(t, "list", b.Open("/requests"), "EX900100, 2\u00a0requests")
	response, page := b.Send(http.MethodPost, "/requests/reply", url.Values{"issue": {"EX900100"}, "text": {" "}, "do": {"reply"}})
	if response.StatusCode != http.StatusBadRequest || !strings.Contains(page, "Write something here") {
		t.Errorf("nothing said: %d", response.StatusCode)
	}
	sent(t, b, "/requests/reply", url.Values{"issue": {"EX900100"}, "text": {"It works again."}, "do": {"end"}})
	for _, at := range []string{one, two} {
		webtest.Has(t, at, b.Open(at), "It works again.", "answer to all", "Marked as resolved")
	}
	webtest.Has(t, "list", b.Open("/requests?replied=2"), "2\u00a0requests were answered.")
}

// upload sends a form with files.
func upload(t *testing.T, h *webtest.House, b *webtest.Browser, path string, files map[string][]byte) *http.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return posted(t, h, b, path, w.FormDataContentType(), &body)
}

func posted(t *testing.T, h *webtest.House, b *webtest.Browser, path, kind string, body io.Reader) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Accept", "text/html")
	response, err := b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body) // its status is what counts
	_ = response.Body.Close()
	return response
}

// T-49, T-50: whatever a file is called and is, it is sent for saving alone, and
// leads nowhere else in the pack. T-51: what is too large or has too many parts is
// refused.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	at := sent(t, b, "/requests/new", full())
	hostile := map[string]string{
		"evil.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "page.html": "<script>alert(1)</script>", `..\..\x.exe`: "MZ", "../../../etc/passwd": "x", "con": "x", strings.Repeat("a", 250) + ".log": "x", "a\r\nSet-Cookie: x=1.txt": "x",
	}
	for name, content := range hostile {
		if response := upload(t, h, b, at+"/files", map[string][]byte{name: []byte(content)}); response.StatusCode != http.StatusSeeOther {
			t.Errorf("%q: status %d", name, response.StatusCode)
		}
	}
	for n := range len(hostile) {
		response, _ := b.Send(http.MethodGet, at+"/files/"+string(rune('1'+n)), nil)
		header := response.Header
		if response.StatusCode != http.StatusOK || header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") ||
			header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || !strings.Contains(header.Get("Cache-Control"), "no-store") || header.Get("Set-Cookie") != "" {
			t.Errorf("file %d: %d %v", n+1, response.StatusCode, header)
		}
	}
	_, body := b.Send(http.MethodGet, at+"/pack", nil)
	archive, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil || len(archive.File) != len(hostile)+2 {
		t.Fatal(len(archive.File), err)
	}
	for _, f := range archive.File {
		if strings.Contains(f.Name, "..") || strings.ContainsAny(f.Name, "\\\r\n") || strings.HasSuffix(f.Name, ".exe") || strings.HasSuffix(f.Name, ".html") || strings.HasSuffix(f.Name, ".svg") {
			t.Errorf("the pack has %q", f.Name)
		}
		if f.Name == "request.txt" {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil || !strings.Contains(string(text), "2026-03-02 08:48 UTC") || !strings.Contains(string(text), "Mail waits in Paris") {
				t.Errorf("%s, %v", text, err)
			}
		}
	}
	if response := upload(t, h, b, at+"/files", map[string][]byte{"big.log": make([]byte, tocsin.MaxRequestFile+1)}); response.StatusCode != http.StatusBadRequest {
		t.Errorf("too large: %d", response.StatusCode)
	}
	many := map[string][]byte{}
	for n := range 100 {
		many[strings.Repeat("x", n+1)] = nil
	}
	if response := upload(t, h, b, at+"/files", many); response.StatusCode != http.StatusBadRequest {
		t.Errorf("too many parts: %d", response.StatusCode)
	}
	if response := posted(t, h, b, at+"/files", "multipart/form-data", strings.NewReader("x")); response.StatusCode != http.StatusBadRequest {
		t.Errorf("no boundary: %d", response.StatusCode)
	}
}
