// Package translation keeps the translation memory: the sentences of posts, which
// documents hold them and which tenants have seen those, what people and engines
// say for them in other languages, what an engine is still to be asked, and what
// was spent and saved.
//
// # What is kept
//
// A segment is kept once for all tenants, under the hash of its words. It has no
// tenant of its own: a document holds it, and a row says that a tenant has the
// document. An issue that two hundred tenants see is its segments once and two
// hundred rows. Whatever lists segments of a tenant, for people, files or
// proposals, goes by these rows; nothing of a message about data privacy is kept.
//
// A segment has one translation of an engine in each language, which holds for
// all tenants that have the source: an engine is asked once. What a person wrote
// holds for one tenant, or for all, and comes before what an engine said.
//
// # Revisions
//
// Each write that changes what a tenant reads moves the revision of its language
// and appends a change of the kind [tocsin.WhatTranslated] for the items that
// hold the segment, in the same transaction: pages hear of it as they do of
// versions.
//
// It is a room of the store: a [Store] works through the engine, package store,
// and knows its own tables only. Begin at document.go for what comes in, at
// memory.go for what goes out, at want.go for what engines are asked.
package translation

import (
	"context"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Key names a segment by what its words mean: see package translate.
type Key = [32]byte

// A Store keeps the translation memory. Its methods may be used from any
// goroutine.
type Store struct{ db *store.Store }

// Open opens the translation memory of an open store, which the caller closes.
func Open(db *store.Store) *Store { return &Store{db: db} }

// glossaryRevision is the name of the counter of changes to the glossary.
const glossaryRevision = "translation.glossary"

func counterOf(language string) string { return "translation." + language }

// Revision returns a number that another read of the same language gives as long
// as no line of it has changed. It fails with [tocsin.ErrNotFound] for a language
// that posts are not translated into.
func (s *Store) Revision(ctx context.Context, language string) (int64, error) {
	return s.counter(ctx, counterOf(language))
}

// GlossaryVersion returns how often the glossary was changed.
func (s *Store) GlossaryVersion(ctx context.Context) (int64, error) {
	return s.counter(ctx, glossaryRevision)
}

func (s *Store) counter(ctx context.Context, name string) (value int64, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT value FROM counters WHERE name = $1`, name).Scan(&value)
	if err != nil {
		return 0, fmt.Errorf("read revision %s: %w", name, s.db.Translate(err))
	}
	return value, nil
}

// bump moves a revision on.
func bump(ctx context.Context, tx *store.Tx, name string) error {
	result, err := tx.ExecContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = $1`, name)
	return store.ExpectOne(result, err, "Posts are not translated into that language.")
}

// MaxText bounds what is kept of one text, in bytes. No sentence is as long: of a
// longer one a part would be translated in place of the whole.
const MaxText = 16 << 10

func clean(text string) string { return store.Clean(tocsin.Clip(text, MaxText)) }

// recent is how long ago a document may have been written for each of its items
// to be named by a change of its own when it is translated.
const recent = 14 * 24 * time.Hour
