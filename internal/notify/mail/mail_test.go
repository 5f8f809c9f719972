package mail_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/mail"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/wire"
)

// kept is a transport that keeps what it is given.
type kept struct {
	mu   sync.Mutex
	list []letter
	err  error
}

type letter struct {
	from, to string
	text     []byte
}

func (k *kept) Send(_ context.Context, from, to string, text []byte) (notify.Receipt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(k.list, letter{from, to, text})
	return notify.Receipt{Status: 250}, k.err
}

func config(via ...mail.Transport) mail.Config {
	return mail.Config{From: "Service desk <desk@contoso.com>", To: "team@contoso.com", Base: "https://Status.Contoso.com/x", Via: via}
}

func channel(t *testing.T, c mail.Config) *mail.Channel {
	t.Helper()
	ch, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// mailOf is the mail of a message, as it goes out.
func mailOf(t *testing.T, m *notify.Message) []byte {
	t.Helper()
	k := &kept{}
	if _, err := channel(t, config(k)).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return k.list[0].text
}

func subscribed() *notify.Message {
	m := notifytest.Message()
	m.Endpoint = notify.Endpoint{Key: "subscription:7", Address: "person@fabrikam.com", Unsubscribe: "https://status.contoso.com/unsubscribe/tok", Zone: time.UTC}
	m.Letter.UnsubscribeLabel = "Unsubscribe"
	m.Letter.Footer = []notify.Line{{Text: "You get this because you subscribed to Exchange Online.", Language: "en"}}
	return m
}

func TestMail(t *testing.T) {
	t.Parallel()
	text := mailOf(t, subscribed())
	notifytest.GoldenText(t, "mail.eml", text)
	if again := mailOf(t, subscribed()); !bytes.Equal(text, again) {
		t.Error("a second attempt is another mail")
	}
}

// read opens a mail as its readers do.
func read(t *testing.T, raw []byte) (header netmail.Header, plain, html string) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, plain, html
		}
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = quotedprintable.NewReader(p)
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			r = base64.NewDecoder(base64.StdEncoding, p)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/plain") {
			plain = string(text)
		} else {
			html = string(text)
		}
	}
}

// T-44: whatever an outsider wrote, there is no header more, and each line of the
// message is short enough for every server.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, title := range []string{
		"short", "", "x\r\nBcc: evil@evil.example\r\n\r\nbody", "x\nBcc: evil@evil.example", "x\u2028Bcc: evil@evil.example", "=?utf-8?q?Bcc:_x?=",
		strings.Repeat("サービスが利用できない場合があります。", 30), strings.Repeat("A long title in words of English ", 20), strings.Repeat("x", 2000), "Problème d’accès à la messagerie",
	} {
		m := subscribed()
		m.Letter.Title.Text, m.Letter.Entries[0].Title.Text = title, title
		m.Letter.Heading = "[serviceDegradation] EX123456\r\nBcc: x@y.example"
		raw := mailOf(t, m)
		header, plain, html := read(t, raw)
		if len(header["Bcc"]) != 0 || len(header) != 15 {
			t.Errorf("%.20q: %d headers: %v", title, len(header), header)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
		if err != nil || !strings.HasPrefix(subject, "[serviceDegradation] EX123456 Bcc: x@y.example") {
			t.Errorf("%.20q: subject %q, %v", title, subject, err)
		}
		if !bytes.Contains(raw, []byte("\r\nSubject: [serviceDegradation] EX123456")) {
			t.Errorf("%.20q: the id is not on the first line of the subject", title)
		}
		for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
				t.Errorf("%.20q: a line of %d bytes", title, len(line))
			}
		}
		if plain == "" || html == "" || strings.Contains(html, "<b>late") {
			t.Errorf("%.20q: %q", title, html)
		}
		if title != "" && ascii(title) && !strings.Contains(title, "=?") && len(title) < 300 && !strings.Contains(subject, strings.Join(strings.Fields(title), " ")) {
			t.Errorf("subject %q of %q", subject, title)
		}
	}
}

func ascii(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > '~' }) < 0
}

func TestHeadersOfLists(t *testing.T) {
	t.Parallel()
	header, plain, html := read(t, mailOf(t, subscribed()))
	for name, want := range map[string]string{
		"Message-Id": "<msg_2b7d4f1e9a@status.contoso.com>", "References": "<thr_5c1d@status.contoso.com>", "In-Reply-To": "<thr_5c1d@status.contoso.com>",
		"List-Id": "<updates.status.contoso.com>", "List-Unsubscribe": "<https://status.contoso.com/unsubscribe/tok>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "Date": "Sun, 29 Nov 2026 12:00:00 +0000",
		"From": `"Service desk" <desk@contoso.com>`, "To": "<person@fabrikam.com>",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, words := range []string{"What changed", "Users cannot send mail.", "Use Outlook on the web.", "machine translation", "Open EX123456", "You get this because", "Unsubscribe"} {
		if !strings.Contains(plain, words) || !strings.Contains(html, words) {
			t.Errorf("%q is not in both parts", words)
		}
	}
	if header, _, _ := read(t, mailOf(t, notifytest.Message())); header.Get("List-Unsubscribe") != "" {
		t.Error("a channel of the settings cannot be left by a link")
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a@b.example": "a@b.example", "A.b+c@B.Example": "A.b+c@b.example", "x@例え.jp": "x@xn--r8jz45g.jp", "a@b.example.": "a@b.example",
	} {
		if got, err := mail.CheckAddress(in); err != nil || got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "a", "@b.example", "a@", "a@b,c@d.example", "a@b.example,c@d.example", `"x"@y.example`, "a b@c.example", "x@y.example\r\nBcc: z@z.example",
		"x\r\n@y.example", strings.Repeat("a", 1000) + "@b.example", "例え@b.example", "a@[127.0.0.1]", "A <a@b.example>", "a@b.example (c)", "a@-b.example", "a..b@c.example", ".a@c.example", "a@b_c.example>",
	} {
		if got, err := mail.CheckAddress(in); err == nil {
			t.Errorf("%q is taken as %q", in, got)
		} else if !errors.Is(err, mail.ErrAddress) || len(in) > 5 && strings.Contains(err.Error(), in) {
			t.Errorf("%q: %v", in, err)
		}
	}
	m := notifytest.Message()
	m.Endpoint.Address = "a@b.example,c@d.example"
	k := &kept{}
	if _, err := channel(t, config(k)).Send(t.Context(), m); err == nil || len(k.list) != 0 {
		t.Errorf("%v, %d mails", err, len(k.list))
	}
}

// T-66: each mail names its recipient and nobody else.
func TestEachMailHasOneRecipient(t *testing.T) {
	t.Parallel()
	k := &kept{}
	c := channel(t, config(k))
	for i := range 1000 {
		m := subscribed()
		m.Endpoint.Address = fmt.Sprintf("canary%d@fabrikam.com", i)
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i, one := range k.list {
		if one.to != fmt.Sprintf("canary%d@fabrikam.com", i) || bytes.Count(one.text, []byte("canary")) != 1 {
			t.Fatalf("mail %d to %s names %d", i, one.to, bytes.Count(one.text, []byte("canary")))
		}
	}
}

func TestDKIM(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaPublic, _ := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	records := map[string]string{
		"rsa._domainkey.contoso.com": "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(rsaPublic),
		"ed._domainkey.contoso.com":  "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public),
	}
	c := config(&kept{})
	k, _ := c.Via[0].(*kept)
	c.DKIM = []mail.Key{{"contoso.com", "rsa", pemOf(t, rsaKey)}, {"contoso.com", "ed", pemOf(t, edKey)}}
	if _, err := channel(t, c).Send(t.Context(), subscribed()); err != nil {
		t.Fatal(err)
	}
	text := k.list[0].text
	check := func(text []byte) (good int) {
		list, err := dkim.VerifyWithOptions(bytes.NewReader(text), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return []string{records[name]}, nil }})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			if v.Err == nil {
				good++
			}
		}
		return good
	}
	if n := check(text); n != 2 {
		t.Errorf("%d of 2 signatures hold", n)
	}
	if n := check(append([]byte("Subject: another\r\n"), text...)); n != 0 {
		t.Errorf("%d signatures hold with a second subject", n)
	}
	for _, bad := range [][]byte{nil, []byte("x"), pemOf(t, weak(t))} {
		c.DKIM = []mail.Key{{"contoso.com", "x", bad}}
		if _, err := mail.New(c); err == nil || !strings.Contains(err.Error(), "dkim[0]") {
			t.Errorf("%v", err)
		}
	}
}

func weak(t *testing.T) any {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // that it is refused is the test
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pemOf(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestGraph(t *testing.T) {
	t.Parallel()
	server := notifytest.Say(t, http.StatusAccepted, nil, "")
	g, err := mail.NewGraph(mail.GraphConfig{
		Wire: wire.Config{Address: server.URL, Inside: true, Now: notifytest.Now}, Mailbox: "desk@contoso.com",
		Token: func(context.Context) (string, error) { return "tok", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := channel(t, config(g)).Send(t.Context(), subscribed()); err != nil {
		t.Fatal(err)
	}
	r := server.Seen()[0]
	raw, err := base64.StdEncoding.DecodeString(string(r.Body))
	if err != nil || r.Path != "/v1.0/users/desk@contoso.com/sendMail" || r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%s %v, %v", r.Path, r.Header, err)
	}
	if header, _, _ := read(t, raw); header.Get("To") != "<person@fabrikam.com>" {
		t.Errorf("%v", header)
	}
}

func TestSecondRelay(t *testing.T) {
	t.Parallel()
	for reason, second := range map[notify.Reason]bool{
		notify.ReasonUnreachable: true, notify.ReasonTimeout: true, notify.ReasonCertificate: true, notify.ReasonAuthentication: true,
		notify.ReasonRate: false, notify.ReasonRefused: false, notify.ReasonContent: false, notify.ReasonGone: false, notify.ReasonInDoubt: false,
	} {
		first := &kept{err: &notify.Failure{Reason: reason, InDoubt: reason == notify.ReasonInDoubt}}
		next := &kept{}
		_, err := channel(t, config(first, next)).Send(t.Context(), subscribed())
		if (err == nil) != second || (len(next.list) == 1) != second {
			t.Errorf("%s: %v, the second one was asked %d times", reason, err, len(next.list))
		}
		if second && !bytes.Equal(first.list[0].text, next.list[0].text) {
			t.Errorf("%s: another mail", reason)
		}
	}
}

// script is an SMTP server that answers as its test wants, line by line.
func script(t *testing.T, answer func(conn int, line string) string) *mail.Relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn, func(line string) string { return answer(n, line) })
		}
	}()
	r := &mail.Relay{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: mail.NoTLS, Now: notifytest.Now}
	t.Cleanup(r.Close)
	return r
}

// serve speaks with one client: an answer of "" takes what is usual, "cut" ends
// the connection.
func serve(conn net.Conn, answer func(string) string) {
	defer func() { _ = conn.Close() }()
	say := func(line, usual string) bool {
		text := answer(line)
		if text == "" {
			text = usual
		}
		if text == "cut" {
			return false
		}
		_, err := io.WriteString(conn, text+"\r\n")
		return err == nil
	}
	if !say("connect", "220 test ESMTP") {
		return
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		line := lines.Text()
		usual := "250 2.0.0 ok"
		switch {
		case strings.HasPrefix(line, "EHLO"):
			usual = "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN"
		case line == "DATA":
			if !say(line, "354 go on") {
				return
			}
			for lines.Scan() && lines.Text() != "." {
			}
			line = "."
		case line == "QUIT":
			usual = "221 bye"
		}
		if !say(line, usual) {
			return
		}
	}
}

// F-85: what a server may say, and what becomes of the message.
func TestAnswersOfServers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		at, answer string
		reason     notify.Reason
		permanent  bool
		after      time.Duration
	}{
		{"connect", "421 4.3.2 busy", notify.ReasonRate, false, 0},
		{"connect", "554 5.7.1 not you", notify.ReasonContent, false, 0},
		{"connect", "cut", notify.ReasonUnreachable, false, 0},
		{"MAIL", "451 4.7.1 later", notify.ReasonRate, false, 0},
		{"MAIL", "530 5.7.0 sign in", notify.ReasonAuthentication, false, 0},
		{"RCPT", "450 4.2.0 greylisted", notify.ReasonRate, false, 0},
		{"RCPT", "550 5.1.1 nobody", notify.ReasonGone, true, 0},
		{"RCPT", "550 5.7.1 relaying denied", notify.ReasonRefused, false, 0},
		{"RCPT", "550 5.7.232 limit of the tenant", notify.ReasonRate, false, 24 * time.Hour},
		{".", "550 5.7.233 limit of the trial", notify.ReasonRate, false, 24 * time.Hour},
		{"RCPT", "cut", notify.ReasonUnreachable, false, 0},
		{"DATA", "421 4.4.2 gone", notify.ReasonRate, false, 0},
		{".", "451 4.3.0 later", notify.ReasonRate, false, 0},
		{".", "552 5.3.4 too large", notify.ReasonContent, true, 0},
		{".", "554 5.7.1 spam", notify.ReasonContent, false, 0},
		{".", "cut", notify.ReasonInDoubt, false, 0},
	} {
		relay := script(t, func(_ int, line string) string {
			if strings.HasPrefix(line, test.at) {
				return test.answer
			}
			return ""
		})
		f := notifytest.Refused(t, channel(t, config(relay)), test.reason)
		if f.Permanent != test.permanent || f.After != test.after {
			t.Errorf("%s %s: %+v", test.at, test.answer, f)
		}
	}
}

// A connection is used for many messages, a refused one among them; one that was
// closed while it waited costs nothing.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	connections, mails := 0, 0
	relay := script(t, func(n int, line string) string {
		mu.Lock()
		defer mu.Unlock()
		connections = max(connections, n)
		switch {
		case line == ".":
			mails++
		case strings.HasPrefix(line, "RCPT TO:<nobody@"):
			return "550 5.1.1 nobody"
		case strings.HasPrefix(line, "MAIL") && n == 1 && mails == 10:
			return "421 4.4.2 idle for too long"
		}
		return ""
	})
	c := channel(t, config(relay))
	for i := range 20 {
		m := subscribed()
		if i == 5 {
			m.Endpoint.Address = "nobody@fabrikam.com"
		}
		if _, err := c.Send(t.Context(), m); (err == nil) != (i != 5) {
			t.Fatalf("mail %d: %v", i, err)
		}
	}
	if connections != 2 || mails != 19 {
		t.Errorf("%d mails over %d connections", mails, connections)
	}
}

// A message never goes out over a connection that should have been encrypted, and
// neither does a password.
func TestNothingWithoutTLS(t *testing.T) {
	t.Parallel()
	var seen []string
	var mu sync.Mutex
	relay := script(t, func(_ int, line string) string {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, line)
		return ""
	})
	relay.TLS, relay.User, relay.Password = mail.StartTLS, "desk", notifytest.Secret
	f := notifytest.Refused(t, channel(t, config(relay)), notify.ReasonCertificate)
	if !strings.Contains(f.Detail, "STARTTLS") {
		t.Error(f.Detail)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, line := range seen {
		if line != "connect" && !strings.HasPrefix(line, "EHLO") {
			t.Errorf("it was told %q", line)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ answer, words string }{
		{"535 5.7.8 " + notifytest.Secret, "`password`"},
		{"535 5.7.139 Authentication unsuccessful, basic authentication is disabled", "xoauth2"},
		{"454 4.7.0 later", "at present"},
	} {
		relay := script(t, func(_ int, line string) string {
			if strings.HasPrefix(line, "AUTH") {
				return test.answer
			}
			return ""
		})
		relay.User, relay.Password = "desk", notifytest.Secret
		if f := notifytest.Refused(t, channel(t, config(relay)), notify.ReasonAuthentication); !strings.Contains(f.Detail, test.words) {
			t.Errorf("%s: %s", test.answer, f.Detail)
		}
	}
}
