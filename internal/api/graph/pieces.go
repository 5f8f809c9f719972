package graph

import (
	"slices"
	"strconv"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
)

// pieces are what a page consists of that is compressed without compressing it:
// its entities are, each for itself, when they are asked for the second time.
// Pages that nobody asked for before are joined from them.
type pieces struct {
	wanted   bool // the client takes compressed answers
	head     []byte
	entities []*entity
}

// begin notes what stands before the first entity, if these are written as they are.
func (p *pieces) begin(head []byte, d *summary, opts *odata.Options) {
	if p.wanted = p.wanted && !d.whole && opts.Select == nil; p.wanted {
		p.head = slices.Clone(head)
	}
}

func (p *pieces) add(e *entity) {
	if p != nil && p.wanted {
		p.entities = append(p.entities, e)
	}
}

// join makes the compressed form of a page of pieces, if all of them are there.
func (x *exchange) join(a *answer, p *pieces) {
	if !p.wanted || len(p.entities) == 0 || len(a.plain) <= httpserver.SmallestPacked {
		return
	}
	parts := make([]*httpserver.Piece, 0, len(p.entities)+2)
	parts = append(parts, httpserver.Stored(p.head))
	for i, e := range p.entities {
		one := x.packed(e)
		if one == nil {
			continue // the others are made ready all the same
		}
		if i == 0 {
			one = one.Alone()
		}
		parts = append(parts, one)
	}
	if len(parts) <= len(p.entities) {
		return
	}
	a.zipped, a.joined = httpserver.Join(x.api.buffers.Get(), append(parts, httpserver.Stored([]byte("]}")))...), true
	a.packed = []string{strconv.Itoa(len(a.zipped))}
}

// packed is an entity behind a comma, compressed; nil for one that was not asked
// for before, and for one that is not kept. At the first time, to compress would
// cost more than to send it.
func (x *exchange) packed(e *entity) *httpserver.Piece {
	if e.packed != nil || e.key == 0 {
		return e.packed
	}
	next := *e // others may be reading it
	size := len(e.json)
	if next.asked = true; e.asked {
		next.packed = x.api.packer.Piece(e.json).Behind(x.api.comma)
		size += next.packed.Size()
	}
	x.api.entities.Put(e.key, &next, size)
	return next.packed
}
