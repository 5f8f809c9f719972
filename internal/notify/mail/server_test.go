package mail_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/mail"
	"example.org/tocsin/internal/notify/notifytest"
)

// post is an SMTP server of another program's making, with a certificate.
type post struct {
	mu    sync.Mutex
	from  []string
	mails []string
}

type guest struct {
	*post

	user string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &guest{post: p}, nil }

func (*guest) AuthMechanisms() []string { return []string{sasl.Plain} }

func (g *guest) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "desk" || password != notifytest.Secret {
			return smtp.ErrAuthFailed
		}
		g.user = user
		return nil
	}), nil
}

func (g *guest) Mail(from string, _ *smtp.MailOptions) error {
	if g.user == "" {
		return smtp.ErrAuthRequired
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.from = append(g.from, from)
	return nil
}

func (*guest) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == "nobody@fabrikam.com" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	return nil
}

func (g *guest) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mails = append(g.mails, string(text))
	return nil
}

func (*guest) Reset()        {}
func (*guest) Logout() error { return nil }

// startPost starts the server and returns a relay that trusts it.
func startPost(t testing.TB, implicit bool) (*post, *mail.Relay) {
	t.Helper()
	web := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	t.Cleanup(web.Close)
	p := &post{}
	s := smtp.NewServer(p)
	s.Domain, s.TLSConfig = "test", web.TLS
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if implicit {
		l = tls.NewListener(l, web.TLS)
	}
	var served sync.WaitGroup
	served.Go(func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(func() { _ = s.Close(); served.Wait() })
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	relay := &mail.Relay{Host: "127.0.0.1", Port: port, User: "desk", Password: notifytest.Secret, Roots: roots, Now: notifytest.Now}
	if implicit {
		relay.TLS = mail.Implicit
	}
	t.Cleanup(relay.Close)
	return p, relay
}

func TestRealServer(t *testing.T) {
	t.Parallel()
	for _, implicit := range []bool{false, true} {
		p, relay := startPost(t, implicit)
		c := channel(t, config(relay))
		want := string(mailOf(t, subscribed()))
		for range 3 {
			if _, err := c.Send(t.Context(), subscribed()); err != nil {
				t.Fatal(err)
			}
		}
		m := subscribed()
		m.Endpoint.Address = "nobody@fabrikam.com"
		_, err := c.Send(t.Context(), m)
		if f := notify.FailureOf(err); f.Reason != notify.ReasonGone || !f.Permanent {
			t.Errorf("nobody: %v", err)
		}
		if len(p.mails) != 3 || p.mails[2] != want || p.from[0] != "desk@contoso.com" {
			t.Errorf("%d mails from %v", len(p.mails), p.from)
		}
		relay.Roots = x509.NewCertPool()
		relay.Close()
		notifytest.Refused(t, c, notify.ReasonCertificate)
		if len(p.mails) != 3 {
			t.Error("a server that nobody vouches for got a mail")
		}
	}
}
