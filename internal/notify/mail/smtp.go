package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"example.org/tocsin/internal/notify"
)

// Bounds of a connection.
const (
	dialTimeout = 15 * time.Second
	sendTimeout = 60 * time.Second // of one message
	idleTime    = 20 * time.Second // after which a connection is not used again
	maxIdle     = 16               // connections that wait for the next message
	maxMessages = 200              // of one connection
)

// TLS says how a connection is encrypted.
type TLS string

// The ways to encrypt. A server that does not offer STARTTLS where it is wanted
// is sent nothing.
const (
	StartTLS TLS = "starttls"
	Implicit TLS = "implicit"
	NoTLS    TLS = "none" // for a server on the same machine
)

// Relay is a server that takes mails over SMTP.
type Relay struct {
	Host     string
	Port     int // 587, 465 or 25 by TLS when 0
	TLS      TLS // StartTLS when empty
	User     string
	Password string
	// Token returns an OAuth 2.0 access token: XOAUTH2 is used in the place of a
	// password. May be nil.
	Token func(context.Context) (string, error)
	Hello string         // our name; localhost when empty
	Roots *x509.CertPool // who is trusted; those of the system when nil
	Now   func() time.Time

	mu   sync.Mutex
	idle []*session
}

// session is one connection that has been greeted and signed in.
type session struct {
	*smtp.Client
	conn net.Conn
	used time.Time
	sent int
}

// Send implements [Transport].
func (r *Relay) Send(ctx context.Context, from, to string, message []byte) (notify.Receipt, error) {
	for {
		s, fresh, err := r.session(ctx)
		if err != nil {
			return notify.Receipt{}, err
		}
		receipt, again, err := r.deliver(ctx, s, from, to, message)
		if again && !fresh { // it was closed while it waited
			continue
		}
		return receipt, err
	}
}

// Close ends the connections that wait.
func (r *Relay) Close() {
	r.mu.Lock()
	idle := r.idle
	r.idle = nil
	r.mu.Unlock()
	for _, s := range idle {
		_ = s.conn.Close()
	}
}

// session returns a connection that waits, or a fresh one.
func (r *Relay) session(ctx context.Context) (s *session, fresh bool, err error) {
	for {
		r.mu.Lock()
		n := len(r.idle)
		if n == 0 {
			r.mu.Unlock()
			s, err = r.dial(ctx)
			return s, true, err
		}
		s, r.idle = r.idle[n-1], r.idle[:n-1]
		r.mu.Unlock()
		if r.Now().Sub(s.used) < idleTime {
			return s, false, nil
		}
		_ = s.conn.Close()
	}
}

// keep has a connection wait for the next message.
func (r *Relay) keep(s *session) {
	s.used = r.Now()
	s.sent++
	r.mu.Lock()
	full := len(r.idle) >= maxIdle || s.sent >= maxMessages
	if !full {
		r.idle = append(r.idle, s)
	}
	r.mu.Unlock()
	if full {
		_ = s.Quit()
	}
}

func (r *Relay) port() int {
	switch {
	case r.Port != 0:
		return r.Port
	case r.TLS == Implicit:
		return 465
	case r.TLS == NoTLS:
		return 25
	}
	return 587
}

// dial connects, encrypts and signs in.
func (r *Relay) dial(ctx context.Context) (*session, error) {
	dialling, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	config := &tls.Config{ServerName: r.Host, RootCAs: r.Roots, MinVersion: tls.VersionTLS12}
	address := net.JoinHostPort(r.Host, strconv.Itoa(r.port()))
	var conn net.Conn
	var err error
	if r.TLS == Implicit {
		conn, err = (&tls.Dialer{Config: config}).DialContext(dialling, "tcp", address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(dialling, "tcp", address)
	}
	if err != nil {
		return nil, broken(ctx, err)
	}
	stop := context.AfterFunc(dialling, func() { _ = conn.Close() })
	defer stop()
	s, err := r.greet(dialling, conn, config)
	if err != nil {
		_ = conn.Close()
		if dialling.Err() != nil && ctx.Err() == nil {
			return nil, &notify.Failure{Reason: notify.ReasonTimeout, Detail: "The server did not answer in time.", Cause: err}
		}
		return nil, broken(ctx, err)
	}
	return s, nil
}

func (r *Relay) greet(ctx context.Context, conn net.Conn, config *tls.Config) (*session, error) {
	client, err := smtp.NewClient(conn, r.Host)
	if err != nil {
		return nil, err
	}
	client.SkipSMTPUTF8(true)
	hello := r.Hello
	if hello == "" {
		hello = "localhost"
	}
	if err := client.Hello(hello); err != nil {
		return nil, err
	}
	if r.TLS == StartTLS || r.TLS == "" {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return nil, &notify.Failure{Reason: notify.ReasonCertificate, Detail: "The server does not offer STARTTLS. Look at `tls` and `port`."}
		}
		if err := client.StartTLS(config); err != nil {
			return nil, err
		}
	}
	if err := r.signIn(ctx, client); err != nil {
		return nil, err
	}
	return &session{Client: client, conn: conn, used: r.Now()}, nil
}

// signIn signs in as the settings say.
func (r *Relay) signIn(ctx context.Context, client *smtp.Client) error {
	if r.User == "" {
		return nil
	}
	_, ways := client.Extension("AUTH")
	offered := " " + strings.ToUpper(ways) + " "
	plain := r.TLS == NoTLS
	var auth smtp.Auth
	switch {
	case r.Token != nil:
		token, err := r.Token(ctx)
		if err != nil {
			return &notify.Failure{Reason: notify.ReasonAuthentication, Detail: "There is no token to sign in with. Look at `auth`.", Cause: err}
		}
		auth = smtp.XOAuth2Auth(r.User, token)
	case strings.Contains(offered, " PLAIN "):
		auth = smtp.PlainAuth("", r.User, r.Password, r.Host, plain)
	case strings.Contains(offered, " LOGIN "):
		auth = smtp.LoginAuth(r.User, r.Password, r.Host, plain)
	default:
		return &notify.Failure{Reason: notify.ReasonAuthentication, Detail: "The server offers no way to sign in that is known. Look at `user` and `tls`."}
	}
	if err := client.Auth(auth); err != nil {
		return signInFailure(err)
	}
	return nil
}

// signInFailure is why a server did not let us in.
func signInFailure(err error) error {
	f := &notify.Failure{Reason: notify.ReasonAuthentication, Detail: "The server did not take user and password. Look at `user` and `password`.", Cause: err}
	said, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return err
	}
	f.Status = said.Code
	switch {
	case said.Code >= 400 && said.Code < 500:
		f.Detail = "The server cannot check a sign-in at present."
	case strings.Contains(said.Msg, "5.7.139"), strings.Contains(said.Msg, "5.7.57"):
		f.Detail = "Exchange Online takes no password for SMTP here. Set `auth: xoauth2`, or send by `graph`."
	}
	f.Cause = nil // its words may repeat what was sent
	return f
}

// deliver sends one message over a connection. The second result reports that the
// connection had been closed before anything was said of the message.
func (r *Relay) deliver(ctx context.Context, s *session, from, to string, message []byte) (_ notify.Receipt, again bool, _ error) {
	_ = s.conn.SetDeadline(time.Now().Add(sendTimeout)) // the clock of the connection is the machine's
	stop := context.AfterFunc(ctx, func() { _ = s.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	over := func(err error) error { // the connection is of no more use
		_ = s.conn.Close()
		return err
	}
	if err := s.Mail("<" + from + ">"); err != nil {
		return notify.Receipt{}, ctx.Err() == nil && closed(err), over(broken(ctx, err))
	}
	if err := s.Rcpt("<" + to + ">"); err != nil {
		return notify.Receipt{}, false, r.refused(ctx, s, err, "recipient")
	}
	w, err := s.Data()
	if err != nil {
		return notify.Receipt{}, false, r.refused(ctx, s, err, "message")
	}
	if _, err := w.Write(message); err != nil {
		return notify.Receipt{}, false, over(broken(ctx, err))
	}
	err = w.Close()
	if err == nil {
		r.keep(s)
		return notify.Receipt{Status: 250}, false, nil
	}
	if _, ok := errors.AsType[*textproto.Error](err); ok {
		return notify.Receipt{}, false, r.refused(ctx, s, err, "message")
	}
	return notify.Receipt{}, false, over(&notify.Failure{
		Reason: notify.ReasonInDoubt, InDoubt: true, Detail: "The connection broke after the whole message was sent and before the server answered.", Cause: err,
	})
}

// closed reports whether a connection had been closed while it waited.
func closed(err error) bool {
	said, ok := errors.AsType[*textproto.Error](err)
	return !ok || said.Code == 421
}

// refused is the failure that an answer to a message tells. The connection is
// used again where the server goes on with it.
func (r *Relay) refused(ctx context.Context, s *session, err error, what string) error {
	said, ok := errors.AsType[*textproto.Error](err)
	if !ok || said.Code == 421 || s.Reset() != nil {
		_ = s.conn.Close()
	} else {
		r.keep(s)
	}
	if !ok {
		return broken(ctx, err)
	}
	return saidFailure(said, what)
}

// tomorrow is how long to wait when a tenant has sent as much as it may in a day.
const tomorrow = 24 * time.Hour

// saidFailure is what a reply code stands for: RFC 5321, 4.2, and the enhanced
// codes of RFC 3463 with those of Exchange Online.
func saidFailure(said *textproto.Error, what string) *notify.Failure {
	f := &notify.Failure{Reason: notify.ReasonRefused, Status: said.Code, Detail: fmt.Sprintf("The server answered %d to the %s.", said.Code, what)}
	enhanced := enhancedOf(said.Msg)
	switch {
	case enhanced == "5.7.232" || enhanced == "5.7.233":
		f.Reason, f.After, f.Detail = notify.ReasonRate, tomorrow, "The tenant has sent as many mails to others as it may in a day."
	case said.Code >= 400 && said.Code < 500:
		f.Reason = notify.ReasonRate
		f.Detail += " It wants it later."
	case said.Code == 530, said.Code == 534, said.Code == 535, said.Code == 538:
		f.Reason = notify.ReasonAuthentication
		f.Detail += " It wants a sign-in. Look at `user` and `tls`."
	case said.Code == 552, enhanced == "5.3.4", enhanced == "5.2.3":
		f.Reason, f.Permanent = notify.ReasonContent, true
		f.Detail += " The mail is too large for it."
	case what == "recipient" && (enhanced == "5.7.1" || enhanced == "5.7.54" || enhanced == "5.7.64" || enhanced == "5.7.57"):
		f.Detail += " It does not send on for us. Look at `user` and `host`."
	case what == "recipient":
		f.Reason, f.Permanent = notify.ReasonGone, true
		f.Detail += " There is no such address, or it takes no mails."
	case said.Code >= 500:
		f.Reason = notify.ReasonContent
	}
	return f
}

// enhancedOf is the enhanced status code at the start of a reply, "" for none.
func enhancedOf(reply string) string {
	code, _, _ := strings.Cut(reply, " ")
	if strings.Count(code, ".") != 2 || strings.Trim(code, "0123456789.") != "" {
		return ""
	}
	return code
}

// broken is the failure of a connection that came to nothing, before the server
// had the whole message.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f, ok := errors.AsType[*notify.Failure](err); ok {
		return f
	}
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		return saidFailure(said, "greeting")
	}
	f := &notify.Failure{Reason: notify.ReasonUnreachable, Detail: "No connection to the server could be made, or it broke. Look at `host` and `port`.", Cause: err}
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	failed, isNet := errors.AsType[net.Error](err)
	switch {
	case verify:
		f.Reason, f.Detail = notify.ReasonCertificate, "The certificate of the server is not to be trusted. Look at `host`."
	case record, strings.Contains(err.Error(), "tls: "):
		f.Reason, f.Detail = notify.ReasonCertificate, "No safe connection to the server could be made. Look at `tls` and `port`."
	case isNet && failed.Timeout():
		f.Reason, f.Detail = notify.ReasonTimeout, "The server did not answer in time."
	}
	return f
}
