package subscriptions

import (
	"strings"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// whyView says why a subscription was told of an item, or was not.
type whyView struct {
	Item  string // "" when nothing was asked
	Lines []string
}

// why explains, by the ledger, what a subscription was told of the item that the address
// asks about; of an item that it was not told of it says what the subscription takes, and
// to those who may read the item what it is.
func (v *view) why(one tocsin.Subscription, l line, s *readmodel.Snapshot) (w whyView, err error) {
	w.Item = tocsin.Clip(strings.TrimSpace(v.R.URL.Query().Get("q")), 100)
	if w.Item == "" {
		return w, nil
	}
	list, err := v.pages.config.Ledger.Deliveries(v.R.Context(), delivery.Query{
		Endpoint: delivery.SubscriptionKey(one.ID), TenantIDs: []string{one.TenantID}, Item: tocsin.Ref{ID: w.Item}, Limit: shown,
	})
	if err != nil {
		return w, err
	}
	for _, e := range list {
		at := v.Stamp(e.Change.At.In(v.Zone))
		switch {
		case e.State == delivery.StateCancelled && v.HasText("subs.why."+e.Reason):
			w.Lines = append(w.Lines, v.Text("subs.why.not", "at", at, "why", v.Text("subs.why."+e.Reason)))
		case e.State == delivery.StatePending && !e.DueAt.IsZero():
			w.Lines = append(w.Lines, v.Text("subs.why.due", "at", at, "due", v.Full(e.DueAt.In(v.Zone)), "when", l.When))
		default:
			w.Lines = append(w.Lines, v.Text("subs.why.line", "at", at, "what", l.What, "services", l.Services, "state", v.Text("subs.told."+string(e.State))))
		}
	}
	if len(list) == 0 {
		w.Lines = []string{v.whyNot(one, l, s, w.Item)}
	}
	return w, nil
}

// whyNot says why nothing was decided to be told of an item.
func (v *view) whyNot(one tocsin.Subscription, l line, s *readmodel.Snapshot, id string) string {
	if s != nil {
		row, class := (*readmodel.Row)(nil), ""
		var services []string
		if issue, ok := s.Issue(id); ok {
			row, class, services = issue, strings.ToLower(issue.Class), []string{issue.ServiceID}
		} else if message, ok := s.Message(id); ok && !message.Private {
			row, class = message, "message"
		}
		if row != nil && access.VisitorOf(v.R.Context()).May(access.Reads(class), one.TenantID) {
			switch {
			case !one.Wants(class, nil):
				return v.Text("subs.whynot.class", "item", id, "what", l.What)
			case !one.Wants(class, services):
				return v.Text("subs.whynot.service", "item", id, "service", row.Service, "services", l.Services)
			}
			return v.Text("subs.whynot.since", "item", id, "at", v.Full(one.CreatedAt.In(v.Zone)))
		}
	}
	return v.Text("subs.whynot", "what", l.What, "services", l.Services, "at", v.Full(one.CreatedAt.In(v.Zone)))
}
