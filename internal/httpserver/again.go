package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"example.org/tocsin/internal/lane"
	"example.org/tocsin/internal/tocsin"
)

// Again returns a request for [Answer.Again] to look at: it is r with the context
// of its connection, and holds nothing of the answer to r. It is nil unless r
// looks as if the same bytes came again on its connection, so that it is worth
// while to say when they get the same answer.
func Again(r *http.Request) *http.Request {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		return nil
	}
	if _, ok := c.repeater(); !ok {
		return nil
	}
	return r.WithContext(c.Context)
}

// repeater is the writer that the answer to a request ends in, if it can keep
// answers and the answer is worth keeping.
func (c *call) repeater() (lane.Repeater, bool) {
	to, ok := c.recorder.ResponseWriter.(lane.Repeater)
	return to, ok && c.series != nil && c.log != nil && to.Repeats()
}

// againOf is what the chain does when the answer that is about to be sent comes
// again; nil where nobody can tell when it does.
func againOf(ctx context.Context, w http.ResponseWriter, a Answer) *again {
	if a.Again == nil && !a.Kept {
		return nil
	}
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok || w != http.ResponseWriter(&c.recorder) {
		return nil // a part of an answer, such as one of a batch
	}
	to, ok := c.repeater()
	if !ok {
		return nil
	}
	still := c.still(a, w.Header())
	if still == nil {
		return nil
	}
	known := &again{ctx: c.Context, still: still, series: c.series, line: lineOf(c.log, c.request), to: to, first: c.id[0]}
	if c.named {
		known.given = c.id[0]
	}
	return known
}

// still is what reports whether an answer with a header would be the same; nil
// where nobody can tell.
func (c *call) still(a Answer, header http.Header) func() bool {
	admits, again := c.admits, a.Again
	switch {
	case again != nil && !c.gated:
		return again
	case again != nil && admits != nil:
		return func() bool { return again() && admits() }
	case a.Kept && c.route != nil:
		return rerunOf(c, header, a).holds
	}
	return nil
}

// keep has an answer kept of which the handler writes so much.
func (a *again) keep(status, size int, body []byte) {
	if a == nil {
		return
	}
	a.status, a.size = status, int64(size)
	a.to.Repeat(a, a.first, body)
	a.to = nil
}

// An again is what the chain does around a handler, for an answer that is sent
// again without it: it counts the request and writes its line into the log.
type again struct {
	ctx    context.Context //nolint:containedctx // of the connection, for the log
	still  func() bool
	series *series
	line   line
	status int
	size   int64         // of the body that the handler writes
	given  string        // by the client, as the name of its requests
	first  string        // the name of the first one
	to     lane.Repeater // until it keeps the answer

	id    string
	start time.Time
}

// Begin asks whether the handler would answer the same.
func (a *again) Begin() (name string, ok bool) {
	a.start = a.series.now()
	if !a.still() {
		return "", false
	}
	if a.id = a.given; a.id == "" {
		a.id = tocsin.NewName()
	}
	a.series.inFlight.Inc()
	return a.id, true
}

// End counts the request.
func (a *again) End(missing int64) {
	took := a.series.now().Sub(a.start)
	a.line.write(a.ctx, a.id, a.status, max(a.size-missing, 0), took)
	a.series.done(a.status, took)
}

// A line is what the log says of a request, but for what comes of it.
type line struct {
	log                *slog.Logger
	method, path, peer string
}

func lineOf(log *slog.Logger, r *http.Request) line {
	return line{log, tocsin.Clip(r.Method, 16), tocsin.Clip(withoutSecret(RawPath(r)), 200), r.RemoteAddr}
}

func (l line) write(ctx context.Context, id string, status int, sent int64, took time.Duration) {
	if !l.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	l.log.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("request_id", id),
		slog.String("method", l.method),
		slog.String("path", l.path),
		slog.Int("status", status),
		slog.Int64("bytes", sent),
		slog.Duration("duration", took),
		slog.String("peer", l.peer))
}
