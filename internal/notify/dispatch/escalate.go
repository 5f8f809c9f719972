package dispatch

import (
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// incident reports whether a subject is an incident that goes on.
func (s *Subject) incident() bool {
	return s.Kind == tocsin.KindIssue && s.Open && strings.EqualFold(s.Class, "incident")
}

// opens reports whether an event opens an incident: it is new or back, was over or
// was none.
func opens(e tocsin.Event, s *Subject) bool {
	if !s.incident() {
		return false
	}
	switch e.What {
	case tocsin.WhatNew, tocsin.WhatReturned:
		return true
	case tocsin.WhatUpdated:
		return e.Was != "" && e.Was.Settled() || slices.Contains(e.Members, "classification")
	}
	return false
}

func issueOf(change tocsin.Change) delivery.IssueOf {
	return delivery.IssueOf{TenantID: change.TenantID, Ref: tocsin.Ref{Kind: change.Kind, ID: change.ID}}
}

// ends notes that a change ends what is an incident no more.
func (d decision) ends(change tocsin.Change, s *Subject) {
	if of := issueOf(change); d.calling[of] && (!s.incident() || change.What == tocsin.WhatLeft) {
		*d.over = append(*d.over, delivery.Over{IssueOf: of, Change: change.Seq, At: change.At})
	}
}

// escalate are the deliveries of an incident that nobody takes in hand: by each
// route that tells of it, each endpoint once and at its first time, and none that
// is told anyway.
func (d decision) escalate(one decided, routes []*route.Route, told map[string]bool) (rows []delivery.Row) {
	at := map[string]int{} // where the row of a channel is
	for _, r := range routes {
		for _, call := range d.setup.Policy.Calls(r, d.now) {
			for _, name := range d.setup.Receivers[call.To] {
				if d.setup.Exits[name] == nil || told[name] {
					continue
				}
				row := delivery.Row{
					Change: one.change.Seq, Endpoint: delivery.ChannelKey(name), Kind: string(notify.KindEscalation), Cancelled: one.cancelled,
					Route: r.ID + " → " + call.To + ", unless acknowledged", Due: func(time.Time) time.Time { return call.At },
				}
				if call.At.IsZero() && row.Cancelled == "" {
					row.Cancelled = CancelledMute
				}
				if i, ok := at[name]; !ok {
					at[name] = len(rows)
					rows = append(rows, row)
				} else if row.Cancelled == "" && (rows[i].Cancelled != "" || call.At.Before(rows[i].Due(time.Time{}))) {
					rows[i] = row
				}
			}
		}
	}
	return rows
}
