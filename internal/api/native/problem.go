package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// problemType is the media type of problems (RFC 9457).
const problemType = "application/problem+json"

// maxEcho bounds texts of problems, which may repeat input.
const maxEcho = 200

// A problem is an answer that says why there is no other.
type problem struct {
	Type     string  `json:"type" doc:"What kind of problem it is; about:blank where the status says it all." example:"about:blank"`
	Title    string  `json:"title" doc:"The status in words." example:"Bad Request"`
	Status   int     `json:"status" example:"400"`
	Detail   string  `json:"detail" doc:"What is wrong with this request."`
	Instance string  `json:"instance,omitempty" doc:"The request, as it is called in the log." example:"urn:uuid:8c0dd1ba-3c2b-4d3e-9d53-5b0c9d0e6d3a"`
	Errors   []fault `json:"errors,omitempty" nullable:"false" doc:"Each part of the input that is wrong."`
	header   http.Header
	cause    error // logged, never shown
}

// A fault is one wrong part of the input.
type fault struct {
	Location string `json:"location" doc:"Where it is, such as body.title." example:"body.title"`
	Message  string `json:"message"`
}

func problemf(status int, format string, args ...any) *problem {
	return &problem{Status: status, Detail: fmt.Sprintf(format, args...)}
}

func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.Status, p.Detail) }
func (p *problem) Unwrap() error { return p.cause }

// GetStatus and ContentType are how huma sends a problem.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is the media type of problems.
func (p *problem) ContentType(string) string { return problemType }

// GetHeaders are sent with the problem.
func (p *problem) GetHeaders() http.Header { return p.header }

func (p *problem) set(name, value string) {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header[http.CanonicalHeaderKey(name)] = []string{value}
}

// with adds a header, if there is one.
func (p *problem) with(header [2]string) *problem {
	if header[0] != "" {
		p.set(header[0], header[1])
	}
	return p
}

// at adds a fault.
func (p *problem) at(location, message string) *problem {
	p.Errors = append(p.Errors, fault{tocsin.Clip(location, maxEcho), tocsin.Clip(message, maxEcho)})
	return p
}

// name fills in what every problem has.
func (p *problem) name(requestID string) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	p.Detail = tocsin.Clip(p.Detail, maxEcho)
	if requestID != "" {
		p.Instance = "urn:uuid:" + requestID
	}
}

func (p *problem) encode() []byte {
	text, _ := json.Marshal(p) // strings always encode
	return append(text, '\n')
}

// problemOf finds the answer for an error from another package.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	p := &problem{Status: statusOf(err), Detail: "The request could not be served.", cause: err}
	if e, ok := errors.AsType[*tocsin.Error](err); ok {
		p.Detail = e.Message
	}
	switch p.Status {
	case http.StatusBadRequest:
		if p.faults(err); len(p.Errors) > 1 {
			p.Detail = "The request is not valid."
		}
	case http.StatusServiceUnavailable:
		p.set("Retry-After", "5")
	case http.StatusInternalServerError:
		p.Detail = "The request failed. Repeat it later, and name the instance if you ask for help."
	}
	return p
}

// faults lists every rejected part of the input in err.
func (p *problem) faults(err error) {
	switch e := err.(type) { //nolint:errorlint // it walks the tree itself
	case *tocsin.Error:
		if e.Field != "" {
			_ = p.at(locationOf(e.Field), e.Message)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			p.faults(inner)
		}
	case interface{ Unwrap() error }:
		p.faults(e.Unwrap())
	}
}

// locationOf is where a field of the vocabulary is in a request.
func locationOf(field string) string {
	switch field {
	case "Idempotency-Key", "If-Match":
		return "header." + field
	case "after", "limit":
		return "query." + field
	case "members":
		field = "memberIds"
	case "zone":
		field = "timeZone"
	case "tenant":
		field = "tenantId"
	}
	return "body." + field
}

// statusOf adds to the kinds of errors the one that only this API has.
func statusOf(err error) int {
	if errors.Is(err, author.ErrChanged) {
		return http.StatusPreconditionFailed
	}
	return httpserver.StatusOf(err)
}

// translate makes a problem of what huma has to say about the input, without
// the input that it repeats.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := problemf(badRequest(model.Status), "The request is not valid.")
	for _, detail := range model.Errors {
		message := detail.Message
		if message != "" {
			message = strings.ToUpper(message[:1]) + message[1:] + "."
		}
		_ = p.at(detail.Location, message)
	}
	if x := exchangeOf(ctx.Context()); x != nil {
		return x.explain(p), nil
	}
	return p, nil
}

// badRequest is the status for input that is not valid, which huma calls
// unprocessable.
func badRequest(status int) int {
	if status == http.StatusUnprocessableEntity {
		return http.StatusBadRequest
	}
	return status
}

// plainContext sends the statuses of this API.
type plainContext struct{ humaContext }

type humaContext = huma.Context

// SetStatus sends the status of an answer.
func (c plainContext) SetStatus(code int) { c.humaContext.SetStatus(badRequest(code)) }

// Unwrap gives huma what it was given.
func (c plainContext) Unwrap() huma.Context { return c.humaContext }
