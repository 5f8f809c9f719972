// Package respond keeps what a desk does when something fails: calls that are
// qualified, with their files; reports of the staff; results of probes; workarounds of the desk's
// own, and what the team says of them; incidents, with their runbook, matrix, measures
// and timeline; support requests, with their thread and files.
//
// It is a room of the store: a [Store] works through the engine, package store,
// imports that and tocsin alone, and sends statements to its own tables. What
// people write has a term, after which [Store.SweepWords] removes it. Begin at
// triage.go.
package respond

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Store keeps calls, reports and workarounds. Its methods may be used from any
// goroutine.
type Store struct {
	db      *store.Store
	mu      sync.Mutex
	secrets map[int64]tocsin.Hash // by day since 1970
}

// Open opens the room of an open store, which the caller closes.
func Open(db *store.Store) *Store { return &Store{db: db, secrets: map[int64]tocsin.Hash{}} }

// SweepWords removes what people wrote before an instant: reports, files, results of probes, and the
// words in calls, of which the answers stay; and the secrets by which machines
// were told apart, but for that of the day of now. It returns how many rows
// went.
func (s *Store) SweepWords(ctx context.Context, now, keep time.Time) (n int64, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		n = 0
		for _, statement := range []string{`DELETE FROM reports WHERE at < $1`, `DELETE FROM triage_files WHERE added_at < $1`, `DELETE FROM request_files WHERE added_at < $1`, `DELETE FROM probes WHERE received_at < $1`, `DELETE FROM probe_codes WHERE ends_at < $1`} {
			result, err := tx.ExecContext(ctx, statement, tocsin.Micros(keep))
			if err != nil {
				return err
			}
			gone, err := result.RowsAffected()
			if err != nil {
				return err
			}
			n += gone
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM beacons WHERE minute < $1`, minuteOf(keep)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM report_secrets WHERE day < $1`, dayOf(now)); err != nil {
			return err
		}
		return silenceWords(ctx, tx, `changed_at < $1`, tocsin.Micros(keep))
	})
	if err != nil {
		return 0, fmt.Errorf("sweep words: %w", err)
	}
	return n, nil
}

// silenced is how many calls are read at once to take words out of them.
const silenced = 1000

// silenceWords takes the words of people out of calls.
func silenceWords(ctx context.Context, tx *store.Tx, where string, arg any) error {
	return rewrite(ctx, tx, where, arg, func(a *tocsin.TriageAnswers) {
		a.Caller, a.Notes = "", nil
		for i := range a.Acts {
			a.Acts[i].By = ""
		}
	})
}

// A wordy call has words of people.
type wordy struct {
	tenant, n int64
	answers   string
}

// rewrite changes the answers of calls that have words of people.
func rewrite(ctx context.Context, tx *store.Tx, where string, arg any, change func(*tocsin.TriageAnswers)) error {
	var last wordy
	for {
		rows, err := tx.QueryContext(ctx, `SELECT tenant, n, answers FROM triages WHERE texts = 1 AND `+where+` AND (tenant > $2 OR tenant = $2 AND n > $3) ORDER BY tenant, n LIMIT $4`, arg, last.tenant, last.n, silenced)
		list, err := store.Collect(rows, err, func(rows *sql.Rows) (r wordy, err error) {
			return r, rows.Scan(&r.tenant, &r.n, &r.answers)
		})
		if err != nil {
			return err
		}
		for _, last = range list {
			if err := rewriteOne(ctx, tx, last, change); err != nil {
				return err
			}
		}
		if len(list) < silenced {
			return nil
		}
	}
}

func rewriteOne(ctx context.Context, tx *store.Tx, r wordy, change func(*tocsin.TriageAnswers)) error {
	var a tocsin.TriageAnswers
	if err := json.Unmarshal([]byte(r.answers), &a); err != nil {
		return fmt.Errorf("read answers of triage %d: %w", r.n, err)
	}
	change(&a)
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE triages SET answers = $1, texts = $2 WHERE tenant = $3 AND n = $4`, string(text), words(a), r.tenant, r.n)
	return err
}
