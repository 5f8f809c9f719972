package odata

import (
	"strings"
	"time"
)

// OrderBy is a list of sort keys, the first one weighing most. It does not make
// the order total: the caller adds a unique key.
type OrderBy []Order

// An Order is one sort key.
type Order struct {
	Path string // of the property, empty for another expression
	Desc bool
	key  *term
}

// Compare orders two rows. Null comes before every value, as OData says, and
// after them if the key is descending.
func (o OrderBy) Compare(a, b Row) int {
	left, right := env{row: a}, env{row: b}
	for i := range o {
		order := compareNull(left.value(o[i].key), right.value(o[i].key))
		if order == 0 {
			continue
		}
		if o[i].Desc {
			return -order
		}
		return order
	}
	return 0
}

func compareNull(a, b Value) int {
	switch {
	case a.IsNull() && b.IsNull():
		return 0
	case a.IsNull():
		return -1
	case b.IsNull():
		return 1
	}
	order, _ := compare(a, b)
	return order
}

func (m *Model) parseOrderBy(t *Type, text string, now time.Time, limits Limits) (OrderBy, error) {
	const option = "$orderby"
	p := parser{lexer: lexer{option: option, src: text}, limits: limits.orDefault()}
	if err := p.advance(); err != nil {
		return nil, err
	}
	b := binder{model: m, typ: t, option: option, now: now}
	var list OrderBy
	for {
		n, err := p.expression(powerNone)
		if err != nil {
			return nil, err
		}
		key, err := b.scalar(n)
		if err != nil {
			return nil, err
		}
		order := Order{key: key}
		if key.op == opProp {
			order.Path = key.path
		}
		if p.tok.kind == wordToken && p.tok.spaced {
			direction := p.text()
			order.Desc = strings.EqualFold(direction, "desc")
			if !order.Desc && !strings.EqualFold(direction, "asc") {
				return nil, p.unexpected("'asc' or 'desc' is expected.")
			}
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		list = append(list, order)
		if p.tok.kind == endToken {
			return list, nil
		}
		if err := p.expect(','); err != nil {
			return nil, err
		}
	}
}
