package web

import (
	"cmp"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// auditPage is the audit log.
type auditPage struct {
	adminFrame
	Actors, Actions, Of, Periods []choice // filters
	Filtered                     bool
	Clear, CSV, Older            string
	Lines                        []auditLine
	Empty                        emptyView
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
func (p *Pages) adminAudit(v *visit) error {
	query := v.r.URL.Query()
	asked := v.auditAsked(query)
	asked.Limit = auditLines
	entries, err := p.config.Admin.Audit(v.r.Context(), asked)
	if err != nil {
		return err
	}
	names, err := v.tenantNames()
	if err != nil {
		return err
	}
	actors, err := p.config.Admin.AuditActors(v.r.Context(), auditActors)
	if err != nil {
		return err
	}
	page := auditPage{adminFrame: v.adminFrame("audit"), Clear: v.href("/admin/audit"), Empty: emptyView{v.text("empty.filter"), v.text("audit.empty"), v.href("/admin/audit"), v.text("empty.filter.clear")}}
	page.filters(v, asked, names, actors)
	for _, e := range entries {
		page.Lines = append(page.Lines, v.auditLine(e, names))
	}
	if len(entries) == auditLines && entries[len(entries)-1].N > 1 {
		page.Older = v.with("before", itoa(entries[len(entries)-1].N))
	}
	return v.render(http.StatusOK, "admin-audit", page)
}

// auditLine is an entry as people read it: the id of a session, by which entries
// of the table are matched, tells them nothing.
func (v *visit) auditLine(e tocsin.AuditEntry, names map[string]string) auditLine {
	line := auditLine{
		N: e.N, At: v.full(e.At.In(v.zone)), Who: v.actor(e.Actor), Address: e.Actor.Address, What: v.text("did." + e.Action), Action: e.Action, Object: e.Object, Tenant: names[e.TenantID], More: e.Detail,
	}
	switch e.Action {
	case "session.begin":
		line.Object, line.More = v.method(e.Detail), ""
	case "session.end":
		line.Object = ""
	}
	return line
}

// auditAsked is the part of the log that an address asks for.
func (v *visit) auditAsked(query url.Values) store.AuditQuery {
	since, _ := v.period(query.Get("period"))
	return store.AuditQuery{Before: numberOf(query.Get("before")), Actor: query.Get("who"), Action: query.Get("what"), TenantID: query.Get("in"), Since: since}
}

// filters fills in what can be chosen, and what is.
func (page *auditPage) filters(v *visit, asked store.AuditQuery, names map[string]string, actors []string) {
	page.Filtered = asked.Actor != "" || asked.Action != "" || asked.TenantID != "" || !asked.Since.IsZero()
	page.Actors = []choice{{"", v.text("audit.anybody"), asked.Actor == ""}}
	for _, name := range actors {
		page.Actors = append(page.Actors, choice{name, v.actor(tocsin.Actor{Name: name}), name == asked.Actor})
	}
	page.Actions = []choice{{"", v.text("audit.anything"), asked.Action == ""}}
	for _, action := range v.below("did.") {
		page.Actions = append(page.Actions, choice{action, v.text("did." + action), action == asked.Action})
	}
	slices.SortFunc(page.Actions[1:], func(a, b choice) int { return cmp.Compare(a.Name, b.Name) })
	page.Of = []choice{{"", v.text("audit.anywhere"), asked.TenantID == ""}}
	for _, id := range sortedByName(names) {
		page.Of = append(page.Of, choice{id, names[id], id == asked.TenantID})
	}
	period := v.r.URL.Query().Get("period")
	page.Periods = []choice{{"", v.text("audit.ever"), period == ""}}
	for _, days := range []int{1, 7, 30, 90, 365} {
		value := strconv.Itoa(days) + "d"
		page.Periods = append(page.Periods, choice{value, v.text("filter.days", "n", days), value == period})
	}
	query := url.Values{}
	for _, name := range []string{"who", "what", "in", "period"} {
		if value := v.r.URL.Query().Get(name); value != "" {
			query.Set(name, value)
		}
	}
	page.CSV = prefixOf(v.code) + "/admin/audit.csv"
	if len(query) > 0 {
		page.CSV += "?" + query.Encode()
	}
}

// auditCSV serves GET /admin/audit.csv, the same entries as a table. With their
// hashes, whoever keeps it can tell later whether the log was changed.
func (p *Pages) auditCSV(v *visit) error {
	asked := v.auditAsked(v.r.URL.Query())
	asked.Limit = maxTable + 1
	entries, err := p.config.Admin.Audit(v.r.Context(), asked)
	if err != nil {
		return err
	}
	if len(entries) > maxTable {
		return tocsin.Invalidf("period", "A table has %d rows at most: choose a period, somebody or a tenant.", maxTable)
	}
	rows := [][]string{{"n", "at_utc", "actor", "user_id", "address", "tenant_id", "action", "object", "detail", "sha256"}}
	for _, e := range entries {
		rows = append(rows, []string{
			itoa(e.N), e.At.UTC().Format(time.RFC3339Nano), e.Actor.Name, e.Actor.UserID, e.Actor.Address, e.TenantID, e.Action, e.Object, e.Detail, hex.EncodeToString(e.Chain[:]),
		})
	}
	return v.sendTableAs("tocsin-audit.csv", rows)
}

// actor is who acted, in words for those who are no people.
func (v *visit) actor(a tocsin.Actor) string {
	key := "who." + strings.ReplaceAll(a.Name, " ", ".")
	if v.has(key) && a.UserID == "" {
		return v.text(key)
	}
	return a.Name
}
