package dispatch

import (
	"time"

	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// Preview returns the labels by which routes choose who hears of a change, given
// the item's documents after it and before it, nil for none. ok is false for a
// change of which nobody is told.
func Preview(change tocsin.Change, tenant tocsin.Tenant, before, after []byte, now time.Time) (labels route.Labels, ok bool, err error) {
	if change.Silent || !change.What.Told() || tenant.Disabled || change.Kind != tocsin.KindIssue && change.Kind != tocsin.KindMessage && change.Kind != tocsin.KindSource {
		return nil, false, nil
	}
	e, err := event.Of(change, before, after)
	if err != nil {
		return nil, false, err
	}
	subject := subjectOf(tocsin.Ref{Kind: change.Kind, ID: change.ID}, after, now)
	if e.Empty() || subject.Private {
		return nil, false, nil
	}
	return LabelsOf(subject, tenant, changeOf(e, subject)), true, nil
}
