package respond

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const editColumns = `id, tenant, item, language, words, version, lowers, created_at, created_by, author, approved_at, approved_by, ended_at FROM knowledge_edits`

func scanEdit(rows *sql.Rows) (e tocsin.Edit, err error) {
	var created, approved, ended int64
	var lowers int
	var words string
	if err := rows.Scan(&e.ID, &e.TenantID, &e.Item, &e.Language, &words, &e.Version, &lowers, &created, &e.CreatedBy, &e.Author, &approved, &e.ApprovedBy, &ended); err != nil {
		return e, err
	}
	e.Lowers, e.CreatedAt, e.ApprovedAt, e.EndedAt = lowers != 0, tocsin.FromMicros(created), tocsin.FromMicros(approved), tocsin.FromMicros(ended)
	return e, json.Unmarshal([]byte(words), &e.Words)
}

// Edits lists the passages of what is known that a tenant put into its own words,
// which nothing replaced and nobody withdrew, by item, language and version. Those
// that wait for a second person are among them: see [tocsin.Edit.Holds].
func (s *Store) Edits(ctx context.Context, tenantID string) ([]tocsin.Edit, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+editColumns+` WHERE tenant = $1 AND ended_at = 0 ORDER BY item, language, version`, tenantID)
	list, err := store.Collect(rows, err, scanEdit)
	if err != nil {
		return nil, fmt.Errorf("list edits: %w", s.db.Translate(err))
	}
	return list, nil
}

// EditsOf lists all versions of a passage in a language, also those that hold no
// longer, the newest first and at most limit.
func (s *Store) EditsOf(ctx context.Context, tenantID, item, language string, limit int) ([]tocsin.Edit, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+editColumns+` WHERE tenant = $1 AND item = $2 AND language = $3 ORDER BY version DESC LIMIT $4`, tenantID, item, language, limit)
	list, err := store.Collect(rows, err, scanEdit)
	if err != nil {
		return nil, fmt.Errorf("list edits of a passage: %w", s.db.Translate(err))
	}
	return list, nil
}

// AddEdit stores other words for a passage by the actor of ctx, which its caller
// held against what is shipped; lowers says whether it lowers security. made is the
// version that it was made from, 1 for what is shipped. It fails with
// [tocsin.ErrInvalid], and [tocsin.ErrConflict] when there is a newer version.
func (s *Store) AddEdit(ctx context.Context, e tocsin.Edit, made int) (tocsin.Edit, error) {
	e.Normalize()
	if err := e.Validate(); err != nil {
		return e, err
	}
	actor := tocsin.ActorOf(ctx)
	e.CreatedBy, e.Author, e.ApprovedBy, e.ApprovedAt, e.EndedAt = actor.UserID, actor.Name, "", time.Time{}, time.Time{}
	words, err := json.Marshal(e.Words)
	if err != nil {
		return e, fmt.Errorf("write words: %w", err)
	}
	lowers := 0
	if e.Lowers {
		lowers = 1
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		var newest int
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 1) FROM knowledge_edits WHERE tenant = $1 AND item = $2 AND language = $3`, e.TenantID, e.Item, e.Language).Scan(&newest); err != nil {
			return err
		}
		if newest != made {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "version", Message: "Somebody else edited it meanwhile: look at it again."}
		}
		e.Version = newest + 1
		_, err := tx.ExecContext(ctx, `
			INSERT INTO knowledge_edits (id, tenant, item, language, words, version, lowers, created_at, created_by, author, approved_at, approved_by, ended_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '', 0)`,
			e.ID, e.TenantID, e.Item, e.Language, store.Clean(string(words)), e.Version, lowers, tocsin.Micros(e.CreatedAt), e.CreatedBy, store.Clean(e.Author))
		if err != nil {
			return err
		}
		if err := settleEdit(ctx, tx, e, e.CreatedAt); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: e.CreatedAt, TenantID: e.TenantID, Action: editAction(e.Item, "edit"), Object: e.Item, Detail: versionOf(e)})
	})
	if err != nil {
		return e, fmt.Errorf("edit what is known: %w", err)
	}
	return e, nil
}

// editAction is what was done to a passage: to what is known to help, or to the runbook
// or a message.
func editAction(item, verb string) (action string) {
	list, _, _ := strings.Cut(item, "/")
	switch template := list == "runbook" || list == "messages"; {
	case template && verb == "approve":
		action = "template.approve"
	case template && verb == "withdraw":
		action = "template.withdraw"
	case template:
		action = "template.edit"
	case verb == "approve":
		action = "knowledge.approve"
	case verb == "withdraw":
		action = "knowledge.withdraw"
	default:
		action = "knowledge.edit"
	}
	return action
}

// versionOf names a version for the audit log.
func versionOf(e tocsin.Edit) string { return fmt.Sprintf("%s version %d", e.Language, e.Version) }

// settleEdit ends the versions before one that holds.
func settleEdit(ctx context.Context, tx *store.Tx, e tocsin.Edit, now time.Time) error {
	if !e.Holds() {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE knowledge_edits SET ended_at = $1 WHERE tenant = $2 AND item = $3 AND language = $4 AND version < $5 AND ended_at = 0`, tocsin.Micros(now), e.TenantID, e.Item, e.Language, e.Version)
	return err
}

// ApproveEdit lets a version that lowers security hold, by the actor of ctx. It
// fails with [tocsin.ErrNotFound], and with [tocsin.ErrConflict] when they wrote it
// themselves.
func (s *Store) ApproveEdit(ctx context.Context, tenantID, id string, now time.Time) error {
	actor := tocsin.ActorOf(ctx).UserID
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+editColumns+` WHERE id = $1 AND tenant = $2 AND ended_at = 0`, id, tenantID)
		e, err := store.One(rows, err, scanEdit, tocsin.NotFoundf("There is no such edit."))
		if err != nil {
			return err
		}
		if e.CreatedBy == actor || actor == "" {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "edit", Message: "A second person approves it, not the one who wrote it."}
		}
		if e.Holds() {
			return nil
		}
		e.ApprovedAt, e.ApprovedBy = now, actor
		if _, err := tx.ExecContext(ctx, `UPDATE knowledge_edits SET approved_at = $1, approved_by = $2 WHERE id = $3`, tocsin.Micros(now), actor, id); err != nil {
			return err
		}
		if err := settleEdit(ctx, tx, e, now); err != nil {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: e.TenantID, Action: editAction(e.Item, "approve"), Object: e.Item, Detail: versionOf(e)})
	})
	if err != nil {
		return fmt.Errorf("approve edit: %w", err)
	}
	return nil
}

// WithdrawEdits takes the edits of a passage in a language back, those that wait as
// well: what is shipped holds again. It fails with [tocsin.ErrNotFound] where there
// are none.
func (s *Store) WithdrawEdits(ctx context.Context, tenantID, item, language string, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE knowledge_edits SET ended_at = $1 WHERE tenant = $2 AND item = $3 AND language = $4 AND ended_at = 0`, tocsin.Micros(now), tenantID, item, language)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = tocsin.NotFoundf("It is as it is shipped.")
			}
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: editAction(item, "withdraw"), Object: item, Detail: language})
	})
	if err != nil {
		return fmt.Errorf("withdraw edits: %w", err)
	}
	return nil
}
