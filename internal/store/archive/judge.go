package archive

import (
	"context"
	"database/sql"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// state is one entry as it is judged beside what the tenant holds.
type state struct {
	at     int64 // microseconds
	stated bool  // at is what the source said, not when the state was seen
	seenAt time.Time
	past   bool // of an archive: seenAt puts states of one time in order
}

// state finds out from when an entry held. Issues and messages state it
// themselves; for statuses and services it is when the source listed them.
// What somebody brings in without a time says nothing about now beside what
// another source lists.
func (rec *recording) state(e Entry, doc *stored, m *member) state {
	st := state{at: doc.modifiedAt, stated: doc.modifiedAt != 0, seenAt: e.SeenAt}
	if st.seenAt.IsZero() {
		st.seenAt = rec.SeenAt
	}
	st.seenAt = st.seenAt.UTC().Truncate(time.Microsecond)
	if st.stated {
		st.past = !rec.Listed && !e.SeenAt.IsZero()
		return st
	}
	st.at = tocsin.Micros(st.seenAt)
	if doc.ref.Kind == tocsin.KindService || doc.ref.Kind == tocsin.KindOverview {
		st.stated = rec.Listed || !e.SeenAt.IsZero() || m.source == rec.Source
	}
	return st
}

// outranks reports whether st holds from now on instead of what m holds.
func (st state) outranks(m *member) bool {
	switch {
	case m.n == 0:
		return true
	case st.stated != m.stated:
		return st.stated
	}
	return st.at > m.at || st.at == m.at && (!st.past || tocsin.Micros(st.seenAt) >= m.seenAt)
}

// follow lets a state that was not seen at any time of its own be seen after the
// one of the same time that it follows: in an archive that is how they are told
// apart.
func (st *state) follow(m *member, doc *stored) {
	if m.n == 0 || st.at != m.at || tocsin.Micros(st.seenAt) > m.seenAt {
		return
	}
	st.seenAt = tocsin.FromMicros(m.seenAt + 1)
	if doc.modifiedAt == 0 {
		st.at = tocsin.Micros(st.seenAt)
	}
}

// What a state is beside those that the archive has.
const (
	newState    = iota
	sameAsHeld  // it means what the version that holds means, and is not older
	sameAsOther // it means what another version with the same time means
)

// judge compares a state with the version that holds and with those of the same
// time, by what they mean. Beside a state that has a time, one without is known
// as soon as any version means the same.
func (rec *recording) judge(ctx context.Context, q store.Querier, m *member, doc *stored, st state) (int, error) {
	if m.versions == 0 {
		return newState, nil
	}
	anyTime := m.stated && !st.stated
	states, err := rec.beside(ctx, q, m, doc, st.at, anyTime)
	if err != nil {
		return 0, err
	}
	if st.past {
		return judgePast(m, states, doc.meaning, st), nil
	}
	verdict := newState
	for _, s := range states {
		if (anyTime || s.n != m.n && s.at == st.at) && s.meaning.Same(doc.meaning) {
			verdict = sameAsOther
		}
	}
	if st.outranks(m) && m.meaning != nil && m.meaning.Same(doc.meaning) {
		verdict = sameAsHeld
	}
	return verdict, nil
}

// judgePast judges a state that was seen at a time of its own among those that
// state the same time. It is known when it was seen then, or when the one that
// was seen before it means the same; without one before it, when any does.
func judgePast(m *member, states []heldVersion, meaning tocsin.Meaning, st state) int {
	var before *heldVersion
	seen, known, any := tocsin.Micros(st.seenAt), false, false
	for i := range states {
		s := &states[i]
		if s.at != st.at {
			continue
		}
		same := s.meaning.Same(meaning)
		if s.n == m.n && m.meaning != nil {
			same = m.meaning.Same(meaning)
		}
		if any = any || same; same && s.seenAt == seen {
			return sameAsOther
		}
		if s.seenAt < seen && (before == nil || s.seenAt > before.seenAt || s.seenAt == before.seenAt && s.n > before.n) {
			before, known = s, same
		}
	}
	switch {
	case known && before.n == m.n:
		return sameAsHeld
	case known, before == nil && any:
		return sameAsOther
	}
	return newState
}

// beside are the versions beside which a document is judged: those of this
// record and those that the archive has.
func (rec *recording) beside(ctx context.Context, q store.Querier, m *member, doc *stored, at int64, anyTime bool) (states []heldVersion, err error) {
	if m.stored {
		if err := rec.understand(ctx, q, doc); err != nil {
			return nil, err
		}
		if states, err = rec.states(ctx, q, m, at, anyTime); err != nil {
			return nil, err
		}
	}
	for i := range states {
		if err := rec.understand(ctx, q, &states[i].stored); err != nil {
			return nil, err
		}
		if states[i].n == m.n && m.meaning == nil {
			m.before(states[i].meaning)
		}
	}
	for i := range rec.rows {
		if r := &rec.rows[i]; r.item == m.item {
			states = append(states, heldVersion{stored{meaning: r.meaning}, r.version.N, tocsin.Micros(r.version.At), tocsin.Micros(r.version.SeenAt)})
		}
	}
	return states, nil
}

// heldVersion is a version that the archive has, with what it means.
type heldVersion struct {
	stored
	n          int
	at, seenAt int64
}

// states reads the version that held before this record, and those of one time.
func (rec *recording) states(ctx context.Context, q store.Querier, m *member, at int64, anyTime bool) ([]heldVersion, error) {
	rows, err := q.QueryContext(ctx, `SELECT v.n, v.at, v.seen_at, d.num, d.core, d.rollout, i.kind, i.id
		FROM versions v JOIN documents d ON d.num = v.document JOIN items i ON i.num = v.item
		WHERE v.tenant = $1 AND v.item = $2 AND (v.at = $3 OR v.n = $4 OR $5)`, rec.tenant, m.item, at, m.n, anyTime)
	return store.Collect(rows, err, func(rows *sql.Rows) (st heldVersion, err error) {
		var core, rollout []byte
		err = rows.Scan(&st.n, &st.at, &st.seenAt, &st.num, &core, &rollout, &st.ref.Kind, &st.ref.ID)
		copy(st.meaning.Core[:], core)
		copy(st.meaning.Rollout[:], rollout)
		return st, err
	})
}

// before notes what the version means that held before this record. A roll-out
// that it does not tell is the one that was told last.
func (m *member) before(meaning tocsin.Meaning) {
	if len(m.rollout) == 0 {
		m.tell(meaning)
	}
	copy(meaning.Rollout[:], m.rollout)
	m.meaning = &meaning
}

// now notes what the version means that holds from now on.
func (m *member) now(meaning tocsin.Meaning) {
	m.tell(meaning)
	copy(meaning.Rollout[:], m.rollout)
	m.meaning = &meaning
}

// tell remembers the roll-out that a document tells.
func (m *member) tell(meaning tocsin.Meaning) {
	if meaning.Rollout != (tocsin.Hash{}) {
		m.rollout = meaning.Rollout[:]
	}
}

// understand finds out what a document means that an older version of the
// program stored, and remembers it.
func (rec *recording) understand(ctx context.Context, q store.Querier, d *stored) error {
	if !d.unread() {
		return nil
	}
	body, err := rec.store.bodyOf(ctx, q, d.num)
	if err != nil {
		return err
	}
	doc, err := tocsin.ReadDocument(d.ref.Kind, body)
	if err != nil {
		doc.Meaning.Core = tocsin.HashOf(body) // one that was stored can be read
	}
	d.meaning = doc.Meaning
	_, err = q.ExecContext(ctx, `UPDATE documents SET core = $1, rollout = $2 WHERE num = $3`, d.meaning.Core[:], rolloutOf(d.meaning), d.num)
	return err
}

// wentBack reports whether a state of the time of the one that holds is what
// the source of that one says now: a state that flaps under one time stamp ends
// on what was said last.
func (rec *recording) wentBack(m *member, e Entry, st state) bool {
	back := !st.past && st.at == m.at && st.stated == m.stated && m.seenBy == rec.Source && tocsin.Micros(st.seenAt) >= m.seenAt
	if back && !rec.Listed && !rec.Back && rec.WouldGoBack != nil {
		rec.WouldGoBack(e)
	}
	return back && (rec.Listed || rec.Back)
}
