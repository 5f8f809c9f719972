package author

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// ErrChanged is the cause of a conflict about an item that is no longer the
// one that the act was written for.
var ErrChanged = errors.New("changed meanwhile")

// storage is the part of the store that authoring needs.
type storage interface {
	Author(ctx context.Context, a archive.Authoring) (archive.Authored, error)
}

// reader is the read side, which must show what was written.
type reader interface {
	Refresh(ctx context.Context, settings bool) error
}

// An Author writes what the desk itself has to say.
type Author struct {
	archive storage
	reader  reader
	now     func() time.Time
}

// New makes an author. The reader may be nil: whoever reads then looks for
// itself.
func New(archive storage, r reader, now func() time.Time) *Author {
	return &Author{archive: archive, reader: r, now: now}
}

// An Act says for whom and on what conditions something is written.
type Act struct {
	TenantID string
	By       string // the id of the client or person who writes
	Key      string // a repetition under the same key has no effect; "" for none
	IfMatch  string // the tag of the version that must hold; "" for any
	// Try writes nothing: what comes of it is the text that the item would have,
	// after the same checks.
	Try bool
}

// errTried ends the transaction of an act that was only tried.
var errTried = errors.New("tried")

// maxKey is the longest key, as in the draft of the Idempotency-Key header.
const maxKey = 255

// deed is one act on its way to the store.
type deed struct {
	Act
	name  string // of the operation, with what it is about
	input any
	write func(ctx context.Context, d *desk) ([]tocsin.Document, error)
}

// desk is what a deed may use while it is carried out.
type desk struct {
	*archive.Draft
	now     time.Time
	ifMatch string
}

func (a *Author) do(ctx context.Context, d deed) (archive.Authored, error) {
	if len(d.Key) > maxKey || !printable(d.Key) {
		return archive.Authored{}, tocsin.Invalidf("Idempotency-Key", "A key has up to %d visible ASCII characters.", maxKey)
	}
	request, err := json.Marshal([]any{d.name, d.input})
	if err != nil {
		return archive.Authored{}, fmt.Errorf("%s: %w", d.name, err)
	}
	now := a.now().UTC().Truncate(time.Microsecond)
	var tried archive.Authored
	done, err := a.archive.Author(ctx, archive.Authoring{
		TenantID: d.TenantID, By: d.By, At: now, Key: d.Key, Request: tocsin.HashOf(request),
		Write: func(ctx context.Context, draft *archive.Draft) ([]tocsin.Document, error) {
			documents, err := d.write(ctx, &desk{Draft: draft, now: now, ifMatch: d.IfMatch})
			if err != nil || !d.Try {
				return documents, err
			}
			first := documents[0]
			tried.Held = tocsin.Held{Version: tocsin.Version{TenantID: d.TenantID, Kind: first.Kind, ID: first.ID, At: now, SeenAt: now}, Body: first.Body, On: tocsin.SourceOwn}
			return nil, errTried
		},
	})
	if errors.Is(err, errTried) {
		return tried, nil
	}
	if err != nil {
		return archive.Authored{}, fmt.Errorf("%s: %w", d.name, err)
	}
	if a.reader != nil && !done.Repeated {
		// What was written is safe. A read side that is late catches up by itself.
		_ = a.reader.Refresh(context.WithoutCancel(ctx), false)
	}
	return done, nil
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// own reads an item that the desk authored, if it is the version that the act
// was written for.
func own[T any](ctx context.Context, d *desk, ref tocsin.Ref) (v T, held tocsin.Held, err error) {
	held, err = d.Held(ctx, ref)
	if err != nil {
		return v, held, err
	}
	if !held.Own() {
		return v, held, tocsin.Conflictf("The %s %q belongs to the source %s: only what the desk authored can be changed.", ref.Kind, tocsin.Clip(ref.ID, 80), held.On)
	}
	if d.ifMatch != "" && d.ifMatch != held.Tag() {
		return v, held, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "If-Match", Message: "Another version holds by now: read it again.", Cause: ErrChanged}
	}
	if err := json.Unmarshal(held.Body, &v); err != nil {
		return v, held, fmt.Errorf("read %s %s: %w", ref.Kind, ref.ID, err)
	}
	return v, held, nil
}

// documents encodes items in the order given.
func documents(items ...any) ([]tocsin.Document, error) {
	list := make([]tocsin.Document, len(items))
	for i, item := range items {
		var err error
		if list[i], err = tocsin.NewDocument(item); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// later is now, or the first instant after before.
func later(now, before time.Time) time.Time {
	if now.After(before) {
		return now
	}
	return before.Add(time.Microsecond)
}
