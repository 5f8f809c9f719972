package graph

import (
	"encoding/json"
	"net/http"

	"example.org/tocsin/internal/odata"
)

// A position is where a page ended: what a $skiptoken says. It names the last
// row rather than a number of rows, so that rows that come and go meanwhile
// move nothing across the border of two pages.
type position struct {
	ID     string `json:"i,omitempty"` // of the last row
	Keys   []any  `json:"k,omitempty"` // what it was sorted by
	Offset int    `json:"o,omitempty"` // rows before the next page, where keys cannot be kept
	Served int    `json:"n"`           // rows of the pages before, for $top
}

// maxPosition keeps tokens within what may be sent back, in bytes.
const maxPosition = 1400

func (p *position) served() int {
	if p == nil {
		return 0
	}
	return p.Served
}

// position is where the page ends that c is the last row of. Sort keys that
// are too long, or that are no properties, are replaced by a number of rows.
func (f *finder) position(c candidate, offset, taken int) *position {
	p := &position{ID: f.id(c), Served: f.from.served() + taken}
	if len(f.opts.OrderBy) == 0 {
		return p
	}
	if f.props != nil {
		key := c.key
		if f.byRow() {
			f.rows.(indexed).on(c.row) //nolint:forcetypeassert // what has groups is indexed
			key = f.glance()
		}
		for _, prop := range f.props {
			p.Keys = append(p.Keys, key.Value(prop).Any())
		}
		if text, err := json.Marshal(p); err == nil && len(text) <= maxPosition {
			return p
		}
	}
	return &position{Offset: offset, Served: p.Served}
}

// row is the last row of the page before as far as it is known.
func (p *position) row(l *listing, props []int) odata.Row {
	k := &keyRow{props: props, values: make([]odata.Value, len(props))}
	for i, prop := range props {
		if i < len(p.Keys) {
			k.values[i] = valueOf(propertyAt(l.typ, prop), p.Keys[i])
		}
	}
	return k
}

// valueOf reads a sort key back from JSON.
func valueOf(p *odata.Property, key any) odata.Value {
	switch v := key.(type) {
	case string:
		return odata.Text(v)
	case bool:
		return odata.Bool(v)
	case float64:
		if p.Kind == odata.DateTimeOffset {
			return odata.Micros(int64(v))
		}
		return odata.Int(int64(v))
	}
	return odata.Value{}
}

// openPosition reads the $skiptoken of a request, nil without one. Tokens are
// good for the tenant, the list and the options that they were made for.
func (x *exchange) openPosition(path string, opts *odata.Options) (*position, error) {
	if opts.SkipToken == "" {
		return nil, nil
	}
	payload, err := odata.OpenToken(x.api.key, x.tokenContext(path, opts.Link(odata.Option{Name: "$skiptoken"}, odata.Option{Name: "$skip"})), opts.SkipToken)
	if err != nil {
		x.api.log.WarnContext(x.ctx, "page token refused", "request_id", x.id, "client", x.identity.ClientID, "tenant", x.identity.TenantID)
		return nil, err
	}
	p := &position{}
	if err := json.Unmarshal(payload, p); err != nil {
		return nil, failf(http.StatusBadRequest, "The page token is not valid for this query.")
	}
	return p, nil
}

// tokenContext is what the token of a page is good for: the tenant, the list and
// the options, but for where the page begins.
func (x *exchange) tokenContext(path, link string) string {
	return x.identity.TenantID + "\x00" + path + "\x00" + link
}
