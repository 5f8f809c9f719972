package servicecomms

import (
	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/httpserver"
)

// zipped keeps compressed answers by what they say, so that none can be out of
// date. An answer is compressed when it is asked for the second time: at first,
// that would cost more than sending it.
type zipped struct {
	answers *cache.Cache[httpserver.Digest, []byte] // nil for one that was asked for once
	packer  *httpserver.Packer
}

func newZipped() zipped {
	return zipped{cache.New[httpserver.Digest, []byte](cache.Bounds{Bytes: maxZipped}), httpserver.NewPacker(5)}
}

// Bounds of what is kept compressed.
const (
	maxZipped   = 16 << 20 // of one generation, in bytes
	maxBodies   = 16 << 20 // the same of bodies that are sent again
	zippedFixed = 128      // what an entry takes beside its text
)

// Caches tells how much memory what is kept takes, by a name for operators.
func (a *API) Caches() map[string]cache.Use {
	return map[string]cache.Use{"legacy entities": a.encoded.Use(), "legacy compressed": a.zipped.answers.Use(), "legacy bodies": a.bodies.Use()}
}

// of is body in compressed form, nil if it is better sent as it is.
func (z zipped) of(sum httpserver.Digest, body []byte) []byte {
	if len(body) < httpserver.SmallestPacked {
		return nil
	}
	kept, known := z.answers.Get(sum)
	if !known {
		z.answers.Put(sum, nil, zippedFixed)
	}
	if !known || len(kept) > 0 {
		return kept
	}
	packed := z.packer.Pack(body)
	z.answers.Put(sum, packed, len(packed)+zippedFixed)
	return packed
}

// deliverAs sends an answer, or says that the client has it already. One that
// was not asked for before is joined of its messages, if these were.
func (x *exchange) deliverAs(kind string, body []byte, sum httpserver.Digest, of *joins) error {
	var packed, lent []byte
	if httpserver.AcceptsGzip(x.r.Header) {
		if packed = x.api.zipped.of(sum, body); packed == nil {
			lent = x.api.join(of, body)
			packed = lent
		}
	}
	send := httpserver.Answer{Kind: []string{kind}, Body: body, Tag: sum.Tag(packed != nil)}
	if err := x.checkTag(send.Tag); err != nil {
		return err
	}
	if packed != nil {
		send.Body, send.Coding = packed, []string{"gzip"}
	}
	if lent != nil {
		send.Tag = "W/" + send.Tag // the same packed at once has other bytes
		defer func() { x.api.buffers.Put(lent) }()
	}
	if x.setTaken() && lent == nil {
		if send.Again = x.again(); send.Again != nil && packed == nil {
			send.Body = x.api.bodies.Of(sum, body)
		}
	}
	httpserver.Deliver(x.r.Context(), x.w, x.r.Method, x.r.Header, send)
	return nil
}
