package archive

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// PutFile stores a file of an issue or message that the tenant has, or replaces
// the one of the same id. It normalises f first. It fails with
// [tocsin.ErrNotFound] when the tenant has no such item and with
// [tocsin.ErrInvalid] when the content is larger than [tocsin.MaxFile].
func (s *Store) PutFile(ctx context.Context, tenantID string, ref tocsin.Ref, f tocsin.File, content []byte) (tocsin.File, error) {
	if len(content) > tocsin.MaxFile {
		return f, tocsin.Invalidf("file", "It is larger than %d MB.", tocsin.MaxFile>>20)
	}
	f.Normalize(content)
	packed := s.db.Pack(content)
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, item, err := s.db.MemberItem(ctx, tx, tenantID, ref)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO contents (hash, body, size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			f.Hash[:], packed, f.Size); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO files (tenant, item, id, name, type, size, hash, modified_at, seen_at, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (tenant, item, id) DO UPDATE SET name = excluded.name, type = excluded.type, size = excluded.size, hash = excluded.hash,
			modified_at = excluded.modified_at, seen_at = excluded.seen_at, source = excluded.source`,
			tenant, item, f.ID, store.Clean(f.Name), f.ContentType, f.Size, f.Hash[:], tocsin.Micros(f.ModifiedAt), tocsin.Micros(f.SeenAt), f.Source)
		if err != nil || f.Source != tocsin.SourceAttach {
			return err
		}
		return tx.Audit(ctx, tocsin.AuditEntry{
			At: f.SeenAt, TenantID: tenantID, Action: "file.attach", Object: string(ref.Kind) + " " + ref.ID, Detail: f.Name + ", " + tocsin.Count(f.Size, "byte", "bytes"),
		})
	})
	if err != nil {
		return f, fmt.Errorf("put file of %s %s: %w", ref.Kind, ref.ID, err)
	}
	return f, nil
}

const fileColumns = `f.id, f.name, f.type, f.size, f.hash, f.modified_at, f.seen_at, f.source FROM files f
	JOIN items i ON i.num = f.item JOIN tenants t ON t.num = f.tenant`

func scanFile(rows *sql.Rows) (f tocsin.File, err error) {
	var hash []byte
	var modified, seen int64
	err = rows.Scan(&f.ID, &f.Name, &f.ContentType, &f.Size, &hash, &modified, &seen, &f.Source)
	copy(f.Hash[:], hash)
	f.ModifiedAt, f.SeenAt = tocsin.FromMicros(modified), tocsin.FromMicros(seen)
	return f, err
}

// Files lists the files that a tenant holds of an issue or message, by id.
// Without any, and for an item that the tenant does not have, there are none.
func (s *Store) Files(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.File, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+fileColumns+` WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 ORDER BY f.id`,
		tenantID, string(ref.Kind), ref.ID)
	list, err := store.Collect(rows, err, scanFile)
	if err != nil {
		return nil, fmt.Errorf("list files of %s %s: %w", ref.Kind, ref.ID, s.db.Translate(err))
	}
	return list, nil
}

// FileContent reads the content of a file. It fails with [tocsin.ErrNotFound]
// when the tenant has no such file, and otherwise when the content is not what
// was stored.
func (s *Store) FileContent(ctx context.Context, tenantID string, ref tocsin.Ref, id string) ([]byte, error) {
	var packed, hash []byte
	err := s.db.Read().QueryRowContext(ctx, `
		SELECT c.body, c.hash FROM files f JOIN contents c ON c.hash = f.hash JOIN items i ON i.num = f.item JOIN tenants t ON t.num = f.tenant
		WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 AND f.id = $4`, tenantID, string(ref.Kind), ref.ID, id).Scan(&packed, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, tocsin.NotFoundf("There is no such file.")
	}
	if err != nil {
		return nil, fmt.Errorf("read file of %s %s: %w", ref.Kind, ref.ID, s.db.Translate(err))
	}
	content, err := s.db.Unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack file of %s %s: %w", ref.Kind, ref.ID, err)
	}
	if sum := tocsin.HashOf(content); !bytes.Equal(sum[:], hash) {
		return nil, fmt.Errorf("read file of %s %s: the content was changed", ref.Kind, ref.ID)
	}
	return content, nil
}

// A FileTask is an item whose files a source has to fetch.
type FileTask struct {
	tocsin.Ref
	Tries int // that failed
}

// FileTasks lists up to limit items of a tenant whose files are due to be
// fetched by the source that listed them, the longest due first.
func (s *Store) FileTasks(ctx context.Context, tenantID, source string, now time.Time, limit int) ([]FileTask, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT i.kind, i.id, f.tries FROM file_tasks f JOIN items i ON i.num = f.item JOIN tenants t ON t.num = f.tenant
		WHERE t.id = $1 AND f.source = $2 AND f.due_at <= $3 ORDER BY f.due_at, f.item LIMIT $4`, tenantID, source, tocsin.Micros(now), limit)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (t FileTask, err error) { return t, rows.Scan(&t.Kind, &t.ID, &t.Tries) })
	if err != nil {
		return nil, fmt.Errorf("list file tasks: %w", s.db.Translate(err))
	}
	return list, nil
}

// EndFileTask takes a task off the list, or puts it off to a later time after
// a failure when retryAt is not zero.
func (s *Store) EndFileTask(ctx context.Context, tenantID string, ref tocsin.Ref, retryAt time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, item, err := s.db.MemberItem(ctx, tx, tenantID, ref)
		if err != nil {
			return err
		}
		if retryAt.IsZero() {
			_, err = tx.ExecContext(ctx, `DELETE FROM file_tasks WHERE tenant = $1 AND item = $2`, tenant, item)
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE file_tasks SET tries = tries + 1, due_at = $1 WHERE tenant = $2 AND item = $3`, tocsin.Micros(retryAt), tenant, item)
		return err
	})
	if err != nil {
		return fmt.Errorf("end file task of %s %s: %w", ref.Kind, ref.ID, err)
	}
	return nil
}
