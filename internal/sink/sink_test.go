package sink

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/teams"
	"example.org/tocsin/internal/notify/webhook"
	"example.org/tocsin/internal/notify/wire"
)

const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

// running is a server until the test ends.
func running(t *testing.T) *Server {
	t.Helper()
	s, err := Listen(secret, notifytest.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// get reads a page, which must answer with a status.
func get(t *testing.T, s *Server, path string, status int) (string, http.Header) {
	t.Helper()
	answer, err := http.Get(s.base() + path) //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%s: status %d, %v", path, answer.StatusCode, err)
	}
	return string(body), answer.Header
}

// T-40: a hostile mail is text, and its HTML stands in a frame that can do nothing.
func TestHostileMail(t *testing.T) {
	t.Parallel()
	s := running(t)
	mail := strings.ReplaceAll("From: <a@contoso.example>\nTo: b@contoso.example\nSubject: =?utf-8?q?=3Cscript=3Ealert=281=29=3C/script=3E?=\nContent-Language: ja\nMIME-Version: 1.0\n"+
		"Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<img src=3Dx onerror=3Dalert(1)> =E6=97=A5\n"+
		"--x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGh0bWw+PGhlYWQ+PC9oZWFkPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD4=\n--x--\n", "\n", "\r\n")
	if err := smtp.SendMail(fmt.Sprintf("%s:%d", Host, s.MailPort()), nil, "a@contoso.example", []string{"b@contoso.example"}, []byte(mail)); err != nil {
		t.Fatal(err)
	}
	list, header := get(t, s, "/fr/demo/mail", http.StatusOK)
	if strings.Contains(list, "<script") || !strings.Contains(list, "&lt;script&gt;alert(1)") || !strings.Contains(list, `lang="ja"`) || !strings.Contains(list, "Boîte aux lettres (1)") {
		t.Errorf("list:\n%s", list)
	}
	if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
		t.Errorf("policy %q", policy)
	}
	one, _ := get(t, s, "/ja/demo/mail/1", http.StatusOK)
	if strings.Contains(one, "<img") || !strings.Contains(one, "onerror=alert(1)&gt; 日") || !strings.Contains(one, `sandbox="allow-popups`) || strings.Contains(one, "allow-scripts") {
		t.Errorf("mail:\n%s", one)
	}
	frame, header := get(t, s, "/demo/mail/1/html", http.StatusOK)
	if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox ") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(frame, "<script>") {
		t.Errorf("frame: %q\n%s", policy, frame)
	}
	get(t, s, "/demo/mail/7", http.StatusNotFound)
	get(t, s, "/demo/mail/x/html", http.StatusNotFound)
	if err := smtp.SendMail(fmt.Sprintf("%s:%d", Host, s.MailPort()), nil, "a@contoso.example", []string{"b@contoso.example"}, []byte("no head")); err == nil {
		t.Error("what is no mail was taken")
	}
}

// What the channels send is shown: a card by its parts, a webhook as signed or not.
func TestCardsAndHooks(t *testing.T) {
	t.Parallel()
	s := running(t)
	m := notifytest.Message()
	card, err := teams.New(teams.Config{Wire: wire.Config{Address: s.CardAddress(), Inside: true, Now: time.Now}, Hosts: []string{Host}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := card.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"ours": secret, "another": webhook.NewSecret()} {
		hook, err := webhook.New(webhook.Config{Wire: wire.Config{Address: s.HookAddress(), Inside: true, Now: time.Now}, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hook.Send(t.Context(), m); (err == nil) != (name == "ours") {
			t.Errorf("a webhook signed with the secret that is %s: %v", name, err)
		}
	}
	cards, _ := get(t, s, "/demo/cards", http.StatusOK)
	for _, want := range []string{"Cards (1)", `class="block warning`, "Users cannot send mail.", `href="https://status.contoso.com/contoso/issues/EX123456"`, "&lt;b&gt;late"} {
		if !strings.Contains(cards, want) {
			t.Errorf("no %q in the cards", want)
		}
	}
	hooks, _ := get(t, s, "/demo/hooks", http.StatusOK)
	if strings.Count(hooks, "✓ signed by this desk") != 1 || strings.Count(hooks, "✗ not signed by this desk") != 1 {
		t.Errorf("hooks:\n%s", hooks)
	}
}

// Nobody posts who was not told where, no other name leads here, and not all is
// kept for ever.
func TestInside(t *testing.T) {
	t.Parallel()
	s := running(t)
	answer, err := http.Post(s.base()+"/in/guessed/hook", "application/json", strings.NewReader("{}")) //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("a guessed address: %d, %v", answer.StatusCode, err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Pages(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "rebound.example:80"
	if answer, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another name: %d, %v", answer.StatusCode, err)
	}
	var list []int
	for n := range maxKept + 5 {
		list = keep(list, n)
	}
	if len(list) != maxKept || list[0] != maxKept+4 {
		t.Errorf("%d kept, the first is %d", len(list), list[0])
	}
}

// Each text is there in each language, and used.
func TestTexts(t *testing.T) {
	t.Parallel()
	want := slices.Sorted(maps.Keys(texts()["en"]))
	template, err := files.ReadFile("templates/page.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range languages() {
		if got := slices.Sorted(maps.Keys(texts()[language])); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", language, got, want)
		}
	}
	for _, key := range want {
		if key != "mail" && key != "cards" && key != "hooks" && !strings.Contains(string(template), `T "`+key+`"`) {
			t.Errorf("the text %s is used nowhere", key)
		}
	}
}
