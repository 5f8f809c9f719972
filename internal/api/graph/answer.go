package graph

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
)

// answerKey names an answer by all that it depends on. The generations are
// those of the lists that it is made of; no two tenants have one in common.
// The answer for one item depends on its document instead, which tenants share.
type answerKey struct {
	list, services uint64
	ended          int // see [readmodel.Index.Ended]
	document       int64
	base           string // that its links start with
	version        string
	name           string // of the list
	part           string // id of the service whose issues are listed
	query, accept  string
	prefer         preferences
}

// own is the key in memory of its own: that of a request belongs to the request.
func (k answerKey) own() answerKey {
	k.version, k.name, k.query, k.accept = strings.Clone(k.version), strings.Clone(k.name), strings.Clone(k.query), strings.Clone(k.accept)
	return k
}

// An answer is a complete body, made once and then sent to whoever asks for
// the same.
type answer struct {
	head    []byte // what stands before plain; nil in an answer that is kept
	plain   []byte
	kind    []string // the header Content-Type
	sum     httpserver.Digest
	length  []string // the header Content-Length
	applied string   // the header Preference-Applied
	again   bool     // it is kept, and so asked for again
	page    *page    // of a list that is kept
	once    sync.Once
	joined  bool // zipped is of the pieces of entities
	zipped  []byte
	packed  []string // the header Content-Length of zipped
}

// zip compresses an answer that is kept: at the first time, doing so would
// cost more than sending it. Another one is compressed already, or never.
func (a *answer) zip(p *httpserver.Packer) []byte {
	if !a.again {
		return a.zipped
	}
	if len(a.plain) <= httpserver.SmallestPacked {
		return nil
	}
	a.once.Do(func() {
		if a.page != nil {
			head, rest := httpserver.Stored(a.page.body[:a.page.rest]), a.page.zip(p)
			a.zipped = httpserver.Join(make([]byte, 0, head.Size()+rest.Size()), head, rest)
		} else {
			a.zipped = p.Pack(a.plain)
		}
		a.packed = []string{strconv.Itoa(len(a.zipped))}
	})
	return a.zipped
}

// zips reports whether the client takes an answer compressed.
func (x *exchange) zips() bool { return !x.batched && httpserver.AcceptsGzip(x.header) }

// size is what an answer counts for in the cache: compressed text takes about
// a fifth more, and that of a page is there twice, with and without its head.
func (a *answer) size() int {
	packed := len(a.plain) / 5
	if a.page != nil {
		packed *= 2
	}
	return len(a.plain) + packed + 512
}

// key is the name of the answer to x, and false if the answer must not be
// kept: it depends on the clock or on a person, or it is one of many pages.
func (x *exchange) key() (answerKey, bool) {
	accept := x.header["Accept"]
	x.fleeting = x.personal() || x.timed()
	if x.fleeting || len(accept) > 1 || len(x.query) > maxKeptQuery || strings.Contains(x.query, "skiptoken") {
		return answerKey{}, false
	}
	k := answerKey{base: x.base, version: x.to.version, name: x.to.list, query: x.query, prefer: x.prefer}
	if x.to.list != listMessages {
		k.ended = x.snapshot.IssueIndex.Ended(readmodel.InstantOf(x.now()))
	}
	if len(accept) == 1 {
		k.accept = accept[0]
	}
	return k, len(k.accept) <= maxKeptQuery
}

// kept finds an answer by its key.
func (x *exchange) kept(k answerKey, keep bool) (*answer, bool) {
	if !keep {
		return nil, false
	}
	a, ok := x.api.answers.Get(k)
	return a, ok && a.plain != nil
}

// keep makes an answer of a body, and remembers one that is asked for again.
// Lent tells that the body belongs to the buffers still.
func (x *exchange) keep(k answerKey, keep bool, body []byte, sum httpserver.Digest, applied string) (a *answer, lent bool) {
	a = &answer{plain: body, kind: x.jsonTypes(), sum: sum, length: []string{strconv.Itoa(len(body))}, applied: applied}
	if !keep || !x.comesAgain(k) {
		return a, true
	}
	a.again = true
	a.plain = bytes.Clone(body)
	x.api.buffers.Put(body)
	x.api.answers.Put(k.own(), a, a.size())
	return a, false
}

// comesAgain reports whether an answer is asked for again, of which the first
// time leaves a trace: questions that nobody repeats push nothing out.
func (x *exchange) comesAgain(k answerKey) bool {
	_, again := x.api.answers.Get(k)
	if !again {
		x.api.answers.Put(k.own(), &answer{}, traceSize)
	}
	return again
}

// traceSize is what the trace of an answer counts for in the cache, in bytes.
const traceSize = 512

// maxKeptQuery bounds what names an answer, in bytes.
const maxKeptQuery = 512

// personal reports whether the answer shows how a person marked messages.
func (x *exchange) personal() bool { return x.identity.Delegated && x.to.list == listMessages }

// timed reports whether the answer may depend on the clock.
func (x *exchange) timed() bool { return odata.SaysNow(x.query) }

// tag names the exact bytes of an answer to a tenant, in quotes. Tenants that
// share an item have different tags for it.
func (x *exchange) tag(sum httpserver.Digest, zipped bool) string {
	var text [64]byte
	seed := append(append(text[:0], sum[:]...), x.identity.TenantID...)
	whole := sha256.Sum256(seed)
	tag := append(make([]byte, 0, 32), '"')
	tag = base64.RawURLEncoding.AppendEncode(tag, whole[:15])
	if zipped {
		tag = append(tag, httpserver.GzipTag...)
	}
	return string(append(tag, '"'))
}

// deliver sends an answer, or says that the client has it already. What
// depends on the clock or on a person has no tag.
func (x *exchange) deliver(a *answer) error {
	if a.applied != "" {
		x.w.Header()["Preference-Applied"] = []string{a.applied}
	}
	var zipped []byte
	if x.zips() {
		zipped = a.zip(x.api.packer)
	}
	tag := ""
	if !x.fleeting {
		tag = x.tag(a.sum, zipped != nil)
	}
	if err := x.checkTag(tag); err != nil {
		return err
	}
	if a.joined && tag != "" {
		tag = "W/" + tag // the same packed at once has other bytes
	}
	send := httpserver.Answer{Kind: a.kind, Head: a.head, Body: a.plain, Length: a.length, Tag: tag, Again: x.again(a)}
	if zipped != nil {
		send.Head, send.Body, send.Length, send.Coding = nil, zipped, a.packed, x.api.fixed.gzip
	}
	httpserver.Deliver(x.ctx, x.w, http.MethodGet, x.header, send)
	return nil
}

// fixed are values of headers that are the same in every answer. They are
// shared, and never changed.
type fixed struct {
	none, minimal, full, gzip, odata, diagnostic, cache, vary, sniff, publicly, varyPublicly []string
}

func newFixed() fixed {
	json := func(level string) []string {
		return []string{"application/json;odata.metadata=" + level + ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8"}
	}
	return fixed{
		none: json("none"), minimal: json("minimal"), full: json("full"), gzip: []string{"gzip"}, odata: []string{"4.0"}, diagnostic: []string{diagnostic},
		cache: []string{"private, no-store"}, sniff: []string{"nosniff"},
		publicly: []string{"public, max-age=3600"}, varyPublicly: []string{"Accept, OData-Version, OData-MaxVersion"},
		vary: []string{"Authorization, Accept, Accept-Language, OData-MaxVersion, Accept-Encoding, Prefer"},
	}
}
