package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// ConsumerName is the name of the consumer of changes that decides who hears.
const ConsumerName = "notify"

// Bounds of deciding.
const (
	// gather is how long the summary of a first poll waits for the rest of it.
	gather = 10 * time.Second
	// maxKnown bounds the subjects that are remembered in one of two generations.
	maxKnown = 2048
)

// texts is the part of the archive that deciding reads, in the transaction of
// the consumer.
type texts interface {
	Documents(ctx context.Context, tx *store.Tx, batch []tocsin.Change) ([]archive.Pair, error)
	DocumentBody(ctx context.Context, tx *store.Tx, document int64) ([]byte, error)
	DocumentBodies(ctx context.Context, tx *store.Tx, documents []int64) (map[int64][]byte, error)
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
}

// enqueuer is the part of the ledger that deciding writes.
type enqueuer interface {
	Enqueue(ctx context.Context, tx *store.Tx, rows []delivery.Row, now time.Time) error
	Escalating(ctx context.Context, tx *store.Tx) (map[delivery.IssueOf]bool, error)
	EndEscalations(ctx context.Context, tx *store.Tx, list []delivery.Over, now time.Time) error
}

// ConsumerConfig is what a consumer works with.
type ConsumerConfig struct {
	Archive texts
	Ledger  enqueuer
	Setup   func() *Setup
	// Silences are those that hold, as a transaction sees them. May be nil.
	Silences func(ctx context.Context, tx *store.Tx) ([]route.Silence, error)
	// Open are the labels of the open issues of a tenant, which may hide others, with
	// their regions where somebody asks for those. May be nil.
	Open func(ctx context.Context, tenant tocsin.Tenant, regions bool) ([]route.Labels, error)
	// Audience are those who subscribed, as a transaction sees them. May be nil.
	Audience func(ctx context.Context, tx *store.Tx) (*delivery.Audience, error)
	// Publishing says what a tenant publishes. Nil where nothing is published.
	Publishing func(ctx context.Context, tenantID string) (tocsin.Publishing, error)
	// Duty returns the endpoints of those who have a step of an incident to do, by the
	// id of the step. May be nil.
	Duty func(ctx context.Context, step string) ([]string, error)
	// Request returns a support request by its number. Nil where nobody is told of them.
	Request func(ctx context.Context, tenantID string, n int64) (tocsin.Request, error)
	Told    func() // called when there is something to send; may be nil
	Now     func() time.Time
}

// A Consumer decides who hears of changes. Its Handle is for one goroutine.
type Consumer struct {
	ConsumerConfig
	events   *event.Reader
	subjects *cache.Cache[int64, *Subject] // by the number of the document
}

// NewConsumer makes a consumer.
func NewConsumer(c ConsumerConfig) *Consumer {
	return &Consumer{c, event.NewReader(c.Archive), cache.New[int64, *Subject](cache.Bounds{Entries: maxKnown})}
}

// decision is what deciding on a batch of changes needs beside them.
type decision struct {
	setup    *Setup
	tenants  map[string]tocsin.Tenant
	silences []route.Silence
	audience *delivery.Audience
	open     map[string][]route.Labels // by tenant, read when needed
	subjects map[int64]*Subject        // by document
	regions  bool                      // somebody asks for them
	calling  map[delivery.IssueOf]bool // of which somebody is to be called, or that somebody has in hand
	over     *[]delivery.Over          // of these, what is over
	now      time.Time
}

// Handle writes a delivery for each change and each endpoint that is to hear of
// it. It is a [store.Handler]. Without a channel it writes nothing but that nobody
// has an incident in hand any more that is over.
func (c *Consumer) Handle(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
	d := decision{setup: c.Setup(), open: map[string][]route.Labels{}, subjects: map[int64]*Subject{}, over: &[]delivery.Over{}, now: c.Now()}
	silent := d.setup == nil || d.setup.Policy == nil || len(d.setup.Exits) == 0
	var err error
	if d.calling, err = c.Ledger.Escalating(ctx, tx); err != nil || silent && len(d.calling) == 0 {
		return err
	}
	if silent {
		d.setup = nil
	}
	if d.calling == nil {
		d.calling = map[delivery.IssueOf]bool{}
	}
	if d.tenants, err = c.tenants(ctx); err != nil {
		return err
	}
	if c.Silences != nil {
		if d.silences, err = c.Silences(ctx, tx); err != nil {
			return err
		}
	}
	d.regions = !silent && asksRegions(d.setup, d.silences)
	if c.Audience != nil {
		if d.audience, err = c.Audience(ctx, tx); err != nil {
			return err
		}
	}
	pairs, err := c.Archive.Documents(ctx, tx, batch)
	if err != nil {
		return err
	}
	if err := c.read(ctx, tx, d, batch, pairs); err != nil {
		return err
	}
	var rows []delivery.Row
	for i, change := range batch {
		more, err := c.decide(ctx, tx, d, change, pairs[i])
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	if len(rows) > 0 && c.Told != nil {
		tx.AfterCommit(c.Told)
	}
	if err := c.Ledger.Enqueue(ctx, tx, rows, d.now); err != nil {
		return err
	}
	return c.Ledger.EndEscalations(ctx, tx, *d.over, d.now)
}

// asksRegions reports whether a route, a rule or a silence asks where an issue is,
// which is dear to read.
func asksRegions(setup *Setup, silences []route.Silence) bool {
	return setup.Policy.Asks("region") || slices.ContainsFunc(silences, func(s route.Silence) bool { return s.Matchers.Ask("region") })
}

func (c *Consumer) tenants(ctx context.Context) (map[string]tocsin.Tenant, error) {
	list, err := c.Archive.Tenants(ctx)
	return tocsin.TenantsByID(list), err
}

// decide returns the deliveries of one change.
func (c *Consumer) decide(ctx context.Context, tx *store.Tx, d decision, change tocsin.Change, pair archive.Pair) ([]delivery.Row, error) {
	tenant := d.tenants[change.TenantID]
	if tenant.ID == "" || !tellable(change, tenant) {
		return nil, nil
	}
	if change.Kind == tocsin.KindRequest {
		return c.requested(ctx, d, tenant, change, kindFor(d, change, pair))
	}
	subject := d.subject(change, pair)
	d.ends(change, subject)
	if d.setup == nil || change.Silent && !firstPoll(change, pair) {
		return nil, nil
	}
	e, err := c.event(ctx, tx, change, pair)
	if err != nil {
		return nil, err
	}
	labels, ok := labelsFor(e, subject, tenant, d.regions)
	if !ok || change.Silent && !(subject.Open && subject.Class == "incident") {
		return nil, nil
	}
	kind := kindFor(d, change, pair)
	if change.Kind == tocsin.KindStep {
		return c.late(ctx, d, change, labels)
	}
	open, err := c.open(ctx, d, tenant, labels)
	if err != nil {
		return nil, err
	}
	again := tocsin.Ref{}
	if subject.Open && subject.Class != ClassPlanned && change.What != tocsin.WhatLeft {
		again = tocsin.Ref{Kind: change.Kind, ID: change.ID}
	}
	one := decided{change, again, tenant, subject, kind, labels, d.hidden(labels, open), kind == notify.KindUpdate && opens(e, subject)}
	if one.calls {
		d.calling[issueOf(change)] = true // and may end within the batch
	}
	personal, err := c.subscribers(ctx, d, one)
	if rows := d.rows(one, open); len(rows) > 0 {
		return append(rows, personal...), err
	}
	return personal, err
}

// kindFor says whether a change is told as news, or with others that are old.
func kindFor(d decision, change tocsin.Change, pair archive.Pair) notify.MessageKind {
	if change.Silent || pair.Late || d.now.Sub(change.At) > archive.OldNews {
		return notify.KindSummary
	}
	return notify.KindUpdate
}

// decided is a change of which somebody may be told.
type decided struct {
	change    tocsin.Change
	again     tocsin.Ref // what is told again while nothing changes; zero for nothing
	tenant    tocsin.Tenant
	subject   *Subject
	kind      notify.MessageKind
	labels    route.Labels
	cancelled string // why nobody is, "" for nothing
	calls     bool   // it opens an incident: who is to be called unless somebody takes it in hand
}

// event says what a change tells. There is nothing to compare a first version
// with, nor a change without a version.
func (c *Consumer) event(ctx context.Context, tx *store.Tx, change tocsin.Change, pair archive.Pair) (tocsin.Event, error) {
	if pair.Before == 0 || !change.What.Versioned() {
		return tocsin.Event{Change: change}, nil
	}
	return c.events.Of(ctx, tx, change, pair)
}

// firstPoll reports whether a silent change is of the first poll of a source,
// rather than of an import.
func firstPoll(change tocsin.Change, pair archive.Pair) bool {
	return change.What == tocsin.WhatNew && change.Kind == tocsin.KindIssue && pair.Source != tocsin.SourceImport && pair.Source != tocsin.SourceOwn
}

// read reads what the items of a batch say, once for all tenants that have the
// document.
func (c *Consumer) read(ctx context.Context, tx *store.Tx, d decision, batch []tocsin.Change, pairs []archive.Pair) error {
	refs := map[int64]tocsin.Ref{} // by document
	for i, change := range batch {
		if tellable(change, d.tenants[change.TenantID]) && pairs[i].After != 0 {
			refs[pairs[i].After] = tocsin.Ref{Kind: change.Kind, ID: change.ID}
		}
	}
	var missing []int64
	for num := range refs {
		if s, ok := c.subjects.Get(num); ok {
			d.subjects[num] = s
		} else {
			missing = append(missing, num)
		}
	}
	slices.Sort(missing)
	bodies, err := c.Archive.DocumentBodies(ctx, tx, missing)
	if err != nil {
		return err
	}
	for num, body := range bodies {
		d.subjects[num] = subjectOf(refs[num], body, d.now)
		c.subjects.Put(num, d.subjects[num], 0)
	}
	return nil
}

// subject is what an item says.
func (d decision) subject(change tocsin.Change, pair archive.Pair) *Subject {
	if s := d.subjects[pair.After]; s != nil {
		return s
	}
	return subjectOf(tocsin.Ref{Kind: change.Kind, ID: change.ID}, nil, d.now)
}

// open returns the labels of what may hide a change, read once for each tenant
// of a batch, and not at all where no rule asks.
func (c *Consumer) open(ctx context.Context, d decision, tenant tocsin.Tenant, labels route.Labels) ([]route.Labels, error) {
	if c.Open == nil || len(d.setup.Policy.Inhibit) == 0 && !d.setup.depends() || labels.Get("kind") != string(tocsin.KindIssue) {
		return nil, nil
	}
	if open, ok := d.open[tenant.ID]; ok {
		return open, nil
	}
	open, err := c.Open(ctx, tenant, d.regions)
	if err != nil {
		return nil, fmt.Errorf("read open issues: %w", err)
	}
	d.open[tenant.ID] = open
	return open, nil
}

// hidden says why nobody is told of a change with some labels, "" for nothing.
func (d decision) hidden(labels route.Labels, open []route.Labels) string {
	if _, ok := route.Silenced(d.silences, labels, d.now); ok {
		return CancelledSilence
	}
	if _, _, ok := d.setup.Policy.Inhibited(labels, open); ok {
		return CancelledInhibition
	}
	return ""
}

// rows are the deliveries of a change by routes, one for each endpoint: the first
// route that names it decides.
func (d decision) rows(one decided, open []route.Labels) (rows []delivery.Row) {
	labels := one.labels
	seen := map[string]bool{}
	taken := d.setup.Policy.Taken(labels)
	for _, r := range taken {
		for _, name := range d.setup.Receivers[r.Receiver] {
			if d.setup.Exits[name] == nil || seen[name] {
				continue
			}
			seen[name] = true
			row := delivery.Row{Change: one.change.Seq, Endpoint: delivery.ChannelKey(name), Kind: string(one.kind), Route: r.ID + " → " + r.Receiver, Cancelled: one.cancelled}
			d.time(&row, r, labels)
			if one.again.ID != "" && r.Digest.IsZero() {
				row.Again = delivery.Again{Every: r.RepeatInterval, Route: r.ID, TenantID: one.change.TenantID, Ref: one.again}
			}
			rows = append(rows, row)
			if to := d.beside(name, labels, open); to != "" && !seen[to] {
				seen[to] = true
				row.Endpoint, row.Route, row.Again = delivery.ChannelKey(to), row.Route+", beside "+name, delivery.Again{}
				rows = append(rows, row)
			}
		}
	}
	if one.calls {
		rows = append(rows, d.escalate(one, taken, seen)...)
	}
	return rows
}

// beside returns the fallback of a channel when an incident has to go there too:
// the service that the channel needs has an incident itself. It is "" else.
func (d decision) beside(name string, labels route.Labels, open []route.Labels) string {
	exit := d.setup.Exits[name]
	if exit.DependsOn == "" || d.setup.Exits[exit.Fallback] == nil || labels.Get("class") != "incident" {
		return ""
	}
	for _, one := range append([]route.Labels{labels}, open...) {
		if strings.EqualFold(one.Get("service"), exit.DependsOn) && one.Get("class") == "incident" && one.Get("severity") != tocsin.SeverityOK.String() {
			return exit.Fallback
		}
	}
	return ""
}

// Why a delivery is not sent, as the ledger has it.
const (
	CancelledSilence    = "silenced"
	CancelledInhibition = "inhibited"
	CancelledMute       = "muted"
	CancelledRemoved    = "removed" // the settings have the channel no longer
)

// time says in which group a delivery is sent, and when.
func (d decision) time(row *delivery.Row, r *route.Route, labels route.Labels) {
	if row.Kind == string(notify.KindSummary) {
		row.Group = "summary"
		row.Due = func(time.Time) time.Time { return d.now.Add(gather) }
	} else {
		if !r.Digest.IsZero() {
			row.Kind = string(notify.KindDigest)
		}
		if !r.GroupByAll {
			row.Group = groupKey(r.GroupKey(labels))
		}
		row.Due = func(last time.Time) time.Time { return r.Due(d.now, last) }
	}
	if len(r.Active)+len(r.Mute) == 0 {
		return
	}
	due := row.Due
	if _, ok := d.setup.Policy.Opens(r, due(time.Time{})); !ok {
		row.Cancelled = CancelledMute
		return
	}
	row.Due = func(last time.Time) time.Time {
		at := due(last)
		if opens, ok := d.setup.Policy.Opens(r, at); ok {
			return opens
		}
		return at
	}
}

// groupKey is a key of a group that is short whatever the labels are.
func groupKey(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}
