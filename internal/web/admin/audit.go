package admin

import (
	"cmp"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// auditPage is the audit log.
type auditPage struct {
	adminFrame
	Actors, Actions, Of, Periods []web.Choice // filters
	Filtered                     bool
	Clear, CSV, Older            string
	Lines                        []auditLine
	Empty                        web.EmptyView
}

type auditLine struct {
	N                                                    int64
	At, Who, Address, What, Action, Object, Tenant, More string
}

const (
	auditLines  = 100 // entries on one page
	auditActors = 500 // names to choose from
)

// adminAudit serves GET /admin/audit?who=&what=&in=&period=&before=.
func (p *Pages) adminAudit(v *view) error {
	query := v.R.URL.Query()
	asked := v.auditAsked(query)
	asked.Limit = auditLines
	entries, err := p.config.Admin.Audit(v.R.Context(), asked)
	if err != nil {
		return err
	}
	names, err := v.TenantNames()
	if err != nil {
		return err
	}
	actors, err := p.config.Admin.AuditActors(v.R.Context(), auditActors)
	if err != nil {
		return err
	}
	clients, err := v.clientsAmong(actors)
	if err != nil {
		return err
	}
	page := auditPage{adminFrame: v.adminFrame("audit"), Clear: v.Href("/admin/audit"), Empty: web.EmptyView{Title: v.Text("empty.filter"), Text: v.Text("audit.empty"), Href: v.Href("/admin/audit"), Action: v.Text("empty.filter.clear")}}
	page.filters(v, asked, names, actors, clients)
	for _, e := range entries {
		page.Lines = append(page.Lines, v.auditLine(e, names, clients))
	}
	if len(entries) == auditLines && entries[len(entries)-1].N > 1 {
		page.Older = v.With("before", itoa(entries[len(entries)-1].N))
	}
	return v.Render(http.StatusOK, "admin-audit", page)
}

// auditLine is an entry as people read it: the id of a session, by which entries
// of the table are matched, tells them nothing, and a tenant has a name.
func (v *view) auditLine(e tocsin.AuditEntry, names, clients map[string]string) auditLine {
	line := auditLine{
		N: e.N, At: v.Full(e.At.In(v.Zone)), Who: v.actor(e.Actor, clients), Address: e.Actor.Address, What: v.Text("did." + e.Action), Action: e.Action, Object: e.Object, Tenant: names[e.TenantID], More: e.Detail,
	}
	switch e.Action {
	case "session.begin":
		line.Object, line.More = v.Method(e.Detail), ""
	case "session.end":
		line.Object = ""
	}
	if name, isTenant := names[line.Object]; isTenant {
		line.Object = name
	}
	return line
}

// auditAsked is the part of the log that an address asks for.
func (v *view) auditAsked(query url.Values) store.AuditQuery {
	since, _ := v.Period(query.Get("period"))
	return store.AuditQuery{Before: numberOf(query.Get("before")), Actor: query.Get("who"), Action: query.Get("what"), TenantID: query.Get("in"), Since: since}
}

// filters fills in what can be chosen, and what is.
func (page *auditPage) filters(v *view, asked store.AuditQuery, names map[string]string, actors []string, clients map[string]string) {
	page.Filtered = asked.Actor != "" || asked.Action != "" || asked.TenantID != "" || !asked.Since.IsZero()
	page.Actors = []web.Choice{{Value: "", Name: v.Text("audit.anybody"), On: asked.Actor == ""}}
	for _, name := range actors {
		page.Actors = append(page.Actors, web.Choice{Value: name, Name: v.actor(tocsin.Actor{Name: name}, clients), On: name == asked.Actor})
	}
	page.Actions = []web.Choice{{Value: "", Name: v.Text("audit.anything"), On: asked.Action == ""}}
	for _, action := range v.KeysBelow("did.") {
		page.Actions = append(page.Actions, web.Choice{Value: action, Name: v.Text("did." + action), On: action == asked.Action})
	}
	slices.SortFunc(page.Actions[1:], func(a, b web.Choice) int { return cmp.Compare(a.Name, b.Name) })
	page.Of = []web.Choice{{Value: "", Name: v.Text("audit.anywhere"), On: asked.TenantID == ""}}
	for _, id := range sortedByName(names) {
		page.Of = append(page.Of, web.Choice{Value: id, Name: names[id], On: id == asked.TenantID})
	}
	period := v.R.URL.Query().Get("period")
	page.Periods = []web.Choice{{Value: "", Name: v.Text("audit.ever"), On: period == ""}}
	for _, days := range []int{1, 7, 30, 90, 365} {
		value := strconv.Itoa(days) + "d"
		page.Periods = append(page.Periods, web.Choice{Value: value, Name: v.Text("filter.days", "n", days), On: value == period})
	}
	query := url.Values{}
	for _, name := range []string{"who", "what", "in", "period"} {
		if value := v.R.URL.Query().Get(name); value != "" {
			query.Set(name, value)
		}
	}
	page.CSV = web.PrefixOf(v.Code) + "/admin/audit.csv"
	if len(query) > 0 {
		page.CSV += "?" + query.Encode()
	}
}

// auditCSV serves GET /admin/audit.csv, the same entries as a table. With their
// hashes, whoever keeps it can tell later whether the log was changed.
func (p *Pages) auditCSV(v *view) error {
	asked := v.auditAsked(v.R.URL.Query())
	asked.Limit = web.MaxTable + 1
	entries, err := p.config.Admin.Audit(v.R.Context(), asked)
	if err != nil {
		return err
	}
	if len(entries) > web.MaxTable {
		return tocsin.Invalidf("period", "A table has %d rows at most: choose a period, somebody or a tenant.", web.MaxTable)
	}
	rows := [][]string{{"n", "at_utc", "actor", "user_id", "address", "tenant_id", "action", "object", "detail", "sha256"}}
	for _, e := range entries {
		rows = append(rows, []string{
			itoa(e.N), e.At.UTC().Format(time.RFC3339Nano), e.Actor.Name, e.Actor.UserID, e.Actor.Address, e.TenantID, e.Action, e.Object, e.Detail, hex.EncodeToString(e.Chain[:]),
		})
	}
	return v.SendTableAs("tocsin-audit.csv", rows)
}

// clientActor begins the names of actors that are API clients, before their id.
const clientActor = "client "

// clientsAmong returns the names that API clients were given, by the names of
// the actors that they are.
func (v *view) clientsAmong(actors []string) (map[string]string, error) {
	named := map[string]string{}
	for _, actor := range actors {
		id, ok := strings.CutPrefix(actor, clientActor)
		if !ok {
			continue
		}
		client, _, err := v.pages.config.Admin.Client(v.R.Context(), id)
		switch {
		case err == nil:
			named[actor] = client.Name
		case !errors.Is(err, tocsin.ErrNotFound):
			return nil, err
		}
	}
	return named, nil
}

// actor is who acted, in words for those who are no people.
func (v *view) actor(a tocsin.Actor, clients map[string]string) string {
	if name := clients[a.Name]; name != "" && a.UserID == "" {
		return v.Text("audit.client", "name", name)
	}
	key := "who." + strings.ReplaceAll(a.Name, " ", ".")
	if v.HasText(key) && a.UserID == "" {
		return v.Text(key)
	}
	return a.Name
}
