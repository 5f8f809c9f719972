package respond_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// n1 is a desk with an outage, and somebody of the first line at it.
func n1(t *testing.T) (*webtest.House, *webtest.Browser) {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: storetest.Contoso})
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "MO821132", Title: "Users may be unable to access various Microsoft 365 apps and services", Service: "Microsoft 365 suite", ServiceID: tocsin.SuiteID, Classification: "incident",
		Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0, Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "text", Content: "User impact: access fails in EMEA."}},
	})
	b := h.Browser()
	b.Enter("kim")
	return h, b
}

func plain(page string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'", "&#39;", "'").Replace(page)
}

// express is the form of the call of MO821132.
func express() url.Values {
	return url.Values{"scope": {"many"}, "services": {"exchange", "teams", "sharepoint"}, "has-services": {"1"}, "network": {"both"}, "code": {"server"}, "caller": {"Comptabilité, Lyon"}, "do": {"judge"}}
}

// sent sends a form that must be taken, and returns where it leads.
func sent(t *testing.T, b *webtest.Browser, path string, form url.Values) string {
	t.Helper()
	response, page := b.Send("POST", path, form)
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST %s: status %d: %s", path, response.StatusCode, page)
	}
	return response.Header.Get("Location")
}

func TestCallOfAnOutage(t *testing.T) {
	t.Parallel()
	_, b := n1(t)
	for prefix, wants := range map[string][]string{
		"/fr": {"Incident global : rattacher à MO821132", "Donnez l'ID à l'appelant", "3 sur 3 services", "Microsoft 3", "Outlook : utilisez le client de bureau connecté en cache", "en particulier pas la MFA", "Comptabilité, Lyon", "Confiance : élevée."},
		"/ja": {"世界規模のインシデント：MO821132 に関連付ける", "サービス 3/3", "MFA はそのままにしてください"},
		"":    {"Global incident: attach to MO821132", "3 of 3 services", "Do not turn anything off, MFA in particular."},
	} {
		page := plain(b.Open(sent(t, b, prefix+"/triage", express())))
		webtest.Has(t, prefix, page, wants...)
		webtest.Lacks(t, prefix, page, "⟦")
	}
	to := sent(t, b, "/triage/1/close", url.Values{"do": {"close"}})
	webtest.Has(t, "closed", b.Open(to), "Open again")
	webtest.Has(t, "the list", b.Open("/triage"), "closed", `<span class="small id">MO821132</span>`)
}

var rev = regexp.MustCompile(`name="rev" value="(\d+)"`)

// Step by step, each answer stands and the verdict follows: as long as the
// network is open it is not the provider.
func TestStepByStep(t *testing.T) {
	t.Parallel()
	_, b := n1(t)
	at := sent(t, b, "/fr/triage", url.Values{"do": {"guide"}})
	if at != "/fr/triage/1/scope" {
		t.Fatalf("begins at %s", at)
	}
	for _, step := range []struct {
		name  string
		form  url.Values
		wants []string // of the page after it
	}{
		{"scope", url.Values{"scope": {"many"}, "caller": {"Achats, Paris"}}, []string{"De quel incident du SHD s'agit-il ?", "Plusieurs équipes ou régions", "MO821132"}},
		{"shd", url.Values{"issue": {"MO821132"}}, []string{"Quels services", "MO821132 y figure"}},
		{"compare", url.Values{"has-services": {"1"}, "services": {"exchange", "teams"}, "symptoms": {"teams/0"}}, []string{"Depuis quel réseau", "nslookup outlook.office365.com", "Outlook / Exchange Online, Teams"}},
		{"environment", url.Values{"network": {"unknown"}, "other-network": {"unknown"}, "note": {"Résolution correcte, 24 ms."}}, []string{"autres clients", "Pas encore établi"}},
		{"clients", url.Values{"other-client": {"ko"}, "account": {"unknown"}}, []string{"Que dit l'erreur", "1 contrôle fait"}},
		{"codes", url.Values{"http": {"503"}, "at": {"2026-03-02 10:05 +01:00"}, "meeting": {"234 567 890 123"}}, []string{"Faut-il ouvrir un ticket", "HTTP 503"}},
		{"escalate", url.Values{}, []string{"un contrôle local reste ouvert", "Depuis quel réseau ?"}},
	} {
		page := b.Open(at)
		step.form.Set("rev", rev.FindStringSubmatch(page)[1])
		if !strings.HasSuffix(at, step.name) {
			t.Fatalf("at %s, want %s", at, step.name)
		}
		at = sent(t, b, at, step.form)
		webtest.Has(t, "after "+step.name, plain(b.Open(at)), step.wants...)
	}
	page := b.Open("/fr/triage/1/environment")
	webtest.Has(t, "resumed", plain(page), "Résolution correcte, 24 ms.")
	at = sent(t, b, "/fr/triage/1/environment", url.Values{"rev": {rev.FindStringSubmatch(page)[1]}, "network": {"both"}, "do": {"verdict"}})
	webtest.Has(t, "the verdict", plain(b.Open(at)), "Incident global : rattacher à MO821132")
}

// A call that no issue explains is not prepared in the name of one.
func TestNothingIsSaidOfAnIssueThatDoesNotFit(t *testing.T) {
	t.Parallel()
	_, b := n1(t)
	sent(t, b, "/triage", url.Values{"do": {"guide"}})
	page := b.Open("/triage/1/escalate")
	webtest.Has(t, "to prepare", page, "ID of the public incident")
	webtest.Lacks(t, "to prepare", page, "MO821132")
}

// What a form says wrongly is said at its field, and nothing of it is lost.
func TestFieldsAreChecked(t *testing.T) {
	t.Parallel()
	_, b := n1(t)
	sent(t, b, "/fr/triage", url.Values{"do": {"guide"}})
	form := url.Values{"rev": {"1"}, "http": {"5O3"}, "correlation": {"8f14"}, "at": {"hier"}, "smtp": {"9.9"}, "meeting": {"appelez-moi"}, "request": {"<b>"}, "note": {"<script>alert(1)</script>"}}
	response, page := b.Send("POST", "/fr/triage/1/codes", form)
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", response.StatusCode)
	}
	for _, id := range []string{"http", "correlation", "at", "smtp", "meeting", "request"} {
		webtest.Has(t, id, page, fmt.Sprintf(`id="%s-e"`, id), fmt.Sprintf(`<a href="#%s">`, id))
	}
	webtest.Has(t, "what was sent", page, `value="5O3"`, "&lt;script&gt;alert(1)&lt;/script&gt;")
	webtest.Lacks(t, "what was sent", page, "<script>alert(1)")
	for path, want := range map[string]int{"/triage/1/weather": 404, "/triage/2": 404, "/triage/0": 404, "/triage/x": 404, "/triage/1e3": 404, "/triage/1/shd?tenant=fabrikam": 404} {
		if got := b.Status("GET", path, nil); got != want {
			t.Errorf("GET %s: status %d, want %d", path, got, want)
		}
	}
	if got := b.Status("POST", "/triage", url.Values{"scope": {"galaxy"}}); got != http.StatusBadRequest {
		t.Errorf("a scope that nobody offered: status %d", got)
	}
}

// Of two people in one call, the second is told what the first answered, keeps
// what they wrote, and may put it in its place.
func TestTwoPeopleInOneCall(t *testing.T) {
	t.Parallel()
	h, kim := n1(t)
	h.Person("ana", tocsin.Grant{Role: tocsin.RoleSupportN2, TenantID: storetest.Contoso})
	ana := h.Browser()
	ana.Enter("ana")
	sent(t, kim, "/fr/triage", url.Values{"do": {"guide"}})
	sent(t, ana, "/fr/triage/1/scope", url.Values{"rev": {"1"}, "scope": {"one"}})
	response, page := kim.Send("POST", "/fr/triage/1/scope", url.Values{"rev": {"1"}, "scope": {"many"}, "region": {"EMEA"}})
	if response.StatusCode != http.StatusConflict {
		t.Fatalf("status %d", response.StatusCode)
	}
	webtest.Has(t, "the conflict", plain(page), "Quelqu'un a répondu entre-temps", "Un seul utilisateur", `value="EMEA"`, `name="rev" value="2"`)
	sent(t, kim, "/fr/triage/1/scope", url.Values{"rev": {"2"}, "scope": {"many"}})
}

// A caller answers by a link alone, in their language, and learns nothing else.
func TestCaller(t *testing.T) {
	t.Parallel()
	h, b := n1(t)
	sent(t, b, "/fr/triage", url.Values{"scope": {"unknown"}, "caller": {"Comptabilité secrète"}})
	_, page := b.Send("POST", "/fr/triage/1/link", url.Values{})
	address := regexp.MustCompile(`https://desk\.example/fr(/call/[A-Z0-9]+)<`).FindStringSubmatch(page)
	if address == nil {
		t.Fatalf("no link: %s", page)
	}
	webtest.Lacks(t, "the link again", b.Open("/fr/triage/1"), address[1])
	stranger := h.Browser()
	form := stranger.Open("/ja" + address[1])
	webtest.Has(t, "the caller's page", form, "原因の特定にご協力ください", "VPN とプロキシを切る")
	webtest.Lacks(t, "the caller's page", form, "MO821132", "secrète", "contoso", "Contoso")
	answer := url.Values{"rev": {rev.FindStringSubmatch(form)[1]}, "scope": {"many"}, "has-services": {"1"}, "services": {"teams"}, "network": {"both"}, "issue": {"EX1"}, "caller": {"me"}, "note": {"会議に入れません"}}
	to := sent(t, stranger, "/ja"+address[1], answer)
	webtest.Has(t, "thanks", stranger.Open(to), "サポート窓口に届きました")
	got, err := h.Store.Triage(t.Context(), storetest.Contoso, 1)
	if err != nil || got.Answers.Scope != "many" || got.Answers.Language != "ja" || got.Answers.Issue != "" || got.Answers.Caller != "Comptabilité secrète" || got.ChangedBy != "" || got.Answers.Notes["scope"] != "会議に入れません" {
		t.Errorf("the call is %+v, %v", got, err)
	}
	if status := stranger.Status("POST", "/ja"+address[1], answer); status != http.StatusConflict {
		t.Errorf("sent twice: status %d", status)
	}
	if status := stranger.Status("GET", "/call/WRONG", nil); status != http.StatusNotFound {
		t.Errorf("a wrong link: status %d", status)
	}
	h.Pass(5 * time.Hour)
	if status := stranger.Status("GET", address[1], nil); status != http.StatusNotFound {
		t.Errorf("a link that has ended: status %d", status)
	}
}

// upload sends a file to a call.
func upload(t *testing.T, h *webtest.House, b *webtest.Browser, name string, body []byte) int {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreatePart(map[string][]string{"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(body); err != nil {
		t.Fatal(err)
	}
	w.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Base+"/triage/1/file", &form)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", w.FormDataContentType())
	response, err := b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// The evidence pack has everything, and no name in it leads anywhere.
func TestEvidencePack(t *testing.T) {
	t.Parallel()
	h, b := n1(t)
	sent(t, b, "/triage", express())
	for _, name := range []string{"screen.png", "../../etc/passwd", `..\..\run.exe`, "CON", "画面.png"} {
		if got := upload(t, h, b, name, []byte("body of "+name)); got != http.StatusSeeOther {
			t.Errorf("%q: status %d", name, got)
		}
	}
	if got := upload(t, h, b, "sixth.png", []byte("x")); got != http.StatusConflict {
		t.Errorf("a sixth file: status %d", got)
	}
	if got := upload(t, h, b, "large.png", make([]byte, tocsin.MaxTriageFile+1)); got != http.StatusBadRequest {
		t.Errorf("a large file: status %d", got)
	}
	response, body := b.Send("GET", "/fr/triage/1/pack", nil)
	if response.Header.Get("Content-Type") != "application/zip" {
		t.Fatal(response.Header)
	}
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	texts := map[string]string{}
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = string(text)
	}
	if want := []string{"triage.json", "triage.txt", "files/1-screen.png", "files/2-passwd.bin", "files/3-run.bin", "files/4-CON.bin", "files/5.png"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	webtest.Has(t, "triage.json", texts["triage.json"], `"cause": "provider"`, `"issue": "MO821132"`, `"weight": 3`)
	webtest.Has(t, "triage.txt", plain(texts["triage.txt"]), "Incident global : rattacher à MO821132", "Microsoft 3")
}
