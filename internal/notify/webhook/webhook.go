// Package webhook tells programs, by the scheme of Standard Webhooks
// (https://www.standardwebhooks.com): a POST with a JSON body, an id that stays
// the same at each attempt, and a signature that only who knows the secret can
// make. [Body] is what is sent; docs/webhooks.md has its schema.
//
// Any status of 2xx is a success, whatever the body says. Everything else is a
// failure; redirects are not followed.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
)

// Config says where messages go and how they are signed.
type Config struct {
	Wire wire.Config
	// Secret is whsec_ and the base64, with padding, of 24 to 64 bytes; see
	// [NewSecret].
	Secret string
	// Previous is the secret before it: while it is replaced, both sign.
	Previous string
	// Own are the addresses of the desk itself: it does not tell itself.
	Own []string
}

// Channel posts signed messages to one address.
type Channel struct {
	client *wire.Client
	keys   [][]byte
	now    func() time.Time
	loop   bool
}

// prefix is what secrets begin with.
const prefix = "whsec_"

// NewSecret makes a secret.
func NewSecret() string {
	var key [24]byte
	_, _ = rand.Read(key[:]) // never fails
	return prefix + base64.StdEncoding.EncodeToString(key[:])
}

// keyOf reads a secret. The error does not repeat it.
func keyOf(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, prefix)
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 || strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("a secret is whsec_ and 24 to 64 bytes in base64 with padding, such as `tocsin channel secret` prints")
	}
	return key, nil
}

// New makes a channel. It fails with an error that names the setting when the
// address or a secret is none.
func New(c Config) (*Channel, error) {
	channel := &Channel{now: c.Wire.Now}
	for _, one := range []struct{ name, secret string }{{"secret", c.Secret}, {"previousSecret", c.Previous}} {
		if one.name != "secret" && one.secret == "" {
			continue
		}
		key, err := keyOf(one.secret)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		channel.keys = append(channel.keys, key)
	}
	var err error
	if channel.client, err = wire.New(c.Wire); err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	for _, own := range c.Own {
		channel.loop = channel.loop || sameHost(own, c.Wire.Address)
	}
	return channel, nil
}

// sameHost reports whether two addresses have the same host and port.
func sameHost(a, b string) bool {
	one, err := url.Parse(a)
	other, err2 := url.Parse(b)
	return err == nil && err2 == nil && one.Host != "" && strings.EqualFold(one.Host, other.Host)
}

// Send implements [notify.Channel].
func (c *Channel) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	if c.loop {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonLoop, Permanent: true, Detail: "The address is the desk's own. Look at `address`."}
	}
	body, err := Encode(m)
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Cause: err}
	}
	answer, err := c.client.Post(ctx, c.header(m.ID, body), body)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status}, nil
}

// header signs a body: the id stays the same, the time is that of the attempt.
func (c *Channel) header(id string, body []byte) http.Header {
	at := strconv.FormatInt(c.now().Unix(), 10)
	signatures := make([]string, len(c.keys))
	for i, key := range c.keys {
		signatures[i] = "v1," + Sign(key, id, at, body)
	}
	return http.Header{
		"Content-Type":      {"application/json"},
		"Webhook-Id":        {id},
		"Webhook-Timestamp": {at},
		"Webhook-Signature": {strings.Join(signatures, " ")},
	}
}

// Sign returns the signature of a body under a key: the base64 of HMAC-SHA256 of
// id, time in seconds and body, with points between them.
func Sign(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
