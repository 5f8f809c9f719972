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
	if change.Silent || !change.What.Told() || !tellable(change, tenant) {
		return nil, false, nil
	}
	e, err := event.Of(change, before, after)
	if err != nil {
		return nil, false, err
	}
	labels, ok = labelsFor(e, subjectOf(tocsin.Ref{Kind: change.Kind, ID: change.ID}, after, now), tenant, true)
	return labels, ok, nil
}

// tellable reports whether anybody may be told of changes of a kind in a tenant.
// Of services hear those who hear of issues. That somebody has taken an issue in
// hand is for the pages.
func tellable(change tocsin.Change, tenant tocsin.Tenant) bool {
	if change.Kind == tocsin.KindStep { // done in time, nobody needs to know
		return !tenant.Disabled && change.What == tocsin.WhatLate
	}
	if change.Kind == tocsin.KindRequest {
		return !tenant.Disabled && change.What.Told()
	}
	return !tenant.Disabled && change.What != tocsin.WhatAcknowledged && (change.Kind == tocsin.KindIssue || change.Kind == tocsin.KindMessage || change.Kind == tocsin.KindSource)
}

// labelsFor returns the labels of a change. ok is false for one that tells
// nothing, and for one about data privacy.
func labelsFor(e tocsin.Event, s *Subject, tenant tocsin.Tenant, regions bool) (labels route.Labels, ok bool) {
	if e.Empty() || s.Private {
		return nil, false
	}
	return LabelsOf(s, tenant, changeOf(e, s), regions), true
}
