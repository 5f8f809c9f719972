package dependency_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// outage is a desk on which Exchange works badly, and somebody at it who may write.
func outage(t *testing.T) (*webtest.House, *webtest.Browser) {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("kim", tocsin.Grant{Role: tocsin.RoleSupportN3, TenantID: storetest.Contoso})
	h.Person("lou", tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: storetest.Contoso})
	h.Record(storetest.Contoso, tocsin.Issue{
		ID: "EX900100", Title: "Mail waits", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Feature: "Queues", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: storetest.T0,
	})
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "microsoftteams", Service: "Microsoft Teams", Status: tocsin.StatusOperational})
	h.Record(storetest.Contoso, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation})
	b := h.Browser()
	b.Enter("kim")
	return h, b
}

const file = `uses:
  - name: Approvals
    services: [exchange]
  - name: Chat
    services: [microsoftteams]
processes:
  - name: Approval of invoices
    department: Finance
    uses: [Approvals]
    fallback: By phone
    cost: 1200
    currency: EUR
  - name: Duty
    uses: [Chat]
sheets:
  - service: Exchange
    documents: On the file server
    numbers: +33 1 99 00 12 34
`

// plain is a page with blanks in the place of those that do not break.
func plain(page string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(page)
}

// took sends a file as a form that browsers send.
func took(t *testing.T, b *webtest.Browser, do, version, body string) (*http.Response, string) {
	t.Helper()
	return b.Send(http.MethodPost, "/map/import", url.Values{"do": {do}, "version": {version}, "text": {body}})
}

func TestMap(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	webtest.Has(t, "empty", b.Open("/map"), "Nothing is written yet", "Add a process")
	response, page := took(t, b, "check", "0", file)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("check: %d %s", response.StatusCode, page)
	}
	webtest.Has(t, "check", page, "The file can be taken: processes 2, uses 2, sheets 1.")
	if response, page = took(t, b, "import", "0", file); response.StatusCode != http.StatusSeeOther {
		t.Fatalf("import: %d %s", response.StatusCode, page)
	}
	now := plain(b.Open("/map"))
	webtest.Has(t, "now", now, "1 of 2 processes touched", "Approval of invoices", "Finance", "Slowed", "By phone", "never tried", "Queues", "edge--deg", "node--degraded", "1,200 EUR")
	if strings.Contains(now, ">Duty<") {
		t.Error("what depends on nothing that fails is shown now")
	}
	webtest.Has(t, "all", b.Open("/map?v=all"), "Duty", "Version 1", "kim", "as=csv&amp;version=1")
	webtest.Has(t, "what if", plain(b.Open("/map?v=what-if&down=microsoftteams")), "1 of 2 processes touched", "At a standstill", "edge--hit")
	webtest.Has(t, "sheet", b.Open("/map/sheets/exchange"), "Continuity sheet: Exchange Online", "On the file server", "+33 1 99 00 12 34", "Approval of invoices")
	for prefix, heading := range map[string]string{"/fr": "1 processus sur 2 touché", "/ja": "2 件中 1 件の業務に影響"} {
		webtest.Has(t, prefix, plain(b.Open(prefix+"/map")), heading)
	}
	reader := h.Browser()
	reader.Enter("lou")
	if page := reader.Open("/map"); strings.Contains(page, "Add a process") || !strings.Contains(page, "Approval of invoices") {
		t.Error("a reader of the map is offered to write it, or does not see it")
	}
}

func TestMapIsEdited(t *testing.T) {
	t.Parallel()
	_, b := outage(t)
	send := func(want int, form url.Values) string {
		t.Helper()
		response, page := b.Send(http.MethodPost, "/map/edit", form)
		if response.StatusCode != want {
			t.Fatalf("%v: %d, want %d: %s", form, response.StatusCode, want, page)
		}
		return page
	}
	send(http.StatusSeeOther, url.Values{"kind": {"use"}, "version": {"0"}, "label": {"Mail"}, "services": {"Exchange"}})
	send(http.StatusSeeOther, url.Values{"kind": {"process"}, "version": {"1"}, "label": {"Invoices"}, "uses": {"Mail"}})
	webtest.Has(t, "conflict", send(http.StatusConflict, url.Values{"kind": {"process"}, "version": {"1"}, "label": {"Payroll"}}), "Somebody changed the map meanwhile")
	webtest.Has(t, "twice", send(http.StatusBadRequest, url.Values{"kind": {"process"}, "version": {"2"}, "label": {"invoices"}}), "That is there twice.")
	webtest.Has(t, "cost", send(http.StatusBadRequest, url.Values{"kind": {"process"}, "version": {"2"}, "label": {"Payroll"}, "cost": {"much"}}), "Give a whole number", `value="Payroll"`)
	webtest.Has(t, "day", send(http.StatusBadRequest, url.Values{"kind": {"process"}, "version": {"2"}, "label": {"Payroll"}, "triedOn": {"2099-01-01"}}), "Give a day until today")
	send(http.StatusSeeOther, url.Values{"kind": {"use"}, "was": {"Mail"}, "version": {"2"}, "label": {"Post"}, "services": {"Exchange"}})
	webtest.Has(t, "renamed", b.Open("/map/edit?kind=process&name=Invoices"), `value="Post" checked`)
	send(http.StatusSeeOther, url.Values{"kind": {"use"}, "was": {"Post"}, "version": {"3"}, "do": {"remove"}})
	if page := b.Open("/map?v=all"); !strings.Contains(page, "Invoices") || strings.Contains(page, ">Post<") {
		t.Error("what was removed is there, or what was not is gone")
	}
}

// A file is told all its faults, each with its line, in the reader's language, and
// changes nothing.
func TestMapIsRefused(t *testing.T) {
	t.Parallel()
	_, b := outage(t)
	response, page := b.Send(http.MethodPost, "/fr/map/import", url.Values{"do": {"import"}, "version": {"0"}, "text": {"uses:\n  - name: a\n    services: [Fax]\n  - name: A\n"}})
	if response.StatusCode != http.StatusBadRequest {
		t.Fatalf("status %d", response.StatusCode)
	}
	webtest.Has(t, "faults", plain(page), "2 endroits du fichier sont à corriger", "Ligne 3", "Fax", "Ligne 4", "services: [Fax]")
	webtest.Has(t, "still empty", b.Open("/map"), "Nothing is written yet")
	for _, bad := range []string{"/map/edit?kind=person", "/map/edit?kind=use&name=x", "/map/file?as=xlsx", "/map/file?as=csv&version=7", "/map/sheets/Fax"} {
		if response, _ := b.Send(http.MethodGet, bad, nil); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", bad, response.StatusCode)
		}
	}
}

// A file of a browser's form is taken as it is, and given back.
func TestMapAsFile(t *testing.T) {
	t.Parallel()
	h, b := outage(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"do": "import", "version": "0"} {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "map.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("kind;name;services;fallback\r\nuse;Mail;Exchange\r\nprocess;'=Invoices;;'+33 1\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Base+"/map/import", &body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := b.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %v", answer.StatusCode, err)
	}
	response, csv := b.Send(http.MethodGet, "/map/file?as=csv", nil)
	if want := "\nprocess,'=Invoices,"; !strings.Contains(csv, want) || !strings.Contains(csv, "'+33 1") || response.Header.Get("Content-Disposition") != `attachment; filename="tocsin-contoso-map.csv"` {
		t.Errorf("file: %v %s", response.Header, csv)
	}
}
