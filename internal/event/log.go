package event

import (
	"context"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// maxKnown bounds the comparisons that a log remembers in one of two generations.
const maxKnown = 2048

// A Log writes an event for each change that is announced. Changes that were
// stored silently, by a first poll or an import, have none.
type Log struct {
	// known are comparisons by the numbers of both documents. An issue that
	// many tenants see is compared once.
	known *cache.Cache[[2]int64, tocsin.Event]
}

// NewLog makes a log. Its Handle is for one goroutine.
func NewLog() *Log {
	return &Log{known: cache.New[[2]int64, tocsin.Event](cache.Bounds{Entries: maxKnown})}
}

// Handle writes the events of a batch. It is a [store.Handler].
func (l *Log) Handle(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
	pairs, err := tx.Documents(ctx, batch)
	if err != nil {
		return err
	}
	var events []tocsin.Event
	for i, change := range batch {
		if change.Silent {
			continue
		}
		e, err := l.event(ctx, tx, change, pairs[i])
		if err != nil {
			return err
		}
		if !e.Empty() {
			events = append(events, e)
		}
	}
	return tx.PutEvents(ctx, events)
}

// event returns what one change tells.
func (l *Log) event(ctx context.Context, tx *store.Tx, change tocsin.Change, pair store.Pair) (tocsin.Event, error) {
	if !change.What.Versioned() {
		pair.Before = 0 // the text is the same
	}
	key := [2]int64{pair.Before, pair.After}
	e, ok := l.known.Get(key)
	if ok {
		e.Change = change
		return e, nil
	}
	var before, after []byte
	var err error
	if pair.After != 0 {
		if after, err = tx.Body(ctx, pair.After); err != nil {
			return e, err
		}
	}
	if pair.Before != 0 {
		if before, err = tx.Body(ctx, pair.Before); err != nil {
			return e, err
		}
	}
	if e, err = Of(change, before, after); err != nil {
		return e, err
	}
	l.known.Put(key, e, 0)
	return e, nil
}
