package admin

import (
	"context"
	"maps"
	"slices"
	"time"

	"example.org/tocsin/internal/store/delivery"
)

// canaries is the part of the ledger about daily tests.
type canaries interface {
	Canaries(ctx context.Context, now time.Time) (map[string]delivery.CanaryState, error)
}

// A canaryLine is how the daily test of a channel does.
type canaryLine struct {
	Name, Sent, Confirmed string
	Unanswered            string // when one was sent that nobody has confirmed, "" for none
}

// canaries are the channels that are sent a test each day, those first that nobody
// answers for.
func (v *view) canaries() (lines []canaryLine, err error) {
	found, err := v.pages.config.Canaries.Canaries(v.R.Context(), v.Now)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		state := found[key]
		line := canaryLine{Name: delivery.ChannelName(key), Sent: v.Text("canary.notyet"), Confirmed: v.Text("canary.nobody")}
		if at := state.Last.AskedAt; !at.IsZero() {
			line.Sent = v.Full(at.In(v.Zone))
		}
		if at := state.ConfirmedAt; !at.IsZero() {
			line.Confirmed = v.Full(at.In(v.Zone))
		}
		if at := state.Unanswered.AskedAt; !at.IsZero() {
			line.Unanswered = v.Full(at.In(v.Zone))
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b canaryLine) int {
		switch {
		case (a.Unanswered == "") == (b.Unanswered == ""):
			return 0
		case a.Unanswered != "":
			return -1
		}
		return 1
	})
	return lines, nil
}
