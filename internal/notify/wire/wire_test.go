package wire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/notifytest"
	"example.org/tocsin/internal/notify/wire"
)

// plain is the least that a channel can be.
type plain struct{ *wire.Client }

func (p plain) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	answer, err := p.Post(ctx, http.Header{"X-Id": {m.ID}}, []byte(m.Letter.Heading))
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status}, nil
}

func makePlain(_ *testing.T, address string, timeout time.Duration, inside bool) (notify.Channel, error) {
	c, err := wire.New(wire.Config{Address: address, Timeout: timeout, Inside: inside, Now: notifytest.Now})
	return plain{c}, err
}

func TestContract(t *testing.T) {
	t.Parallel()
	notifytest.Contract(t, makePlain, http.StatusNoContent, "")
}

// T-59: bad TLS is a failure with its name, and nothing is sent.
func TestBadTLS(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		trust  bool
		host   string
		change func(*tls.Config)
		detail string
	}{
		{"stranger", false, "example.com", nil, "vouches"},
		{"wrong name", true, "hooks.contoso.com", nil, "another name"},
		{"TLS 1.1", true, "example.com", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, "TLS before 1.2"},
		{"expired", true, "example.com", func(c *tls.Config) { c.Time = nil }, "expired"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
			server.TLS = &tls.Config{} //nolint:gosec // the test wants the worst
			if test.change != nil {
				test.change(server.TLS)
			}
			server.StartTLS()
			t.Cleanup(server.Close)
			pool := x509.NewCertPool()
			if test.trust {
				pool.AddCert(server.Certificate())
			}
			c, err := wire.New(wire.Config{Address: server.URL, Inside: true, Now: notifytest.Now, HTTP: func(c *httpclient.Config) {
				c.Roots, c.ServerName = pool, test.host
				if test.name == "expired" {
					c.Time = func() time.Time { return server.Certificate().NotAfter.Add(time.Hour) }
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Post(t.Context(), nil, nil)
			f, ok := errors.AsType[*notify.Failure](err)
			if !ok || f.Reason != notify.ReasonCertificate || !strings.Contains(f.Detail, test.detail) {
				t.Errorf("%v, cause %v", err, f.Cause)
			}
			if asked != 0 {
				t.Error("it was sent")
			}
		})
	}
}

// What a channel knows better than the status holds.
func TestClassify(t *testing.T) {
	t.Parallel()
	server := notifytest.Say(t, 200, nil, "no_service")
	c, err := wire.New(wire.Config{Address: server.URL, Inside: true, Now: notifytest.Now, Classify: func(a *httpclient.Answer) (*notify.Failure, bool) {
		return &notify.Failure{Reason: notify.ReasonGone}, string(a.Wire) == "no_service"
	}})
	if err != nil {
		t.Fatal(err)
	}
	if f := notifytest.Refused(t, plain{c}, notify.ReasonGone); f.Status != 200 {
		t.Errorf("%+v", f)
	}
}
