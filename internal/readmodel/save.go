package readmodel

import (
	"context"
	"errors"
	"fmt"

	"example.org/tocsin/internal/tocsin"
)

// When a block is worth having, and when a new one is worth writing: an old one
// costs a start the changes since, read one by one.
const (
	blockFrom    = 5_000 // rows of a tenant
	blockPending = 1_000 // rows changed since, and a twentieth of all beside
)

// unsaved reports whether the tenant's block is worth writing anew, if it
// has from rows or more.
func (s *Snapshot) unsaved(from int) bool {
	rows := len(s.Issues) + len(s.Messages)
	return rows >= from && (!s.saved || s.pending > blockPending+rows/20)
}

// Save stores the rows of large tenants in a form from which the next start
// loads them quickly, where that was not done lately.
func (m *Model) Save(ctx context.Context) error {
	m.loading.Lock()
	defer m.loading.Unlock()
	var problems []error
	for _, s := range m.all() {
		if !s.unsaved(m.saveFrom) {
			continue
		}
		if err := m.save(ctx, s); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (m *Model) save(ctx context.Context, s *Snapshot) error {
	b := tocsin.Block{Seq: m.followed, Parts: map[tocsin.Kind][][]byte{}}
	for kind, rows := range map[tocsin.Kind][]*Row{tocsin.KindIssue: s.Issues, tocsin.KindMessage: s.messages.rows} {
		parts, err := packRows(rows)
		if err != nil {
			return err
		}
		b.Parts[kind] = parts
	}
	if err := m.archive.PutBlock(ctx, s.Tenant.ID, b); err != nil {
		return err
	}
	next := *s
	next.saved, next.blockSeq, next.pending = true, m.followed, 0
	m.put(&next)
	return nil
}

// loadBlock fills s from the tenant's block, and reports false when there is
// none that can be used.
func (m *Model) loadBlock(ctx context.Context, s *Snapshot, last int64) bool {
	b, err := m.archive.Block(ctx, s.Tenant.ID)
	if errors.Is(err, tocsin.ErrNotFound) {
		return false
	}
	if err == nil && b.Seq > last {
		err = fmt.Errorf("%w: change %d of %d", errBlock, b.Seq, last)
	}
	shared := newSharing(s.names())
	for _, kind := range []tocsin.Kind{tocsin.KindIssue, tocsin.KindMessage} {
		var rows []*Row
		if err == nil {
			rows, err = unpackRows(b.Parts[kind], shared)
		}
		if err == nil {
			m.hold(s, kind, m.index(rows))
		}
	}
	if err != nil {
		m.log.WarnContext(ctx, "saved rows are of no use", "tenant", s.Tenant.ID, "err", err)
		return false
	}
	s.saved, s.blockSeq = true, b.Seq
	return true
}
