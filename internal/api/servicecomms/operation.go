package servicecomms

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// maxTop is the default and the largest $top, as the reference says.
const maxTop = 100

// answer is a list being written.
type answer struct {
	*writer
	x     *exchange
	kind  string // entity type, for full metadata
	n     int
	count int // of all that match, -1 when it was not asked for
	set   string
}

// begin starts a list. The real service writes the context of CurrentStatus
// above HistoricalStatus as well, and so does this one.
func (x *exchange) begin(set string, of *odata.Type, options *odata.Options, count int) *answer {
	a := &answer{writer: newWriter(x.identity.Shape, options.Select, of), x: x, kind: of.Name, count: count, set: set}
	a.buffer.WriteByte('{')
	if x.level != odata.MetadataNone {
		a.buffer.WriteString(`"@odata.context":` + strconv.Quote(x.root()+"$metadata#"+set) + `,`)
	}
	if count >= 0 {
		a.buffer.WriteString(`"@odata.count":` + strconv.Itoa(count) + `,`)
	}
	a.buffer.WriteString(`"value":[`)
	return a
}

// add writes one entity. Message-center posts are of a derived type, which
// every level but none tells.
func (a *answer) add(o object, derived string) error {
	if a.n++; a.n > 1 {
		a.buffer.WriteByte(',')
	}
	var annotations []member
	switch {
	case a.x.level == odata.MetadataNone:
	case derived != "":
		annotations = []member{{"@odata.type", inBoth, "#" + namespace + "." + derived}}
	case a.x.level == odata.MetadataFull:
		annotations = []member{{"@odata.type", inBoth, "#" + namespace + "." + a.kind}}
	}
	return a.object(o, annotations...)
}

func (a *answer) end() {
	a.buffer.WriteString("]}")
	a.x.send(http.StatusOK, "application/json;odata.metadata="+a.x.level.String()+";odata.streaming=true", a.buffer.Bytes())
}

func (x *exchange) services(snapshot *readmodel.Snapshot, options *odata.Options) error {
	a := x.begin("Services", x.api.schema.service, options, -1)
	for i := range snapshot.Services {
		if err := a.add(service(&snapshot.Services[i]), ""); err != nil {
			return err
		}
	}
	a.end()
	return nil
}

func (x *exchange) currentStatus(snapshot *readmodel.Snapshot, options *odata.Options) error {
	a := x.begin("CurrentStatus", x.api.schema.status, options, -1)
	for i := range snapshot.Services {
		status := currentStatus(snapshot, &snapshot.Services[i], x.api.now())
		if !options.Filter.Match(status) {
			continue
		}
		if err := a.add(status.object(), ""); err != nil {
			return err
		}
	}
	a.end()
	return nil
}

func (x *exchange) historicalStatus(snapshot *readmodel.Snapshot, options *odata.Options) error {
	today := x.api.now().UTC().Truncate(day)
	days := span{from: today.Add(-window + day), to: today}
	if options.Filter.Mentions("StatusTime") || options.Filter.Mentions("StatusDate") {
		days.from = earliest(options.Filter)
	}
	read := x.states(snapshot.Tenant.ID)
	a := x.begin("CurrentStatus", x.api.schema.status, options, -1)
	for i := range snapshot.Services {
		list, err := history(x.r.Context(), snapshot, &snapshot.Services[i], days, read)
		if err != nil {
			return err
		}
		for _, status := range list {
			if !options.Filter.Match(status) {
				continue
			}
			if err := a.add(status.object(), ""); err != nil {
				return err
			}
		}
	}
	a.end()
	return nil
}

// earliest is the first day that a filter can match, zero when it names none.
func earliest(f *odata.Filter) time.Time {
	var from time.Time
	for _, c := range f.Conjuncts() {
		if c.Path != "StatusTime" && c.Path != "StatusDate" || len(c.Values) == 0 || c.Op != "ge" && c.Op != "gt" && c.Op != "eq" {
			continue
		}
		if us, ok := c.Values[0].Any().(int64); ok && tocsin.FromMicros(us).After(from) {
			from = tocsin.FromMicros(us).Truncate(day)
		}
	}
	return from
}

// states reads how issues developed, once for a request and only if needed.
func (x *exchange) states(tenantID string) statesReader {
	var all map[string][]state
	return func(ctx context.Context) (map[string][]state, error) {
		if all != nil {
			return all, nil
		}
		list, err := x.api.archive.States(ctx, tenantID, tocsin.KindIssue, 0)
		if err != nil {
			return nil, err
		}
		all = map[string][]state{}
		for _, s := range list {
			all[s.ID] = append(all[s.ID], state{tocsin.FromMicros(s.At), s.Status})
		}
		return all, nil
	}
}

func (x *exchange) messages(snapshot *readmodel.Snapshot, options *odata.Options) error {
	top := maxTop
	if options.HasTop {
		top = options.Top
	}
	if top > maxTop {
		return failf(http.StatusBadRequest, codeInvalidValue, "$top is at most %d.", maxTop)
	}
	rows, err := x.api.selectRows(x.r.Context(), snapshot, options.Filter, x.api.now())
	if err != nil {
		return err
	}
	count := -1
	if options.Count {
		count = len(rows)
	}
	rows = rows[min(options.Skip, len(rows)):]
	rows = rows[:min(top, len(rows))]
	a := x.begin("Messages", x.api.schema.message, options, count)
	for _, row := range rows {
		entity, err := row.read()
		if err != nil {
			return err
		}
		derived := ""
		if row.message {
			derived = "MessageCenterMessage"
		}
		if err := a.add(entity, derived); err != nil {
			return err
		}
	}
	a.end()
	return nil
}
