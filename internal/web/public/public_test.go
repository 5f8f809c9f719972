package public_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// told takes what is of one request alone out of an error page.
func told(response *http.Response, body string, names ...string) string {
	pairs := []string{response.Header.Get("X-Request-Id"), ""}
	for _, name := range names {
		pairs = append(pairs, name, "")
	}
	return strings.NewReplacer(pairs...).Replace(body)
}

// What is open is read without a session; what is closed, unknown, private or
// not published is one and the same, and names nothing.
func TestWhoReadsPublications(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Secret(storetest.Contoso)
	stranger := h.Browser()
	for _, path := range []string{"/status/contoso", "/fr/status/contoso", "/es/status/contoso", "/status/contoso/help", "/status/contoso/EX1/1", "/ja/status/contoso/EX1/3", "/de/status/contoso/MC1/2", "/status/" + storetest.Contoso + "/EX1/1"} {
		page := stranger.Open(path)
		webtest.Lacks(t, path, page, "Confidential", "MC9", "Fabrikam", "fabrikam", "<script", `<p class="small" lang="en">Mail is late.</p>`) // the title says it
	}
	var answers []string
	for _, address := range []string{"fabrikam/EX1/1", "nobody/EX1/1", "contoso/MC9/1", "contoso/EX1/9", "contoso/EX404/1", "contoso/EX1/01", "contoso/EX1/0", "contoso/EX1/x", "contoso/EX1/99999999999999999999"} {
		response, body := stranger.Send("GET", "/status/"+address, nil)
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", address, response.Status)
		}
		answers = append(answers, told(response, body, address))
	}
	for i, answer := range answers {
		if answer != answers[0] {
			t.Errorf("answer %d tells why:\n%s\n%s", i, answer, answers[0])
		}
	}
}

// Readers of the desk read what is for readers; a stranger finds nothing there.
func TestPublicationsForReaders(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Person("reader", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	h.Person("other", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	if _, err := h.Store.ChangePublishing(t.Context(), storetest.Contoso, h.Clock(), func(p *tocsin.Publishing) error { p.Readership = tocsin.ForReaders; return nil }); err != nil {
		t.Fatal(err)
	}
	reader, other := h.Browser(), h.Browser()
	reader.Enter("reader")
	other.Enter("other")
	for name, tt := range map[string]struct {
		who  *webtest.Browser
		want int
	}{"reader": {reader, http.StatusOK}, "reader of another tenant": {other, http.StatusNotFound}, "stranger": {h.Browser(), http.StatusNotFound}} {
		for _, path := range []string{"/status/contoso", "/status/contoso/EX1/1", "/status/contoso/help"} {
			response, _ := tt.who.Send("GET", path, nil)
			if response.StatusCode != tt.want || strings.Contains(response.Header.Get("Cache-Control"), "public") {
				t.Errorf("%s at %s: %s, %q", name, path, response.Status, response.Header.Get("Cache-Control"))
			}
		}
	}
}

// A publication has the form of an update: status, id, services, title, facts in
// their order, what changed on top of the message, each text in its language,
// and times with their date and zone.
func TestPublicationHasItsForm(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	page := h.Browser().Open("/status/contoso/EX1/3")
	at := 0
	for _, want := range []string{
		"<title>[serviceInterruption] EX1 | Exchange Online | Mail is late", `hreflang="ja" href="/ja/status/contoso/EX1/3"`, `hreflang="de" href="/de/status/contoso/EX1/3"`,
		"[serviceInterruption]", "EX1", "Exchange Online", "Mail is late",
		"What changed", "<del>", "1\u00a0new post", "Mail waits", "Status</dt>", "serviceInterruption", "Classification</dt>", "incident", "User impact</dt>", "Last updated</dt>", "UTC</time>", "Start time</dt>",
		"Latest message", "<b>User impact:</b>", "logs", "/status/contoso/EX1/2", "Official channels", "Help desk: 112", "Health &gt; Service health",
	} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Fatalf("the page lacks %q after %q", want, page[max(0, at-60):at])
		}
		at += i
	}
	webtest.Lacks(t, "publication", page, " ago", "<script", "/login", `href="/issues`)
	message := h.Browser().Open("/fr/status/contoso/MC1/2")
	webtest.Has(t, "message", message, "[planForChange]", "Exchange Online, Microsoft Teams", "Gravité", "Changement majeur", "Admin impact", "À faire avant le", `lang="fr"`, `<h1 class="pub__t" id="title" lang="en">`)
	old := h.Browser().Open("/status/contoso/EX1/1")
	webtest.Has(t, "first", old, "This is the first update.", `<a href="/status/contoso/EX1/3">`)
}

// Beside each line stands its translation, marked with where it came from, and
// what nobody translated stays as it is and says why.
func TestPublicationIsTranslated(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	for path, tt := range map[string]struct{ label, mark, word string }{
		"/fr/status/contoso/EX1/3": {`lang="fr"><b>Impact sur les utilisateurs`, "recueil de phrases</small>", "serviceInterruption"},
		"/ja/status/contoso/EX1/3": {`lang="ja"><b>ユーザーへの影響`, "定型文</small>", "serviceInterruption"},
		"/es/status/contoso/EX1/3": {`lang="es"><b>`, "phrase book</small>", `<span lang="es">`},
		"/de/status/contoso/EX1/3": {`lang="de"><b>`, "phrase book</small>", `<span lang="de">`},
	} {
		page := h.Browser().Open(path)
		webtest.Has(t, path, page, tt.label, tt.mark, tt.word, "<b>User impact:</b>", "Mail waits 2 minutes.", "og--original", "EX1")
	}
	webtest.Lacks(t, "English", h.Browser().Open("/status/contoso/EX1/3"), "bi__h", "og--", "Machine translation")
}

// A page is the same bytes for all readers, has a tag, and is not sent twice.
func TestPublicationsAreKept(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	h.Person("jo", tocsin.Grant{Role: tocsin.RoleReader})
	jo := h.Browser()
	jo.Enter("jo")
	for _, path := range []string{"/status/contoso/EX1/2", "/ja/status/contoso/EX1/2", "/status/contoso"} {
		response, body := h.Browser().Send("GET", path, nil)
		tag := response.Header.Get("ETag")
		for name, reader := range map[string]*webtest.Browser{"a reader": jo, "a dark one": h.Browser().With("theme=dark"), "one in Tokyo": h.Browser().With("zone=Asia%2FTokyo")} {
			again, other := reader.Send("GET", path, nil)
			if other != body || again.Header.Get("ETag") != tag {
				t.Errorf("%s: %s gets another page", path, name)
			}
		}
		if got := h.Browser().Status("GET", path, nil, "If-None-Match", tag); got != http.StatusNotModified || tag == "" {
			t.Errorf("%s: status %d for tag %q", path, got, tag)
		}
		if response.Header.Get("X-Robots-Tag") != "noindex" || response.Header.Get("Cache-Control") != "public, no-cache" || response.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", path, response.Header)
		}
	}
	_, err := h.Store.ChangePublishing(t.Context(), storetest.Contoso, h.Clock(), func(p *tocsin.Publishing) error { p.Indexed, p.Messages = true, false; return nil })
	if err != nil {
		t.Fatal(err)
	}
	response, body := h.Browser().Send("GET", "/status/contoso/EX1/2", nil)
	if strings.Contains(body, "noindex") || response.Header.Get("X-Robots-Tag") != "" {
		t.Error("a page that may be indexed says that it may not")
	}
	if got := h.Browser().Status("GET", "/status/contoso/MC1/1", nil); got != http.StatusNotFound {
		t.Errorf("a message that is published no longer: status %d", got)
	}
}

// The index lists updates by day, and chooses among them.
func TestIndexOfUpdates(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	for path, tt := range map[string]struct{ has, lacks []string }{
		"":                            {[]string{"contoso/EX1/3", "contoso/EX1/1", "contoso/MC1/3", "contoso/EX2/1", "contoso/TC1/1"}, []string{"/login"}},
		"?kind=message":               {[]string{"contoso/MC1/3"}, []string{"contoso/EX2/1"}},
		"?class=advisory":             {[]string{"contoso/EX2/1"}, []string{"contoso/MC1/3"}},
		"?service=Microsoft+Teams":    {[]string{"contoso/MC2/1"}, []string{"contoso/EX2/1"}},
		"?kind=nonsense&service=none": {[]string{"contoso/MC1/3", "contoso/EX2/1"}, nil},
		"?class=preventOrFixIssue":    {[]string{"No update matches", "Show all"}, []string{"contoso/EX2/1"}},
	} {
		page := b.Open("/status/contoso" + path)
		webtest.Has(t, path, page, tt.has...)
		webtest.Lacks(t, path, page, tt.lacks...)
	}
	if got := b.Status("GET", "/status/contoso?after=nonsense", nil); got != http.StatusBadRequest {
		t.Errorf("a cursor that is none: status %d", got)
	}
}

// Hostile texts of a provider stay texts.
func TestHostilePublications(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"'` + "\u202e"
	contents := []string{evil, "User impact: " + evil, "javascript:alert(1) <a href='javascript:alert(3)'>x</a>", strings.Repeat("<b>", 5000)}
	id := func(i int) string { return fmt.Sprintf("EX66%d/..%%2f", i) }
	for i, content := range contents {
		h.Record(storetest.Contoso, tocsin.Issue{
			ID: id(i), Title: evil, Service: evil, Classification: "incident", Status: tocsin.Status(evil), Impact: evil, StartAt: storetest.T0, ModifiedAt: storetest.T0,
			Posts: []tocsin.Post{{CreatedAt: storetest.T0, ContentType: "html", Content: content}},
		})
	}
	for i, content := range contents {
		page := h.Browser().Open("/status/contoso/" + url.PathEscape(id(i)) + "/1")
		webtest.Lacks(t, content, page, "<script", "<img", "onerror=alert(2)>\"", `href="javascript`, "ZgotmplZ")
	}
	webtest.Lacks(t, "index", h.Browser().Open("/status/contoso"), "<script", "<img", "ZgotmplZ")
}

// Planned work is as far as it is, in the list of updates and on a page of its own:
// a service that operates says nothing of it.
func TestPlannedWorkInTheIndex(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	now := h.Clock()
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "TC90", Title: "New certificates", Service: "Exchange Online", Classification: tocsin.ClassMaintenance, Status: tocsin.StatusOperational,
		StartAt: now.Add(24 * time.Hour), EndAt: now.Add(26 * time.Hour), ModifiedAt: now,
	})
	b := h.Browser()
	for prefix, want := range map[string]string{"": "Scheduled", "/fr": "Planifié", "/ja": "予定"} {
		for _, path := range []string{"/status/contoso", "/status/contoso/TC90/1"} {
			page := b.Open(prefix + path)
			if i := strings.Index(page, "New certificates"); i < 0 {
				t.Errorf("%s%s lacks the work", prefix, path)
			}
			webtest.Has(t, prefix+path, page, want)
			webtest.Lacks(t, prefix+path, page, ">Service operational<", ">Service opérationnel<", ">サービス正常<", "<dd>Service operational", "<dd>サービス正常")
		}
	}
}
