package httpserver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// An Answer is a whole body with what describes it. Header values are slices
// so that what is sent often is made once; they are shared and never changed.
type Answer struct {
	Status int      // 200 when 0; 304 where the caller has found out that the client has it
	Kind   []string // Content-Type
	Head   []byte   // what is sent before Body, as a part of it, when Again is nil and Kept false
	Body   []byte
	Length []string // Content-Length of both; counted when nil
	Coding []string // Content-Encoding; nil for a body as it is
	Tag    string   // ETag as it is sent, see [EntityTag]; "" for an answer without

	// Again reports whether the same request on the same connection would get
	// the same answer now, but for its name; nil where nobody can tell. It does
	// all that the handler does for each request, such as to count it against a
	// limit, when it reports true. Body must not change then. Whether the gate of a
	// route would admit the request is asked beside it. See [Again].
	Again func() bool
	// Kept says that the answer of a route was not made for this request, and
	// that to ask for it changes nothing: where Again is nil, its handler is
	// asked what it would answer.
	Kept bool
}

// Deliver sends an answer, or says with 304 that the client has it already: that
// of a method and the header of a request. A HEAD gets no body. What If-Match
// asks for is the caller's to check, see [Matches], since a refusal has the
// caller's own form.
func Deliver(ctx context.Context, w http.ResponseWriter, method string, asked http.Header, a Answer) {
	if asking, ok := w.(*rerun); ok {
		asking.compare(a)
		return
	}
	header, again := w.Header(), againOf(ctx, w, a)
	if a.Tag != "" {
		header["Etag"] = []string{a.Tag}
		if given := asked["If-None-Match"]; given != nil && HasTag(given, bareTag(a.Tag)) {
			again.keep(http.StatusNotModified, 0, nil)
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if a.Status == http.StatusNotModified {
		again.keep(a.Status, 0, nil)
		w.WriteHeader(a.Status)
		return
	}
	header["Content-Type"] = a.Kind
	if a.Coding != nil {
		header["Content-Encoding"] = a.Coding
	}
	if a.Length == nil {
		a.Length = []string{strconv.Itoa(len(a.Head) + len(a.Body))}
	}
	header["Content-Length"] = a.Length
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	if method == http.MethodHead {
		again.keep(a.Status, 0, nil)
		w.WriteHeader(a.Status)
		return
	}
	again.keep(a.Status, len(a.Body), a.Body)
	writeWhole(ctx, w, a.Status, a.Head, a.Body)
}

// A Digest is a hash of what an answer says; entity tags are made of it.
type Digest [16]byte

// DigestOf returns the digest of some bytes.
func DigestOf(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest(sum[:len(Digest{})])
}

// Tag returns the ETag of what the digest is of, see [EntityTag].
func (d Digest) Tag(compressed bool) string {
	return EntityTag(base64.RawURLEncoding.EncodeToString(d[:]), compressed)
}

// Steady returns an answer that stays as it is, with a tag of what it says.
func Steady(kind string, body []byte) Answer {
	return Answer{Kind: []string{kind}, Body: body, Tag: DigestOf(body).Tag(false)}
}

// EntityTag returns ETag for an answer with a name of its own; the compressed
// form of an answer, whose bytes are others, has another one.
func EntityTag(name string, compressed bool) string {
	if compressed {
		return `"` + name + GzipTag + `"`
	}
	return `"` + name + `"`
}

// bareTag is the name in an entity tag.
func bareTag(tag string) string {
	return strings.TrimSuffix(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), GzipTag)
}

// SmallestPacked is the number of bytes below which to compress an answer
// gains nothing.
const SmallestPacked = 1024

// A Packer compresses answers at one level. It may be used by many goroutines
// at once, and the memory of its writers, about a megabyte each, is used again.
type Packer struct {
	level  int
	pool   sync.Pool
	pieces sync.Pool // of compressors for pieces
}

// NewPacker returns a packer for a level of [gzip], from 1 for quick to 9 for
// small.
func NewPacker(level int) *Packer { return &Packer{level: level} }

type packing struct {
	out bytes.Buffer
	gz  *gzip.Writer
}

// Pack returns the compressed form of body, in no more memory than it takes.
func (p *Packer) Pack(body []byte) []byte {
	w, ok := p.pool.Get().(*packing)
	if !ok {
		w = &packing{}
		w.gz, _ = gzip.NewWriterLevel(&w.out, p.level) // a valid level
	}
	w.out.Reset()
	w.gz.Reset(&w.out)
	_, _ = w.gz.Write(body) // memory takes everything
	_ = w.gz.Close()
	packed := bytes.Clone(w.out.Bytes())
	if w.out.Cap() <= largestBuffer {
		p.pool.Put(w)
	}
	return packed
}

// Buffers lends the memory in which answers are put together. The zero Buffers
// is ready, and may be used by many goroutines at once.
type Buffers struct{ pool sync.Pool }

// Sizes of buffers in bytes. A rare large answer does not stay in memory.
const (
	newBuffer     = 16 << 10
	largestBuffer = 2 << 20
)

// Get returns an empty buffer.
func (b *Buffers) Get() []byte {
	if kept, ok := b.pool.Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, newBuffer)
}

// Put takes a buffer back of which nobody holds a part.
func (b *Buffers) Put(buffer []byte) {
	if cap(buffer) <= largestBuffer {
		b.pool.Put(&buffer)
	}
}
