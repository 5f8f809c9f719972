package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/backup"
	"example.org/tocsin/internal/tocsin"
)

type backupCmd struct {
	Make   backupMakeCmd   `cmd:"" default:"withargs" help:"Write all that the desk keeps into one encrypted file, while it runs. Settings and the master key are not in it. The word make may be left out. Example: tocsin backup make desk.backup --recipient age1…"`
	Verify backupVerifyCmd `cmd:"" help:"Read a backup to its end and say what it holds. It needs no desk. Example: tocsin backup verify desk.backup --identity backup.key"`
	Key    backupKeyCmd    `cmd:"" help:"Make a key for backups: a file with the secret one, which is needed to restore, and the public one, which is needed to make them. Example: tocsin backup key backup.key"`
}

// backupJSON is a backup as commands print it.
type backupJSON struct {
	File    string `json:"file"`
	MadeAt  string `json:"madeAt"`
	Program string `json:"program"`
	Schema  int64  `json:"schema"`
	Engine  string `json:"engine"`
	Key     string `json:"masterKey,omitempty"` // fingerprint of the one that sealed its secrets
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"` // of the file
}

func newBackupJSON(file string, b app.BackedUp) backupJSON {
	return backupJSON{
		File: file, MadeAt: date(b.Header.MadeAt), Program: b.Header.Program, Schema: b.Header.Schema, Engine: b.Header.Engine, Key: b.Header.Key,
		Rows: b.Rows, Bytes: b.Bytes, SHA256: hex.EncodeToString(b.SHA256[:]),
	}
}

type backupMakeCmd struct {
	File           string   `arg:"" help:"File to make. One that is there is not overwritten."`
	Recipient      []string `help:"Public key that the backup is for, age1…, or a file with one a line; may be repeated." placeholder:"KEY"`
	PassphraseFile string   `help:"File whose first line is a passphrase, in place of a key." placeholder:"FILE"`
}

func (c *backupMakeCmd) Run(ctx context.Context, s *session) error {
	recipients, err := backup.Recipients(c.Recipient, c.PassphraseFile)
	if err != nil {
		return err
	}
	settings, err := s.validSettings()
	if err != nil {
		return err
	}
	shown, done := s.copying()
	made, err := app.Backup(ctx, settings, c.File, recipients, shown)
	done()
	if err != nil {
		return err
	}
	if err := app.AuditBackup(ctx, settings, c.File, made); err != nil {
		fmt.Fprintf(s.env.Stderr, "tocsin: the backup is whole, but could not be written into the audit log: %v\n", err)
	}
	printed := newBackupJSON(c.File, made)
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "%s written to %s (%s), SHA-256 %s.\n", count(int(made.Rows), "row", "rows"), c.File, count(int(made.Bytes), "byte", "bytes"), printed.SHA256)
		fmt.Fprintln(w, "Keep elsewhere what is not in it: the settings file, the files that it names, master.key, and what opens the backup.")
	})
}

// copying shows a person how many rows are done, until ended is called.
func (s *session) copying() (shown app.Shown, ended func()) {
	p := newProgress(s.env.Stderr, 0, time.Now)
	return p.rows, p.clear
}

type backupVerifyCmd struct {
	File string `arg:"" help:"The backup."`
	opening
}

// opening is what opens a backup.
type opening struct {
	Identity       string `help:"File with the secret key that the backup was made for." placeholder:"FILE"`
	PassphraseFile string `help:"File whose first line is the passphrase that it was made with." placeholder:"FILE"`
}

func (c *backupVerifyCmd) Run(s *session) error {
	identities, err := backup.Identities(c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	shown, done := s.copying()
	read, err := app.VerifyBackup(c.File, identities, shown)
	done()
	if err != nil {
		return err
	}
	printed := newBackupJSON(c.File, read)
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "%s is whole: %s of %s, made by %s (schema %d, %s), SHA-256 %s.\n",
			c.File, count(int(read.Rows), "row", "rows"), printed.MadeAt, read.Header.Program, read.Header.Schema, read.Header.Engine, printed.SHA256)
	})
}

type backupKeyCmd struct {
	File string `arg:"" help:"File to make, for the secret key."`
}

func (c *backupKeyCmd) Run(s *session) (err error) {
	secret, public, err := backup.NewKey()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return tocsin.Invalidf("file", "%v", err)
	}
	_, err = file.WriteString(secret)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return s.print(map[string]string{"file": c.File, "publicKey": public}, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n", public)
		fmt.Fprintf(s.env.Stderr, "Make backups with --recipient %s. Move %s off this machine: without it no backup can be restored, and with it everybody can read them.\n", public, c.File)
	})
}

type restoreCmd struct {
	File    string `arg:"" help:"The backup."`
	Replace bool   `help:"Put it in the place of a desk that holds data. A database file that was there is kept beside it."`
	opening
}

// restoredJSON is what a restore has done.
type restoredJSON struct {
	backupJSON
	SessionsEnded       int64  `json:"sessionsEnded"`
	CodesEnded          int64  `json:"codesEnded"`
	DeliveriesCancelled int64  `json:"deliveriesCancelled"`
	MessagesInDoubt     int64  `json:"messagesInDoubt"`
	ChangesPassed       int64  `json:"changesPassed"` // of which nobody was told yet, and is not
	Kept                string `json:"kept,omitempty"`
}

func (c *restoreCmd) Run(ctx context.Context, s *session) error {
	identities, err := backup.Identities(c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	settings, err := s.prepare()
	if err != nil {
		return err
	}
	shown, ended := s.copying()
	done, err := app.RestoreBackup(ctx, settings, app.Restore{Path: c.File, Identities: identities, Replace: c.Replace, Shown: shown, Now: time.Now})
	ended()
	if err != nil {
		return err
	}
	printed := restoredJSON{newBackupJSON(c.File, done.BackedUp), done.Sessions, done.Codes, done.Cancelled, done.InDoubt, done.Passed, done.Kept}
	return s.print(printed, func(w io.Writer) { tellRestored(w, printed) })
}

func tellRestored(w io.Writer, r restoredJSON) {
	fmt.Fprintf(w, "The desk is that of %s again: %s from %s.\n", r.MadeAt, count(int(r.Rows), "row", "rows"), r.File)
	fmt.Fprintf(w, "Ended: %s and %s. Everybody signs in anew.\n", count(int(r.SessionsEnded), "session", "sessions"), count(int(r.CodesEnded), "one-time code", "one-time codes"))
	fmt.Fprintf(w, "Nothing old is sent: %s cancelled, %s in doubt, %s passed over. What changed since comes as one summary after the first poll.\n",
		count(int(r.DeliveriesCancelled), "delivery", "deliveries"), count(int(r.MessagesInDoubt), "message", "messages"), count(int(r.ChangesPassed), "change", "changes"))
	fmt.Fprintln(w, "Clients, secrets, people and subscriptions that ended since the backup are back: end them again.")
	if r.Kept != "" {
		fmt.Fprintf(w, "The database that was there is kept as %s: remove it when all is well.\n", r.Kept)
	}
}
