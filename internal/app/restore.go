package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/sync/errgroup"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/backup"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Restore is a backup that is put back.
type Restore struct {
	Path       string
	Identities []age.Identity
	Replace    bool // a desk that holds data
	Shown      Shown
	Now        func() time.Time
}

// A Restored is what came of it.
type Restored struct {
	BackedUp
	Sessions  int64  // ended
	Codes     int64  // that work once and do no longer
	Cancelled int64  // deliveries that waited
	InDoubt   int64  // messages that were being sent
	Passed    int64  // changes that nobody is told of any more
	Kept      string // file of the desk that was there, "" for none
}

// RestoreBackup puts the rows of a backup in the place of the database of the
// settings, which may be of the other engine than they come from, and has nothing
// old sent. Nothing is changed before the whole file has been read and found
// right, and any failure leaves what was there. It fails with
// [tocsin.ErrConflict] while a desk runs on the database, for a desk that holds
// data unless it is to be replaced, for a backup of a newer version of the program
// or of another desk, and for a damaged one.
func RestoreBackup(ctx context.Context, c config.Config, r Restore) (done Restored, err error) {
	hold, err := Take(ctx, c, "restore")
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, hold.Release()) }()
	if n, err := store.Desks(ctx, c.DatabaseDSN()); err != nil || n > 0 {
		return done, errors.Join(err, tocsin.Conflictf("Desks run on this database (%s): stop them first.", tocsin.Count(n, "connection", "connections")))
	}
	if err := r.mayReplace(ctx, c); err != nil {
		return done, err
	}
	read, err := VerifyBackup(r.Path, r.Identities, r.Shown)
	if err != nil {
		return done, err
	}
	if err := fits(c, read.Header); err != nil {
		return done, err
	}
	work, err := os.MkdirTemp(filepath.Dir(fileOf(c)), ".restore-*") // mode 0700
	if err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	done.BackedUp = read
	file := c
	file.Database = filepath.Join(work, "tocsin.db")
	if err := r.build(ctx, file, read); err != nil {
		return done, err
	}
	if strings.Contains(c.Database, "://") {
		err = r.move(ctx, file, c, &done)
		return done, err
	}
	if err := r.settle(ctx, file, &done); err != nil {
		return done, err
	}
	done.Kept, err = store.PutInPlace(ctx, file.Database, c.DatabaseDSN(), r.Now())
	return done, err
}

// fileOf is the database file of the settings, or one in their directory.
func fileOf(c config.Config) string {
	if strings.Contains(c.Database, "://") {
		return filepath.Join(c.Data, "tocsin.db")
	}
	return c.DatabaseDSN()
}

// mayReplace refuses a desk that holds data unless it is to be replaced.
func (r *Restore) mayReplace(ctx context.Context, c config.Config) error {
	s, err := store.Peek(ctx, c.DatabaseDSN())
	if err != nil {
		return ignoring(err, tocsin.ErrNotFound)
	}
	holds := false
	if !r.Replace {
		holds, err = s.HoldsData(ctx)
	}
	if err = errors.Join(err, s.Close()); err == nil && holds {
		err = tocsin.Conflictf("The desk holds tenants or people already. To put the backup in their place, run it again with --replace.")
	}
	return err
}

// fits refuses a backup whose secrets this desk could not open, or that a newer
// program made.
func fits(c config.Config, h backup.Header) error {
	knows, err := store.KnownSchema()
	if err != nil {
		return err
	}
	if h.Schema > knows {
		return tocsin.Conflictf("The backup was made by a newer version of the program (%s, schema %d; this one knows %d). Nothing was changed.", h.Program, h.Schema, knows)
	}
	if h.Key == "" {
		return nil
	}
	key, err := access.FindMasterKey(c.Data, os.Getenv)
	if errors.Is(err, tocsin.ErrNotFound) {
		return tocsin.Conflictf("The secrets in the backup were sealed with the master key %s…, and %s has none: put the file master.key of that desk there first, or set TOCSIN_MASTER_KEY. Nothing was changed.", h.Key[:min(8, len(h.Key))], c.Data)
	}
	if err != nil {
		return err
	}
	if key.Fingerprint() != h.Key {
		return tocsin.Conflictf("The backup is of another desk: its secrets were sealed with the master key %s…, and the one here is %s…. Nothing was changed.", h.Key[:min(8, len(h.Key))], key.Fingerprint()[:8])
	}
	return nil
}

// build makes a database file of the rows, in the form that they had: who opens its
// rooms brings them to this version of the program.
func (r *Restore) build(ctx context.Context, c config.Config, want BackedUp) error {
	s, err := store.Open(ctx, c.Database, store.OnlyTo(want.Header.Schema))
	if err != nil {
		return err
	}
	read, err := readBackup(r.Path, r.Identities, r.Shown, func(from *backup.Reader) error {
		if err := s.Replace(ctx, from, func(*store.Tx) error { return nil }); err != nil {
			return err
		}
		return io.EOF
	})
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if read.SHA256 != want.SHA256 {
		return tocsin.Conflictf("The backup was changed while it was read. Nothing was changed.")
	}
	return nil
}

// settle has a desk that was put back send nothing old and let nobody in who was,
// and writes down that it was put back.
func (r *Restore) settle(ctx context.Context, c config.Config, done *Restored) error {
	rooms, err := OpenRooms(ctx, c)
	if err != nil {
		return err
	}
	err = rooms.Store.InTx(ctx, func(tx *store.Tx) error { return r.restored(ctx, rooms, tx, done) })
	return errors.Join(err, rooms.Close())
}

func (r *Restore) restored(ctx context.Context, rooms *Rooms, tx *store.Tx, done *Restored) (err error) {
	now := r.Now()
	if done.Sessions, done.Codes, err = rooms.People.Restored(ctx, tx); err != nil {
		return err
	}
	if done.Cancelled, done.InDoubt, err = rooms.Deliveries.Restored(ctx, tx, now); err != nil {
		return err
	}
	if err := rooms.Archive.Restored(ctx, tx); err != nil {
		return err
	}
	if done.Passed, err = tx.ConsumersToEnd(ctx); err != nil {
		return err
	}
	if err := tx.MarkRestored(ctx, now); err != nil {
		return err
	}
	return tx.Audit(ctx, tocsin.AuditEntry{
		At: now, Action: "desk.restore", Object: filepath.Base(r.Path),
		Detail: fmt.Sprintf("of %s, sha256 %s; ended: %d sessions, %d one-time codes, %d deliveries", tocsin.FormatTime(done.Header.MadeAt), hex.EncodeToString(done.SHA256[:]), done.Sessions, done.Codes, done.Cancelled),
	})
}

// move puts the rows of a database file into PostgreSQL, in one transaction with
// what follows from it.
func (r *Restore) move(ctx context.Context, file, c config.Config, done *Restored) (err error) {
	from, err := OpenRooms(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	rooms, err := OpenRooms(ctx, c)
	if err != nil {
		return err
	}
	rows := backup.NewPipe()
	group, within := errgroup.WithContext(ctx)
	group.Go(func() error { return rows.End(from.Store.Snapshot(within, rows)) })
	group.Go(func() error {
		return rows.Stop(rooms.Store.Replace(within, rows, func(tx *store.Tx) error { return r.restored(within, rooms, tx, done) }))
	})
	if err := errors.Join(group.Wait(), rooms.Close()); err != nil {
		return err
	}
	if rooms, err = OpenRooms(ctx, c); err != nil { // indexes the texts
		return err
	}
	return rooms.Close()
}
