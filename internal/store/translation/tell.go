package translation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A holding is an item of a tenant that holds segments.
type holding struct {
	tenant, item int64
	n            int
	at           int64 // of its newest document
}

// tell moves the revision of a language on and appends changes for the items
// that hold segments: one for each item of each tenant that has it, or of one
// tenant when scope is not 0. Of what was written long ago, one for each tenant:
// a large archive that is translated for the first time is no reason for as many
// changes.
func (s *Store) tell(ctx context.Context, tx *store.Tx, language string, segments []int64, scope int64, now time.Time) error {
	return s.tellSince(ctx, tx, language, segments, scope, now.Add(-recent), now)
}

// tellSince is tell with the time since which what was written is named one by
// one.
func (s *Store) tellSince(ctx context.Context, tx *store.Tx, language string, segments []int64, scope int64, since, now time.Time) error {
	if err := bump(ctx, tx, counterOf(language)); err != nil {
		return err
	}
	var found []holding
	for part := range slices.Chunk(segments, store.MaxArgs) {
		rows, err := tx.QueryContext(ctx, `
			SELECT r.tenant, c.item, max(r.n), max(c.at) FROM segment_documents p JOIN cut_documents c ON c.document = p.document JOIN document_tenants r ON r.document = p.document
			WHERE p.segment IN (`+store.Placeholders(2, len(part))+`) AND (CAST($1 AS BIGINT) = 0 OR r.tenant = $1) GROUP BY r.tenant, c.item ORDER BY r.tenant, max(c.at) DESC, c.item`,
			append([]any{scope}, store.Args(part)...)...)
		list, err := store.Collect(rows, err, func(rows *sql.Rows) (h holding, err error) { return h, rows.Scan(&h.tenant, &h.item, &h.n, &h.at) })
		if err != nil {
			return fmt.Errorf("find items of segments: %w", err)
		}
		found = append(found, list...)
	}
	var changes []store.ItemChange
	told := map[[2]int64]bool{}
	first := map[int64]bool{}
	for _, h := range found {
		key := [2]int64{h.tenant, h.item}
		if told[key] || first[h.tenant] && h.at < tocsin.Micros(since) {
			continue
		}
		told[key], first[h.tenant] = true, true
		changes = append(changes, store.ItemChange{Item: h.item, Tenant: h.tenant, Change: tocsin.Change{N: h.n, What: tocsin.WhatTranslated, Silent: true, At: now}})
	}
	return tx.AppendAll(ctx, changes)
}
