package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// A failure is an answer that says why there is no other.
type failure struct {
	status  int
	code    string
	message string
	header  [2]string // one more header; empty for none
	cause   error     // logged, never shown
}

func (f *failure) Error() string { return fmt.Sprintf("%d %s: %s", f.status, f.code, f.message) }
func (f *failure) Unwrap() error { return f.cause }

// maxEcho bounds messages, which may repeat input.
const maxEcho = 400

func failf(status int, format string, args ...any) *failure {
	return &failure{status: status, code: codeOf(status), message: fmt.Sprintf(format, args...)}
}

// notFound is the same for what nobody has and for what others have.
func notFound(what string) *failure {
	return failf(http.StatusNotFound, "The %s does not exist in this tenant.", what)
}

func codeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "InvalidAuthenticationToken"
	case http.StatusForbidden:
		return "Forbidden"
	case http.StatusNotFound:
		return "ResourceNotFound"
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed"
	case http.StatusNotAcceptable:
		return "NotAcceptable"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusPreconditionFailed:
		return "PreconditionFailed"
	case http.StatusRequestEntityTooLarge:
		return "RequestEntityTooLarge"
	case http.StatusRequestURITooLong:
		return "UriTooLong"
	case http.StatusUnsupportedMediaType:
		return "UnsupportedMediaType"
	case http.StatusFailedDependency:
		return "FailedDependency"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case http.StatusRequestHeaderFieldsTooLarge:
		return "RequestHeaderFieldsTooLarge"
	case http.StatusInternalServerError:
		return "InternalServerError"
	case http.StatusNotImplemented:
		return "NotImplemented"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	}
	return "BadRequest"
}

// failureOf finds the answer for an error from another package.
func failureOf(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if e, ok := errors.AsType[*odata.Error](err); ok {
		status := http.StatusBadRequest
		switch e.Code {
		case odata.NotImplemented:
			status = http.StatusNotImplemented
		case odata.NotAcceptable:
			status = http.StatusNotAcceptable
		}
		return failf(status, "%s", e.Error())
	}
	f := failf(httpserver.StatusOf(err), "%s", "The request could not be served.")
	if e, ok := errors.AsType[*tocsin.Error](err); ok {
		f.message = e.Message
	}
	switch f.status {
	case http.StatusServiceUnavailable:
		f.header = [2]string{"Retry-After", "5"}
	case http.StatusInternalServerError:
		f.message = "The request failed. Repeat it later, and name the request-id if you ask for help."
	}
	f.cause = err
	return f
}

// refused explains why a request was not admitted.
func refused(r *httpserver.Refusal) *failure {
	f := failureOf(r.Err)
	switch {
	case r.Throttled():
		f = failf(http.StatusTooManyRequests, "Please retry again later.")
	case errors.Is(r.Err, access.ErrGivenTwice):
		f.code = codeOf(http.StatusUnauthorized)
	}
	if r.Header[0] != "" {
		f.header = r.Header
	}
	return f
}

// errorBody is Graph's form of an error.
type errorBody struct {
	Error struct {
		Code       string     `json:"code"`
		Message    string     `json:"message"`
		InnerError innerError `json:"innerError"`
	} `json:"error"`
}

type innerError struct {
	Code            string `json:"code,omitempty"`
	Date            string `json:"date"`
	Message         string `json:"message,omitempty"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
	Status          string `json:"status,omitempty"`
}

// body writes f as Graph does; a throttled request has a body of its own.
func (f *failure) body(now time.Time, requestID, clientRequestID string) []byte {
	var b errorBody
	b.Error.Code, b.Error.Message = f.code, tocsin.Clip(f.message, maxEcho)
	b.Error.InnerError = innerError{
		Date: now.UTC().Format("2006-01-02T15:04:05"), RequestID: requestID, ClientRequestID: clientRequestID,
	}
	if f.status == http.StatusTooManyRequests {
		b.Error.InnerError.Code, b.Error.InnerError.Status = "429", "429"
		b.Error.InnerError.Message = "Please retry after"
	}
	out, _ := json.Marshal(b) // strings always encode
	return out
}
