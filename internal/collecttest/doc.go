// Package collecttest has what tests of sources share: how they ask, and what
// an answer that did not arrive must look like.
package collecttest

import (
	"context"
	"testing"

	"example.org/tocsin/internal/collect"
)

// Full asks a source for everything, for as many requests as it wants until its
// context ends.
func Full() collect.Ask {
	return collect.Ask{Full: true, Spend: func(ctx context.Context) error { return ctx.Err() }}
}

// Lost returns why an answer, or the first list of it that is missing, did not
// arrive, or nil. It fails the test where a failed poll gave lists, or a lost
// list claims more than what it holds.
func Lost(t testing.TB, answer collect.Answer, err error) error {
	t.Helper()
	if err != nil {
		if answer.Lists != nil {
			t.Error("a failed poll gave lists")
		}
		return err
	}
	for _, list := range answer.Lists {
		if list.Lost == nil {
			continue
		}
		if list.Listed != len(list.Items) || list.Unchanged {
			t.Errorf("a lost list holds %+v", list)
		}
		return list.Lost
	}
	return nil
}
