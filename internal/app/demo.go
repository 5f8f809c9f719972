package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/demo"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/sink"
	"example.org/tocsin/internal/tocsin"
)

// How often the demo polls: while the incident unfolds, at speed 1, and later,
// as often as the real upstream's limits allow for ever.
const (
	demoLive  = 5 * time.Second
	demoEvery = 15 * time.Second
)

// demoTokens is how long the tokens in demo.json are valid.
const demoTokens = 24 * time.Hour

// Demo says how a demonstration runs.
type Demo struct {
	Listen   string  // host:port
	Data     string  // a directory, made when there is none; what a demo left there is used again
	Database string  // DATA/tocsin.db when empty
	Speed    float64 // of the incident: at 1 it takes ten minutes
	// Translation names engines that run on this machine; none when empty.
	Translation []config.Engine
	WithoutLane bool // server.lane is off
	// Ready is called once, when the desk answers.
	Ready func(DemoInfo)
}

// DemoInfo is what a visitor needs. It is also left in DATA/demo.json, which
// only the owner may read.
type DemoInfo struct {
	Base    string       `json:"base"`
	Anchor  time.Time    `json:"anchor"` // midnight before the demo was first run; the archive ends there
	Started time.Time    `json:"started"`
	Tenants []DemoTenant `json:"tenants"`
	People  []DemoPerson `json:"people"` // one for each role
	// Published is the page that everybody may read without signing in.
	Published string `json:"published"`
	// Inbox is the page, on this machine alone, that shows what channels have sent.
	Inbox string   `json:"inbox"`
	Curl  []string `json:"curl"`
	// Routes is the table of everything that the desk serves.
	Routes []httpserver.Route `json:"-"`
}

// DemoTenant is one tenant with a client that may read everything.
type DemoTenant struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Domain       string `json:"domain"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	Token        string `json:"token"`      // legacy API
	GraphToken   string `json:"graphToken"` // Graph API
	DeskToken    string `json:"deskToken"`  // the desk's own API
}

// DemoPerson is somebody who can sign in.
type DemoPerson struct {
	Name     string `json:"name"` // that of their role
	Password string `json:"password"`
	Address  string `json:"address"` // of the page to sign in on, with the name filled in
}

// demoRun is a demonstration being set up.
type demoRun struct {
	Demo
	log      *slog.Logger
	info     DemoInfo
	path     string // of demo.json
	upstream *fakegraph.Server
	world    *fakegraph.World
	content  *demo.Demo
	sink     *sink.Server
}

// RunDemo runs a desk with three made-up tenants over a made-up upstream until
// ctx ends. Nothing leaves the machine. It fails with [tocsin.ErrConflict], and
// has written nothing, where a desk is that is no demonstration.
func RunDemo(ctx context.Context, d Demo, log *slog.Logger) error {
	if d.Speed <= 0 || d.Speed > 600 {
		return tocsin.Invalidf("speed", "%v is not between 0 and 600.", d.Speed)
	}
	run := &demoRun{Demo: d, log: log, path: filepath.Join(d.Data, demoFile), world: fakegraph.NewWorld()}
	if err := run.refuseDesk(ctx, config.Config{Data: d.Data, Database: d.Database}); err != nil {
		return err
	}
	if err := config.MakeDirectories(config.Config{Data: d.Data, Database: d.Database}); err != nil {
		return err
	}
	if err := run.recall(); err != nil {
		return err
	}
	run.content = demo.New(run.info.Anchor)
	if err := run.content.Populate(run.world); err != nil {
		return fmt.Errorf("set up demo: %w", err)
	}
	run.upstream = fakegraph.New(run.world, fakegraph.Config{Noise: true})
	address, err := run.upstream.Start()
	if err != nil {
		return fmt.Errorf("start demo upstream: %w", err)
	}
	defer run.upstream.Close()
	told, err := run.inbox()
	if err != nil {
		return err
	}
	defer func() { _ = run.sink.Close() }() // Run has, where it came that far
	desk, err := run.open(ctx, address, told)
	if err != nil {
		return err
	}
	defer desk.Close()
	run.upstream.Inject(run.content.Faults()...)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return run.sink.Run(ctx) })
	group.Go(func() error { return desk.Run(ctx) })
	group.Go(func() error { return run.play(ctx, desk) })
	return group.Wait()
}

// recall reads what an earlier demo left in the directory, so that its archive
// and its secrets stay the same.
func (r *demoRun) recall() error {
	text, err := os.ReadFile(r.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read demo.json: %w", err)
	}
	if err == nil {
		if err := json.Unmarshal(text, &r.info); err != nil {
			return tocsin.Invalidf("data", "%s is not readable: remove the directory to start again.", r.path)
		}
	}
	r.info.Started = time.Now().UTC().Truncate(time.Second)
	if r.info.Anchor.IsZero() {
		r.info.Anchor = r.info.Started.Truncate(24 * time.Hour)
	}
	return nil
}

// open opens the desk over the upstream, fills its archive and leaves the way
// in.
func (r *demoRun) open(ctx context.Context, upstream string, told config.Notify) (*App, error) {
	listener, err := net.Listen("tcp", r.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	r.info.Base = "http://" + listener.Addr().String()
	settings := r.settings(upstream)
	settings.Notify = told
	desk, err := New(ctx, settings, Options{Log: r.log, Listener: listener, Demo: true, DueEvery: r.every()})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := r.fill(ctx, desk); err != nil {
		return nil, errors.Join(fmt.Errorf("fill demo archive: %w", err), desk.Close())
	}
	if err := r.author(ctx, desk); err != nil {
		return nil, errors.Join(fmt.Errorf("author demo notices: %w", err), desk.Close())
	}
	if err := r.publish(ctx, desk); err != nil {
		return nil, errors.Join(fmt.Errorf("publish demo tenant: %w", err), desk.Close())
	}
	r.info.Routes = desk.Routes()
	if err := r.introduce(ctx, desk); err != nil {
		return nil, errors.Join(fmt.Errorf("set up demo clients: %w", err), desk.Close())
	}
	return desk, nil
}

func (r *demoRun) every() time.Duration {
	return max(time.Second, time.Duration(float64(demoLive)/r.Speed))
}

func (r *demoRun) settings(upstream string) config.Config {
	c := config.Default()
	c.Server.Lane = !r.WithoutLane
	c.Data, c.Database, c.Server.Listen, c.Server.Base, c.Server.Pages = r.Data, r.Database, r.Listen, r.info.Base, "everyone"
	c.Translation.Engines = r.Translation
	for _, t := range r.content.Tenants() {
		c.Tenants = append(c.Tenants, config.Tenant{
			Name: t.Name, DisplayName: t.DisplayName, TenantID: t.ID, Domains: t.Domains, Groups: t.Groups,
			Support: config.Support{Plan: "Unified", Phone: "+33 1 57 00 00 00", PhoneHours: "24/7", Hours: []string{"Mon-Fri 08:00-18:00"}, Zone: "Europe/Paris"},
			Source: config.Source{
				Kind: "graph", ClientID: t.ClientID, Secret: config.Secret(t.ClientSecret), Every: config.Duration(r.every()),
				TokenURL: upstream + "/" + t.ID + "/oauth2/v2.0/token", BaseURL: upstream + "/v1.0",
			},
		})
	}
	return c
}

// attach gives each issue with a published review its document, and messages
// theirs.
func (r *demoRun) attach(ctx context.Context, desk *App, tenantID string) error {
	snapshot, err := desk.Model.Snapshot(ctx, tenantID)
	if err != nil {
		return err
	}
	for _, row := range snapshot.Issues {
		if row.Status != tocsin.StatusReviewPublished {
			continue
		}
		issue, err := desk.Model.Issue(ctx, row)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("Post-incident review %s (made up for the demonstration)\n\n%s\n\nService: %s\nFrom %s to %s\n\n%s\n",
			issue.ID, issue.Title, issue.Service, tocsin.FormatTime(issue.StartAt), tocsin.FormatTime(issue.EndAt), issue.Impact)
		f := tocsin.File{ID: tocsin.ReportID, Name: issue.ID + "-review.txt", ContentType: "text/plain; charset=utf-8", SeenAt: issue.ModifiedAt, Source: tocsin.SourceAttach}
		if _, err := desk.Archive.PutFile(ctx, tenantID, tocsin.Ref{Kind: tocsin.KindIssue, ID: issue.ID}, f, []byte(text)); err != nil {
			return err
		}
	}
	for _, row := range snapshot.Messages {
		message, err := desk.Model.Message(ctx, row)
		if err != nil {
			return err
		}
		if !message.HasAttachments {
			continue
		}
		if err := r.attachList(ctx, desk, tenantID, message); err != nil {
			return err
		}
	}
	return nil
}

// attachList gives a message its document: a list to work through.
func (r *demoRun) attachList(ctx context.Context, desk *App, tenantID string, message tocsin.Message) error {
	text := fmt.Sprintf("Checklist for %s (made up for the demonstration)\n\n%s\n\n"+
		"[ ] Find out who still uses what will change\n[ ] Tell them what takes its place, and by when\n"+
		"[ ] Try the new way with a small group\n[ ] Change scripts and templates\n[ ] Ask for a last look a week before the date\n", message.ID, message.Title)
	f := tocsin.File{ID: "checklist", Name: message.ID + "-checklist.txt", ContentType: "text/plain; charset=utf-8", ModifiedAt: message.StartAt, SeenAt: message.ModifiedAt, Source: tocsin.SourceAttach}
	_, err := desk.Archive.PutFile(ctx, tenantID, tocsin.Ref{Kind: tocsin.KindMessage, ID: message.ID}, f, []byte(text))
	return err
}

// introduce makes a client for each tenant, or finds the one of an earlier run,
// and leaves tokens and sample requests in demo.json.
func (r *demoRun) introduce(ctx context.Context, desk *App) error {
	secrets := map[string]string{}
	for _, t := range r.info.Tenants {
		secrets[t.ClientID] = t.ClientSecret
	}
	r.info.Tenants = nil
	for _, t := range r.content.Tenants() {
		one := DemoTenant{ID: t.ID, Name: t.Name, Domain: t.Domains[0], ClientID: t.ID[:24] + "c11e00000001"}
		client, _, err := desk.Programs.Client(ctx, one.ClientID)
		if errors.Is(err, tocsin.ErrNotFound) {
			client = tocsin.Client{ID: one.ClientID, TenantID: t.ID, Name: "demo", Scopes: tocsin.TenantScopes(), CreatedAt: r.info.Started}
			one.ClientSecret, err = AddClient(ctx, desk.Programs, client)
		}
		if err != nil {
			return err
		}
		if one.ClientSecret = cmp.Or(one.ClientSecret, secrets[one.ClientID]); one.ClientSecret == "" {
			// An earlier run was stopped before it had left the way in.
			if one.ClientSecret, _, err = AddClientSecret(ctx, desk.Programs, client.ID, r.info.Started, time.Time{}); err != nil {
				return err
			}
		}
		if one.Token, err = desk.Issuer.Mint(ctx, client, LegacyResource, demoTokens); err != nil {
			return err
		}
		if one.GraphToken, err = desk.Issuer.Mint(ctx, client, GraphResource, demoTokens); err != nil {
			return err
		}
		if one.DeskToken, err = desk.Issuer.Mint(ctx, client, desk.Base(), demoTokens); err != nil {
			return err
		}
		r.info.Tenants = append(r.info.Tenants, one)
	}
	if err := r.invite(ctx, desk); err != nil {
		return err
	}
	if err := r.organise(ctx, desk); err != nil {
		return err
	}
	if err := r.probed(ctx, desk); err != nil {
		return err
	}
	r.info.Curl = samples(r.info)
	text, err := json.MarshalIndent(r.info, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(r.path, append(text, '\n'), 0o600)
}

// samples are lines that work when pasted into a shell, the first one first: a
// token that is good for every API, and requests.
func samples(info DemoInfo) []string {
	t := info.Tenants[0]
	ask := "curl -s -H \"Authorization: Bearer $TOKEN\" '" + info.Base
	legacy, graph := ask+"/api/v1.0/"+t.Domain+"/ServiceComms/", ask+"/v1.0/admin/serviceAnnouncement/"
	return []string{
		"TOKEN='" + t.DeskToken + "'",
		legacy + "CurrentStatus'",
		legacy + "Messages?$filter=MessageType%20eq%20%27Incident%27&$top=5'",
		legacy + "HistoricalStatus?$filter=Workload%20eq%20%27Exchange%27'",
		graph + "healthOverviews'",
		graph + "issues?$filter=isResolved%20eq%20false&$select=id,title,status'",
		ask + "/api/tocsin/v1/tenants/" + t.Domain + "/issues?source=own&open=true'",
		fmt.Sprintf("curl -s -d grant_type=client_credentials -d client_id=%s -d client_secret=%s -d resource=%s %s/%s/oauth2/token",
			t.ClientID, t.ClientSecret, LegacyResource, info.Base, t.ID),
	}
}

// play polls once, tells that the desk is ready and lets the incident unfold.
// When it is over, polls slow down to what the upstream's limits allow for ever.
func (r *demoRun) play(ctx context.Context, desk *App) error {
	for _, target := range desk.Collector.Targets() {
		if _, err := desk.Collector.Poll(ctx, target.TenantID, target.Name, true); err != nil && !errors.Is(err, tocsin.ErrConflict) {
			return ignoreStop(ctx, err)
		}
	}
	if err := desk.Model.Refresh(ctx, true); err != nil {
		return ignoreStop(ctx, err)
	}
	r.Ready(r.info)
	start := time.Now()
	if err := r.content.Incident(start, r.Speed).Play(ctx, r.world, start, time.Now); err != nil {
		return ignoreStop(ctx, err)
	}
	for _, t := range r.content.Tenants() {
		if err := desk.Archive.PutSource(ctx, t.ID, "graph", demoEvery); err != nil {
			return ignoreStop(ctx, err)
		}
	}
	return nil
}

// ignoreStop is err, or nil when it only says that ctx ended.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
