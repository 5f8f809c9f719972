// Package letters puts what changes tell into words: for each item first what
// changed, then the impact, the workaround, when the provider will say more, and
// the link. A letter is made once for all endpoints that are told the same in the
// same language. Texts of the provider are those of package publish, translated
// as feeds have them. Begin reading at [Writer.Write].
package letters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// press has what is to be said.
type press interface {
	Whole(ctx context.Context, tenantID string) (publish.Edition, error)
	Publication(ctx context.Context, e publish.Edition, id string, n int) (*publish.Publication, error)
	PublicationsOf(ctx context.Context, changes []int64) (map[int64]*publish.Publication, error)
}

// translator puts texts of the provider into other languages.
type translator interface {
	RenderAll(ctx context.Context, tenantID, language string, texts []string) ([]translate.Translation, error)
	Progress(ctx context.Context, change tocsin.Change, language string) (translate.Progress, error)
}

// rooms has what was said of incidents and of support requests.
type rooms interface {
	MessageOf(ctx context.Context, incident string, change int64) (tocsin.IncidentMessage, error)
	Incident(ctx context.Context, n int64) (tocsin.Incident, error)
	LateStepOf(ctx context.Context, n int64, step string, num int) (tocsin.LateStep, error)
	Request(ctx context.Context, tenantID string, n int64) (tocsin.Request, error)
	RequestTurn(ctx context.Context, tenantID string, n, num int64) (tocsin.RequestTurn, error)
}

// Config is what a writer works with.
type Config struct {
	Press      press
	Translator translator
	Rooms      rooms         // has what is said of incidents; nil where nothing is
	Base       func() string // the address of the desk, without a slash at its end
	Now        func() time.Time
}

// A Writer writes letters. Its methods may be used from any goroutine.
type Writer struct {
	Config
	tongues map[string]*tongue
	made    *cache.Cache[string, *notify.Content]
	ahead   *cache.Cache[int64, readAhead] // by the number of the change
	making  singleflight.Group             // by the key of made: thousands ask for the same at once
}

// made is what came of writing a letter.
type made struct {
	content *notify.Content
	until   time.Time
}

// readAhead is what a change brought, and when it was read.
type readAhead struct {
	*publish.Publication
	at time.Time
}

// Bounds of what is remembered in one of two generations.
const (
	maxMade  = 256 // letters
	maxAhead = 512 // updates
	// aheadFor is how long what was read ahead may be told: whether it may be told
	// at all was looked at then.
	aheadFor = 10 * time.Second
)

// New makes a writer.
func New(c Config) (*Writer, error) {
	tongues, err := newTongues()
	if err != nil {
		return nil, err
	}
	return &Writer{
		Config: c, tongues: tongues, made: cache.New[string, *notify.Content](cache.Bounds{Entries: maxMade}),
		ahead: cache.New[int64, readAhead](cache.Bounds{Entries: maxAhead}),
	}, nil
}

// tongue returns a language, English for one that there is not.
func (w *Writer) tongue(code string) *tongue {
	if t := w.tongues[code]; t != nil {
		return t
	}
	return w.tongues[translate.Source]
}

// Ahead reads what many deliveries tell with a few queries, for letters that are
// written within ten seconds. Of more than 512 it reads nothing.
func (w *Writer) Ahead(ctx context.Context, list []delivery.Pending) error {
	var changes []int64
	for _, p := range list {
		if w.brought(p.Change.Seq) == nil && (p.Change.Kind == tocsin.KindIssue || p.Change.Kind == tocsin.KindMessage) {
			changes = append(changes, p.Change.Seq)
		}
	}
	slices.Sort(changes)
	if changes = slices.Compact(changes); len(changes) < 2 || len(changes) > maxAhead {
		return nil
	}
	now := w.Now()
	found, err := w.Press.PublicationsOf(ctx, changes)
	for change, p := range found {
		w.ahead.Put(change, readAhead{p, now}, 0)
	}
	return err
}

// brought returns what a change brought if that was read ahead, nil if not.
func (w *Writer) brought(change int64) *publish.Publication {
	if p, ok := w.ahead.Get(change); ok && w.Now().Sub(p.at) < aheadFor {
		return p.Publication
	}
	return nil
}

// Write returns what deliveries tell together, in a language and with times in a
// zone. It is nil when there is nothing that may be told, and, with the time until
// when, while an engine is to translate some of it. The same is written once,
// however many ask for it at once.
func (w *Writer) Write(ctx context.Context, language string, zone *time.Location, kind notify.MessageKind, list []delivery.Pending) (*notify.Content, time.Time, error) {
	var key strings.Builder
	fmt.Fprint(&key, language, " ", zone, " ", kind)
	for _, p := range list {
		fmt.Fprint(&key, " ", p.Change.Seq, ",", p.Via)
	}
	if kind == notify.KindEscalation { // it tells how things are by then
		fmt.Fprint(&key, " ", w.Now().Unix())
	}
	if content, ok := w.made.Get(key.String()); ok {
		return content, time.Time{}, nil
	}
	shared, err, _ := w.making.Do(key.String(), func() (any, error) {
		if content, ok := w.made.Get(key.String()); ok { // since it was asked for
			return made{content: content}, nil
		}
		content, until, err := w.write(ctx, language, zone, kind, list)
		if err == nil && content != nil {
			w.made.Put(key.String(), content, 0)
		}
		return made{content, until}, err
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	m := shared.(made)
	return m.content, m.until, nil
}

// write is Write without a memory.
func (w *Writer) write(ctx context.Context, language string, zone *time.Location, kind notify.MessageKind, list []delivery.Pending) (*notify.Content, time.Time, error) {
	items := itemsOf(list)
	for _, one := range items {
		until, err := w.waits(ctx, one, language)
		if err != nil || !until.IsZero() {
			return nil, until, err
		}
	}
	l := &letter{Writer: w, tongue: w.tongue(language), zone: zone, calls: kind == notify.KindEscalation}
	content, err := l.content(ctx, kind, items, slices.ContainsFunc(list, func(p delivery.Pending) bool { return p.Via != 0 }))
	return content, time.Time{}, err
}

// waits returns until when an item waits for its translation, zero when it does
// not.
func (w *Writer) waits(ctx context.Context, one item, language string) (time.Time, error) {
	if language == translate.Source || w.Translator == nil {
		return time.Time{}, nil
	}
	for _, c := range one.changes {
		if !c.What.Versioned() {
			continue
		}
		p, err := w.Translator.Progress(ctx, c, language)
		if err != nil {
			return time.Time{}, err
		}
		if !p.Complete && w.Now().Before(p.Until) {
			return p.Until, nil
		}
	}
	return time.Time{}, nil
}

// item is what deliveries tell of one item, whichever tenants see it.
type item struct {
	ref     tocsin.Ref
	changes []tocsin.Change // in the order of their numbers
}

// itemsOf puts together what is told of the same item; a source and a
// support request are of their tenant.
func itemsOf(list []delivery.Pending) (items []item) {
	for _, p := range list {
		ref := tocsin.Ref{Kind: p.Change.Kind, ID: p.Change.ID}
		i := slices.IndexFunc(items, func(one item) bool {
			return one.ref == ref && (ref.Kind != tocsin.KindSource && ref.Kind != tocsin.KindRequest || one.changes[0].TenantID == p.Change.TenantID)
		})
		if i < 0 {
			items = append(items, item{ref: ref})
			i = len(items) - 1
		}
		items[i].changes = append(items[i].changes, p.Change)
	}
	return items
}

// letter is one letter that is being written.
type letter struct {
	*Writer
	*tongue
	zone  *time.Location
	calls bool // nobody has acknowledged what it tells of
}

// telling is an item as a letter tells it.
type telling struct {
	entry notify.Entry
	fact  notify.Fact
}

// service returns the name of the first service that the item is about, "" for
// none.
func (t telling) service() string {
	if len(t.fact.Services) == 0 {
		return ""
	}
	return t.fact.Services[0].Name
}

// content writes the letter, and its facts in the same order: the worst first.
func (l *letter) content(ctx context.Context, kind notify.MessageKind, items []item, via bool) (*notify.Content, error) {
	var list []telling
	for _, one := range items {
		entry, fact, err := l.entry(ctx, one)
		if errors.Is(err, tocsin.ErrNotFound) {
			continue // it may not be told any more
		}
		if err != nil {
			return nil, err
		}
		list = append(list, telling{entry, fact})
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // nothing may be told
	}
	out := &notify.Letter{Language: l.Code, Repeated: l.text("repeated"), Shortened: l.text("shortened"), UnsubscribeLabel: l.text("unsubscribe")}
	slices.SortStableFunc(list, func(a, b telling) int { return cmp.Compare(b.fact.Severity, a.fact.Severity) })
	if kind == notify.KindDigest {
		out.Lead = l.byService(list)
	}
	var facts []notify.Fact
	var ids []string
	for _, one := range list {
		out.Entries, facts, ids = append(out.Entries, one.entry), append(facts, one.fact), append(ids, one.fact.ID)
	}
	out.Heading, out.Title = out.Entries[0].Heading, out.Entries[0].Title
	if n := len(list); n > 1 {
		out.Heading = "[" + string(kind) + "] " + strconv.Itoa(n)
		if n > 5 {
			ids = append(ids[:5], l.text("more", "n", l.Number(n-5)))
		}
		out.Title = l.own(l.text("several", "n", l.Number(n), "ids", strings.Join(ids, ", ")))
	}
	if kind == notify.KindSummary {
		out.Lead = append(out.Lead, l.own(l.text("summary")))
	}
	if via {
		out.Lead = append(out.Lead, l.own(l.text("via")))
	}
	return notify.NewContent(kind, out, facts)
}

// own is a line in the words of the desk.
func (l *letter) own(text string) notify.Line { return notify.Line{Text: text, Language: l.Code} }

// Test returns what a test of a channel says.
func (w *Writer) Test(language, channel string) *notify.Letter {
	t := w.tongue(language)
	return &notify.Letter{
		Language: t.Code, Heading: "[test] " + notify.ASCII(channel), Title: notify.Line{Text: t.text("testTitle"), Language: t.Code},
		Lead: []notify.Line{{Text: t.text("test", "name", channel), Language: t.Code}}, Repeated: t.text("repeated"), Shortened: t.text("shortened"),
	}
}
