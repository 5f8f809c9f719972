package archive

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// hold takes an entry that means what holds already: it may be a newer text of
// it, and show that the item is listed again.
func (rec *recording) hold(ctx context.Context, q store.Querier, m *member, e Entry, doc *stored, seenAt int64) error {
	if rec.newer(m, doc, seenAt) && len(e.Document.Body) > 0 {
		if err := rec.reword(ctx, q, m, e, doc, seenAt); err != nil {
			return fmt.Errorf("reword %s: %w", doc.ref.ID, err)
		}
	}
	if doc.num == 0 { // the same bytes lead to what holds next time
		doc.num, doc.own = m.document, tocsin.Hash{}
	}
	rec.stay(m, doc)
	return nil
}

// stay takes an entry that is no news: it may show that the item is listed
// again.
func (rec *recording) stay(m *member, doc *stored) {
	if m.leftAt != 0 && rec.Listed {
		m.leftAt = 0
		rec.change(m, doc.ref, tocsin.WhatReturned, m.n, rec.SeenAt)
	}
}

// newer reports whether an entry has another text than the one that is shown,
// and a newer one. What no source lists replaces only what came from the same
// place.
func (rec *recording) newer(m *member, doc *stored, seenAt int64) bool {
	same := len(m.wording) > 0 && string(m.wording) == string(doc.wording[:]) || len(m.wording) == 0 && m.document == doc.num && doc.own == doc.wording
	return !same && seenAt >= max(m.seenAt, m.shownAt) && (rec.Listed || m.source == rec.Source)
}

// reword shows the text of an entry for the version that holds. Whoever reads
// rows is told by a change that nobody else hears of.
func (rec *recording) reword(ctx context.Context, q store.Querier, m *member, e Entry, doc *stored, seenAt int64) error {
	if m.meaning != nil {
		m.tell(doc.meaning)
		m.now(*m.meaning)
	}
	if m.document == doc.num && doc.own == doc.wording {
		if err := rec.show(ctx, q, m, 0, seenAt, nil); err != nil {
			return err
		}
	} else {
		var num int64
		err := q.QueryRowContext(ctx, `INSERT INTO wordings (tenant, item, hash, body, superseded) VALUES ($1, $2, $3, $4, 0) RETURNING num`,
			rec.tenant, m.item, e.Document.Hash[:], rec.store.db.Pack(e.Document.Body)).Scan(&num)
		if err != nil {
			return err
		}
		if err := rec.show(ctx, q, m, num, seenAt, doc.wording[:]); err != nil {
			return err
		}
	}
	if !m.reworded {
		m.reworded = true
		rec.change(m, doc.ref, tocsin.WhatReworded, m.n, rec.SeenAt)
		rec.changes[len(rec.changes)-1].Silent = true
	}
	return nil
}

// show lets a member show a wording, or its document for 0. Who reads by an
// older row finds the text that was shown before for a while.
func (rec *recording) show(ctx context.Context, q store.Querier, m *member, num, seenAt int64, wording []byte) (err error) {
	if m.shown != 0 {
		_, err = q.ExecContext(ctx, `UPDATE wordings SET superseded = $1 WHERE num = $2`, max(1, tocsin.Micros(rec.SeenAt)), m.shown)
	}
	m.shown, m.shownAt, m.wording = num, seenAt, wording
	return err
}

// wordingsKept is how long a text that is shown no longer can be read: longer
// than any row that points to it is used.
const wordingsKept = time.Hour

func sweepWordings(ctx context.Context, tx *store.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM wordings WHERE superseded > 0 AND superseded < $1`, tocsin.Micros(now.Add(-wordingsKept)))
	return err
}
