package servicecomms

import "example.org/tocsin/internal/httpserver"

// joins are the messages of an answer that nobody asked for before, for its
// compressed form: each message is compressed by itself when it is asked for the
// second time, and what stands between them is stored as it is.
type joins struct{ list []joint }

// A joint is one message, and where in the body it stands.
type joint struct {
	fields
	key      encodedKey
	shared   bool // others may use what is kept of it
	from, to int
}

// add notes a message that has just been written.
func (j *joins) add(f fields, key encodedKey, shared bool, from, to int) {
	if j != nil {
		j.list = append(j.list, joint{f, key, shared, from, to})
	}
}

// join returns the compressed form of a body of such messages in memory that is
// lent, nil while one of them was not asked for before.
func (a *API) join(j *joins, body []byte) []byte {
	if j == nil || len(j.list) == 0 || len(body) < httpserver.SmallestPacked {
		return nil
	}
	parts, at, ready := make([]*httpserver.Piece, 0, 2*len(j.list)+1), 0, true
	for i := range j.list {
		one := &j.list[i]
		piece := a.piece(one)
		if piece == nil {
			ready = false // the others are made ready all the same
			continue
		}
		parts, at = append(parts, httpserver.Stored(body[at:one.from]), piece), one.to
	}
	if !ready {
		return nil
	}
	return httpserver.Join(a.buffers.Get(), append(parts, httpserver.Stored(body[at:]))...)
}

// piece is a message in compressed form; nil for one that was not asked for
// before. One that nobody else gets is stored as it is.
func (a *API) piece(one *joint) *httpserver.Piece {
	if !one.shared {
		return httpserver.Stored(one.text)
	}
	if one.piece != nil {
		return one.piece
	}
	next, size := one.fields, len(one.text)
	if next.asked = true; one.asked {
		next.piece = a.zipped.packer.Piece(one.text)
		size += next.piece.Size()
	}
	a.encoded.Put(one.key, next, size)
	return next.piece
}
