package translations_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web/webtest"
)

// sentences of the tests, which no phrase book has.
const (
	shared  = "The quick canal of Exchange Online carries green parcels."
	near    = "The quick canal of Exchange Online carries blue parcels."
	canary  = "Canary Contosia sings in EX42 on Monday."
	old     = "Seven barges of the northern canal wait in the evening."
	renewed = "Nine barges of the northern canal wait in the evening."
)

// desk is a house whose changes are followed by the memory, with an engine for
// French.
type desk struct {
	*webtest.House
	t        *testing.T
	consumer *translate.Consumer
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	d := &desk{House: h, t: t, consumer: translate.NewConsumer(h.Store.Archive, h.Store.Translations, translate.Policy{Languages: []string{"fr"}}, h.Clock, nil)}
	if err := h.Store.AddConsumer(t.Context(), translate.ConsumerName, true); err != nil {
		t.Fatal(err)
	}
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleCommunications})
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleCommunications, TenantID: storetest.Fabrikam})
	h.Person("reader", tocsin.Grant{Role: tocsin.RoleReader})
	return d
}

// issue puts an issue with one post into tenants.
func (d *desk) issue(id string, hours int, text string, tenants ...string) {
	d.t.Helper()
	at := storetest.T0.Add(time.Duration(hours) * time.Minute)
	for _, tenant := range tenants {
		d.Record(tenant, tocsin.Issue{
			ID: id, Title: "Parcels of " + id, Service: "Exchange Online", ServiceID: "Exchange", Classification: "advisory", Status: tocsin.StatusDegradation,
			StartAt: storetest.T0, ModifiedAt: at, Posts: []tocsin.Post{{CreatedAt: at, ContentType: "text", Content: text}},
		})
	}
	d.follow()
}

// follow lets the memory read what came, and the pages hear of it.
func (d *desk) follow() {
	d.t.Helper()
	ctx := d.t.Context()
	cursor, err := d.Store.ClaimConsumer(ctx, translate.ConsumerName, d.Clock(), time.Minute)
	for handled := 1; err == nil && handled > 0; {
		cursor, handled, err = d.Store.Consume(ctx, cursor, 100, d.Clock(), time.Minute, d.consumer.Handle)
	}
	if err = errors.Join(err, d.Store.ReleaseConsumer(ctx, cursor), d.Model.Refresh(ctx, true)); err != nil {
		d.t.Fatal(err)
	}
}

// engine answers all wants: "fr " and the text, but for those that hold a word.
func (d *desk) engine(but string) {
	d.t.Helper()
	wants, err := d.Store.ClaimWants(d.t.Context(), "fr", nil, 100, d.Clock(), time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	var list []translation.Settlement
	for _, w := range wants {
		one := translation.Settlement{Want: w, Text: "fr " + w.Text, Engine: "An engine"}
		if but != "" && strings.Contains(w.Text, but) {
			one.Text, one.Reason, one.Answer = "", string(translate.ReasonDigits), "fr 7 "+w.Text
		}
		list = append(list, one)
	}
	if err := d.Store.Settle(d.t.Context(), "fr", list, 0, d.Clock()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) enter(name string) *webtest.Browser {
	b := d.Browser()
	b.Enter(name)
	return b
}

// link is the first address of a page that begins with something.
func link(t *testing.T, page, begins string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `href="`+begins)
	if !ok {
		t.Fatalf("no link to %s in %s", begins, page)
	}
	rest, _, _ = strings.Cut(rest, `"`)
	return strings.ReplaceAll(begins+rest, "&amp;", "&")
}

const tenant = "&tenant=contoso"

// A line is found in the list, written, shown where readers read, and withdrawn.
func TestLineIsWrittenAndWithdrawn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared, storetest.Contoso, storetest.Fabrikam)
	d.engine("")
	b := d.enter("alex")
	list := b.Open("/admin/translations?to=fr" + tenant)
	webtest.Has(t, "list", list, "Not reviewed", shared, "fr "+shared, "An engine")
	at := link(t, list, "/admin/translations/lines/")
	webtest.Has(t, "line", b.Open(at), shared, "fr "+shared, "in 1\u00a0update", "EX1", "All tenants")
	wrong, page := b.Send("POST", at, url.Values{"line": {"Le canal rapide d’Échange en ligne <b>"}, "for": {"tenant"}})
	if wrong.StatusCode != http.StatusBadRequest {
		t.Errorf("without the product: %s", wrong.Status)
	}
	webtest.Has(t, "kept", page, "lacks “Exchange Online”", "Le canal rapide d’Échange en ligne &lt;b&gt;</textarea>", `href="#line"`)
	if got := b.Status("POST", at, url.Values{"line": {"Le canal rapide\r\n d’Exchange Online."}, "for": {"tenant"}}); got != http.StatusSeeOther {
		t.Fatalf("save: status %d", got)
	}
	webtest.Has(t, "written", b.Open(at), "reviewed by alex, for contoso", "Withdraw")
	webtest.Has(t, "where people read", b.Open("/fr/issues/EX1?tenant=contoso"), "Le canal rapide d’Exchange Online.", "relu")
	webtest.Lacks(t, "in another tenant", b.Open("/fr/issues/EX1?tenant=fabrikam"), "Le canal rapide")
	webtest.Has(t, "reviewed", b.Open("/admin/translations?to=fr&show=written"+tenant), "Le canal rapide", "alex")
	ask := link(t, b.Open(at), strings.SplitN(at, "?", 2)[0]+"/withdraw")
	webtest.Has(t, "question", b.Open(ask), "Withdraw “Le canal rapide")
	if got := b.Status("POST", ask, url.Values{"for": {"tenant"}}); got != http.StatusSeeOther {
		t.Fatalf("withdraw: status %d", got)
	}
	webtest.Lacks(t, "withdrawn", b.Open("/fr/issues/EX1?tenant=contoso"), "Le canal rapide")
	if got := b.Status("GET", ask, nil); got != http.StatusNotFound {
		t.Errorf("withdraw again: status %d", got)
	}
}

// A line for all tenants is for those who may write for the desk.
func TestLineForAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared, storetest.Contoso, storetest.Fabrikam)
	d.engine("")
	one, all := d.enter("kim"), d.enter("alex")
	at := link(t, one.Open("/admin/translations?to=fr"), "/admin/translations/lines/")
	webtest.Lacks(t, "form of one tenant", one.Open(at), "All tenants")
	form := url.Values{"line": {"Le canal d’Exchange Online."}, "for": {"all"}}
	if got := one.Status("POST", at, form); got != http.StatusForbidden {
		t.Errorf("for all by one of a tenant: status %d", got)
	}
	for _, path := range []string{"/admin/translations/terms", "/admin/translations/terms/remove?word=x&in="} {
		if got := one.Status("GET", path, nil); got != http.StatusForbidden {
			t.Errorf("%s by one of a tenant: status %d", path, got)
		}
	}
	if got := all.Status("POST", at+tenant, form); got != http.StatusSeeOther {
		t.Fatalf("for all: status %d", got)
	}
	webtest.Has(t, "in the other tenant", one.Open("/fr/issues/EX1"), "Le canal d’Exchange Online.")
	webtest.Lacks(t, "the line of all", one.Open(at), "/withdraw")
	if got := d.enter("reader").Status("GET", "/admin/translations", nil); got != http.StatusForbidden {
		t.Errorf("a reader: status %d", got)
	}
}

// A text is edited line by line; what is wrong with one line costs no other, and
// nothing that was typed is lost.
func TestTextSideBySide(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, "User impact: "+shared+"\n"+old, storetest.Contoso)
	d.engine("")
	b := d.enter("alex")
	const at = "/admin/translations/issues/EX1?to=fr" + tenant
	page := b.Open(at)
	webtest.Has(t, "page", page, "User impact:", "Impact sur les utilisateurs", "fr "+old, "EX1", "lines of the machine")
	fields := fieldsOf(page)
	if len(fields) < 4 {
		t.Fatalf("fields: %v", fields)
	}
	form := formOf(page)
	form.Set(fields["fr "+shared], "Le canal.")
	form.Set(fields["fr "+old], "Sept péniches dorment.")
	response, again := b.Send("POST", at, form)
	if response.StatusCode != http.StatusBadRequest {
		t.Fatalf("status %s", response.Status)
	}
	webtest.Has(t, "again", again, "1\u00a0line was saved", "lacks “Exchange Online”", "Le canal.</textarea>", "Sept péniches dorment.</textarea>", `href="#`+fields["fr "+shared])
	form = formOf(again)
	form.Set(fields["fr "+shared], "Le canal d’Exchange Online.")
	form.Set("read", "1")
	if got := b.Status("POST", at, form); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	webtest.Has(t, "people read", b.Open("/fr/issues/EX1?tenant=contoso"), "Le canal d’Exchange Online.", "Sept péniches dorment.")
	webtest.Lacks(t, "all are reviewed", b.Open("/admin/translations?to=fr&show=unreviewed"+tenant), `lang="en">Parcels of EX1`)
	// Somebody else writes a line while this form is open.
	open := formOf(b.Open(at))
	other := formOf(b.Open(at))
	other.Set(fields["fr "+old], "Les sept péniches.")
	if got := b.Status("POST", at, other); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	open.Set(fields["fr "+shared], "Un canal d’Exchange Online.")
	if got := b.Status("POST", at, open); got != http.StatusSeeOther {
		t.Errorf("another line meanwhile: status %d", got)
	}
	open.Set(fields["fr "+old], "Sept barges.")
	response, again = b.Send("POST", at, open)
	if response.StatusCode != http.StatusConflict {
		t.Errorf("the same line meanwhile: %s", response.Status)
	}
	webtest.Has(t, "meanwhile", again, "Les sept péniches.", "Sept barges.</textarea>", "changed the line meanwhile")
	open, other = formOf(b.Open(at)), formOf(b.Open(at))
	other.Set(fields["fr "+old], "Les sept bateaux.")
	if got := b.Status("POST", at, other); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	open.Set(fields["fr "+old], "Sept barges.")
	open.Set(fields["fr "+shared], "Le canal.")
	for range 20 { // the same status whichever of the two is looked at first
		if response, again = b.Send("POST", at, open); response.StatusCode != http.StatusConflict {
			t.Fatalf("a line meanwhile, and one that lacks a name: %s", response.Status)
		}
	}
	webtest.Has(t, "both", again, "changed the line meanwhile", "lacks “Exchange Online”")
}

// fieldsOf are the names of the fields of a page by what they hold.
func fieldsOf(page string) map[string]string {
	fields := map[string]string{}
	for name, values := range formOf(page) {
		fields[values[0]] = name
	}
	return fields
}

// formOf is what a browser sends of the form of a text.
func formOf(page string) url.Values {
	form := url.Values{}
	for _, part := range strings.Split(page, ` name="`)[1:] {
		name, rest, _ := strings.Cut(part, `"`)
		if !strings.HasPrefix(name, "l-") && !strings.HasPrefix(name, "was-") {
			continue
		}
		value := ""
		switch tag, _, _ := strings.Cut(rest, ">"); {
		case strings.Contains(tag, `value="`):
			_, value, _ = strings.Cut(tag, `value="`)
			value, _, _ = strings.Cut(value, `"`)
		default:
			_, value, _ = strings.Cut(rest, ">")
			value, _, _ = strings.Cut(value, "</textarea>")
		}
		form.Set(name, strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(value))
	}
	return form
}

// What was said for nearly the same sentence is proposed and never taken without
// a person; what the provider changed is shown word by word.
func TestNearMatchesAndWhatChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared+"\n"+old, storetest.Contoso)
	d.engine("")
	b := d.enter("alex")
	write := func(words, text string) string {
		t.Helper()
		at := link(t, b.Open("/admin/translations?to=fr&show=unreviewed&q="+url.QueryEscape(words)+tenant), "/admin/translations/lines/")
		if got := b.Status("POST", at, url.Values{"line": {text}, "for": {"tenant"}}); got != http.StatusSeeOther {
			t.Fatalf("status %d", got)
		}
		return at
	}
	write("green parcels", "Des colis verts, par Exchange Online.")
	stale := write("Seven barges", "Sept péniches.")
	d.issue("EX1", 2, near+"\n"+renewed, storetest.Contoso)
	webtest.Has(t, "outdated", b.Open("/admin/translations?to=fr&show=outdated"+tenant), old, shared)
	webtest.Has(t, "old line", b.Open(stale), "No text holds this sentence any more", "<del>Seven</del>", "<ins>Nine</ins>", "Go to the new line")
	d.engine("")
	at := link(t, b.Open("/admin/translations?to=fr&show=unreviewed&q=blue"+tenant), "/admin/translations/lines/")
	page := b.Open(at)
	webtest.Has(t, "near", page, "Nearly the same", "Des colis verts", "<del>blue</del>", "<ins>green</ins>", "fr "+near+"</textarea>")
	response, taken := b.Send("POST", at, url.Values{"line": {"x"}, "take": {"near:0"}})
	if response.StatusCode != http.StatusOK {
		t.Errorf("take: %s", response.Status)
	}
	webtest.Has(t, "taken over", taken, "Des colis verts, par Exchange Online.</textarea>")
	webtest.Lacks(t, "not saved", b.Open("/fr/issues/EX1?tenant=contoso"), "Des colis verts")
	const text = "/admin/translations/issues/EX1?to=fr" + tenant
	side := b.Open(text)
	webtest.Has(t, "near in the text", side, "Des colis verts")
	form := formOf(side)
	field := fieldsOf(side)["fr "+near]
	form.Set("take", field+":0")
	_, side = b.Send("POST", text, form)
	webtest.Has(t, "taken over in the text", side, "Des colis verts, par Exchange Online.</textarea>")
}

// What failed a check says which, with what the engine said.
func TestFailedCheck(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared, storetest.Contoso)
	d.engine("green")
	b := d.enter("alex")
	list := b.Open("/admin/translations?to=fr" + tenant)
	webtest.Has(t, "list", list, "Failed a check", "changed a number")
	webtest.Has(t, "line", b.Open(link(t, list, "/admin/translations/lines/")), "fr 7 "+shared, "refused", "An engine")
}

// The words of one tenant are in no page, proposal or file of another; messages
// about data privacy are in none at all.
func TestCanariesStayInTheirTenant(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared, storetest.Contoso, storetest.Fabrikam)
	d.issue("EX2", 1, canary+"\n"+near, storetest.Contoso)
	d.Secret(storetest.Contoso)
	d.Secret(storetest.Fabrikam)
	d.follow()
	d.engine("")
	own, other := d.enter("alex"), d.enter("kim")
	mine := link(t, own.Open("/admin/translations?to=fr&q=Canary"+tenant), "/admin/translations/lines/")
	if got := own.Status("POST", mine, url.Values{"line": {"Le canari Contosia chante dans EX42."}, "for": {"tenant"}}); got != http.StatusSeeOther {
		t.Fatalf("status %d", got)
	}
	line := link(t, other.Open("/admin/translations?to=fr&q=green"), "/admin/translations/lines/")
	foreign := []string{"Contosia", "blue parcels", "contoso", "Contoso", "EX42", "EX2", "alex", "onfidential"}
	for _, path := range []string{
		"/admin/translations?to=fr", "/admin/translations?to=fr&show=written", "/admin/translations?to=fr&show=outdated", "/admin/translations?to=fr&q=Contosia&show=unreviewed", line,
		"/admin/translations/issues/EX1?to=fr", "/admin/translations/files?to=fr", "file",
	} {
		page := ""
		if path == "file" {
			page = export(t, other, "")
		} else {
			page = other.Open(path)
		}
		for _, word := range foreign {
			if strings.Contains(strings.ReplaceAll(page, "q=Contosia", ""), word) && !(word == "Contosia" && strings.Contains(path, "q=")) {
				t.Errorf("%s holds %q", path, word)
			}
		}
	}
	for _, path := range []string{strings.Split(mine, "?")[0] + "?to=fr", "/admin/translations/issues/EX2?to=fr", "/admin/translations?to=fr&tenant=contoso", "/admin/translations/messages/MC9?to=fr"} {
		if got := other.Status("GET", path, nil); got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	for name, page := range map[string]string{"list": own.Open("/admin/translations?to=fr&q=onfidential&show=unreviewed" + tenant), "file": export(t, own, tenant)} {
		webtest.Lacks(t, name, page, "onfidential details", "onfidential inquiry")
	}
	webtest.Has(t, "one's own file", export(t, own, tenant), "Contosia")
}

// The glossary is edited in pages.
func TestGlossary(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared, storetest.Contoso)
	d.engine("")
	b := d.enter("alex")
	const at = "/admin/translations/terms?to=fr"
	webtest.Has(t, "empty", b.Open(at), "There is no term yet")
	for _, form := range []url.Values{{"word": {"canal"}, "in": {"fr"}, "as": {"canal fluvial"}}, {"word": {"green parcels"}, "in": {""}, "as": {""}}} {
		if got := b.Status("POST", at, form); got != http.StatusSeeOther {
			t.Fatalf("status %d", got)
		}
	}
	page := b.Open(at)
	webtest.Has(t, "terms", page, "canal fluvial", "green parcels", "Never translated")
	response, refused := b.Send("POST", at, url.Values{"word": {"x"}, "in": {"fr"}, "as": {""}})
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("without a translation: %s", response.Status)
	}
	webtest.Has(t, "refused", refused, `href="#as"`, `value="x"`)
	if got := b.Status("POST", at, url.Values{"word": {"x"}, "in": {"xx"}, "as": {"y"}}); got != http.StatusBadRequest {
		t.Errorf("another language: status %d", got)
	}
	line := link(t, b.Open("/admin/translations?to=fr&q=green"+tenant), "/admin/translations/lines/")
	_, page = b.Send("POST", line, url.Values{"line": {"Exchange Online, colis verts."}, "for": {"tenant"}})
	webtest.Has(t, "a word that is kept", page, "lacks “green parcels”")
	ask := link(t, b.Open(at), "/admin/translations/terms/remove")
	webtest.Has(t, "question", b.Open(ask), "from the glossary?")
	if got := b.Status("POST", ask, url.Values{}); got != http.StatusSeeOther {
		t.Fatalf("remove: status %d", got)
	}
	if got := b.Status("POST", ask, url.Values{}); got != http.StatusNotFound {
		t.Errorf("remove again: status %d", got)
	}
	entries, err := d.Store.Audit(t.Context(), store.AuditQuery{Limit: 9, Action: "glossary.remove"})
	if err != nil || len(entries) != 1 || entries[0].Actor.Name != "alex" {
		t.Errorf("audit: %+v, %v", entries, err)
	}
}

// export is the file of a tenant.
func export(t *testing.T, b *webtest.Browser, query string) string {
	t.Helper()
	response, file := b.Send("POST", "/admin/translations/export.tmx?to=fr"+query, url.Values{})
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("export: %s", response.Status)
	}
	return file
}

// send sends a file as browsers do.
func send(t *testing.T, d *desk, b *webtest.Browser, path, name, content string) (int, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = file.Write([]byte(content))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.Base+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Accept", "text/html")
	response, err := b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var page bytes.Buffer
	if _, err := page.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	if to := response.Header.Get("Location"); to != "" {
		return response.StatusCode, b.Open(to)
	}
	return response.StatusCode, page.String()
}

// A file that was saved is taken back with what a translator changed in it; what
// is no file, or too large, is said.
func TestFiles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.issue("EX1", 1, shared+"\n"+old, storetest.Contoso)
	d.issue("EX2", 1, canary, storetest.Fabrikam)
	d.engine("")
	b := d.enter("alex")
	const at = "/admin/translations/files?to=fr" + tenant
	file := export(t, b, tenant)
	webtest.Has(t, "file", file, `<tmx version="1.4">`, "fr "+old)
	changed := strings.Replace(file, "fr "+old, "Sept péniches.", 1)
	changed = strings.Replace(changed, "</body>", `<tu><tuv xml:lang="en"><seg>`+canary+`</seg></tuv><tuv xml:lang="fr"><seg>Canari</seg></tuv></tu><tu><tuv xml:lang="en"><seg>alone</seg></tuv></tu></body>`, 1)
	changed = strings.Replace(changed, "</header>", "</header><!--"+strings.Repeat("x", 100<<10)+"-->", 1)
	status, page := send(t, d, b, at, "x.tmx", changed)
	if status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", status, page)
	}
	webtest.Has(t, "took", page, "Kept: 1.", "not seen: 1.", "Refused: 1.")
	webtest.Has(t, "people read", b.Open("/fr/issues/EX1?tenant=contoso"), "Sept péniches.")
	for name, content := range map[string]string{"not XML": "hello", "another XML": "<x/>", "too large": "<tmx>" + strings.Repeat(" ", 17<<20)} {
		status, page := send(t, d, b, at, "x.tmx", content)
		if status != http.StatusBadRequest && status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: status %d", name, status)
		}
		if status == http.StatusBadRequest {
			webtest.Has(t, name, page, `href="#file"`)
		}
	}
	if got := b.Status("POST", at, url.Values{"file": {"x"}}); got != http.StatusBadRequest {
		t.Errorf("no file: status %d", got)
	}
	for _, action := range []string{"translation.export", "translation.import"} {
		if entries, err := d.Store.Audit(t.Context(), store.AuditQuery{Limit: 9, Action: action}); err != nil || len(entries) != 1 || entries[0].TenantID != storetest.Contoso {
			t.Errorf("audit of %s: %+v, %v", action, entries, err)
		}
	}
}

// What is said of a field is about the field of this form, not of another one that
// is called the same elsewhere.
func TestProblemsAreOfTheirForm(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, "http://localhost")
	h.Furnish()
	b := h.Browser()
	b.Enter("alex")
	for path, tt := range map[string]struct {
		form       url.Values
		has, lacks string
	}{
		"/fr/knowledge?tenant=contoso":     {url.Values{"service": {"teams"}, "remedy": {""}}, "Écrivez que faire", "tocsin probe"},
		"/fr/triage?tenant=contoso":        {url.Values{"scope": {"nonsense"}}, "scope", "autorisation"},
		"/ja/admin/translations/terms":     {url.Values{"word": {""}, "in": {"fr"}}, "語または名称を書いてください", "bytes"},
		"/admin/translations/files":        {url.Values{}, "The form has no file.", "at most 2"},
		"/fr/account/feeds?tenant=contoso": {url.Values{"called": {strings.Repeat("x", 101)}, "of": {storetest.Contoso}}, "sur une ligne", "tirets bas"},
		"/account/feeds?tenant=contoso":    {url.Values{"called": {"phone"}, "of": {"nobody"}}, "Choose one of the tenants", "a person or a team"},
	} {
		response, page := b.Send("POST", path, tt.form)
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", path, response.Status)
		}
		page = page[max(0, strings.Index(page, "<main")):]
		webtest.Has(t, path, page, tt.has)
		webtest.Lacks(t, path, page, tt.lacks)
	}
}
