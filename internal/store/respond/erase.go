package respond

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// ErasePerson removes what a person left, given the id of their account and the
// name by which they sign in: their reports and votes, and their name, words and
// files in the calls that they began. Answers stay. In calls of others, results of
// probes, incidents and requests, what was done stays and [tocsin.Erased] takes the place of
// the name: a timeline with holes would tell another course. It returns how many
// reports went.
func (s *Store) ErasePerson(ctx context.Context, person, name string, now time.Time) (n int64, err error) {
	if person == "" {
		return 0, tocsin.Invalidf("person", "Name the person.")
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM reports WHERE person = $1`, person)
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil {
			return err
		}
		if err := silenceWords(ctx, tx, `opened_id = $1`, person); err != nil {
			return err
		}
		for _, statement := range []string{
			`DELETE FROM workaround_votes WHERE person = $1`,
			`DELETE FROM triage_files WHERE EXISTS (SELECT 1 FROM triages t WHERE t.tenant = triage_files.tenant AND t.n = triage_files.triage AND t.opened_id = $1)`,
			`UPDATE incident_messages SET writer_id = '' WHERE writer_id = $1`,
			`UPDATE triages SET opened_by = '', changed_by = '', opened_id = '' WHERE opened_id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, statement, person); err != nil {
				return err
			}
		}
		if err := eraseName(ctx, tx, store.Clean(name)); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, Action: "person.erase", Object: person, Detail: tocsin.Count(n, "report", "reports")})
	})
	if err != nil {
		return 0, fmt.Errorf("erase person: %w", err)
	}
	return n, nil
}

// named are the columns with names of people, by table.
func named() map[string]string {
	return map[string]string{
		"triages": "changed_by", "knowledge_edits": "author", "probes": "author", "probe_codes": "author",
		"incidents": "opened_by closed_by", "incident_starts": "by_name", "incident_steps": "by_name", "incident_roles": "name given_by", "incident_entries": "by_name",
		"incident_states": "by_name", "incident_measures": "who undo_by added_by ended_by", "incident_checks": "by_name", "incident_messages": "written_by settled_by", "business_maps": "by_name",
		"requests": "requester opened_by filed_by ended_by", "request_turns": "by_name", "request_severities": "by_name", "request_duties": "by_name",
	}
}

// eraseName puts [tocsin.Erased] in the place of a name.
func eraseName(ctx context.Context, tx *store.Tx, name string) error {
	if name == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM request_files WHERE by_name = $1`, name); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE request_turns SET subject = $1 WHERE kind = 'filed' AND subject = $2`, tocsin.Erased, name); err != nil {
		return err
	}
	if err := eraseSurveys(ctx, tx, name); err != nil {
		return err
	}
	for table, columns := range named() {
		for column := range strings.FieldsSeq(columns) {
			if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET `+column+` = $1 WHERE `+column+` = $2`, tocsin.Erased, name); err != nil {
				return err
			}
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE incident_entries SET state = $1 WHERE kind = 'role' AND state = $2`, tocsin.Erased, name); err != nil {
		return err
	}
	return eraseActs(ctx, tx, name)
}

// eraseSurveys takes away what somebody wrote into the surveys of their own requests.
// The figures stay.
func eraseSurveys(ctx context.Context, tx *store.Tx, name string) error {
	for _, statement := range []string{
		`UPDATE request_turns SET words = '' WHERE kind = 'survey' AND EXISTS (SELECT 1 FROM requests r WHERE r.tenant = request_turns.tenant AND r.n = request_turns.request AND r.requester = $1)`,
		`UPDATE requests SET remark = '' WHERE requester = $1`,
	} {
		if _, err := tx.ExecContext(ctx, statement, name); err != nil {
			return err
		}
	}
	return nil
}

// eraseActs takes a name out of what was done with the verdicts of calls.
func eraseActs(ctx context.Context, tx *store.Tx, name string) error {
	text, err := json.Marshal(name)
	if err != nil {
		return err
	}
	pattern := `%"by":` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(string(text)) + `%`
	return rewrite(ctx, tx, `answers LIKE $1 ESCAPE '\'`, pattern, func(a *tocsin.TriageAnswers) {
		for i := range a.Acts {
			if a.Acts[i].By == name {
				a.Acts[i].By = ""
			}
		}
	})
}
