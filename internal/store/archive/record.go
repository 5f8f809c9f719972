package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Record is what one poll or import adds to the archive of one tenant.
type Record struct {
	TenantID string
	Source   string
	SeenAt   time.Time
	Silent   bool // a first poll or an import: changes are never announced
	Listed   bool // by a poll: the source lists the entries now
	Entries  []Entry
	Left     []tocsin.Ref // items that a complete full pass no longer lists

	// Of an import in parts: how many items all of it has, and whether the audit
	// log tells of it since an earlier part.
	Items   int
	Audited bool
	// Dry finds out what would change and changes nothing.
	Dry bool
	// Of what somebody brings in: Back lets a state come back under the time of
	// the one that holds, of the same source, as a poll may. Else WouldGoBack is
	// told of each such entry, unless it is nil.
	Back        bool
	WouldGoBack func(Entry)
}

// errDry ends the transaction of a dry run.
var errDry = errors.New("dry run")

// An Entry is one document as it was received.
type Entry struct {
	// Document need only hold Hash and Body when [Store.Known] knows it.
	Document tocsin.Document
	// SeenAt overrides the record's, for an archive of older polls. For an
	// overview it is the time from which the status held.
	SeenAt time.Time
}

// Record stores what differs from what the tenant's archive holds, with one
// change for each difference, in one transaction, and returns the changes.
// Recording the same thing again has no effect:
//
//   - a document that means what holds already is no version, see
//     [tocsin.Meaning]; its text is shown from now on;
//   - a state that the archive knows with the same time is no version, unless
//     the source of the state that holds went back to it;
//   - of an archive that says when each state was seen, a state is a version if
//     the one that was seen before it differs, and holds if it was seen last;
//   - a state older than the one that holds is a version, but does not hold;
//   - neither does a state that states no time, beside one that does.
//
// What polls find is recorded with them and stands in their log; this is for
// what somebody brings in, and an entry in the audit log says who: one for an
// import, in the transaction of the first part that changes something.
func (s *Store) Record(ctx context.Context, r Record) ([]tocsin.Change, error) {
	var changes []tocsin.Change
	err := s.db.InTx(ctx, func(tx *store.Tx) (err error) {
		changes, err = s.record(ctx, tx, r)
		switch {
		case err == nil && r.Dry:
			return errDry
		case err != nil || len(changes) == 0 || r.Audited:
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{TenantID: r.TenantID, Action: "archive.import", Object: r.Source, Detail: tocsin.Count(max(r.Items, len(r.Entries)), "item", "items")})
	})
	if err != nil && !errors.Is(err, errDry) {
		return nil, fmt.Errorf("record %s of tenant %s: %w", r.Source, r.TenantID, err)
	}
	return changes, nil
}

// recording is the state of one Record call inside its transaction.
type recording struct {
	Record
	store   *Store
	tenant  int64
	chain   tocsin.Hash
	members map[int64]*member
	rows    []row
	changes []store.ItemChange
	dirty   []*member
	tasks   [][]any                   // of items whose files are to be fetched
	came    map[int64]tocsin.Document // that were stored, by number
	put     map[tocsin.Hash]stored    // what versions were made of, by wording
}

// member is a row of members, with what is needed to judge a new state.
type member struct {
	item, document, at int64
	was                int64 // the document that held before this record; 0 for none
	stated             bool  // the source stated at; else it is when the state was seen
	n, versions        int   // n is 0 when no version counts
	leftAt             int64
	source             string // whose list it is on
	stored             bool   // the row exists
	touched            bool

	seenAt  int64  // when the version that holds was seen
	seenBy  string // by which source
	meaning *tocsin.Meaning
	rollout []byte // that was told last
	shown   int64  // number of the wording that is shown, 0 for the document
	shownAt int64
	wording []byte // of what is shown, empty for the document

	reworded bool // by this record
}

// row is a version about to be inserted.
type row struct {
	item, document int64
	meaning        tocsin.Meaning
	version        tocsin.Version
}

func (s *Store) record(ctx context.Context, tx *store.Tx, r Record) ([]tocsin.Change, error) {
	if len(r.Entries) == 0 && len(r.Left) == 0 {
		return nil, nil
	}
	tenant, err := s.db.TenantNum(ctx, tx, r.TenantID)
	if err != nil {
		return nil, err
	}
	rec := &recording{Record: r, store: s, tenant: tenant, came: make(map[int64]tocsin.Document, len(r.Entries)), put: map[tocsin.Hash]stored{}}
	if err := rec.lock(ctx, tx); err != nil {
		return nil, err
	}
	docs := make([]stored, len(r.Entries))
	for i, e := range r.Entries {
		if docs[i], err = s.draftDocument(ctx, tx, e.Document); err != nil {
			return nil, fmt.Errorf("find document %s: %w", e.Document.ID, err)
		}
	}
	if err := rec.load(ctx, tx, docs); err != nil {
		return nil, err
	}
	for i, e := range r.Entries {
		if err := rec.add(ctx, tx, e, &docs[i]); err != nil {
			return nil, err
		}
	}
	for _, ref := range r.Left {
		if err := rec.leave(ctx, tx, ref); err != nil {
			return nil, err
		}
	}
	if err := rec.write(ctx, s, tx); err != nil {
		return nil, err
	}
	if !r.Dry && (r.Listed || !r.Silent) { // an import brings what nobody asks for again, and much of it
		tx.AfterCommit(func() { s.learn(r.Entries, docs) })
	}
	var changes []tocsin.Change
	for _, c := range rec.changes {
		if c.What.Told() {
			changes = append(changes, c.Change)
		}
	}
	return changes, nil
}

// lock takes the tenant's row until the end of the transaction.
func (rec *recording) lock(ctx context.Context, q store.Querier) error {
	var head []byte
	err := q.QueryRowContext(ctx, `UPDATE tenants SET versions = versions WHERE num = $1 RETURNING chain`, rec.tenant).Scan(&head)
	copy(rec.chain[:], head)
	return err
}

const memberColumns = `m.item, m.n, m.versions, m.document, m.left_at, m.source, m.shown, m.shown_at, m.wording, m.rollout,
	COALESCE(v.at, 0), COALESCE(v.stated, FALSE), COALESCE(v.seen_at, 0), COALESCE(v.source, '')
	FROM members m LEFT JOIN versions v ON v.tenant = m.tenant AND v.item = m.item AND v.n = m.n`

func scanMember(rows *sql.Rows) (*member, error) {
	m := &member{stored: true}
	return m, rows.Scan(&m.item, &m.n, &m.versions, &m.document, &m.leftAt, &m.source, &m.shown, &m.shownAt, &m.wording, &m.rollout,
		&m.at, &m.stated, &m.seenAt, &m.seenBy)
}

// manyDocs is from how many documents on all members of a tenant are read at
// once. The parts of an import are smaller: it must not read the whole archive
// again for each.
const manyDocs = 500

// load reads the members that the entries are about: one by one for a few, all
// of the tenant's at once for many.
func (rec *recording) load(ctx context.Context, q store.Querier, docs []stored) error {
	rec.members = make(map[int64]*member, len(docs))
	query, args := `SELECT `+memberColumns+` WHERE m.tenant = $1`, []any{rec.tenant}
	if len(docs) <= manyDocs {
		for _, d := range docs {
			args = append(args, d.item)
		}
		query += ` AND m.item IN (` + store.Placeholders(2, len(docs)) + `)`
	}
	if len(docs) == 0 {
		return nil
	}
	rows, err := q.QueryContext(ctx, query, args...)
	list, err := store.Collect(rows, err, scanMember)
	if err != nil {
		return fmt.Errorf("load members: %w", err)
	}
	for _, m := range list {
		m.was = m.document
		rec.members[m.item] = m
	}
	return nil
}

// add decides what entry is to the tenant: nothing new, a return, or a version.
func (rec *recording) add(ctx context.Context, q store.Querier, e Entry, doc *stored) error {
	if doc.num == 0 {
		if put, ok := rec.put[doc.own]; ok {
			*doc = put
		}
	}
	m := rec.members[doc.item]
	if m == nil {
		m = &member{item: doc.item, source: rec.Source}
		rec.members[doc.item] = m
	}
	if m.stored && m.source == tocsin.SourceOwn && rec.Source != tocsin.SourceOwn {
		return nil // what the desk authored is its own, whoever else lists it
	}
	st := rec.state(e, doc, m)
	if rec.Listed && m.source != rec.Source {
		m.source = rec.Source
		rec.touch(m)
	}
	if m.n > 0 && m.document == doc.num && st.outranks(m) {
		return rec.hold(ctx, q, m, e, doc, tocsin.Micros(st.seenAt))
	}
	verdict, err := rec.judge(ctx, q, m, doc, st)
	switch {
	case err != nil:
		return err
	case verdict == sameAsHeld:
		return rec.hold(ctx, q, m, e, doc, tocsin.Micros(st.seenAt))
	case verdict == sameAsOther && !rec.wentBack(m, e, st):
		rec.stay(m, doc)
		return nil
	case e.SeenAt.IsZero() && !rec.Listed:
		st.follow(m, doc)
	}
	if doc.num == 0 || doc.own != doc.wording {
		if *doc, err = rec.store.putDocument(ctx, q, *doc, e.Document); err != nil {
			return fmt.Errorf("put document %s: %w", doc.ref.ID, err)
		}
		rec.put[doc.own] = *doc
	}
	rec.came[doc.num] = e.Document
	return rec.version(ctx, q, m, doc, st)
}

// version adds a version, which holds unless another one outranks it.
func (rec *recording) version(ctx context.Context, q store.Querier, m *member, doc *stored, st state) error {
	what := tocsin.WhatUpdated
	if m.n == 0 {
		what = tocsin.WhatNew
	}
	holds := st.outranks(m)
	m.versions++
	v := tocsin.Version{
		TenantID: rec.TenantID, Kind: doc.ref.Kind, ID: doc.ref.ID, N: m.versions, Document: doc.body,
		At: tocsin.FromMicros(st.at), SeenAt: st.seenAt, Source: rec.Source, Stated: st.stated,
	}
	v.Chain = v.Link(rec.chain)
	rec.chain = v.Chain
	rec.rows = append(rec.rows, row{item: doc.item, document: doc.num, meaning: doc.meaning, version: v})
	if holds {
		m.n, m.document, m.at, m.stated, m.leftAt = m.versions, doc.num, st.at, st.stated, 0
		m.seenAt, m.seenBy = tocsin.Micros(st.seenAt), rec.Source
		m.now(doc.meaning)
		if err := rec.show(ctx, q, m, 0, 0, nil); err != nil {
			return err
		}
		if doc.files && rec.Listed {
			rec.tasks = append(rec.tasks, []any{rec.tenant, m.item, rec.Source, 0, tocsin.Micros(rec.SeenAt)})
		}
	}
	rec.change(m, doc.ref, what, v.N, st.seenAt)
	return nil
}

func (rec *recording) touch(m *member) {
	if !m.touched {
		m.touched = true
		rec.dirty = append(rec.dirty, m)
	}
}

func (rec *recording) change(m *member, ref tocsin.Ref, what tocsin.What, n int, at time.Time) {
	rec.touch(m)
	rec.changes = append(rec.changes, store.ItemChange{Item: m.item, Change: tocsin.Change{
		TenantID: rec.TenantID, Kind: ref.Kind, ID: ref.ID, N: n, What: what, Silent: rec.Silent,
		At: at.UTC().Truncate(time.Microsecond),
	}})
}

// leave records that the upstream no longer lists an item. Its versions stay.
func (rec *recording) leave(ctx context.Context, q store.Querier, ref tocsin.Ref) error {
	rows, err := q.QueryContext(ctx, `SELECT `+memberColumns+` JOIN items i ON i.num = m.item WHERE m.tenant = $1 AND i.kind = $2 AND i.id = $3`,
		rec.tenant, string(ref.Kind), ref.ID)
	list, err := store.Collect(rows, err, scanMember)
	if err != nil || len(list) == 0 || list[0].leftAt != 0 || list[0].n == 0 {
		return err
	}
	m := list[0]
	if held, ok := rec.members[m.item]; ok && held.touched {
		return nil // listed by this very record
	}
	m.leftAt = tocsin.Micros(rec.SeenAt)
	rec.change(m, ref, tocsin.WhatLeft, m.n, rec.SeenAt)
	return nil
}

// write inserts what the record came to: versions, members, changes and the
// tenant's new chain head.
func (rec *recording) write(ctx context.Context, s *Store, tx *store.Tx) error {
	versions := make([][]any, len(rec.rows))
	for i, r := range rec.rows {
		v := r.version
		versions[i] = []any{rec.tenant, r.item, v.N, r.document, tocsin.Micros(v.At), tocsin.Micros(v.SeenAt), v.Source, v.Chain[:], v.Stated}
	}
	if err := tx.Insert(ctx, `INSERT INTO versions (tenant, item, n, document, at, seen_at, source, chain, stated) VALUES `, versions, ""); err != nil {
		return fmt.Errorf("insert versions: %w", err)
	}
	if err := rec.writeMembers(ctx, s, tx); err != nil {
		return fmt.Errorf("update members: %w", err)
	}
	if len(rec.changes) == 0 {
		return nil
	}
	if err := rec.writeTasks(ctx, s, tx); err != nil {
		return fmt.Errorf("insert file tasks: %w", err)
	}
	if err := tx.Append(ctx, rec.tenant, rec.changes); err != nil {
		return fmt.Errorf("insert changes: %w", err)
	}
	if err := rec.indexTexts(ctx, s, tx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE tenants SET chain = $1, versions = versions + $2 WHERE num = $3`, rec.chain[:], len(rec.rows), rec.tenant)
	return err
}

// writeMembers inserts members and changes those that there are. Most new ones
// have nothing to remember but what holds.
func (rec *recording) writeMembers(ctx context.Context, s *Store, tx *store.Tx) error {
	var fresh, others [][]any
	for _, m := range rec.dirty {
		values := []any{rec.tenant, m.item, m.n, m.versions, m.document, m.leftAt, m.source}
		if !m.stored && m.shown == 0 && len(m.rollout) == 0 {
			fresh = append(fresh, values)
			continue
		}
		others = append(others, append(values, m.shown, m.shownAt, notNil(m.wording), notNil(m.rollout)))
	}
	err := tx.Insert(ctx, `INSERT INTO members (tenant, item, n, versions, document, left_at, source) VALUES `, fresh, "")
	if err != nil {
		return err
	}
	return tx.Insert(ctx, `INSERT INTO members (tenant, item, n, versions, document, left_at, source, shown, shown_at, wording, rollout) VALUES `, others, `
		ON CONFLICT (tenant, item) DO UPDATE
		SET n = excluded.n, versions = excluded.versions, document = excluded.document, left_at = excluded.left_at, source = excluded.source,
			shown = excluded.shown, shown_at = excluded.shown_at, wording = excluded.wording, rollout = excluded.rollout, missed = 0`)
}

// writeTasks asks for the files of items again that say in a new version that
// they have some. An item that occurs twice is asked for once.
func (rec *recording) writeTasks(ctx context.Context, s *Store, tx *store.Tx) error {
	seen := map[any]bool{}
	rows := slices.DeleteFunc(rec.tasks, func(row []any) bool {
		twice := seen[row[1]]
		seen[row[1]] = true
		return twice
	})
	return tx.Insert(ctx, `INSERT INTO file_tasks (tenant, item, source, tries, due_at) VALUES `, rows, `
		ON CONFLICT (tenant, item) DO UPDATE SET source = excluded.source, tries = 0, due_at = excluded.due_at`)
}
