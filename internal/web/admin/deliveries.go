package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// deliveries is the ledger of what is sent.
type deliveries interface {
	Deliveries(ctx context.Context, q delivery.Query) ([]delivery.Entry, error)
	Message(ctx context.Context, id string) (delivery.Message, error)
	Channels(ctx context.Context) ([]delivery.Endpoint, error)
	Retry(ctx context.Context, id, endpoint string, now time.Time) (int, error)
}

// Bounds of the pages about deliveries.
const (
	deliveryLines = 50   // on one page
	maxTold       = 1000 // deliveries of one message or one item
)

// deliveriesPage is what was told to whom, and what came of it.
type deliveriesPage struct {
	adminFrame
	States, Channels, Of, Reasons []web.Choice // filters
	Item                          string
	Filtered                      bool
	Clear, Older                  string
	Ill                           []endpointLine // channels that do not take messages
	Canaries                      []canaryLine   // daily tests of channels
	Lines                         []deliveryLine
	Untold                        []string // channels that heard nothing of the item that is asked for
	Empty                         web.EmptyView
}

type endpointLine struct{ Name, Since, Reason, Detail, Next string }

// deliveryLine is one delivery as people read it.
type deliveryLine struct {
	ID, Title, What, Tenant, At string
	Item                        string // address of the item, "" for none
	Channel, Via, Route         string
	State, Glyph, Family        string
	Reason, Detail, When        string
	Due                         bool   // it is sent then, or tried again
	Message                     string // address of the message, "" before there is one
}

// adminDeliveries serves GET /admin/deliveries?state=&channel=&in=&reason=&q=&before=.
func (p *Pages) adminDeliveries(v *view) error {
	query := v.R.URL.Query()
	names, all, err := v.tellable()
	if err != nil {
		return err
	}
	asked := v.deliveriesAsked(query, names, all)
	list, err := p.config.Deliveries.Deliveries(v.R.Context(), asked)
	if err != nil {
		return err
	}
	endpoints, err := p.config.Deliveries.Channels(v.R.Context())
	if err != nil {
		return err
	}
	page := deliveriesPage{adminFrame: v.adminFrame("deliveries"), Clear: v.Href("/admin/deliveries"), Item: asked.Item.ID}
	page.filters(v, asked, names, endpoints)
	page.Empty = web.EmptyView{Title: v.Text("deliveries.none"), Text: v.Text("deliveries.none.text")}
	if page.Filtered {
		page.Empty = web.EmptyView{Title: v.Text("empty.filter"), Text: v.Text("deliveries.filtered"), Href: page.Clear, Action: v.Text("empty.filter.clear")}
	}
	if len(list) == asked.Limit {
		list = list[:deliveryLines]
		page.Older = v.With("before", list[deliveryLines-1].Cursor())
	}
	for _, e := range list {
		page.Lines = append(page.Lines, v.deliveryLine(e, names))
	}
	page.ill(v, endpoints)
	if page.Canaries, err = v.canaries(); err != nil {
		return err
	}
	if asked.Item.ID != "" && asked.State == "" && asked.Reason == "" && asked.Endpoint == "" && asked.Before == 0 && page.Older == "" && len(list) > 0 {
		page.untold(v, list)
	}
	return v.Render(http.StatusOK, "admin-deliveries", page)
}

// tellable are the names of the tenants whose deliveries the visitor may see, by
// id, and whether these are all.
func (v *view) tellable() (names map[string]string, all bool, err error) {
	tenants, err := v.administers(access.ManageChannels)
	names = map[string]string{}
	for _, t := range tenants {
		names[t.ID] = t.Title()
	}
	return names, access.VisitorOf(v.R.Context()).May(access.ManageChannels, ""), err
}

// deliveriesAsked is the part of the ledger that an address asks for, and one more
// than a page has. What a visitor may not see is not there.
func (v *view) deliveriesAsked(query url.Values, names map[string]string, all bool) delivery.Query {
	q := delivery.Query{State: delivery.State(query.Get("state")), Endpoint: query.Get("channel"), Reason: query.Get("reason"), Limit: deliveryLines + 1}
	if !slices.Contains(deliveryStates(), q.State) {
		q.State = ""
	}
	if !all {
		q.TenantIDs = sortedByName(names)
	}
	if in := query.Get("in"); names[in] != "" {
		q.TenantIDs = []string{in}
	}
	q.Item.ID = tocsin.Clip(strings.TrimSpace(query.Get("q")), 100)
	q.GoOn(query.Get("before"))
	return q
}

// deliveryStates are in the order in which a delivery passes them.
func deliveryStates() []delivery.State {
	return []delivery.State{delivery.StatePending, delivery.StateSending, delivery.StateRetry, delivery.StateSent, delivery.StateInDoubt, delivery.StateDead, delivery.StateCancelled}
}

// filters fills in what can be chosen, and what is.
func (page *deliveriesPage) filters(v *view, asked delivery.Query, names map[string]string, endpoints []delivery.Endpoint) {
	in := v.R.URL.Query().Get("in")
	page.Filtered = asked.State != "" || asked.Endpoint != "" || asked.Reason != "" || asked.Item.ID != "" || names[in] != ""
	page.States = []web.Choice{{Name: v.Text("deliveries.anystate"), On: asked.State == ""}}
	for _, state := range deliveryStates() {
		page.States = append(page.States, web.Choice{Value: string(state), Name: v.Text("delivery.state." + string(state)), On: asked.State == state})
	}
	page.Channels = []web.Choice{{Name: v.Text("deliveries.anychannel"), On: asked.Endpoint == ""}}
	for _, e := range endpoints {
		page.Channels = append(page.Channels, web.Choice{Value: e.Key, Name: delivery.ChannelName(e.Key), On: asked.Endpoint == e.Key})
	}
	page.Of = []web.Choice{{Name: v.Text("audit.anywhere"), On: names[in] == ""}}
	for _, id := range sortedByName(names) {
		page.Of = append(page.Of, web.Choice{Value: id, Name: names[id], On: id == in})
	}
	page.Reasons = []web.Choice{{Name: v.Text("deliveries.anyreason"), On: asked.Reason == ""}}
	for _, reason := range v.KeysBelow("delivery.reason.") {
		page.Reasons = append(page.Reasons, web.Choice{Value: reason, Name: v.Text("delivery.reason." + reason), On: asked.Reason == reason})
	}
}

// ill notes the endpoints that do not take messages.
func (page *deliveriesPage) ill(v *view, endpoints []delivery.Endpoint) {
	for _, e := range endpoints {
		if e.Failures == 0 {
			continue
		}
		page.Ill = append(page.Ill, endpointLine{
			Name: delivery.ChannelName(e.Key), Since: v.Full(e.FailingSince.In(v.Zone)), Reason: v.deliveryReason(e.Reason), Detail: e.Detail, Next: v.Full(e.RetryAt.In(v.Zone)),
		})
	}
}

// untold notes the channels that no route has told of an item.
func (page *deliveriesPage) untold(v *view, list []delivery.Entry) {
	if v.pages.config.Routing == nil {
		return
	}
	routing := v.pages.config.Routing()
	heard := map[string]bool{}
	for _, e := range list {
		heard[delivery.ChannelName(e.Endpoint)] = true
	}
	for _, name := range routing.Names {
		if !heard[name] {
			page.Untold = append(page.Untold, name)
		}
	}
}

// deliveryLine says what became of a delivery.
func (v *view) deliveryLine(e delivery.Entry, names map[string]string) deliveryLine {
	line := deliveryLine{
		ID: e.Change.ID, What: v.Text("delivery.what." + string(e.Change.What)), Tenant: names[e.Change.TenantID], At: v.Full(e.Change.At.In(v.Zone)),
		Channel: delivery.ChannelName(e.Endpoint), Via: delivery.ChannelName(e.Via), Route: e.Route, State: v.Text("delivery.state." + string(e.State)), Reason: v.deliveryReason(e.Reason), Detail: e.Detail,
	}
	line.Glyph, line.Family = deliveryLook(e.State)
	switch e.Change.Kind {
	case tocsin.KindIssue:
		line.Item = v.Href("/issues/" + url.PathEscape(e.Change.ID))
	case tocsin.KindMessage:
		line.Item = v.Href("/messages/" + url.PathEscape(e.Change.ID))
	}
	switch {
	case !e.DueAt.IsZero():
		line.When, line.Due = v.Full(e.DueAt.In(v.Zone)), true
	case !e.SettledAt.IsZero():
		line.When = v.Full(e.SettledAt.In(v.Zone))
	}
	if e.Batch != "" {
		line.Message = v.Href("/admin/deliveries/" + url.PathEscape(e.Batch))
	}
	return line
}

// deliveryReason is a reason in words, or as the ledger has it.
func (v *view) deliveryReason(reason string) string {
	if key := "delivery.reason." + reason; v.HasText(key) {
		return v.Text(key)
	}
	return reason
}

func deliveryLook(s delivery.State) (glyph, family string) {
	switch s {
	case delivery.StateSent:
		return "ok", "ok"
	case delivery.StateDead:
		return "down", "down"
	case delivery.StateRetry, delivery.StateInDoubt:
		return "watch", "watch"
	case delivery.StateCancelled:
		return "slash", "neutral"
	case delivery.StatePending, delivery.StateSending:
	}
	return "clock", "neutral"
}

// deliveryPage is one message: whom it told of what, and each attempt.
type deliveryPage struct {
	adminFrame
	ID, Channel, State, Glyph, Family string
	Made, Attempts, Next              string
	Lines                             []deliveryLine
	Failures                          []failureLine
	Retry                             string // address, "" where it cannot be sent again
	Doubt                             bool   // it may have arrived
}

type failureLine struct {
	N                  int
	At, Reason, Detail string
	Status             int
}

// adminDelivery serves GET /admin/deliveries/{id}.
func (p *Pages) adminDelivery(v *view) error {
	m, told, names, err := v.message(v.R.PathValue("id"))
	if err != nil {
		return err
	}
	page := deliveryPage{
		adminFrame: v.adminFrame("deliveries", web.Crumb{Name: m.ID}), ID: m.ID, Channel: delivery.ChannelName(m.Endpoint), State: v.Text("delivery.state." + string(m.State)),
		Made: v.Full(m.MadeAt.In(v.Zone)), Attempts: v.Text("delivery.attempts", "n", m.Attempts), Doubt: m.State == delivery.StateInDoubt,
	}
	page.Glyph, page.Family = deliveryLook(m.State)
	for _, e := range told {
		page.Lines = append(page.Lines, v.deliveryLine(e, names))
	}
	for _, f := range m.Failures {
		page.Failures = append(page.Failures, failureLine{f.Attempt, v.Full(f.At.In(v.Zone)), v.deliveryReason(f.Reason), f.Detail, f.Status})
	}
	switch m.State {
	case delivery.StateDead, delivery.StateInDoubt, delivery.StateRetry:
		page.Retry = v.Href("/admin/deliveries/" + url.PathEscape(m.ID) + "/retry")
	default:
	}
	if m.State == delivery.StateRetry {
		page.Next = v.Text("delivery.due", "time", v.Full(m.DueAt.In(v.Zone)))
	}
	return v.Render(http.StatusOK, "admin-delivery", page)
}

// message returns a message and what it tells. One that tells of a tenant that the
// visitor does not look after is none to them.
func (v *view) message(id string) (m delivery.Message, told []delivery.Entry, names map[string]string, err error) {
	names, all, err := v.tellable()
	if err != nil {
		return m, nil, nil, err
	}
	if m, err = v.pages.config.Deliveries.Message(v.R.Context(), id); err != nil {
		return m, nil, nil, err
	}
	told, err = v.pages.config.Deliveries.Deliveries(v.R.Context(), delivery.Query{Batch: m.ID, Limit: maxTold})
	if err != nil {
		return m, nil, nil, err
	}
	foreign := func(e delivery.Entry) bool { return names[e.Change.TenantID] == "" }
	if !all && (len(told) == 0 || slices.ContainsFunc(told, foreign)) {
		return m, nil, nil, web.NothingHere()
	}
	return m, told, names, nil
}

// retryDelivery serves POST /admin/deliveries/{id}/retry.
func (p *Pages) retryDelivery(v *view) error {
	m, _, _, err := v.message(v.R.PathValue("id"))
	if err != nil {
		return err
	}
	if _, err := p.config.Deliveries.Retry(v.R.Context(), m.ID, "", v.Now); err != nil {
		return err
	}
	return v.Redirect(v.Href("/admin/deliveries/" + url.PathEscape(m.ID) + "?done=delivery"))
}
