// Package live tells open pages that something about their tenant changed, by
// server-sent events. An event says only that, and under which version: the
// page then asks for itself again, so that what it may show is decided in one
// place.
//
// A stream costs its socket and no goroutine: the connection is taken over from
// net/http, whose buffers go, and one loop per processor writes to all of them. Over HTTP/2,
// where nothing can be taken over, the handler waits instead.
//
//	page ──GET /events──▶ Serve ──▶ hub.streams ◀── Run ◀── read model changed
package live

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Times of a stream.
const (
	// beatEvery finds streams whose reader has left: a write to them fails.
	beatEvery = 15 * time.Second
	// checkEvery is how soon a reader who may no longer read is cut off.
	checkEvery = 3 * time.Second
	// patience is how long one stuck stream may hold up the others, once.
	patience = 50 * time.Millisecond
	// retry is when a page asks again after its stream ended, in milliseconds.
	retry = 2000
)

// maxStreams bounds the open streams of one process.
const maxStreams = 20_000

// versions tells the present state of tenants.
type versions interface {
	// Changed returns a channel that is closed when some tenant may have
	// another version.
	Changed() <-chan struct{}
	// Version is a short text without line breaks that is another one after
	// each change of what pages of the tenant show.
	Version(tenantID string) string
}

// A Hub holds the open streams.
type Hub struct {
	versions versions
	beat     time.Duration
	check    time.Duration

	mu      sync.Mutex
	streams map[string]*audience // by tenant
	count   int
	closed  bool
}

// audience is everybody who watches one tenant.
type audience struct {
	told    string // version of the last event
	streams map[*stream]struct{}
}

// A stream is one open page.
type stream struct {
	tenant string
	out    sink
	may    func(context.Context) bool
}

// A sink takes events to one page. Send may wait for patience at most.
type sink interface {
	send(text []byte) error
	close()
}

// New makes a hub. Run drives it.
func New(v versions) *Hub {
	return &Hub{versions: v, beat: beatEvery, check: checkEvery, streams: map[string]*audience{}}
}

// Streams is the number of open streams.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// Serve opens a stream about one tenant for the sender of r, who must be
// allowed to read it now; may is asked every few seconds whether that is still
// so. A page names the version that it shows in the parameter seen, and in
// Last-Event-ID when it comes back; it is told at once if there is another one.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, tenantID string, may func(context.Context) bool) error {
	if !sameOrigin(r) {
		return &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "Another site's page may not listen."}
	}
	version := h.versions.Version(tenantID)
	first := []byte("retry: " + strconv.Itoa(retry) + "\n\n")
	if seen := cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("seen")); seen != "" && seen != version {
		first = append(first, event(version)...)
	}
	s := &stream{tenant: tenantID, may: may}
	if !h.reserve() {
		w.Header().Set("Retry-After", "30")
		return &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "Too many pages are open. This one stays as it is until it is loaded again."}
	}
	if taken, err := takeOver(w, r, first); err == nil {
		s.out = taken
		h.add(s, version)
		return nil
	}
	waiting := newWaiting(w)
	s.out = waiting
	h.add(s, version)
	waiting.serve(r.Context(), first)
	h.remove(s)
	return nil
}

// sameOrigin reports whether the page that asks is one of ours. Browsers name
// the origin of every other page.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r.Header.Get("Sec-Fetch-Site") != "cross-site"
	}
	from, err := url.Parse(origin)
	return err == nil && from.Host == r.Host
}

func (h *Hub) reserve() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.count >= maxStreams {
		return false
	}
	h.count++
	return true
}

// add lets a reserved stream take part from version on.
func (h *Hub) add(s *stream, version string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		s.out.close()
		return
	}
	a, ok := h.streams[s.tenant]
	if !ok {
		a = &audience{told: version, streams: map[*stream]struct{}{}}
		h.streams[s.tenant] = a
	}
	a.streams[s] = struct{}{}
	if a.told != version { // it changed while the stream was being opened
		_ = s.out.send(event(a.told)) // the next beat notices a stream that is gone
	}
}

func (h *Hub) remove(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok := h.streams[s.tenant]
	if !ok {
		return
	}
	if _, ok := a.streams[s]; !ok {
		return
	}
	delete(a.streams, s)
	h.count--
	if len(a.streams) == 0 {
		delete(h.streams, s.tenant)
	}
	s.out.close()
}

// Run tells streams about changes until ctx ends, and then ends all streams.
func (h *Hub) Run(ctx context.Context) error {
	beat := time.NewTicker(h.beat)
	defer beat.Stop()
	var guard sync.WaitGroup
	guard.Go(func() { h.guard(ctx) })
	defer h.end()
	defer guard.Wait()
	for {
		changed := h.versions.Changed()
		h.tell()
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-beat.C:
			h.send(h.all(), []byte(":\n\n"))
		}
	}
}

// guard looks every few seconds who may no longer read. It asks the store about
// everybody, and news must not wait for that.
func (h *Hub) guard(ctx context.Context) {
	check := time.NewTicker(h.check)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-check.C:
			h.expel(ctx)
		}
	}
}

// tell sends an event to everybody whose tenant has another version.
func (h *Hub) tell() {
	for tenant, told := range h.audiences() {
		version := h.versions.Version(tenant)
		if version == told {
			continue
		}
		h.send(h.turn(tenant, version), event(version))
	}
}

// audiences is what each audience was told last.
func (h *Hub) audiences() map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := make(map[string]string, len(h.streams))
	for tenant, a := range h.streams {
		told[tenant] = a.told
	}
	return told
}

// turn notes that an audience is told a version now, and lists it.
func (h *Hub) turn(tenant, version string) []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok := h.streams[tenant]
	if !ok {
		return nil
	}
	a.told = version
	return list(nil, a)
}

func (h *Hub) all() []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	var streams []*stream
	for _, a := range h.streams {
		streams = list(streams, a)
	}
	return streams
}

func list(to []*stream, a *audience) []*stream {
	for s := range a.streams {
		to = append(to, s)
	}
	return to
}

// send writes to streams, on all processors where they are many.
func (h *Hub) send(to []*stream, text []byte) {
	processors := runtime.GOMAXPROCS(0)
	var writers sync.WaitGroup
	for part := range slices.Chunk(to, max(alone, (len(to)+processors-1)/processors)) {
		writers.Go(func() { h.write(part, text) })
	}
	writers.Wait()
}

// alone is how many streams one goroutine writes to faster than several.
const alone = 100

// write writes to streams in turn and drops those that cannot take it.
func (h *Hub) write(to []*stream, text []byte) {
	for _, s := range to {
		if s.out.send(text) != nil {
			h.remove(s)
		}
	}
}

// expel ends the streams of those who may no longer read.
func (h *Hub) expel(ctx context.Context) {
	for _, s := range h.all() {
		may := s.may(ctx)
		if ctx.Err() != nil {
			return
		}
		if !may {
			h.remove(s)
		}
	}
}

func (h *Hub) end() {
	for _, s := range h.all() {
		h.remove(s)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
}

func event(version string) []byte {
	return []byte("id: " + version + "\nevent: change\ndata: " + version + "\n\n")
}
