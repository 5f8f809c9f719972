package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"example.org/tocsin/internal/tocsin"
)

// An ErrorWriter explains err to the client in the form of one part of the
// program: as JSON for an API, as a page for people. The cause of err is the
// error that the handler returned; it is never shown.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error)

// A statusError is a failure of HTTP itself, for which the vocabulary has no
// kind.
type statusError struct {
	status  int
	message string
}

func (e *statusError) Error() string { return fmt.Sprintf("%d: %s", e.status, e.message) }

// Errorf refuses a request with a status of its own, such as 405 or 406, and a
// sentence that is safe to show. Use the kinds of [tocsin.Error] where one fits.
func Errorf(status int, format string, args ...any) error {
	return &statusError{status: status, message: fmt.Sprintf(format, args...)}
}

// statusGone stands in the log for a client that did not wait.
const statusGone = 499

// retryAfter is sent with 503 and 429 by handlers that know no better, in
// seconds.
const retryAfter = "5"

// StatusOf is the status that err becomes: that of its kind, 413 for a body that
// is too large and for a share that is used up, 503 for work that was cut short, and 500 for all else.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, tocsin.ErrQuota) {
		return http.StatusRequestEntityTooLarge
	}
	for _, k := range []struct {
		kind   error
		status int
	}{
		{tocsin.ErrInvalid, http.StatusBadRequest},
		{tocsin.ErrUnauthenticated, http.StatusUnauthorized},
		{tocsin.ErrForbidden, http.StatusForbidden},
		{tocsin.ErrNotFound, http.StatusNotFound},
		{tocsin.ErrConflict, http.StatusConflict},
		{tocsin.ErrUnavailable, http.StatusServiceUnavailable},
		{context.DeadlineExceeded, http.StatusServiceUnavailable},
		{context.Canceled, http.StatusServiceUnavailable},
	} {
		if errors.Is(err, k.kind) {
			return k.status
		}
	}
	return http.StatusInternalServerError
}

// shown is the part of err that its client may read.
func shown(status int, err error) *tocsin.Error {
	if e, ok := errors.AsType[*tocsin.Error](err); ok && status != http.StatusInternalServerError {
		return &tocsin.Error{Kind: e.Kind, Message: e.Message, Field: e.Field, Cause: err}
	}
	message := http.StatusText(status) + "."
	if e, ok := errors.AsType[*statusError](err); ok {
		message = e.message
	}
	return &tocsin.Error{Kind: err, Message: message, Cause: err}
}

// handle is the one place where an error becomes a response and a log line.
func handle(h HandlerFunc, write ErrorWriter, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			fail(w, r, err, write, log)
		}
	})
}

func fail(w http.ResponseWriter, r *http.Request, err error, write ErrorWriter, log *slog.Logger) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		markGone(w)
		return
	}
	status := StatusOf(err)
	if status >= http.StatusInternalServerError {
		log.ErrorContext(r.Context(), "request failed", "request_id", RequestID(r.Context()), "status", status, "err", err)
	}
	if started(w) { // it is too late to explain: the client must see a broken answer, not a short one
		panic(http.ErrAbortHandler)
	}
	header := w.Header()
	header.Del("Content-Encoding") // of the answer that did not come
	header.Del("Content-Length")
	header.Del("Etag")
	header.Del("Last-Modified")
	if (status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests) && header.Get("Retry-After") == "" {
		header.Set("Retry-After", retryAfter)
	}
	write(w, r, status, shown(status, err))
}

// PlainError explains errors as text, for programs of operators.
func PlainError(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s\nRequest %s\n", err.Message, RequestID(r.Context()))
}

// Explain answers a request with an error as text, as [PlainError] does. It is
// for what is wrong with the request: it logs nothing.
func Explain(w http.ResponseWriter, r *http.Request, err error) {
	status := StatusOf(err)
	PlainError(w, r, status, shown(status, err))
}
