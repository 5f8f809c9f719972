package graph

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
)

// A found is a property that a path leads to, with its value.
type found struct {
	property *odata.Property
	raw      json.RawMessage
	row      odata.Row // that holds a collection, for filters; nil for none
	fragment string    // names it in the context
	suffix   string    // "$count" or "$value"; empty for none
}

// property answers for a property of an entity, or for what lies below it.
func (x *exchange) property() error {
	l := x.schema().listing(x.to.list)
	rows, err := x.itemCursor(l)
	if err != nil {
		return err
	}
	rows.at(0)
	e, err := rows.entity()
	if err != nil {
		return err
	}
	if m, ok := rows.(*messageCursor); ok && m.views != nil {
		e = withViewpoint(e, m.views[rows.id(0)])
	}
	x.fleeting = x.personal() || x.timed()
	return x.propertyOf(e, l.typ, rows, keyed(root+"/"+l.name, rows.id(0)), x.to.below)
}

// keyed is the address of an entity of a list.
func keyed(list, key string) string {
	return list + "('" + url.PathEscape(strings.ReplaceAll(key, "'", "''")) + "')"
}

// propertyOf answers for the property of e that a path leads to.
func (x *exchange) propertyOf(e *entity, t *odata.Type, row odata.Row, address string, path []string) error {
	f, err := find(e, t, row, address, path)
	if err != nil {
		return err
	}
	switch {
	case f.suffix == "$count", f.property.Collection:
		return x.collection(f)
	case f.suffix == "$value":
		return x.rawValue(f)
	case string(f.raw) == "null":
		if err := x.noOptionsBut("$select", "$format"); err != nil {
			return err
		}
		return x.reply(http.StatusNoContent, "", nil)
	}
	return x.value(f)
}

// find goes down a path segment by segment. What lies below null is null.
func find(e *entity, t *odata.Type, row odata.Row, address string, path []string) (found, error) {
	nowhere := failf(http.StatusNotFound, "There is no property of that name.")
	p, ok := t.Property(path[0], true)
	if !ok || p.Navigation || p.Kind == odata.Stream || p.Index >= len(e.spans) || e.spans[p.Index].end == 0 {
		return found{}, nowhere
	}
	f := found{property: p, raw: e.value(p.Index), row: row, fragment: address + "/" + p.Name}
	for i, name := range path[1:] {
		last := i == len(path)-2
		single := !f.property.Collection
		switch {
		case last && name == "$count" && !single, last && name == "$value" && single && f.property.Struct == nil:
			f.suffix = name
			return f, nil
		case !single || f.property.Struct == nil:
			return found{}, nowhere
		}
		p, ok := f.property.Struct.Property(name, true)
		if !ok {
			return found{}, nowhere
		}
		var members map[string]json.RawMessage
		_ = json.Unmarshal(f.raw, &members) // our own encoding, or null
		f = found{property: p, raw: members[p.Name], fragment: f.fragment + "/" + p.Name}
		if f.raw == nil {
			f.raw = json.RawMessage("null")
		}
	}
	return f, nil
}

// endpoint is what may be asked of a property.
func (x *exchange) endpoint(f found, allow ...string) *odata.Endpoint {
	t := f.property.Struct
	if t == nil {
		t = x.schema().overview // of a value there is nothing to select
	}
	return &odata.Endpoint{Model: x.schema().model, Type: t, Allow: append(allow, "$format"), Ignore: ignored(), Single: !f.property.Collection}
}

// value answers with a single value that is not null.
func (x *exchange) value(f found) error {
	structured := f.property.Struct != nil
	var allow []string
	if structured {
		allow = []string{"$select"}
	}
	opts, err := x.parse(x.endpoint(f, allow...))
	if err != nil {
		return err
	}
	to := x.opened(f, opts.Select)
	if !structured {
		to = append(append(to, `"value":`...), f.raw...)
		return x.sent(append(to, '}'))
	}
	head := len(to)
	raw := []byte(f.raw)
	if opts.Select != nil {
		raw = narrow(nil, raw, f.property.Struct, opts.Select)
	}
	return x.sent(joined(append(to, raw...), head))
}

// opened starts an answer with its context.
func (x *exchange) opened(f found, sel *odata.Selection) []byte {
	to := []byte{'{'}
	if x.level == odata.MetadataNone {
		return to
	}
	fragment := "#" + f.fragment
	if parts := selectionText(sel); len(parts) > 0 {
		fragment += "(" + strings.Join(parts, ",") + ")"
	}
	return append(appendString(append(to, `"@odata.context":`...), x.context(fragment)), ',')
}

// sent delivers a body that was made for this request alone.
func (x *exchange) sent(body []byte) error {
	return x.deliver(&answer{plain: body, kind: x.jsonTypes(), sum: httpserver.DigestOf(body), length: []string{strconv.Itoa(len(body))}})
}

// rawValue answers with the text of a primitive value.
func (x *exchange) rawValue(f found) error {
	if _, err := x.parse(x.endpoint(f)); err != nil {
		return err
	}
	text := string(f.raw)
	if text == "null" {
		return x.reply(http.StatusNoContent, "", nil)
	}
	if text[0] == '"' {
		_ = json.Unmarshal(f.raw, &text) // our own encoding
	}
	return x.plain([]byte(text))
}

// plain delivers text.
func (x *exchange) plain(body []byte) error {
	return x.deliver(&answer{plain: body, kind: []string{"text/plain; charset=utf-8"}, sum: x.countDigest(body), length: []string{strconv.Itoa(len(body))}})
}

// collection answers with the items of a collection, or with their number,
// which $top and $skip do not change.
func (x *exchange) collection(f found) error {
	allow := []string{"$top", "$skip", "$count"}
	if f.property.Struct != nil {
		allow = append(allow, "$filter", "$orderby", "$select")
	}
	opts, err := x.parse(x.endpoint(f, allow...))
	if err != nil {
		return err
	}
	var items []json.RawMessage
	_ = json.Unmarshal(f.raw, &items) // our own encoding
	order := f.order(len(items), opts)
	if f.suffix != "" {
		return x.plain(strconv.AppendInt(nil, int64(len(order)), 10))
	}
	to := x.opened(f, opts.Select)
	if opts.Count {
		to = append(strconv.AppendInt(append(to, `"@odata.count":`...), int64(len(order)), 10), ',')
	}
	order = order[min(opts.Skip, len(order)):]
	if opts.HasTop {
		order = order[:min(opts.Top, len(order))]
	}
	to = appendList(append(to, `"value":`...), order, func(to []byte, i int) []byte {
		if opts.Select != nil {
			return narrow(to, items[i], f.property.Struct, opts.Select)
		}
		return append(to, items[i]...)
	})
	return x.sent(append(to, '}'))
}

// order is the positions of the items that a query wants, in its order.
func (f found) order(n int, opts *odata.Options) []int {
	var list []int
	at := func(i int) odata.Row { return f.row.Item(f.property.Index, i).Row() }
	for i := range n {
		if opts.Filter == nil || opts.Filter.Match(at(i)) {
			list = append(list, i)
		}
	}
	if len(opts.OrderBy) > 0 {
		slices.SortStableFunc(list, func(a, b int) int { return opts.OrderBy.Compare(at(a), at(b)) })
	}
	return list
}
