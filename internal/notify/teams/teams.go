// Package teams sends messages to Microsoft Teams as Adaptive Cards, through a
// workflow of Power Automate that posts what it is sent.
//
// The address of a workflow is a secret and says nothing: where it leads and what
// its path looks like is the provider's matter and has changed more than once. It
// has to be https, at a host of the provider or one that the settings confirm.
// A workflow answers when it has accepted a card, which is not when people see it.
package teams

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/notify/wire"
)

// Every is the least time between two messages to one address.
const Every = time.Second

// maxBody bounds a message, in bytes: a workflow takes 28 KB, and what it adds is
// not ours to know.
const maxBody = 20 << 10

// Config says which workflow is told.
type Config struct {
	Wire wire.Config // Address is that of the workflow
	// Hosts are hosts that the operator confirms beside those of the provider.
	Hosts []string
	// Bare sends the card alone, for flows that want it without the envelope of a
	// message.
	Bare bool
}

// ErrAddress is why an address is not taken.
var ErrAddress = errors.New("no address of a workflow")

// Channel posts cards to one workflow.
type Channel struct {
	client *wire.Client
	bare   bool
}

// New makes a channel. It fails with [ErrAddress], in words that name no more of
// the address than its host, when that is none of a workflow.
func New(c Config) (*Channel, error) {
	if err := CheckAddress(c.Wire.Address, c.Hosts); err != nil {
		return nil, err
	}
	c.Wire.Classify = classify
	client, err := wire.New(c.Wire)
	if err != nil {
		return nil, err
	}
	return &Channel{client, c.Bare}, nil
}

// CheckAddress refuses what cannot be the address of a workflow: a host that is
// neither the provider's nor among those that are confirmed, http but for a
// confirmed host, and addresses of the connectors that were retired in 2025. The
// path is not looked at.
func CheckAddress(address string, confirmed []string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return fmt.Errorf("%w: write the whole address that Teams showed", ErrAddress)
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case slices.ContainsFunc(confirmed, func(one string) bool { return strings.EqualFold(one, host) }):
		return nil
	case u.Scheme != "https":
		return fmt.Errorf("%w: it has to begin with https", ErrAddress)
	case under(host, "webhook.office.com"), under(host, "outlook.office.com"):
		return fmt.Errorf("%w: %s is of a connector, which Teams has retired; make a workflow and write its address", ErrAddress, host)
	case slices.ContainsFunc(providers(), func(domain string) bool { return under(host, domain) }):
		return nil
	}
	return fmt.Errorf("%w: %s is no host of Power Automate that is known; list it under `hosts` if it is meant", ErrAddress, host)
}

// providers are domains of Power Automate, in its clouds.
func providers() []string {
	return []string{
		"api.powerplatform.com", "api.gov.powerplatform.microsoft.us", "api.high.powerplatform.microsoft.us", "api.appsplatform.us",
		"api.powerplatform.partner.microsoftonline.cn", "logic.azure.com", "logic.azure.us", "logic.azure.cn",
	}
}

func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }

// Send implements [notify.Channel].
func (c *Channel) Send(ctx context.Context, m *notify.Message) (notify.Receipt, error) {
	var err error
	body := notify.Fit(m.Letter, func(l *notify.Letter, cut bool) (body []byte) {
		body, err = encode(cardOf(l, m.Repeat, cut), c.bare)
		return body
	}, func(body []byte) bool { return err == nil && len(body) <= maxBody })
	if err != nil {
		return notify.Receipt{}, &notify.Failure{Reason: notify.ReasonContent, Permanent: true, Detail: "The card could not be written.", Cause: err}
	}
	answer, err := c.client.Post(ctx, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body)
	if err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Status: answer.Status, Detail: "accepted by the workflow"}, nil
}

// classify knows what the answers of workflows mean.
func classify(answer *httpclient.Answer) (*notify.Failure, bool) {
	const again = " Open the flow in Teams, fetch its address again and write it as `address`."
	switch answer.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return &notify.Failure{Reason: notify.ReasonAuthentication, Detail: "The workflow does not take the address." + again}, true
	case http.StatusNotFound:
		return &notify.Failure{Reason: notify.ReasonGone, Detail: "There is no such workflow, or it was switched off." + again}, true
	case http.StatusOK:
		body, err := answer.Body()
		if err == nil && refusal(body) {
			return &notify.Failure{Reason: notify.ReasonRefused, Detail: "It answered with status 200 and an error in its words."}, true
		}
	}
	return nil, false
}

// refusal reports whether an answer with status 200 says that the card was not
// posted.
func refusal(body []byte) bool {
	body = bytes.ToLower(bytes.TrimSpace(body))
	return bytes.HasPrefix(body, []byte(`{"error"`)) || bytes.Contains(body, []byte("delivery failed")) || bytes.Contains(body, []byte("returned http error"))
}
