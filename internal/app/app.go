// Package app puts the parts of the program together. It is the only place,
// beside the command line, that knows them all: a new source, channel or
// translator is one folder and one line here.
package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/access/discovery"
	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/api/oauth"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/connection"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/jobs"
	"example.org/tocsin/internal/live"
	"example.org/tocsin/internal/outbox"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/qualify"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// The resources that tokens are for.
const (
	LegacyResource = oauth.Legacy
	GraphResource  = oauth.Graph
)

// Options are what a caller sets that operators cannot.
type Options struct {
	Log      *slog.Logger
	Listener net.Listener     // made from the settings when nil
	Level    *slog.LevelVar   // of Log, for settings that change it; may be nil
	Settings *config.Watcher  // has the settings followed while the desk runs; nil for those that stay
	Reload   <-chan os.Signal // has the settings taken at once; may be nil
	Demo     bool             // marks the archive, and every page, as a demonstration
	DueEvery time.Duration    // between two looks for due sources; 15 s when 0
}

// An App is a desk that is ready to run.
type App struct {
	*Rooms
	Collector *collect.Collector
	Model     *readmodel.Model
	Issuer    *oauth.Issuer
	Door      *signin.SignIn
	Author    *author.Author
	Sources   *connection.Connections // those that were set up in the pages

	limiter  *access.Limiter
	settings *config.Watcher // nil where settings stay as they are
	reload   <-chan os.Signal
	hold     *store.Hold
	demo     bool // the archive is that of a demonstration
	names    tocsin.Names
	named    bool // the base was given, not made from where the desk listens
	master   *access.MasterKey
	verifier *access.Verifier
	issuers  []*access.Issuer

	issuerKeys []*discovery.Keys
	log        *slog.Logger
	engine     *jobs.Engine
	outbox     *outbox.Runner
	live       *live.Hub
	translator *translate.Translator
	press      *publish.Reader
	past       *qualify.Past
	asking     *translate.Worker
	prober     *prober // nil when the settings want no probes from the server
	engines    *translate.Chains
	server     *httpserver.Server
	listener   net.Listener
}

// New takes the database file, opens the archive, brings tenants and sources to
// what the settings say and takes the address. It serves nothing yet. The caller
// closes the App.
func New(ctx context.Context, c config.Config, o Options) (*App, error) {
	command := "serve"
	if o.Demo {
		command = "demo"
	}
	hold, err := Take(ctx, c, command)
	if err != nil {
		return nil, err
	}
	rooms, err := OpenRooms(ctx, c)
	if err != nil {
		return nil, errors.Join(err, hold.Release())
	}
	a := &App{Rooms: rooms, log: o.Log, listener: o.Listener, hold: hold, settings: o.Settings, reload: o.Reload}
	err = a.findNature(ctx, c, o)
	if err == nil {
		err = a.build(ctx, c, o)
	}
	if err == nil {
		a.prober, err = newProber(c.Probes, a.Rooms, o.Log)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Take makes this process the one that runs a desk on the database of the
// settings, or changes its form. It fails with [tocsin.ErrConflict] while
// another one does.
func Take(ctx context.Context, c config.Config, command string) (*store.Hold, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return store.Take(ctx, c.DatabaseDSN(), store.Holder{PID: os.Getpid(), Host: host, Command: command, Since: time.Now()})
}

func (a *App) build(ctx context.Context, c config.Config, o Options) (err error) {
	if a.listener == nil {
		if a.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.Server.Listen); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	if c.Server.TLS.Cert != "" {
		certificate, err := httpserver.NewCertificate(c.Server.TLS.Cert, c.Server.TLS.Key, time.Now, o.Log)
		if err != nil {
			return err
		}
		a.listener = tls.NewListener(a.listener, certificate.Config())
	}
	a.named = c.Server.Base != ""
	if !a.named {
		c.Server.Base = baseOf(c, a.listener.Addr().String())
	}
	if a.names, err = c.Server.Addresses(); err != nil {
		return err
	}
	if a.Collector, err = NewCollector(ctx, c, a.Archive, o.Log); err != nil {
		return err
	}
	if a.master, err = access.LoadMasterKey(c.Data, os.Getenv); err != nil {
		return err
	}
	if a.Issuer, err = newIssuer(ctx, a.names, a.Rooms, a.master); err != nil {
		return err
	}
	if err := a.addIssuers(c, o.Log); err != nil {
		return err
	}
	a.Sources = a.newConnections(c)
	if err := a.Sources.Apply(ctx); err != nil {
		return err
	}
	if err := a.newModel(c, o); err != nil {
		return err
	}
	a.Author = author.New(a.Archive, a.Model, time.Now)
	a.live = live.New(a.Model)
	a.press = publish.New(a.Archive, time.Now)
	if err := a.newTranslation(c, o); err != nil {
		return err
	}
	if err := a.newAnnouncing(c, o); err != nil {
		return err
	}
	a.outbox = a.Outbox(o.Log)
	background := jobs.Default()
	if o.DueEvery > 0 {
		background.DueEvery = o.DueEvery
	}
	if a.engine, err = jobs.New(background, a.Store, work{a.Archive, a.People, a.Deliveries, a.Responses, c.Reports.KeepFor()}, a.Collector, time.Now, o.Log, a.polled, a.periodics()...); err != nil {
		return err
	}
	a.follow(o)
	a.server, err = a.newServer(c, o)
	return err
}

// newModel makes what answers are read from.
func (a *App) newModel(c config.Config, o Options) (err error) {
	a.Model = readmodel.New(a.Reading(), time.Now, o.Log)
	a.Model.QuietAfter(time.Duration(c.Advisories.QuietAfter))
	a.past, err = qualify.NewPast(a.Model, o.Log)
	return err
}

// baseOf is the address under which a desk without a configured one is reached.
func baseOf(c config.Config, addr string) string {
	scheme := "http"
	if c.Server.TLS.Cert != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip.IsUnspecified()) {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Routes is the table of everything that the desk serves.
func (a *App) Routes() []httpserver.Route { return a.server.Routes() }

// Base is the address that people and programs use.
func (a *App) Base() string { return a.names.First() }

// Run serves and works until ctx ends or a part of the program fails. It then
// takes no new requests, finishes those in hand and the polls under way.
func (a *App) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.server.Serve(ctx, a.listener) })
	group.Go(func() error { return a.engine.Run(ctx) })
	group.Go(func() error { return a.Model.Run(ctx) })
	group.Go(func() error { return a.outbox.Run(ctx) })
	group.Go(func() error { return a.wakeConsumers(ctx) })
	group.Go(func() error { return a.verifier.Run(ctx) })
	for _, keys := range a.issuerKeys {
		group.Go(func() error { return keys.Run(ctx) })
	}
	group.Go(func() error { return a.live.Run(ctx) })
	group.Go(func() error { return a.asking.Run(ctx) })
	group.Go(func() error { return a.past.Run(ctx) })
	group.Go(func() error { return a.announcing.dispatcher.Run(ctx) })
	group.Go(func() error { return a.followRoutes(ctx) })
	group.Go(func() error { return a.Sources.Run(ctx) })
	if a.prober != nil {
		group.Go(func() error { return a.prober.Run(ctx) })
	}
	if a.settings != nil {
		group.Go(func() error { return a.settings.Run(ctx, a.reload) })
	}
	a.log.InfoContext(ctx, "listening", "address", a.listener.Addr().String(), "base", a.Base(), "database", a.Store.Engine())
	err := group.Wait()
	a.log.InfoContext(ctx, "stopped")
	return err
}

// Close ends what New opened.
func (a *App) Close() error {
	var problems []error
	if a.listener != nil {
		if err := a.listener.Close(); !errors.Is(err, net.ErrClosed) {
			problems = append(problems, err)
		}
	}
	return errors.Join(append(problems, a.Rooms.Close(), a.hold.Release())...)
}

// NewIssuer makes the token issuer of a desk, with the master key in its data
// directory or in TOCSIN_MASTER_KEY. Base is the address that issues, that of the
// settings when empty. It fails with [tocsin.ErrInvalid] for one that is none of
// the desk's; a desk whose settings name none may be anywhere.
func NewIssuer(ctx context.Context, c config.Config, r *Rooms, base string) (*oauth.Issuer, error) {
	if c.Server.Base == "" {
		c.Server.Base = cmp.Or(base, baseOf(c, c.Server.Listen))
	}
	names, err := c.Server.Addresses()
	if err != nil {
		return nil, err
	}
	if base != "" {
		if names, err = startingWith(names, base); err != nil {
			return nil, err
		}
	}
	master, err := access.LoadMasterKey(c.Data, os.Getenv)
	if err != nil {
		return nil, err
	}
	return newIssuer(ctx, names, r, master)
}

// startingWith puts one of the names first.
func startingWith(names tocsin.Names, base string) (tocsin.Names, error) {
	asked, err := config.Server{Base: base}.Addresses()
	if err != nil {
		return names, err
	}
	first, ok := names.Has(asked.First())
	if !ok {
		return names, tocsin.Invalidf("base", "%s is no address of this desk. Its addresses are %s; server.names of the settings adds others.",
			asked.First(), strings.Join(names.All(), ", "))
	}
	return tocsin.NewNames(first, slices.DeleteFunc(names.All(), func(name string) bool { return name == first })...), nil
}

func newIssuer(ctx context.Context, names tocsin.Names, r *Rooms, master *access.MasterKey) (*oauth.Issuer, error) {
	return oauth.New(ctx, oauth.Config{Base: names.First(), Names: names.All()[1:]}, r.Programs, r.Archive, master, time.Now)
}
