// Package publish is what is published of a tenant: every update of its issues
// and messages, each with a permanent number, in no language and no form. Pages,
// feeds and files are made from it.
//
// An [Edition] is a tenant with what it publishes and for whom. [Reader.Updates]
// lists updates without their texts, [Reader.Publication] has one of them whole:
// its facts, what changed since the update before, and the words of the
// provider. A tenant that publishes nothing is like one that does not exist, and
// messages about data privacy are in no answer, whoever asks.
//
// The package reads the archive and keeps what it worked out in bounded memory.
// Begin reading at [Reader].
package publish

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// settings is the part of the archive that says what is published of whom.
type settings interface {
	Tenants(ctx context.Context) ([]tocsin.Tenant, error)
	TenantEdits() uint64 // another number after each change of a tenant or its settings
	Publishings(ctx context.Context) ([]tocsin.Publishing, error)
}

// updates is the part of the archive that has the updates.
type updates interface {
	Updates(ctx context.Context, tenantID string, q archive.UpdatesQuery) ([]archive.Update, string, error)
	Update(ctx context.Context, tenantID string, ref tocsin.Ref, n int) (archive.Neighbourhood, error)
	BroughtBy(ctx context.Context, changes []int64) (map[int64]archive.Neighbourhood, error)
	Body(ctx context.Context, document int64) ([]byte, error)
	Bodies(ctx context.Context, documents []int64) (map[int64][]byte, error)
}

type store interface {
	settings
	updates
}

// An Edition is a tenant with what is published of it.
type Edition struct {
	Tenant tocsin.Tenant
	tocsin.Publishing
	// Revision is another one after each change of what the tenant is called and
	// of what it publishes.
	Revision tocsin.Hash
}

// revision is a hash of all that an edition says by itself.
func (e Edition) revision() (tocsin.Hash, error) {
	text, err := json.Marshal([]any{e.Tenant, e.Publishing})
	return tocsin.HashOf(text), err
}

// Open reports whether everybody may read it; [Reader.Asked] knows who else may.
func (e Edition) Open() bool { return e.Readership == tocsin.ForEverybody }

const (
	// recheck is how long the editions are believed without asking the store: how
	// long a change that another process made may go unseen.
	recheck = time.Second
	// maxContents bounds the contents that are kept in one of two generations.
	maxContents = 512
)

// A Reader reads what is published of all tenants. Its methods may be used from
// any goroutine.
type Reader struct {
	store store
	now   func() time.Time
	// contents are what publications say, by the numbers of the texts after and
	// before: an update that many tenants see is read once.
	contents *cache.Cache[[2]int64, *Content]

	mu       sync.Mutex
	version  uint64             // of the editions
	editions map[string]Edition // by name and by id of the tenant
	edits    uint64             // of the store when they were read
	readAt   time.Time
}

// New returns a reader of an archive.
func New(s store, now func() time.Time) *Reader {
	return &Reader{store: s, now: now, contents: cache.New[[2]int64, *Content](cache.Bounds{Entries: maxContents})}
}

// Edition finds the edition of a tenant by its name or id, in any case. It fails
// with [tocsin.ErrNotFound], in the same words, for a tenant that is unknown, is
// disabled, or publishes nothing.
func (r *Reader) Edition(ctx context.Context, tenant string) (Edition, error) {
	e, err := r.find(ctx, tenant)
	if err == nil && (e.Tenant.ID == "" || e.Tenant.Disabled || e.Readership == tocsin.ForNobody) {
		return Edition{}, nothing()
	}
	return e, err
}

// Whole finds the edition of a tenant by its id, also of one that publishes
// nothing: for what its operator writes to be shown elsewhere.
func (r *Reader) Whole(ctx context.Context, tenantID string) (Edition, error) {
	e, err := r.find(ctx, tenantID)
	if err == nil && e.Tenant.ID == "" {
		return Edition{}, nothing()
	}
	return e, err
}

// nothing is the one error of all that is not published.
func nothing() error { return tocsin.NotFoundf("There is nothing here.") }

// Version is another number after each change of the editions: of what tenants
// there are, what they are called and what they publish. Whoever keeps what was
// made of an edition asks for it before.
func (r *Reader) Version(ctx context.Context) (uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.current(ctx)
	return r.version, err
}

// find finds an edition, the zero Edition where there is no such tenant.
func (r *Reader) find(ctx context.Context, tenant string) (Edition, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.current(ctx); err != nil {
		return Edition{}, err
	}
	return r.editions[strings.ToLower(tenant)], nil
}

// current reads the editions, unless they were read of late. mu is held.
func (r *Reader) current(ctx context.Context) error {
	now, edits := r.now(), r.store.TenantEdits()
	if r.editions != nil && r.edits == edits && now.Sub(r.readAt) < recheck && !now.Before(r.readAt) {
		return nil
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	r.edits, r.readAt = edits, now
	return nil
}

func (r *Reader) read(ctx context.Context) error {
	tenants, err := r.store.Tenants(ctx)
	if err != nil {
		return err
	}
	chosen, err := r.store.Publishings(ctx)
	if err != nil {
		return err
	}
	choices := make(map[string]tocsin.Publishing, len(chosen))
	for _, p := range chosen {
		choices[p.TenantID] = p
	}
	editions := make(map[string]Edition, 2*len(tenants))
	for _, t := range tenants {
		e := Edition{Tenant: t, Publishing: tocsin.Publishing{TenantID: t.ID}}
		e.Normalize()
		if p, ok := choices[t.ID]; ok {
			e.Publishing = p
		}
		if e.Revision, err = e.revision(); err != nil {
			return err
		}
		editions[t.Name], editions[t.ID] = e, e
	}
	if !maps.EqualFunc(editions, r.editions, func(a, b Edition) bool { return a.Revision == b.Revision }) {
		r.version++
	}
	r.editions = editions
	return nil
}
