package servicecomms

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/klauspost/compress/gzip"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/httpserver"
)

// digest is a hash of what an answer says.
type digest [16]byte

func digestOf(b []byte) digest {
	sum := sha256.Sum256(b)
	return digest(sum[:len(digest{})])
}

// zipped keeps compressed answers by what they say, so that none can be out of
// date. An answer is compressed when it is asked for the second time: at first,
// that would cost more than sending it.
type zipped struct {
	answers *cache.Cache[digest, []byte] // nil for one that was asked for once
}

func newZipped() zipped {
	return zipped{cache.New[digest, []byte](cache.Bounds{Bytes: maxZipped})}
}

// Bounds of what is kept compressed, and from which size on it is.
const (
	maxZipped   = 16 << 20 // of one generation, in bytes
	zippedFixed = 128      // what an entry takes beside its text
	smallest    = 1024
)

// of is body in compressed form, nil if it is better sent as it is.
func (z zipped) of(sum digest, body []byte) []byte {
	if len(body) < smallest {
		return nil
	}
	kept, known := z.answers.Get(sum)
	if !known {
		z.answers.Put(sum, nil, zippedFixed)
	}
	if !known || len(kept) > 0 {
		return kept
	}
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, 5) // a valid level
	_, _ = w.Write(body)                 // memory takes everything
	_ = w.Close()
	packed := bytes.Clone(out.Bytes())
	z.answers.Put(sum, packed, len(packed)+zippedFixed)
	return packed
}

// deliverAs sends an answer, or says that the client has it already.
func (x *exchange) deliverAs(kind string, body []byte, sum digest) error {
	header := x.w.Header()
	var packed []byte
	if httpserver.AcceptsGzip(x.r.Header) {
		packed = x.api.zipped.of(sum, body)
	}
	tag := base64.RawURLEncoding.EncodeToString(sum[:])
	if err := x.checkTag(tag); err != nil {
		return err
	}
	if packed != nil {
		header["Etag"] = []string{`"` + tag + httpserver.GzipTag + `"`}
	} else {
		header["Etag"] = []string{`"` + tag + `"`}
	}
	if httpserver.HasTag(x.r.Header["If-None-Match"], tag) {
		x.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if packed != nil {
		header["Content-Encoding"] = []string{"gzip"}
		body = packed
	}
	x.send(http.StatusOK, kind, body)
	return nil
}
