package app

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// A Shadow is what routes would have sent.
type Shadow struct {
	Since   string       `json:"since"`
	Changes int          `json:"changes"` // that somebody is told of
	Kept    int          `json:"kept"`    // of them, those that a silence or an inhibition rule keeps from all
	Days    []ShadowDay  `json:"days"`
	Lines   []ShadowLine `json:"lines"`
}

// A ShadowDay is what a receiver would have been sent on a day.
type ShadowDay struct {
	Day      string `json:"day"` // in UTC, of the message
	Receiver string `json:"receiver"`
	Changes  int    `json:"changes"`
	Messages int    `json:"messages"`
	// Calls are messages about incidents that nobody acknowledged in time.
	Calls int `json:"escalations"`
}

// A ShadowLine is a change and a route that takes it.
type ShadowLine struct {
	Change   int64  `json:"change"`
	At       string `json:"at"`
	ID       string `json:"id"`
	What     string `json:"what"`
	Route    string `json:"route"`
	Receiver string `json:"receiver"`
	Sent     string `json:"sent,omitempty"` // none when it is never sent
	Kept     string `json:"kept,omitempty"` // silenced or inhibited
}

// Shadow lets the changes of the archive since a time go through routes, sends nothing,
// and returns what would have been sent, with the last changes, at most so many.
func (r *Rooms) Shadow(ctx context.Context, p *route.Policy, since, now time.Time, lines int) (Shadow, error) {
	w := &shadow{
		policy: p, desk: r, lines: max(lines, 0), groups: map[string]time.Time{}, days: map[ShadowDay]*ShadowDay{},
		before: map[itemOfTenant]tocsin.Change{}, open: map[string]map[string]route.Labels{}, calls: map[itemOfTenant][]route.Call{},
	}
	var err error
	if w.silences, err = r.Deliveries.SilencesSince(ctx, since); err != nil {
		return Shadow{}, err
	}
	if err := w.walk(ctx, since); err != nil {
		return Shadow{}, err
	}
	for item := range w.calls {
		w.called(item, now)
	}
	return w.found(since), nil
}

// shadow lets changes of the archive go through routes and sends nothing.
type shadow struct {
	policy  *route.Policy
	desk    *Rooms
	lines   int // that are kept
	tenants map[string]tocsin.Tenant
	groups  map[string]time.Time     // when the last message of a group is sent, or was
	days    map[ShadowDay]*ShadowDay // by day and receiver
	last    []ShadowLine
	changes int
	kept    int

	silences []route.Silence
	before   map[itemOfTenant]tocsin.Change     // the last one of each issue before the first that is looked at
	open     map[string]map[string]route.Labels // issues that are open, by tenant and id
	calls    map[itemOfTenant][]route.Call      // who is called unless an incident ends or somebody acknowledges it
}

// itemOfTenant names an issue of a tenant.
type itemOfTenant struct{ tenant, id string }

// walk reads changes a page at a time.
func (w *shadow) walk(ctx context.Context, since time.Time) error {
	list, err := w.desk.Archive.Tenants(ctx)
	if err != nil {
		return err
	}
	w.tenants = tocsin.TenantsByID(list)
	const page = 1000
	for seq := int64(0); ; {
		changes, err := w.desk.Store.ChangesAfter(ctx, seq, page)
		if err != nil {
			return err
		}
		for _, change := range changes {
			seq = change.Seq
			if change.At.Before(since) {
				if change.Kind == tocsin.KindIssue {
					w.before[itemOfTenant{change.TenantID, change.ID}] = change
				}
				continue
			}
			if err := w.begin(ctx); err != nil {
				return err
			}
			if err := w.change(ctx, change); err != nil {
				return err
			}
		}
		if len(changes) < page {
			return nil
		}
	}
}

// begin finds the issues that were open when the first change that is looked at
// came: inhibition rules ask for them.
func (w *shadow) begin(ctx context.Context) error {
	before := w.before
	w.before = map[itemOfTenant]tocsin.Change{}
	if len(w.policy.Inhibit) == 0 {
		return nil
	}
	for _, change := range before {
		if change.What == tocsin.WhatLeft {
			continue
		}
		change.Silent, change.What = false, tocsin.WhatNew // as it stands there
		labels, ok, err := w.desk.LabelsOfChange(ctx, w.tenants[change.TenantID], change)
		if err != nil {
			return err
		}
		if ok {
			w.note(change, labels)
		}
	}
	return nil
}

// note remembers whether an issue is open after a change.
func (w *shadow) note(change tocsin.Change, labels route.Labels) {
	if change.Kind != tocsin.KindIssue {
		return
	}
	if change.What == tocsin.WhatLeft || tocsin.Status(labels.Get("status")).Settled() {
		delete(w.open[change.TenantID], change.ID)
		return
	}
	if w.open[change.TenantID] == nil {
		w.open[change.TenantID] = map[string]route.Labels{}
	}
	w.open[change.TenantID][change.ID] = labels
}

// hidden says what keeps a change from all: silenced, inhibited, or "".
func (w *shadow) hidden(change tocsin.Change, labels route.Labels) string {
	if _, ok := route.Silenced(w.silences, labels, change.At); ok {
		return dispatch.CancelledSilence
	}
	if _, _, ok := w.policy.Inhibited(labels, slices.Collect(maps.Values(w.open[change.TenantID]))); ok {
		return dispatch.CancelledInhibition
	}
	return ""
}

// LabelsOfChange returns the labels of a change of the archive; ok is false when
// nobody is told of it.
func (r *Rooms) LabelsOfChange(ctx context.Context, tenant tocsin.Tenant, change tocsin.Change) (route.Labels, bool, error) {
	if change.Silent || !change.What.Told() {
		return nil, false, nil
	}
	if change.Kind == tocsin.KindRequest {
		n, _ := strconv.ParseInt(change.ID, 10, 64) // no number names nothing
		request, err := r.Responses.Request(ctx, tenant.ID, n)
		if errors.Is(err, tocsin.ErrNotFound) || tenant.Disabled {
			return nil, false, nil
		}
		return dispatch.LabelsOf(dispatch.SubjectOfRequest(request), tenant, string(change.What), true), err == nil, err
	}
	var texts [2][]byte // before and after
	if change.N > 0 {
		ref := tocsin.Ref{Kind: change.Kind, ID: change.ID}
		for i, n := range []int{change.N - 1, change.N} {
			if n == 0 || i == 0 && change.What != tocsin.WhatUpdated {
				continue
			}
			held, err := r.Archive.Held(ctx, tenant.ID, ref, n)
			if errors.Is(err, tocsin.ErrNotFound) {
				return nil, false, nil
			}
			if err != nil {
				return nil, false, err
			}
			texts[i] = held.Body
		}
	}
	return dispatch.Preview(change, tenant, texts[0], texts[1], change.At)
}

// called counts who was called of an incident until an instant, and forgets who
// would be later.
func (w *shadow) called(item itemOfTenant, until time.Time) {
	for _, call := range w.calls[item] {
		if !call.At.IsZero() && !call.At.After(until) {
			w.day(call.At, call.To).Calls++
		}
	}
	delete(w.calls, item)
}

func (w *shadow) change(ctx context.Context, change tocsin.Change) error {
	item := itemOfTenant{change.TenantID, change.ID}
	if change.What == tocsin.WhatAcknowledged {
		w.called(item, change.At)
	}
	labels, told, err := w.desk.LabelsOfChange(ctx, w.tenants[change.TenantID], change)
	if err != nil || !told {
		return err
	}
	w.changes++
	w.note(change, labels)
	if _, open := w.open[change.TenantID][change.ID]; !open || labels.Get("class") != "incident" {
		w.called(item, change.At)
	}
	hidden := w.hidden(change, labels)
	if hidden != "" {
		w.kept++
	}
	for _, r := range w.policy.Taken(labels) {
		line := ShadowLine{Change: change.Seq, At: tocsin.FormatTime(change.At), ID: change.ID, What: labels.Get("change"), Route: r.At, Receiver: r.Receiver, Kept: hidden}
		if hidden != "" {
			w.last = append(w.last, line)
			continue
		}
		if labels.Get("class") == "incident" && (change.What == tocsin.WhatNew || change.What == tocsin.WhatReturned) {
			w.calls[item] = append(w.calls[item], w.policy.Calls(r, change.At)...)
		}
		if due, fresh, ok := w.due(r, labels, change.At); ok {
			line.Sent = tocsin.FormatTime(due)
			day := w.day(due, r.Receiver)
			if day.Changes++; fresh {
				day.Messages++
			}
		}
		w.last = append(w.last, line)
	}
	if over := len(w.last) - w.lines; over > 0 {
		w.last = w.last[over:]
	}
	return nil
}

// due returns when a change is sent, and whether its message is one of its own.
func (w *shadow) due(r *route.Route, labels route.Labels, at time.Time) (due time.Time, fresh, ok bool) {
	key := r.GroupKey(labels)
	last := w.groups[key]
	if last.After(at) && !r.GroupByAll {
		return last, false, true
	}
	due, ok = w.policy.Opens(r, r.Due(at, last))
	if ok {
		w.groups[key] = due
	}
	return due, true, ok
}

func (w *shadow) day(due time.Time, receiver string) *ShadowDay {
	key := ShadowDay{Day: due.UTC().Format(time.DateOnly), Receiver: receiver}
	if w.days[key] == nil {
		day := key
		w.days[key] = &day
	}
	return w.days[key]
}

func (w *shadow) found(since time.Time) Shadow {
	found := Shadow{Since: tocsin.FormatTime(since), Changes: w.changes, Kept: w.kept, Days: []ShadowDay{}, Lines: append([]ShadowLine{}, w.last...)}
	for day := range maps.Values(w.days) {
		found.Days = append(found.Days, *day)
	}
	slices.SortFunc(found.Days, func(a, b ShadowDay) int {
		return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.Receiver, b.Receiver))
	})
	return found
}
