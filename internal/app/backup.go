package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/backup"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// Shown is called while rows are copied, with the table and the number of rows so
// far.
type Shown func(table string, rows int64)

// A BackedUp is what a backup holds.
type BackedUp struct {
	Header backup.Header
	Rows   int64
	Bytes  int64       // of the file
	SHA256 tocsin.Hash // of the file
}

// Backup writes all rows of the desk of the settings, as they stand at one
// instant, into a file that is not there yet. The desk may run meanwhile, of this
// version or an older one: nothing is migrated. What was begun and not finished
// leaves no file. Settings, the master key and exported files are not in it.
func Backup(ctx context.Context, c config.Config, path string, recipients []age.Recipient, shown Shown) (b BackedUp, err error) {
	s, err := store.Peek(ctx, c.DatabaseDSN())
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b.Header, err = headerOf(ctx, c, s)
	if err != nil {
		return b, err
	}
	err = newFile(path, func(w io.Writer) error {
		sum := sha256.New()
		counted := &counter{to: io.MultiWriter(w, sum)}
		out, err := backup.NewWriter(counted, b.Header, recipients, shown)
		if err != nil {
			return err
		}
		if err := s.Snapshot(ctx, out); err != nil {
			return err
		}
		b.Rows, err = out.Close()
		b.Bytes, b.SHA256 = counted.n, tocsin.Hash(sum.Sum(nil))
		return err
	})
	return b, err
}

// headerOf says what a backup is of. A database without tables has none.
func headerOf(ctx context.Context, c config.Config, s *store.Store) (h backup.Header, err error) {
	if there, err := s.HasTable(ctx, "goose_db_version"); err != nil || !there {
		return h, errors.Join(err, tocsin.NotFoundf("The database holds no desk."))
	}
	version, commit := tocsin.Build()
	h = backup.Header{Program: strings.TrimSpace(version + " " + commit), Engine: s.Engine(), MadeAt: time.Now().UTC().Truncate(time.Second)}
	if h.Schema, err = s.Schema(ctx); err != nil {
		return h, err
	}
	key, err := access.FindMasterKey(c.Data, os.Getenv)
	switch {
	case errors.Is(err, tocsin.ErrNotFound): // nothing was sealed yet
	case err != nil:
		return h, err
	default:
		h.Key = key.Fingerprint()
	}
	return h, nil
}

// AuditBackup writes into the audit log of a desk that it was copied. A database
// of another version of the program is left as it is.
func AuditBackup(ctx context.Context, c config.Config, path string, b BackedUp) error {
	knows, err := store.KnownSchema()
	if err != nil || b.Header.Schema != knows {
		return err
	}
	s, err := store.Open(ctx, c.DatabaseDSN())
	if err != nil {
		return err
	}
	err = s.InTx(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, tocsin.AuditEntry{At: time.Now(), Action: "desk.backup", Object: filepath.Base(path), Detail: "sha256 " + hex.EncodeToString(b.SHA256[:])})
	})
	return errors.Join(err, s.Close())
}

// VerifyBackup reads a backup to its end and says what it holds. It needs no
// desk.
func VerifyBackup(path string, identities []age.Identity, shown Shown) (BackedUp, error) {
	return readBackup(path, identities, shown, func(r *backup.Reader) error {
		for {
			if _, _, err := r.NextTable(); err != nil {
				return err
			}
		}
	})
}

// readBackup has do read a backup to its end, which is [io.EOF].
func readBackup(path string, identities []age.Identity, shown Shown, do func(*backup.Reader) error) (b BackedUp, err error) {
	file, err := os.Open(path)
	if err != nil {
		return b, tocsin.Invalidf("file", "%s cannot be read: %v.", filepath.Base(path), errors.Unwrap(err))
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	counted := &counter{to: sum}
	r, err := backup.NewReader(io.TeeReader(file, counted), identities, shown)
	if err != nil {
		return b, err
	}
	defer r.Close()
	if err := do(r); !errors.Is(err, io.EOF) {
		return b, err
	}
	b = BackedUp{Header: r.Header, Rows: r.Rows}
	if n, err := io.Copy(counted, file); err != nil || n > 0 {
		return b, errors.Join(err, tocsin.Conflictf("The backup is damaged: something follows its end."))
	}
	b.Bytes, b.SHA256 = counted.n, tocsin.Hash(sum.Sum(nil))
	return b, nil
}

// newFile has do write a file that only its owner may read, and that is there
// whole or not at all. It fails with [tocsin.ErrConflict] when there is one.
func newFile(path string, do func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, tocsin.Conflictf("%s exists already: name another file.", path))
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return tocsin.Invalidf("file", "%v", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoring(os.Remove(file.Name()), fs.ErrNotExist))
		}
	}()
	err = do(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err == nil { // fails where there is a file meanwhile
		return os.Remove(file.Name())
	} else if errors.Is(err, fs.ErrExist) {
		return tocsin.Conflictf("%s exists already: name another file.", path)
	}
	return os.Rename(file.Name(), path) // a file system without links
}

// ignoring returns err unless it is of a kind.
func ignoring(err, kind error) error {
	if errors.Is(err, kind) {
		return nil
	}
	return err
}

// counter counts the bytes that it hands on.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(text []byte) (int, error) {
	n, err := c.to.Write(text)
	c.n += int64(n)
	return n, err
}
