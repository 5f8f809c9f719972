package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A tale is an outage from its first call to its closure, handled by one person who
// has a keyboard and no mouse. Each page that is opened and each form that is sent is
// a step, and a step takes a minute of the desk's clock.
type tale struct {
	hand
	house *webtest.House
	code  string
	steps int
	was   int // keys pressed before this chapter
}

// did is a step: the page behind it has come.
func (s *tale) did(arrived string) {
	s.t.Helper()
	s.arrives(`document.querySelector(".errsum") || (` + arrived + `)`)
	if refused := browsertest.Eval[string](s.tab, `document.querySelector(".errsum")?.innerText ?? ""`); refused != "" {
		s.t.Fatalf("%s refuses: %s", browsertest.Eval[string](s.tab, `location.pathname`), refused)
	}
	s.steps++
	s.house.Pass(time.Minute)
}

// held is what each chapter may take: keys, and steps since the beginning.
func held() map[string][2]int {
	return map[string][2]int{
		"sign-in": {40, 1}, "call": {maxKeys, 3}, "room": {8, 4}, "announcement": {64, 7}, "request": {72, 10}, "back": {48, 11}, "matrix": {64, 22},
		"update": {8, 18}, "over": {28, 25}, "checks": {36, 26}, "closure": {10, 27},
	}
}

// ends ends a chapter.
func (s *tale) ends(chapter string) {
	s.t.Helper()
	keys := s.tab.Strokes - s.was
	s.was = s.tab.Strokes
	s.t.Logf("%s: %d keys, %d steps", chapter, keys, s.steps)
	if most := held()[chapter]; keys > most[0] || s.steps > most[1] {
		s.t.Errorf("%s took %d keys and ended with step %d, more than %v", chapter, keys, s.steps, most)
	}
	if dir := os.Getenv("TOCSIN_TEST_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "story-"+s.code+"-"+chapter+".png"), s.tab.Picture(), 0o600); err != nil {
			s.t.Error(err)
		}
	}
}

// says has the provider write a post about the outage, now.
func (s *tale) says(status tocsin.Status, texts ...string) {
	s.t.Helper()
	now := s.house.Clock()
	issue := tocsin.Issue{
		ID: "MO821132", Title: "Users may be unable to access various Microsoft 365 apps and services", Service: "Microsoft 365 suite", ServiceID: tocsin.SuiteID, Classification: "incident",
		Status: status, StartAt: storetest.T0, ModifiedAt: now,
	}
	for i, text := range texts {
		issue.Posts = append(issue.Posts, tocsin.Post{CreatedAt: now.Add(time.Duration(i-len(texts)+1) * time.Hour), ContentType: "text", Content: text})
	}
	if status == tocsin.StatusServiceRestored {
		issue.EndAt, issue.Resolved = now, true
	}
	doc, err := tocsin.NewDocument(issue)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.house.Store.Record(s.t.Context(), archive.Record{TenantID: storetest.Contoso, Source: "test", SeenAt: now, Entries: []archive.Entry{{Document: doc}}}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.house.Model.Refresh(s.t.Context(), true); err != nil {
		s.t.Fatal(err)
	}
}

// qualifies answers the questions of a call, and opens a room from the verdict.
func (s *tale) qualifies() {
	s.t.Helper()
	s.tab.Go(s.house.Base + "/" + s.code + "/triage")
	s.did(`document.activeElement.name === "scope"`)
	for _, key := range keyedCalls()[0].keys {
		s.tab.Press(key)
	}
	s.did(`/triage\/\d+$/.test(location.pathname)`)
	s.ends("call")
	s.skip()
	s.press(`button[value="room"]`)
	s.did(inRoom)
	s.ends("room")
}

// inRoom is true on the page of the room.
const inRoom = `/incidents\/\d+$/.test(location.pathname)`

// todo presses what the head of the room leads to next.
func (s *tale) todo(selector, arrived string) {
	s.t.Helper()
	if !browsertest.Eval[bool](s.tab, `location.hash === "#todo"`) { // else they are there already
		s.skip()
	}
	s.press(`#todo ` + selector)
	s.did(arrived)
}

// announces sends the first announcement.
func (s *tale) announces() {
	s.t.Helper()
	s.todo(`a[href*="of=announcement"]`, `location.pathname.endsWith("/message")`)
	s.skip()
	s.fill("#symptoms", "OWA 503")
	s.fill("#workarounds", "Outlook")
	s.tab.Press(kb.Enter)
	s.did(`new URLSearchParams(location.search).get("symptoms") === "OWA 503"`)
	s.skip()
	s.press(`[name=channels][value=staff]`, " ")
	s.press(`[name=do][value=send]`)
	s.did(inRoom)
	s.ends("announcement")
}

// asks prepares a request for the provider and marks it as filed.
func (s *tale) asks() {
	s.t.Helper()
	s.todo(`a[href*="/requests/new"]`, `location.pathname.endsWith("/requests/new")`)
	s.skip()
	s.fill("#region", "EMEA")
	s.fill("#repro", "OWA")
	s.press(`main form button.btn--primary`)
	s.did(inRequest)
	s.skip()
	s.fill("#case", "24071900")
	s.tab.Press(kb.Enter)
	s.did(inRequest + ` && !document.querySelector("#case")`)
	s.ends("request")
	s.skip()
	s.press(`main a[href*="/incidents/"]`)
	s.did(inRoom)
	s.ends("back")
}

// inRequest is true on the page of a request.
const inRequest = `/requests\/\d+$/.test(location.pathname)`

// opens opens the room, as somebody does who comes back to it.
func (s *tale) opens() {
	s.t.Helper()
	s.tab.Go(s.house.Base + "/" + s.code + "/incidents/1")
	s.did(inRoom)
}

// tests writes down how services work.
func (s *tale) tests(states ...string) {
	s.t.Helper()
	s.skip()
	s.press(`.actions a[href="#matrix"]`)
	for i, state := range states {
		row := fmt.Sprintf(`#r-matrix tbody tr:nth-child(%d) `, i+1)
		s.press(row+`[type=radio]`, " ")
		for range 2 {
			if browsertest.Eval[string](s.tab, `document.activeElement.value`) != state {
				s.tab.Press(kb.ArrowRight)
			}
		}
		s.tab.Press(kb.Enter)
		s.did(inRoom + fmt.Sprintf(` && document.querySelector(%q)`, row+`[value=`+state+`][checked]`))
	}
	s.ends("matrix")
}

// updates sends the update of the hour, in one press.
func (s *tale) updates() {
	s.t.Helper()
	s.opens()
	if text := browsertest.Eval[string](s.tab, `document.querySelector("#click-text").innerText`); !strings.Contains(text, map[string]string{"fr": "rien de nouveau de Microsoft depuis 10:00", "ja": "10:00 以降、Microsoft から新しい情報はありません"}[s.code]) {
		s.t.Errorf("the update reads %q", text)
	}
	s.todo(`form button`, inRoom+` && location.hash === "#todo"`)
	s.ends("update")
}

// recovers says that it is over, checks everything and closes the room.
func (s *tale) recovers() {
	s.t.Helper()
	s.opens()
	s.todo(`a[href*="of=closure"]`, `location.pathname.endsWith("/message")`)
	s.skip()
	s.press(`[name=do][value=send]`)
	s.did(inRoom)
	s.ends("over")
	s.press(`#todo a[href="#checks"]`)
	for range browsertest.Eval[int](s.tab, `document.querySelectorAll("#r-checks [name=item]").length`) {
		s.press(`#r-checks [name=item]`, " ")
	}
	s.press(`#r-checks button[value=check]`)
	s.did(inRoom + ` && !document.querySelector("#r-checks [name=item]")`)
	s.ends("checks")
	s.press(`form:has([name=do][value=close]) button`)
	s.did(inRoom + ` && !document.querySelector("#todo")`)
	s.ends("closure")
}

// inTime holds the room to its runbook: with a minute for each step, nothing was late.
func (s *tale) inTime(t0 time.Time) {
	s.t.Helper()
	steps, err := s.house.Store.IncidentSteps(s.t.Context(), 1)
	if err != nil {
		s.t.Fatal(err)
	}
	due := map[string]int{"detection/0": 15, "announcement/0": 30, "escalation/0": 45, "updates/1": 60, "updates/2": 120, "closure/0": 150}
	for _, one := range steps {
		key := fmt.Sprintf("%s/%d", one.Step, one.N)
		took := int(one.At.Sub(t0) / time.Minute)
		s.t.Logf("%s: T0 + %d min", key, took)
		if most, ok := due[key]; !ok || took > most || !one.Needed {
			s.t.Errorf("%s was done after %d min, due after %d", key, took, most)
		}
		delete(due, key)
	}
	if len(due) > 0 {
		s.t.Errorf("never done: %v", due)
	}
	said, err := s.house.Store.IncidentMessages(s.t.Context(), 1)
	if err != nil || len(said) != 4 {
		s.t.Fatal(said, err)
	}
	for n, want := range map[string][]string{"fr": {"résolution progressive", "rien de nouveau", "rien de nouveau", "OWA 503"}, "ja": {"段階的に復旧", "新しい情報はありません", "新しい情報はありません", "OWA 503"}}[s.code] {
		if text := said[n].In(s.code).Text(); !strings.Contains(text, want) {
			s.t.Errorf("message %d reads %q", said[n].N, text)
		}
	}
}

// begin is a desk that looks after three services, with somebody who may speak with
// the provider.
func (s *tale) begin() {
	s.t.Helper()
	h := s.house
	kim := h.Person("kim", tocsin.Grant{Role: tocsin.RoleIncidentManager})
	if err := h.Store.AddLiaison(s.t.Context(), tocsin.Liaison{ID: tocsin.NewGUID(), TenantID: storetest.Contoso, UserID: kim.ID, Reach: "24/7", CreatedAt: h.Clock()}); err != nil {
		s.t.Fatal(err)
	}
	for id, name := range map[string]string{"Exchange": "Exchange Online", "microsoftteams": "Microsoft Teams", "SharePoint": "SharePoint Online"} {
		h.Record(storetest.Contoso, tocsin.Overview{ServiceID: id, Service: name, Status: tocsin.StatusDegradation})
	}
	s.says(tocsin.StatusDegradation, "User impact: access fails.")
	s.tab.Go(h.Base + "/login?next=/" + s.code + "/")
	s.signIn("kim", webtest.Password)
	s.did(`!location.pathname.endsWith("/login")`)
	s.ends("sign-in")
}

// The outage MO821132 is handled by one person from the first call to the closure,
// by keyboard alone: with a minute for each page and each form, what is due after 15,
// 30, 45 minutes and each hour is in time.
func TestStoryOfAnOutage(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		code   string
		script bool
	}{"French": {"fr", true}, "Japanese": {"ja", true}, "no script": {"fr", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &tale{hand: hand{t, browsertest.Open(t)}, house: webtest.NewHouse(t, "http://localhost"), code: one.code}
			if !one.script {
				s.tab.NoScript()
			}
			t0 := s.house.Clock()
			s.begin()
			s.qualifies()
			s.announces()
			s.asks()
			s.tests("ko", "partial", "partial")
			for n := range 2 {
				s.house.Pass(t0.Add(time.Duration(n+1)*time.Hour - 5*time.Minute).Sub(s.house.Clock()))
				s.updates()
			}
			s.house.Pass(15 * time.Minute)
			s.says(tocsin.StatusServiceRestored, "User impact: access fails.", "Final status: it is over.")
			s.opens()
			s.tests("ok", "ok", "ok")
			s.recovers()
			s.inTime(t0)
		})
	}
}
