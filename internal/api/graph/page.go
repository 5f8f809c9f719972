package graph

import (
	"encoding/json"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
)

// A page is one page of a list: a head, which names the next page, and the
// entities. Whoever asks the same with other parameters of no meaning gets
// another head, since its link has them, and the same entities. It is never
// changed.
type page struct {
	body    []byte
	link    int    // where the next link stands in the body
	rest    int    // where the entities begin in it
	next    []byte // what the token of the next link says; nil without one
	path    string // of the list
	given   []string
	about   []byte // what the digest is of, beside the head
	applied string

	asked  atomic.Uint64 // parameters without a meaning that were there last
	once   sync.Once
	packed *httpserver.Piece // the entities, compressed
}

// page writes one page of a list.
func (x *exchange) page(l *listing, only *readmodel.Service, opts *odata.Options, from *position, path string, parts *pieces) (*page, error) {
	f, err := x.finder(l, only, opts)
	if err != nil {
		return nil, err
	}
	f.from = from
	r, err := f.find()
	if err != nil {
		return nil, err
	}
	p := &page{path: path, given: opts.Parts("$skip", "$skiptoken"), applied: x.prefer.applied()}
	to := append(x.api.buffers.Get(), '{')
	if x.level != odata.MetadataNone {
		to = append(to, `"@odata.context":`...)
		to = append(appendString(to, x.context(l.fragment(opts))), ',')
	}
	if opts.Count {
		to = append(to, `"@odata.count":`...)
		to = append(strconv.AppendInt(to, int64(r.count), 10), ',')
	}
	p.link = len(to)
	if r.more {
		p.next, _ = json.Marshal(r.next) // texts and numbers always encode
		to = x.nextLink(to, p, x.link(l, p, x.query))
	}
	p.rest = len(to)
	to = append(to, `"value":[`...)
	d := x.summary(opts)
	parts.begin(to, d, opts)
	d.parts, d.columns = parts, l.columns(opts.Select, x.level)
	for i, row := range r.rows {
		if i > 0 {
			to = append(to, ',')
		}
		if to, err = x.object(to, l, f.rows, row, opts, d); err != nil {
			return nil, err
		}
	}
	p.body = append(to, "]}"...)
	p.about = d.about(x.level, opts, p.body[p.rest:])
	return p, nil
}

// nextLink appends the link to the next page, if there is one. It starts with an
// address of the desk, whatever host the request named.
func (x *exchange) nextLink(to []byte, p *page, link string) []byte {
	if p.next == nil {
		return to
	}
	token := odata.MintToken(x.api.key, x.tokenContext(p.path, link), p.next)
	if link != "" {
		link += "&"
	}
	to = append(to, `"@odata.nextLink":`...)
	return append(appendString(to, x.at(p.path)+"?"+link+"$skiptoken="+token), ',')
}

// link is the options of a page as they stand in the link to the next one, with
// those parameters without a meaning that a query has.
func (x *exchange) link(l *listing, p *page, query string) string {
	if query != x.asked {
		return l.list.Relink(query, p.given)
	}
	return strings.Join(slices.DeleteFunc(slices.Clone(p.given), func(part string) bool { return part == "" }), "&")
}

// sum is the digest of a page with some head.
func (p *page) sum(head []byte) httpserver.Digest {
	var room [2048]byte
	return httpserver.DigestOf(append(append(room[:0], head...), p.about...))
}

// zip is the entities compressed.
func (p *page) zip(by *httpserver.Packer) *httpserver.Piece {
	p.once.Do(func() { p.packed = by.Piece(p.body[p.rest:]) })
	return p.packed
}

// repeated reports whether a query has the parameters without a meaning that
// came last.
func (p *page) repeated(query string) bool {
	hash := maphash.String(querySeed, query)
	return p.asked.Swap(hash) == hash
}

// querySeed is of this process.
var querySeed = maphash.MakeSeed()

// headed is a page with the head for a query, in memory of its own.
func (x *exchange) headed(l *listing, p *page, query string) *page {
	head := x.nextLink(slices.Clone(p.body[:p.link]), p, x.link(l, p, query))
	return &page{
		body: slices.Concat(head, p.body[p.rest:]), link: p.link, rest: len(head),
		next: p.next, path: p.path, given: p.given, about: p.about, applied: p.applied,
	}
}

// whole is the answer of a page.
func (x *exchange) whole(p *page, kind []string) *answer {
	return &answer{plain: p.body, kind: kind, sum: p.sum(p.body[:p.rest]), length: []string{strconv.Itoa(len(p.body))}, applied: p.applied}
}

// keepWhole keeps the answer of a page under a name.
func (x *exchange) keepWhole(k answerKey, p *page, kind []string) *answer {
	a := x.whole(p, kind)
	a.page, a.again = p, true
	x.api.answers.Put(k.own(), a, a.size())
	return a
}

// varied answers with a page that is kept, for a query with other parameters
// without a meaning. If these come again, the answer is kept as well, under the
// name that has them.
func (x *exchange) varied(a *answer, l *listing, k answerKey) error {
	p := a.page
	repeated := p.repeated(x.query)
	if p.next == nil {
		x.once = !repeated
		return x.deliver(a)
	}
	if repeated {
		return x.deliver(x.keepWhole(k, x.headed(l, p, x.query), a.kind))
	}
	buffers := &x.api.buffers
	head := x.nextLink(append(buffers.Get(), p.body[:p.link]...), p, x.link(l, p, x.query))
	defer buffers.Put(head)
	size := len(head) + len(p.body) - p.rest
	one := &answer{head: head, plain: p.body[p.rest:], kind: a.kind, sum: p.sum(head), length: []string{strconv.Itoa(size)}, applied: a.applied}
	if size > httpserver.SmallestPacked && x.zips() {
		one.zipped = httpserver.Join(buffers.Get(), httpserver.Stored(head), p.zip(x.api.packer))
		one.packed = []string{strconv.Itoa(len(one.zipped))}
		defer buffers.Put(one.zipped)
	}
	return x.deliver(one)
}
