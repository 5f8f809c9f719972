package native

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
)

// Prefix is where the API lives.
const Prefix = "/api/tocsin/v1/"

// maxBodies is the size of one generation of bodies that are sent again, in bytes.
const maxBodies = 16 << 20

// Config is what an API is made of.
type Config struct {
	Base      string   // address of the desk
	Names     []string // its other addresses
	Archive   storage
	Handlings handlings
	People    people
	Consumers consumers
	// Deliveries is the ledger of what is sent.
	Deliveries deliveries
	// Subscriptions are taken as on the pages.
	Subscriptions subscriptions
	// Calls, Reports, Probes, Help and Edits are what the desk does about failures.
	Calls   calls
	Reports reports
	Probes  probes
	Help    workarounds
	Edits   wordings // of what is known
	// Incidents and Rooms are how the desk handles them.
	Incidents incidents
	Rooms     rooms
	Speeches  speeches    // what is said of them
	Speech    speech.Desk // and filled with
	Requests  requests
	Answers   answers
	Speakers  speakers
	Maps      carrying // what services carry
	Told      told     // what became of incidents and requests
	// Webhook is a value of what channels of the kind webhook post, for the document;
	// may be nil.
	Webhook   any
	Model     snapshots
	Author    *author.Author
	Admission *httpserver.Admission
	// Written is how many transactions this process has committed; nil where nobody
	// counts them, so that no answer is kept.
	Written func() uint64
	Styles  string           // address of the style sheet of the page; none when empty
	Now     func() time.Time // time.Now when nil
	Log     *slog.Logger     // discards when nil
}

// An API serves the desk's own form. It is safe for use by several goroutines.
type API struct {
	names tocsin.Names
	// audiences are what tokens may be for: each address of the desk.
	audiences     []string
	archive       storage
	handlings     handlings
	people        people
	consumers     consumers
	deliveries    deliveries
	subscriptions subscriptions
	calls         calls
	reports       reports
	probes        probes
	help          workarounds
	edits         wordings
	incidents     incidents
	rooms         rooms
	speeches      speeches
	speech        speech.Desk
	requests      requests
	answers       answers
	speakers      speakers
	maps          carrying
	told          told
	webhook       any
	snapshots     snapshots
	author        *author.Author
	admission     *httpserver.Admission
	now           func() time.Time
	log           *slog.Logger

	written func() uint64
	bodies  httpserver.Bodies // that are sent again
	buffers httpserver.Buffers

	mux        *http.ServeMux
	huma       huma.API
	operations map[string]*operation // by pattern
	members    map[string]bool       // every name that a body may use
	document   []byte                // OpenAPI
	page       []byte                // the same for people
	styles     string
	verifying  chan struct{}
}

// New makes an API. It fails when it cannot describe itself.
func New(c Config) (*API, error) {
	if c.Archive == nil || c.Handlings == nil || c.People == nil || c.Consumers == nil || c.Deliveries == nil || c.Subscriptions == nil || c.Calls == nil || c.Reports == nil || c.Probes == nil || c.Help == nil || c.Edits == nil || c.Incidents == nil || c.Rooms == nil || c.Speeches == nil || c.Speech.Rooms == nil || c.Requests == nil || c.Answers == nil || c.Speakers == nil || c.Maps == nil || c.Told == nil || c.Model == nil || c.Author == nil || c.Admission == nil || !strings.Contains(c.Base, "://") {
		return nil, errors.New("own API: an archive, a model, an author, an admission and a base address are needed")
	}
	a := &API{
		names: tocsin.NewNames(c.Base, c.Names...), archive: c.Archive, handlings: c.Handlings, people: c.People, consumers: c.Consumers, deliveries: c.Deliveries, subscriptions: c.Subscriptions, calls: c.Calls, reports: c.Reports, probes: c.Probes, help: c.Help, edits: c.Edits, incidents: c.Incidents, rooms: c.Rooms, speeches: c.Speeches, speech: c.Speech, requests: c.Requests, answers: c.Answers, speakers: c.Speakers, maps: c.Maps, told: c.Told, webhook: c.Webhook, snapshots: c.Model, author: c.Author, admission: c.Admission, styles: c.Styles, written: c.Written, bodies: httpserver.NewBodies(maxBodies),
		now: c.Now, log: cmp.Or(c.Log, slog.New(slog.DiscardHandler)), verifying: make(chan struct{}, 1),
	}
	a.audiences = a.names.All()
	if a.now == nil {
		a.now = time.Now
	}
	a.register()
	if err := a.describe(); err != nil {
		return nil, err
	}
	return a, nil
}

// Routes is the table of what the API serves and needs.
func (a *API) Routes() []httpserver.Route {
	var list []httpserver.Route
	for pattern, op := range a.operations {
		list = append(list, httpserver.Route{Pattern: pattern, Needs: op.needs})
	}
	return list
}

// Subtree is the API as the server carries requests to it.
func (a *API) Subtree() httpserver.Subtree {
	return httpserver.Subtree{
		Name: "own", Prefix: Prefix, Routes: a.Routes(), Errors: a.WriteError, ChecksBody: true, Near: a.near,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			a.ServeHTTP(w, r)
			return nil
		},
	}
}

// near finds the path that one which nobody serves was meant to be.
func (a *API) near(tidy string) (meant string, ok bool) {
	lower := strings.ToLower(tidy)
	for _, page := range a.Pages() {
		if _, path, _ := strings.Cut(page.Pattern, " "); lower == path {
			return path, true
		}
	}
	if !strings.HasPrefix(lower, "/api/") {
		return "", false
	}
	if at := len(Prefix); len(tidy) > at && strings.EqualFold(tidy[:at], Prefix) {
		meant := Prefix + tidy[at:]
		probe := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: meant}}
		if _, pattern := a.mux.Handler(probe); a.operations[pattern] != nil {
			return meant, true
		}
	}
	return Prefix, true
}

// ServeHTTP answers requests below the prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{api: a, w: w, r: r, asked: r, now: a.now().UTC()}
	a.setHeaders(w.Header(), r)
	if err := x.admit(); err != nil {
		x.fail(err)
		return
	}
	ctx := tocsin.WithActor(context.WithValue(r.Context(), exchangeKey{}, x), x.actor())
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		a.read(ctx, x)
		return
	}
	a.mux.ServeHTTP(w, x.r.WithContext(ctx))
}

// WriteError explains a failure around the API in its own form.
func (a *API) WriteError(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error) {
	a.setHeaders(w.Header(), r)
	(&exchange{api: a, w: w, r: r}).fail(&problem{Status: status, Detail: err.Message})
}

func (a *API) setHeaders(header http.Header, r *http.Request) {
	header.Set("Cache-Control", "private, no-store")
	header.Set("Vary", "Authorization, Accept")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Activity-Id", httpserver.RequestID(r.Context()))
}
