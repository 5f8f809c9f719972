// Package wire has what adapters of engines share: a request over the guarded
// client with a JSON answer, and what each way to fail means. An engine is
// reached at the address of the settings and nowhere else.
package wire

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/translate"
)

// Bounds of one request.
const (
	timeout = 10 * time.Second
	maxBody = 4 << 20 // bytes of an answer
)

// Config says how an engine is reached.
type Config struct {
	Address string // every request stays under it
	Header  http.Header
	// Secrets are what no code of the engine may repeat.
	Secrets []string
	// Classify reads the provider's own code from an answer that is no success,
	// and may know its class better than the status tells; "" keeps that. May be
	// nil.
	Classify func(status int, body []byte) (translate.FailureClass, string)
	Timeout  time.Duration // of one request; 10 s when 0
	Now      func() time.Time
}

// Client asks one engine.
type Client struct {
	config Config
	http   *httpclient.Client
}

// New makes a client. It fails when the address is none.
func New(c Config) (*Client, error) {
	client, err := httpclient.New(httpclient.Config{Root: c.Address, Timeout: cmp.Or(c.Timeout, timeout), MaxBody: maxBody})
	if err != nil {
		return nil, err
	}
	c.Address = strings.TrimRight(c.Address, "/")
	return &Client{c, client}, nil
}

// An Answer is what came with a success beside its body.
type Answer struct{ Header http.Header }

// JSON sends an object below the address, decodes the answer into an object and
// returns what came with it. Failures are of type [translate.Failure], unless
// ctx has ended.
func (c *Client) JSON(ctx context.Context, path string, header http.Header, request, into any) (Answer, error) {
	return c.Send(ctx, http.MethodPost, path, header, request, into)
}

// Send is [Client.JSON] with another method.
func (c *Client) Send(ctx context.Context, method, path string, header http.Header, request, into any) (Answer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return Answer{}, fmt.Errorf("encode request: %w", err)
	}
	return c.do(ctx, method, path, "application/json", header, body, into)
}

// Form is [Client.JSON] with a form in place of an object.
func (c *Client) Form(ctx context.Context, path string, form url.Values, into any) (Answer, error) {
	return c.do(ctx, http.MethodPost, path, "application/x-www-form-urlencoded", nil, []byte(form.Encode()), into)
}

// Get reads an object.
func (c *Client) Get(ctx context.Context, path string, into any) (Answer, error) {
	return c.do(ctx, http.MethodGet, path, "", nil, nil, into)
}

func (c *Client) do(ctx context.Context, method, path, kind string, more http.Header, body []byte, into any) (Answer, error) {
	header := http.Header{"Accept": {"application/json"}}
	if kind != "" {
		header.Set("Content-Type", kind)
	}
	for _, list := range []http.Header{c.config.Header, more} {
		for name, values := range list {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	answer, err := c.http.Do(ctx, method, c.config.Address+path, header, body)
	if err != nil {
		return Answer{}, broken(ctx, err)
	}
	text, err := answer.Body()
	if err != nil {
		return Answer{}, &translate.Failure{Class: translate.FailurePassing, Status: answer.Status, Cause: err}
	}
	if answer.Status != http.StatusOK && answer.Status != http.StatusCreated {
		return Answer{}, c.refused(answer, text)
	}
	return Answer{answer.Header}, Decode(text, into)
}

// Decode reads JSON of an engine. What is none, or cut, passes: the next answer
// may be whole.
func Decode(text []byte, into any) error {
	err := httpclient.CheckJSON(text)
	if err == nil && json.Unmarshal(text, into) != nil {
		err = errors.New("no JSON of the form that is documented") // its own words could quote the answer
	}
	if err != nil {
		return &translate.Failure{Class: translate.FailurePassing, Code: "json", Cause: err}
	}
	return nil
}

// broken is the failure of a request that had no answer.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := &translate.Failure{Class: translate.FailurePassing, Cause: err}
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case certificate, errors.Is(err, httpclient.ErrRefused), errors.Is(err, http.ErrSchemeMismatch):
		f.Class = translate.FailureOff
	case errors.Is(err, httpclient.ErrTooLarge):
		f.Class = translate.FailureText
	}
	return f
}

// refused is the failure that an answer tells.
func (c *Client) refused(answer *httpclient.Answer, body []byte) error {
	f := &translate.Failure{Class: classOf(answer.Status), Status: answer.Status}
	if c.config.Classify != nil {
		class, code := c.config.Classify(answer.Status, body)
		if class != "" {
			f.Class = class
		}
		f.Code = c.code(code)
	}
	if again, ok := httpclient.RetryAfter(answer.Header.Get("Retry-After"), c.config.Now()); ok {
		f.Again = again
	}
	return f
}

// classOf returns what a status means with every provider.
func classOf(status int) translate.FailureClass {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529: // too busy, at DeepL
		return translate.FailurePassing
	case http.StatusPaymentRequired, 456: // quota used up, at DeepL
		return translate.FailureQuota
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusUnprocessableEntity:
		return translate.FailureText
	}
	return translate.FailureOff // a wrong key, address or version, a redirect
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// code is what a provider calls a failure, when it can be nothing else.
func (c *Client) code(text string) string {
	if !codeForm.MatchString(text) || slices.ContainsFunc(c.config.Secrets, func(secret string) bool {
		return secret != "" && (strings.Contains(text, secret) || strings.Contains(secret, text) && len(text) > 8)
	}) {
		return ""
	}
	return text
}

// Count reports texts that are fewer or more than were asked for.
func Count(got, asked int) error {
	if got == asked {
		return nil
	}
	return &translate.Failure{Class: translate.FailureText, Code: "count", Cause: fmt.Errorf("%d texts for %d", got, asked)}
}
