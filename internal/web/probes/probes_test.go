package probes_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/probe"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// a result of a seat on a network, on which two endpoints came to something.
func result(seat, network string, outlook, teams probe.Outcome) *probe.Result {
	check := func(host string, o probe.Outcome) probe.Check {
		code := map[probe.Outcome]string{probe.Pass: "connect.ok", probe.Fail: "connect.refused", probe.Unknown: "cut"}[o]
		return probe.Check{Kind: probe.Connect, Target: "https://" + host + ":443", Outcome: o, Code: code, Args: map[string]string{"target": host + ":443", "address": "52.96.0.1:443"}}
	}
	return &probe.Result{At: time.Now().AddDate(-1, 0, 0), Seat: seat, Network: network, System: "linux/amd64", Checks: []probe.Check{
		check("outlook.office365.com", outlook), check("teams.microsoft.com", teams),
		{Kind: probe.DNS, Target: "teams.microsoft.com", Outcome: probe.Pass, Code: "dns.other", Args: map[string]string{"resolver": "10.0.0.1:53", "type": "AAAA", "name": "teams.microsoft.com"}},
	}}
}

type desk struct {
	t *testing.T
	h *webtest.House
	b *webtest.Browser
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	h := webtest.NewHouse(t, "http://localhost")
	h.Person("alex", tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: storetest.Contoso})
	h.Person("robin", tocsin.Grant{Role: tocsin.RoleReader})
	d := &desk{t, h, h.Browser()}
	d.b.Enter("alex")
	return d
}

var made = regexp.MustCompile(`--code ([A-Z2-7]{5}-[A-Z2-7]{5})<`)

// code makes a code.
func (d *desk) code() string {
	d.t.Helper()
	response, body := d.b.Send("POST", "/probes/codes", url.Values{})
	m := made.FindStringSubmatch(body)
	if response.StatusCode != http.StatusOK || m == nil || response.Header.Get("Cache-Control") != "no-store" {
		d.t.Fatalf("no code: %d %s", response.StatusCode, body)
	}
	return m[1]
}

// send sends a result as a seat does.
func (d *desk) send(body string) (int, string) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), "POST", d.h.Base+"/probes/results", strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func sent(t *testing.T, code string, r *probe.Result) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"code": code, "result": r})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Results come by code and as text; the page says where what fails.
func TestMatrix(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i, r := range []*probe.Result{
		result("PC-1", "office", probe.Fail, probe.Fail), result("PC-2", "office", probe.Pass, probe.Fail),
		result("PC-1", "4G", probe.Pass, probe.Fail), result("PC-1", "VPN", probe.Unknown, probe.Unknown),
	} {
		d.h.Pass(time.Second)
		if i%2 == 0 {
			// Typed in small letters, without the sign in the middle.
			if status, body := d.send(sent(t, strings.ToLower(strings.ReplaceAll(d.code(), "-", " ")), r)); status != http.StatusCreated {
				t.Fatalf("%d %s", status, body)
			}
			continue
		}
		text, err := r.Text()
		if err != nil {
			t.Fatal(err)
		}
		if response, body := d.b.Send("POST", "/probes/paste", url.Values{"text": {"> " + strings.ReplaceAll(text, "\n", "\n> ")}}); response.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", response.StatusCode, body)
		}
	}
	for prefix, want := range map[string][]string{
		"":    {"Only: office", "On every network that was tried: 4G, office", "1 of 2 seats", "PC-2, office", "Sent by a code of alex", "Pasted by alex"},
		"/fr": {"Seulement : office", "1 poste sur 2"},
		"/ja": {"officeのみ", "2 台中 1 台"},
	} {
		page := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(d.b.Open(prefix + "/probes"))
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s/probes lacks %q", prefix, text)
			}
		}
		if strings.Contains(page, "⟦") {
			t.Errorf("%s/probes has a text that is missing", prefix)
		}
	}
	// A seat's newest result counts.
	d.h.Pass(time.Second)
	if status, _ := d.send(sent(t, d.code(), result("PC-1", "office", probe.Pass, probe.Pass))); status != http.StatusCreated {
		t.Fatal(status)
	}
	if page := d.b.Open("/probes"); strings.Contains(page, "Only: office") || !strings.Contains(page, "Nowhere") {
		t.Error("an older result of the seat still counts")
	}
}

// What a stranger sends is refused in the form that programs read.
func TestRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good, code := result("PC-1", "office", probe.Pass, probe.Pass), d.code()
	hostile := result("<script>alert(1)</script>", "\x1b[2J", probe.Pass, probe.Pass)
	bad := result("", "", probe.Pass, probe.Pass)
	bad.Checks[0].Code = "connect.odd"
	for _, tt := range []struct {
		name, body string
		status     int
		holds      string
	}{
		{"no JSON", "<html>", 400, "JSON object"},
		{"nothing", `{}`, 400, "no result"},
		{"unknown code", sent(t, "AAAAA-AAAAA", good), 404, "not known"},
		{"no code", sent(t, "", good), 404, "not known"},
		{"a code that no probe has", sent(t, code, bad), 400, "connect.odd"},
		{"too large", `{"code":"` + strings.Repeat("x", 1<<20) + `"}`, 413, ""},
		{"hostile, and taken", sent(t, code, hostile), 201, ""},
		{"used twice", sent(t, code, good), 404, "was used"},
	} {
		status, body := d.send(tt.body)
		if status != tt.status || !strings.Contains(body, tt.holds) || tt.status < 413 && !json.Valid([]byte(body)) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
	page := d.b.Open("/probes")
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "\x1b") || !strings.Contains(page, "&lt;script&gt;") {
		t.Error("what a seat calls itself is not escaped")
	}
	if response, body := d.b.Send("POST", "/probes/paste", url.Values{"text": {"hello"}}); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "from BEGIN to END") {
		t.Errorf("a text without a result: %d", response.StatusCode)
	}
}

// Who may only read makes no codes; and nobody sees what is another tenant's.
func TestProbesOfOthers(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if status, body := d.send(sent(t, d.code(), result("PC-1", "office", probe.Fail, probe.Pass))); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	reader := d.h.Browser()
	reader.Enter("robin")
	for _, path := range []string{"GET /probes", "POST /probes/codes", "POST /probes/paste"} {
		method, path, _ := strings.Cut(path, " ")
		if status := reader.Status(method, path, url.Values{}); status != http.StatusForbidden {
			t.Errorf("%s %s by a reader: %d", method, path, status)
		}
	}
	d.h.Person("toni", tocsin.Grant{Role: tocsin.RoleSupportN1, TenantID: storetest.Fabrikam})
	other := d.h.Browser()
	other.Enter("toni")
	if page := other.Open("/probes"); strings.Contains(page, "PC-1") {
		t.Error("a result of another tenant is shown")
	}
	if page := fmt.Sprint(d.b.Open("/probes")); !strings.Contains(page, "PC-1") {
		t.Error("the result is not shown")
	}
}

var offered = regexp.MustCompile(`<option value="([0-9a-f-]{36})"`)

// A result that is added to a call is evidence there, once for each seat.
func TestAttach(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if status, body := d.send(sent(t, d.code(), result("PC-1", "office", probe.Fail, probe.Pass))); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if page := d.b.Open("/probes"); strings.Contains(page, "Add to the call") {
		t.Error("there is no call to add to")
	}
	call, err := d.h.Store.OpenTriage(t.Context(), storetest.Contoso, tocsin.TriageAnswers{}, "unknown", d.h.Clock())
	if err != nil {
		t.Fatal(err)
	}
	m := offered.FindStringSubmatch(d.b.Open("/probes"))
	if m == nil {
		t.Fatal("no result is offered")
	}
	for range 2 {
		response, body := d.b.Send("POST", "/probes/attach", url.Values{"of": {m[1]}, "call": {"1"}})
		if response.StatusCode != http.StatusSeeOther || !strings.HasPrefix(response.Header.Get("Location"), "/triage/1") {
			t.Fatalf("%d %s", response.StatusCode, body)
		}
	}
	call, err = d.h.Store.Triage(t.Context(), storetest.Contoso, call.N)
	if err != nil || len(call.Answers.Found) != 3 || call.Answers.Found[0].Check != "connect/https://outlook.office365.com:443" || call.Answers.Found[0].Outcome != "fail" || call.Answers.Found[0].Origin != "PC-1, office" {
		t.Errorf("%+v, %v", call.Answers.Found, err)
	}
	for _, form := range []url.Values{{"of": {m[1]}, "call": {"7"}}, {"of": {"x"}, "call": {"1"}}, {}} {
		if status := d.b.Status("POST", "/probes/attach", form); status != http.StatusNotFound {
			t.Errorf("%v: %d", form, status)
		}
	}
}
