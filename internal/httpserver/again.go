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
	if !ok || c.series == nil {
		return nil
	}
	if to, ok := c.recorder.ResponseWriter.(lane.Repeater); !ok || !to.Repeats() {
		return nil
	}
	return r.WithContext(c.Context)
}

// repeat keeps an answer that is about to be sent for the same request on the
// same connection, if its handler says when it would answer the same.
func repeat(ctx context.Context, w http.ResponseWriter, a Answer, status, size int) {
	if a.Again == nil {
		return
	}
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok || c.series == nil || c.log == nil || w != http.ResponseWriter(&c.recorder) {
		return // a part of an answer, such as one of a batch
	}
	to, ok := c.recorder.ResponseWriter.(lane.Repeater)
	if !ok {
		return
	}
	known := &again{ctx: c.Context, still: a.Again, series: c.series, line: lineOf(c.log, c.request), status: status, size: int64(size)}
	if c.named {
		known.given = c.id[0]
	}
	to.Repeat(known, c.id[0], a.Body)
}

// An again is what the chain does around a handler, for an answer that is sent
// again without it: it counts the request and writes its line into the log.
type again struct {
	ctx    context.Context //nolint:containedctx // of the connection, for the log
	still  func() bool
	series *series
	line   line
	status int
	size   int64  // of the body that the handler writes
	given  string // by the client, as the name of its requests

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
		a.id = tocsin.NewGUID()
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
