package native

import (
	"context"
	"net/http"
	"time"
	"weak"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A basis is what an answer depends on that is made of the archive of the
// caller's own tenant alone. What this process writes shows in the number of
// its writes at once, what another one writes in the snapshot.
type basis struct {
	written  uint64
	snapshot weak.Pointer[readmodel.Snapshot]
	ends     time.Time // when the answer may be another one by the clock; zero for never
}

// until notes an instant to come at which the answer may change. One that has
// passed changes nothing.
func (x *exchange) until(at time.Time) {
	if b := x.basis; b != nil && at.After(x.now) && (b.ends.IsZero() || at.Before(b.ends)) {
		b.ends = at
	}
}

// begin notes what an answer depends on before anything of it is read, if it may
// be kept.
func (x *exchange) begin() {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead || x.api.written == nil {
		return
	}
	if httpserver.Again(x.r) == nil {
		return
	}
	written := x.api.written()
	snapshot, err := x.api.snapshots.Snapshot(x.r.Context(), x.identity.TenantID)
	if err == nil {
		x.basis = &basis{written: written, snapshot: weak.Make(snapshot)}
	}
}

// again is asked whether an answer would be the same; nil for one that is made
// anew each time.
func (x *exchange) again() func() bool {
	if x.basis == nil || !x.op.steady || x.tenant.ID != x.identity.TenantID {
		return nil
	}
	a, b, made, tenant := x.api, *x.basis, x.now, x.identity.TenantID
	return a.admission.Again(x.asked, x.identity, a.now, func(ctx context.Context, now time.Time) bool {
		if now.Before(made) || !b.ends.IsZero() && !now.Before(b.ends) || a.written() != b.written {
			return false
		}
		current, err := a.snapshots.Snapshot(ctx, tenant)
		return err == nil && current == b.snapshot.Value()
	}, a.audiences...)
}

// Caches tells how much memory what is kept takes, by a name for operators.
func (a *API) Caches() map[string]cache.Use {
	return map[string]cache.Use{"own bodies": a.bodies.Use()}
}

// A held answer is one that is sent once it is whole.
type held struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (w *held) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *held) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, b...)
	return len(b), nil
}

// read answers a request that reads, with the length of its answer.
func (a *API) read(ctx context.Context, x *exchange) {
	w := &held{ResponseWriter: x.w, body: a.buffers.Get()}
	defer func() { a.buffers.Put(w.body) }()
	a.mux.ServeHTTP(w, x.r.WithContext(ctx))
	header := x.w.Header()
	send := httpserver.Answer{Status: max(w.status, http.StatusOK), Kind: header["Content-Type"], Body: w.body}
	if send.Status == http.StatusOK || send.Status == http.StatusNotModified {
		send.Again = x.again()
	}
	if send.Again != nil {
		send.Body = a.bodies.Of(httpserver.DigestOf(w.body), w.body)
	}
	httpserver.Deliver(ctx, x.w, x.r.Method, nil, send)
}

// untilCourse notes when what a course says of now changes.
func (x *exchange) untilCourse(c tocsin.Course) {
	for _, at := range []time.Time{c.StartAt, c.EndAt, c.EndAt.Add(tocsin.OverrunFor)} {
		x.until(at)
	}
}
