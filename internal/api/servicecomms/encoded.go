package servicecomms

import (
	"hash/maphash"

	"example.org/tocsin/internal/httpserver"
)

// encodedKey names a message as it is written. A document never changes, and
// what tenants call services otherwise is part of the key, so nothing that is
// kept under it can be out of date; and what a tenant may see is decided by its
// rows, before anybody looks here.
//
// It is quick to look up, as a list does for each of its messages.
type encodedKey struct {
	document int64
	form     uint64 // a hash of what is compared beside it
}

// form is how a message is written: for which family, and under which names.
type form struct {
	show   family
	naming string
}

// namingSeed is of this process.
var namingSeed = maphash.MakeSeed()

func (f form) of(document int64) encodedKey {
	return encodedKey{document, maphash.String(namingSeed, f.naming) ^ uint64(f.show)}
}

// maxEncoded is the size of one generation, in bytes.
const maxEncoded = 32 << 20

// fields are the members of an entity as they are written, and a hash of them.
type fields struct {
	text []byte
	sum  httpserver.Digest
	form form

	asked bool              // for a compressed answer, once
	piece *httpserver.Piece // text in compressed form; nil for one that was not asked for again
}
