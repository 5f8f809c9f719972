package translation

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Term is a word or name with the translation that the desk wants of it. One
// without a language is never translated.
type Term struct {
	Language string
	Source   string
	Target   string
}

// Terms lists the glossary, by language and word.
func (s *Store) Terms(ctx context.Context) ([]Term, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT language, source, target FROM glossary ORDER BY language, fold`)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (t Term, err error) { return t, rows.Scan(&t.Language, &t.Source, &t.Target) })
	if err != nil {
		return nil, fmt.Errorf("read glossary: %w", s.db.Translate(err))
	}
	return list, nil
}

// maxTerm bounds a term, in bytes.
const maxTerm = 200

// check puts a term in order. It fails with [tocsin.ErrInvalid].
func (t *Term) check() error {
	t.Source, t.Target = strings.Join(strings.Fields(store.Clean(t.Source)), " "), strings.Join(strings.Fields(store.Clean(t.Target)), " ")
	switch {
	case t.Source == "" || len(t.Source) > maxTerm:
		return tocsin.Invalidf("source", "A term has 1 to %d bytes.", maxTerm)
	case t.Language == "" && t.Target != "":
		return tocsin.Invalidf("target", "A word that is never translated has no translation.")
	case t.Language != "" && (t.Target == "" || len(t.Target) > maxTerm):
		return tocsin.Invalidf("target", "A translation has 1 to %d bytes.", maxTerm)
	}
	return nil
}

// PutTerm keeps a term in place of the one of the same word. What engines have
// said of segments that hold the word is asked for again, and stands until then.
// It fails with [tocsin.ErrInvalid].
func (s *Store) PutTerm(ctx context.Context, t Term, now time.Time) error {
	if err := t.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO glossary (language, fold, source, target, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (language, fold) DO UPDATE SET source = excluded.source, target = excluded.target, created_at = excluded.created_at`,
			t.Language, strings.ToLower(t.Source), t.Source, t.Target, tocsin.Micros(now)); err != nil {
			return err
		}
		return glossaryChanged(ctx, tx, t, tocsin.AuditEntry{At: now, Action: "glossary.put"})
	})
	if err != nil {
		return fmt.Errorf("keep a term: %w", err)
	}
	return nil
}

// RemoveTerm removes a term by its language and word. It fails with
// [tocsin.ErrNotFound].
func (s *Store) RemoveTerm(ctx context.Context, t Term, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM glossary WHERE language = $1 AND fold = $2`, t.Language, strings.ToLower(t.Source))
		if err := store.ExpectOne(result, err, "There is no such term."); err != nil {
			return err
		}
		return glossaryChanged(ctx, tx, t, tocsin.AuditEntry{At: now, Action: "glossary.remove"})
	})
	if err != nil {
		return fmt.Errorf("remove a term: %w", err)
	}
	return nil
}

// glossaryChanged moves the version of the glossary on and wants what engines
// have said of segments that hold the word.
func glossaryChanged(ctx context.Context, tx *store.Tx, t Term, entry tocsin.AuditEntry) error {
	if err := bump(ctx, tx, glossaryRevision); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO translation_wants (language, segment, state, at, since, due_at, epoch, tries, reason, engine, answer)
		SELECT m.language, m.segment, 'open', m.created_at, CAST($1 AS BIGINT), CAST($1 AS BIGINT), 0, 0, '', '', '' FROM memory m JOIN segments s ON s.num = m.segment
		WHERE m.class = 'engine' AND (CAST($2 AS TEXT) = '' OR m.language = $2) AND lower(s.text) LIKE $3 ESCAPE '\'
		ON CONFLICT (language, segment) DO UPDATE SET state = 'open', due_at = excluded.due_at`, tocsin.Micros(entry.At), t.Language, likeWord(t.Source))
	if err != nil {
		return err
	}
	entry.Object, entry.Detail = t.Source, strings.TrimSpace(t.Language+" "+t.Target)
	return tx.Audit(ctx, entry)
}

// likeWord is a pattern for texts that hold a word, in lower case.
func likeWord(word string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(word)) + "%"
}
