package servicecomms

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// A failure is an answer that says why there is no other. Its code is a number
// of the API with a fixed sentence, as in the reference's own example.
type failure struct {
	status  int
	code    string
	message string
	header  [2]string // one more header; empty for none
	cause   error     // logged, never shown
}

func (f *failure) Error() string { return f.code + " " + f.message }
func (f *failure) Unwrap() error { return f.cause }

func failf(status int, code, format string, args ...any) *failure {
	return &failure{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// The codes. Numbers from 30001 on are ours, the others are those of the real
// service and of its sibling on the same host.
const (
	codeNoCredentials   = "AF10000.  The request has no credentials."
	codeNoPermission    = "AF10001.  The permission set sent in the request does not include the expected permission."
	codeInvalidToken    = "AF10002.  The access token is not valid."
	codeGivenTwice      = "AF10003.  The credentials are given more than once."
	codeWrongType       = "AF20002.  A parameter has the wrong type."
	codeOtherTenant     = "AF20010.  The tenant in the URL does not match the tenant in the access token."
	codeNoTenant        = "AF20011.  The tenant does not exist."
	codeTenantDisabled  = "AF20012.  The tenant is disabled."
	codeBadTenant       = "AF20013.  The tenant is neither a GUID nor a domain."
	codePageToken       = "AF20031.  The page indicator is not valid."
	codeMalformed       = "AF30001.  The URL is malformed."
	codeUnknownOption   = "AF30002.  The query option is unknown."
	codeDuplicate       = "AF30003.  The query option is given twice."
	codeInvalidValue    = "AF30004.  The filter or option value is not valid."
	codeUnknownProperty = "AF30005.  The property is unknown."
	codeTooComplex      = "AF30006.  The query is too complex."
	codeNotImplemented  = "AF30007.  The OData feature is not implemented."
	codeNotFound        = "AF30010.  The resource does not exist."
	codeMethod          = "AF30011.  The method is not allowed."
	codeNotAcceptable   = "AF30012.  The representation is not available."
	codeMediaType       = "AF30013.  The media type is not supported."
	codeTooLarge        = "AF30014.  The request is too large."
	codeURITooLong      = "AF30015.  The URL is too long."
	codeHeaderTooLarge  = "AF30016.  A header is too large."
	codeVersion         = "AF30017.  The OData version is not supported."
	codePrecondition    = "AF30018.  The precondition failed."
	codeThrottled       = "AF429.  Too many requests."
	codeInternal        = "AF5000.  An internal server error occurred."
	codeUnavailable     = "AF50300.  The service is unavailable."
)

// codeOf is the code of a failure around the API.
func codeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return codeNoCredentials
	case http.StatusForbidden:
		return codeNoPermission
	case http.StatusNotFound:
		return codeNotFound
	case http.StatusMethodNotAllowed:
		return codeMethod
	case http.StatusNotAcceptable:
		return codeNotAcceptable
	case http.StatusUnsupportedMediaType:
		return codeMediaType
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusRequestURITooLong:
		return codeURITooLong
	case http.StatusRequestHeaderFieldsTooLarge:
		return codeHeaderTooLarge
	case http.StatusPreconditionFailed:
		return codePrecondition
	case http.StatusTooManyRequests:
		return codeThrottled
	case http.StatusNotImplemented:
		return codeNotImplemented
	case http.StatusServiceUnavailable:
		return codeUnavailable
	}
	if status >= http.StatusInternalServerError {
		return codeInternal
	}
	return codeMalformed
}

// failureOf finds the answer for an error from another package.
func failureOf(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if e, ok := errors.AsType[*odata.Error](err); ok {
		return fromQuery(e)
	}
	f := &failure{status: statusOf(err), message: "Retry the request.", cause: err}
	if f.status == http.StatusServiceUnavailable {
		f.message, f.header = "Retry the request later.", [2]string{"Retry-After", "5"}
	}
	f.code = codeOf(f.status)
	return f
}

func statusOf(err error) int {
	if errors.Is(err, tocsin.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func fromQuery(e *odata.Error) *failure {
	codes := map[odata.Code]string{
		odata.Malformed: codeMalformed, odata.UnknownOption: codeUnknownOption, odata.Duplicate: codeDuplicate, odata.InvalidValue: codeInvalidValue,
		odata.UnknownProperty: codeUnknownProperty, odata.TooComplex: codeTooComplex, odata.NotImplemented: codeNotImplemented,
		odata.InvalidPageToken: codePageToken, odata.WrongType: codeWrongType, odata.NotAcceptable: codeNotAcceptable,
	}
	status := http.StatusBadRequest
	switch e.Code {
	case odata.NotImplemented:
		status = http.StatusNotImplemented
	case odata.NotAcceptable:
		status = http.StatusNotAcceptable
	}
	return &failure{status: status, code: codes[e.Code], message: e.Error()}
}

// refused is the answer to who is not admitted.
func refused(r *httpserver.Refusal) *failure {
	f := failureOf(r.Err)
	switch {
	case r.Throttled():
		f = failf(http.StatusTooManyRequests, codeThrottled, "Repeat the request after the seconds in Retry-After.")
	case errors.Is(r.Err, access.ErrGivenTwice):
		f = failf(http.StatusBadRequest, codeGivenTwice, "Send one Authorization header and no token in the URL.")
	case errors.Is(r.Err, access.ErrInvalidToken):
		f = failf(http.StatusUnauthorized, codeInvalidToken, "Ask for a new token.")
	case errors.Is(r.Err, access.ErrNoCredentials):
		f = failf(http.StatusUnauthorized, codeNoCredentials, "Send a bearer token in the Authorization header.")
	}
	if r.Header[0] != "" {
		f.header = r.Header
	}
	return f
}

// body is the answer's JSON.
func (f *failure) body() []byte {
	body := appendText([]byte(`{"error":{"code":`), f.code)
	body = appendText(append(body, `,"message":`...), tocsin.Clip(f.message, maxMessage))
	return append(body, "}}"...)
}

// maxMessage bounds messages, in bytes. What they repeat of the input is
// bounded by who writes them: to 200 characters at most.
const maxMessage = 1000
