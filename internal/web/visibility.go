package web

import (
	"encoding/binary"
	"net/http"
	"reflect"
	"sync"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

const (
	// recheck is how long the tenants are believed without asking the store: how
	// long a change that another process made may go unseen.
	recheck         = time.Second
	maxVisibilities = 1000
)

// A visibility is the tenants that somebody with certain grants sees on a page
// that needs a certain permission, by name. It is shared between requests:
// nobody changes it. As long as tenants stay as they are, the same grants and
// the same permission have the same visibility.
type visibility struct{ tenants []tocsin.Tenant }

// visibilities keeps who sees what, so that a page costs neither a query nor a
// walk over all tenants.
type visibilities struct {
	mu     sync.Mutex
	all    []tocsin.Tenant
	edits  uint64 // of the store when all was read
	readAt time.Time
	known  map[string]*visibility // by permission and grants, of all
}

// visible is the tenants that a visitor may see: those in which they hold what
// the page needs. It is the one place that decides this.
func (p *Pages) visible(r *http.Request) (*visibility, error) {
	now, edits := p.config.Now(), p.config.Archive.TenantEdits()
	visitor := access.VisitorOf(r.Context())
	var buffer [256]byte
	key := grantsKey(buffer[:0], visitor)
	if kept, ok := p.visibilities.find(key, edits, now); ok {
		return kept, nil
	}
	all, err := p.config.Archive.Tenants(r.Context())
	if err != nil {
		return nil, err
	}
	return p.visibilities.put(string(key), visibilityOf(all, visitor), all, edits, now), nil
}

func visibilityOf(all []tocsin.Tenant, visitor access.Visitor) *visibility {
	s := &visibility{}
	for _, t := range all {
		if !t.Disabled && visitor.Sees(t.ID) {
			s.tenants = append(s.tenants, t)
		}
	}
	return s
}

// grantsKey appends all that [access.Visitor.Sees] depends on, each part after
// its length so that no two visitors look alike.
func grantsKey(to []byte, v access.Visitor) []byte {
	add := func(part string) {
		to = append(binary.AppendUvarint(to, uint64(len(part))), part...)
	}
	add(string(v.Needs))
	for _, g := range v.Grants {
		add(string(g.Role))
		add(g.TenantID)
	}
	return to
}

// find is what is kept under a key, unless the tenants it comes from are too
// old or this process has changed one since.
func (s *visibilities) find(key []byte, edits uint64, now time.Time) (*visibility, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.edits != edits || now.Sub(s.readAt) >= recheck || now.Before(s.readAt) {
		return nil, false
	}
	kept, ok := s.known[string(key)]
	return kept, ok
}

// put keeps a visibility of all, which were read at now, and returns the one
// that is kept already when nothing is different.
func (s *visibilities) put(key string, made *visibility, all []tocsin.Tenant, edits uint64, now time.Time) *visibility {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxVisibilities || !reflect.DeepEqual(s.all, all) {
		s.all, s.known = all, map[string]*visibility{}
	}
	s.edits, s.readAt = edits, now
	if kept, ok := s.known[key]; ok {
		return kept
	}
	s.known[key] = made
	return made
}
