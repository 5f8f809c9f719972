// Package wire has what channels over HTTP share: a request over the guarded
// client to one address, and the reason that each way to fail stands for.
package wire

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/notify"
)

// Bounds of one request.
const (
	timeout = 15 * time.Second
	maxBody = 64 << 10 // bytes of an answer
)

// Config says how a channel reaches the other side.
type Config struct {
	// Address is where requests go: https, or http where the settings allow it.
	// Path and query are secrets, and in no failure.
	Address string
	// Inside allows addresses inside the network.
	Inside bool
	// EnvironmentProxy lets HTTPS_PROXY and its kin choose a proxy.
	EnvironmentProxy bool
	Timeout          time.Duration // of one request with its whole answer; 15 s when 0
	// Classify knows better what an answer means than its status tells: nil for a
	// success. It returns false to leave it to the status. May be nil.
	Classify func(*httpclient.Answer) (*notify.Failure, bool)
	// HTTP changes how connections are made, for tests. May be nil.
	HTTP func(*httpclient.Config)
	Now  func() time.Time
}

// Client posts to one address.
type Client struct {
	config Config
	http   *httpclient.Client
}

// New makes a client. It fails with an error that names no part of the address
// when that is none, or is inside the network where that is not allowed.
func New(c Config) (*Client, error) {
	root, _, _ := strings.Cut(c.Address, "?")
	config := httpclient.Config{
		Root: root, Timeout: cmp.Or(c.Timeout, timeout), MaxBody: maxBody, Outside: !c.Inside, Hidden: true,
		EnvironmentProxy: c.EnvironmentProxy, Connections: 16,
	}
	if c.HTTP != nil {
		c.HTTP(&config)
	}
	client, err := httpclient.New(config)
	if err != nil {
		return nil, err
	}
	return &Client{c, client}, nil
}

// Post sends a body and returns the answer of a success, 2xx. Failures are of
// type [*notify.Failure], unless ctx has ended.
func (c *Client) Post(ctx context.Context, header http.Header, body []byte) (*httpclient.Answer, error) {
	return c.Do(ctx, http.MethodPost, c.config.Address, header, body)
}

// Do is [Client.Post] with another method, or to another address below the
// client's own.
func (c *Client) Do(ctx context.Context, method, address string, header http.Header, body []byte) (*httpclient.Answer, error) {
	answer, err := c.http.Do(ctx, method, address, header, body)
	if err != nil {
		return nil, broken(ctx, err)
	}
	if c.config.Classify != nil {
		if f, ok := c.config.Classify(answer); ok {
			if f == nil {
				return answer, nil
			}
			return nil, c.wait(f, answer)
		}
	}
	if answer.Status >= 200 && answer.Status < 300 {
		return answer, nil
	}
	return nil, c.wait(refused(answer.Status), answer)
}

// wait adds to a failure how long the other side asks to wait.
func (c *Client) wait(f *notify.Failure, answer *httpclient.Answer) *notify.Failure {
	f.Status = answer.Status
	if at, ok := httpclient.RetryAfter(answer.Header.Get("Retry-After"), c.config.Now()); ok && f.After == 0 {
		f.After = at.Sub(c.config.Now())
	}
	return f
}

// broken is the failure of a request without a whole answer.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := &notify.Failure{Reason: notify.ReasonUnreachable, Cause: err}
	cut, isCut := errors.AsType[*httpclient.CutError](err)
	failed, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, httpclient.ErrInside):
		f.Reason, f.Detail = notify.ReasonInside, "The address is inside the network. Set `inside: true` for the channel if that is meant."
	case isCut && cut.Status >= 200 && cut.Status < 300:
		f.Reason, f.InDoubt, f.Status, f.Detail = notify.ReasonInDoubt, true, cut.Status, "It said yes, and its answer broke off."
	case isCut:
		f = refused(cut.Status)
		f.Status, f.Cause = cut.Status, err
	case certificate(err):
		f.Reason, f.Detail = notify.ReasonCertificate, certificateDetail(err)
	case isNet && failed.Timeout() || errors.Is(err, context.DeadlineExceeded):
		f.Reason, f.Detail = notify.ReasonTimeout, "It did not answer in time."
	case errors.Is(err, httpclient.ErrRefused):
		f.Reason, f.Permanent, f.Detail = notify.ReasonRefused, true, "The address cannot be used. Look at `address`."
	case errors.Is(err, http.ErrSchemeMismatch):
		f.Reason, f.Detail = notify.ReasonCertificate, "It does not speak TLS at that address. Look at `address`."
	case errors.Is(err, httpclient.ErrProxy):
		f.Detail = "The proxy refused the connection."
	case errors.Is(err, httpclient.ErrProtocol):
		f.Reason, f.Detail = notify.ReasonRefused, "Its answer is no valid HTTP."
	default:
		f.Detail = unreachable(err)
	}
	return f
}

func certificate(err error) bool {
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	return verify || record || alert || strings.Contains(err.Error(), "tls: ")
}

// certificateDetail says what is wrong with a certificate, without words of it.
func certificateDetail(err error) string {
	problem := err.Error()
	switch {
	case strings.Contains(problem, "expired or is not yet valid"):
		return "Its certificate has expired, or is not valid yet."
	case strings.Contains(problem, "not valid for any names") || strings.Contains(problem, "certificate is valid for") || strings.Contains(problem, "doesn't contain any"):
		return "Its certificate is for another name."
	case strings.Contains(problem, "unknown authority"):
		return "Nobody that this machine trusts vouches for its certificate."
	case strings.Contains(problem, "protocol version"):
		return "It speaks only a version of TLS before 1.2."
	}
	return "No safe connection could be made."
}

func unreachable(err error) string {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return "Its name is not known to the DNS."
		}
		return "The DNS did not answer for its name."
	}
	return "No connection to it could be made."
}

// refused is the failure that a status stands for, RFC 9110 and 6585.
func refused(status int) *notify.Failure {
	f := &notify.Failure{Reason: notify.ReasonRefused, Status: status, Detail: fmt.Sprintf("It answered with status %d.", status)}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		f.Reason, f.Detail = notify.ReasonAuthentication, f.Detail+" Look at `secret` and `address`."
	case status == http.StatusNotFound:
		f.Reason, f.Detail = notify.ReasonGone, "There is nothing at its address. Look at `address`."
	case status == http.StatusGone:
		f.Reason, f.Permanent, f.Detail = notify.ReasonGone, true, "It wants no more messages at that address. Look at `address`."
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		f.Reason = notify.ReasonTimeout
	case status == http.StatusTooManyRequests:
		f.Reason, f.Detail = notify.ReasonRate, "It wants fewer messages in a while."
	case status == http.StatusBadRequest, status == http.StatusNotAcceptable, status == http.StatusRequestEntityTooLarge,
		status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		f.Reason = notify.ReasonContent
	case status == http.StatusLoopDetected:
		f.Reason, f.Permanent = notify.ReasonLoop, true
	case status >= 300 && status < 400:
		f.Detail = fmt.Sprintf("It answered with a redirect, status %d, which is not followed. Write where it leads as `address`.", status)
	}
	return f
}

// JSON are the headers of a request with a JSON body and a token: user:password
// by the Basic scheme, Bearer for any other, "" for none.
func JSON(token string) http.Header {
	header := http.Header{"Content-Type": {"application/json"}}
	if strings.Contains(token, ":") {
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(token)))
	} else if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return header
}

// Host returns the host of an address, for what is shown of a channel.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
