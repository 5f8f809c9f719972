package translate

import (
	"context"
	"time"

	"example.org/tocsin/internal/store/translation"
)

// counts is the part of the memory that keeps the ledger.
type counts interface {
	Count(ctx context.Context, d translation.Day) error
	Spent(ctx context.Context, engine, since string) (sent, billed int, err error)
}

// A Ledger keeps what engines were asked in the store. It is for
// [ChainsConfig].
type Ledger struct{ counts counts }

// NewLedger makes a ledger.
func NewLedger(c counts) Ledger { return Ledger{c} }

// NoteUsage adds to the usage of a day.
func (l Ledger) NoteUsage(ctx context.Context, u Usage) error {
	return l.counts.Count(ctx, translation.Day{
		Day: translation.DayOf(u.Day), Engine: u.Engine, Language: u.Language,
		Sent: u.Sent, Billed: u.Billed, Calls: u.Calls, Failures: u.Failures, Refused: u.Refused,
	})
}

// SpentSince returns the characters that an engine was sent since a day began,
// and those that it reports as billed.
func (l Ledger) SpentSince(ctx context.Context, engine string, day time.Time) (sent, billed int, err error) {
	return l.counts.Spent(ctx, engine, translation.DayOf(day))
}
