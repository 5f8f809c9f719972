package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.org/tocsin/internal/tocsin"
)

// A Hold is the right of one process to run a desk on a database file. It ends
// with the process, however that ends.
type Hold struct {
	db *sql.DB
	tx *sql.Tx
}

// heldSchema is that of the file beside the database which says who holds it.
const heldSchema = `CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, command TEXT, since INTEGER)`

// Take makes h the one process that runs a desk on the database file at dsn. It
// fails with [tocsin.ErrConflict] and names the process that does already. Any
// number of processes may run desks on PostgreSQL: there is nothing to take,
// and the result is nil, which can be released as well.
//
// The lock is a transaction that is open on a small database beside the real
// one, as that of the migration: the engine's locks work wherever it works, and
// leave others the right to read who holds it. Commands that do not run a desk
// take nothing and write beside the one that does.
func Take(ctx context.Context, dsn string, h Holder) (*Hold, error) {
	if isPostgres(dsn) {
		return nil, nil //nolint:nilnil // it is the right of everybody
	}
	path, err := heldPath(dsn)
	if err != nil {
		return nil, fmt.Errorf("take database: %w", err)
	}
	if err := refuseForeignFile(path); err != nil {
		return nil, fmt.Errorf("take database: %w", err)
	}
	if err := refuseManyNames(dsn); err != nil {
		return nil, err
	}
	hold := &Hold{}
	if hold.db, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(250)&_txlock=immediate"); err != nil {
		return nil, fmt.Errorf("take database: %w", err)
	}
	hold.db.SetMaxOpenConns(1)
	if err := hold.take(ctx, h); err != nil {
		if isBusy(err) {
			err = refuseSecond(ctx, path)
		} else {
			err = fmt.Errorf("take database: %w", sqliteDialect{}.translate(err))
		}
		return nil, errors.Join(err, hold.db.Close())
	}
	return hold, nil
}

// heldPath is the file that says who holds a database. Links to one database
// lead to one file.
func heldPath(dsn string) (string, error) {
	path, err := filepath.Abs(dsn)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real + "-desk", nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // the database is not made yet
	return filepath.Join(dir, filepath.Base(path)) + "-desk", err
}

// refuseManyNames refuses a database that has a second name: the engine keeps
// what is not yet in the file beside it under the name that was used, so that two
// processes would write past each other
// (https://www.sqlite.org/howtocorrupt.html, "Multiple links to the same file").
func refuseManyNames(dsn string) error {
	info, err := os.Stat(dsn)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if n := names(info); n > 1 {
		return tocsin.Invalidf("database", "The file %s has %d names (hard links), under each of which another desk could write to it: copy it, or remove the others.", filepath.Base(dsn), n)
	}
	return nil
}

// take says who holds the file and begins the transaction that holds it. What
// it says must be committed first: others read it meanwhile.
func (d *Hold) take(ctx context.Context, h Holder) error {
	// The transaction outlives the call: it ends with Release.
	tx, err := d.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	for _, statement := range []struct {
		text string
		args []any
	}{
		{heldSchema, nil},
		{`DELETE FROM holder`, nil},
		{`INSERT INTO holder (pid, host, command, since) VALUES (?, ?, ?, ?)`, []any{h.PID, h.Host, h.Command, micros(h.Since)}},
	} {
		if _, err := tx.ExecContext(ctx, statement.text, statement.args...); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	d.tx, err = d.db.BeginTx(context.WithoutCancel(ctx), nil)
	return err
}

// Release gives the right back.
func (d *Hold) Release() error {
	if d == nil {
		return nil
	}
	return errors.Join(d.tx.Rollback(), d.db.Close())
}

func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// refuseSecond names the process that holds a database.
func refuseSecond(ctx context.Context, path string) error {
	who := "Another process"
	if h, err := holderOf(ctx, path); err == nil {
		who = "Another process (" + h.String() + ")"
	}
	return tocsin.Conflictf("%s runs a desk on this database: stop it first. Several at once need PostgreSQL.", who)
}

func holderOf(ctx context.Context, path string) (h Holder, err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(1000)")
	if err != nil {
		return h, err
	}
	var since int64
	err = db.QueryRowContext(ctx, `SELECT pid, host, command, since FROM holder`).Scan(&h.PID, &h.Host, &h.Command, &since)
	h.Since = tocsin.FromMicros(since)
	return h, errors.Join(err, db.Close())
}

// A Holder is a process that runs a desk on a database file.
type Holder struct {
	PID     int
	Host    string
	Command string // such as "serve", without its arguments
	Since   time.Time
}

func (h Holder) String() string {
	return fmt.Sprintf("tocsin %s, process %d on %s since %s", h.Command, h.PID, h.Host, tocsin.FormatTime(h.Since))
}
