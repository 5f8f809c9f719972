// Package mail sends messages as e-mails, over SMTP or through Microsoft Graph.
//
// A message goes to one address in one transaction, so that each recipient has a
// state of its own and sees no other. Its text and HTML parts are made from the
// same blocks; its Message-ID and date are those of the batch and the same at each
// attempt. Messages of one issue hang together by their References.
//
// A message is accepted when the server says 250 after the final dot. When the
// connection breaks between the dot and the answer, nobody knows (RFC 1047): that
// is in doubt.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"example.org/tocsin/internal/notify"
)

// Config says how mails are sent.
type Config struct {
	From string // address, with or without a name
	To   string // address of what is not sent to a subscription; may be a list's
	// ReturnPath is where bounces go, the address of From when empty.
	ReturnPath string
	// Base is the address of the desk: its host is that of message ids and of the
	// list.
	Base string
	Via  []Transport // tried in their order when one cannot be reached
	DKIM []Key       // each signs; none when empty
}

// A Transport takes one message for one recipient. Errors are of type
// [*notify.Failure], unless the context has ended before the message was sent.
type Transport interface {
	Send(ctx context.Context, from, to string, message []byte) (notify.Receipt, error)
}

// Channel sends mails.
type Channel struct {
	config Config
	from   *mail.Address
	to     string
	back   string
	host   string
	sign   []signer
}

// New makes a channel. It fails when an address is none, or a key cannot be read.
func New(c Config) (*Channel, error) {
	base, err := url.Parse(c.Base)
	if err != nil || base.Hostname() == "" {
		return nil, errors.New("the address of the desk is not set: message ids need its host")
	}
	ch := &Channel{config: c, host: strings.ToLower(base.Hostname())}
	if ch.host, err = idna.Lookup.ToASCII(ch.host); err != nil {
		return nil, errors.New("the host of the desk's address is none")
	}
	if ch.from, err = mail.ParseAddress(c.From); err != nil {
		return nil, errors.New("from: it is no address")
	}
	if ch.from.Address, err = CheckAddress(ch.from.Address); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	ch.back = ch.from.Address
	if c.ReturnPath != "" {
		if ch.back, err = CheckAddress(c.ReturnPath); err != nil {
			return nil, fmt.Errorf("returnPath: %w", err)
		}
	}
	if c.To != "" {
		if ch.to, err = CheckAddress(c.To); err != nil {
			return nil, fmt.Errorf("to: %w", err)
		}
	}
	if len(c.Via) == 0 {
		return nil, errors.New("no server to send by")
	}
	if ch.sign, err = signersOf(c.DKIM); err != nil {
		return nil, err
	}
	return ch, nil
}

// ErrAddress is why an address is not taken.
var ErrAddress = errors.New("no address that mail can be sent to")

// CheckAddress returns an address in the form in which it is sent to: one
// address, without name, quotes or comments, at most 254 bytes with at most 64
// before the @ (RFC 5321, 4.5.3.1), ASCII before the @ and a domain in ASCII
// form. It fails with [ErrAddress] in words that do not repeat the address.
func CheckAddress(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || strings.ContainsFunc(address[:at], func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)
	}) {
		return "", fmt.Errorf("%w: before the @ are other signs than letters, digits and such", ErrAddress)
	}
	domain, err := idna.Lookup.ToASCII(strings.TrimSuffix(address[at+1:], "."))
	if err != nil || domain == "" || strings.HasPrefix(domain, "[") {
		return "", fmt.Errorf("%w: what follows the @ is no domain", ErrAddress)
	}
	whole := address[:at] + "@" + strings.ToLower(domain)
	if at > 64 || len(whole) > 254 {
		return "", fmt.Errorf("%w: it is too long", ErrAddress)
	}
	if parsed, err := mail.ParseAddress(whole); err != nil || parsed.Address != whole {
		return "", ErrAddress
	}
	return whole, nil
}

// Send implements [notify.Channel].
func (c *Channel) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	to := c.to
	if m.Endpoint.Address != "" {
		checked, err := CheckAddress(m.Endpoint.Address)
		if err != nil {
			return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonGone, Permanent: true, Detail: "The address is none that mail can be sent to."}
		}
		to = checked
	}
	if to == "" {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonGone, Permanent: true, Detail: "There is no address to send to. Set `to`."}
	}
	text, err := c.render(m, to)
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Detail: "The mail could not be written.", Cause: err}
	}
	return c.send(ctx, to, text)
}

// send tries the transports in their order. The next one is asked only when the
// one before did not get as far as speaking of this message.
func (c *Channel) send(ctx context.Context, to string, text []byte) (receipt notify.Receipt, err error) {
	for _, via := range c.config.Via {
		receipt, err = via.Send(ctx, c.back, to, text)
		f, ok := errors.AsType[*notify.Failure](err)
		if !ok || f.InDoubt || f.Permanent {
			return receipt, err
		}
		switch f.Reason {
		case notify.ReasonUnreachable, notify.ReasonTimeout, notify.ReasonCertificate, notify.ReasonAuthentication:
		default:
			return receipt, err
		}
	}
	return receipt, err
}

// render writes a message for one recipient, signed.
func (c *Channel) render(m *notify.Message, to string) ([]byte, error) {
	var text bytes.Buffer
	if err := c.write(&text, m, to); err != nil {
		return nil, err
	}
	return c.signed(text.Bytes(), m)
}
