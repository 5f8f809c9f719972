package event

import (
	"context"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// maxKnown bounds the comparisons that a log remembers in one of two generations.
const maxKnown = 2048

// documents is the part of the archive that has the texts, as a transaction sees
// it.
type documents interface {
	DocumentBody(ctx context.Context, tx *store.Tx, document int64) ([]byte, error)
}

// texts is the part of the archive that the log reads and writes, in the
// transaction of its consumer.
type texts interface {
	documents
	Documents(ctx context.Context, tx *store.Tx, batch []tocsin.Change) ([]archive.Pair, error)
	PutEvents(ctx context.Context, tx *store.Tx, events []tocsin.Event) error
}

// A Reader says what changes tell, in the transaction of whoever asks. It is for
// one goroutine.
type Reader struct {
	texts documents
	// known are comparisons by the numbers of both documents. An issue that
	// many tenants see is compared once.
	known *cache.Cache[[2]int64, tocsin.Event]
}

// NewReader makes a reader.
func NewReader(t documents) *Reader {
	return &Reader{texts: t, known: cache.New[[2]int64, tocsin.Event](cache.Bounds{Entries: maxKnown})}
}

// Of returns what a change tells, by the documents before and after it.
func (r *Reader) Of(ctx context.Context, tx *store.Tx, change tocsin.Change, pair archive.Pair) (tocsin.Event, error) {
	if !change.What.Versioned() {
		pair.Before = 0 // the text is the same
	}
	key := [2]int64{pair.Before, pair.After}
	e, ok := r.known.Get(key)
	if ok {
		e.Change = change
		return e, nil
	}
	var before, after []byte
	var err error
	if pair.After != 0 {
		if after, err = r.texts.DocumentBody(ctx, tx, pair.After); err != nil {
			return e, err
		}
	}
	if pair.Before != 0 {
		if before, err = r.texts.DocumentBody(ctx, tx, pair.Before); err != nil {
			return e, err
		}
	}
	if e, err = Of(change, before, after); err != nil {
		return e, err
	}
	r.known.Put(key, e, 0)
	return e, nil
}

// A Log writes an event for each change that is announced. Changes that were
// stored silently, by a first poll or an import, have none.
type Log struct {
	texts  texts
	reader *Reader
}

// NewLog makes a log. Its Handle is for one goroutine.
func NewLog(t texts) *Log { return &Log{t, NewReader(t)} }

// Handle writes the events of a batch. It is a [store.Handler].
func (l *Log) Handle(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
	pairs, err := l.texts.Documents(ctx, tx, batch)
	if err != nil {
		return err
	}
	var events []tocsin.Event
	for i, change := range batch {
		if change.Silent {
			continue
		}
		e, err := l.reader.Of(ctx, tx, change, pairs[i])
		if err != nil {
			return err
		}
		if !e.Empty() {
			events = append(events, e)
		}
	}
	return l.texts.PutEvents(ctx, tx, events)
}
