package servicecomms

import (
	"crypto/sha256"
	"hash"
	"io"
	"slices"
	"strconv"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
)

// answer is a list being written.
type answer struct {
	x      *exchange
	wanted wanted
	kind   string // entity type, for full metadata
	body   []byte
	n      int
	joins  *joins    // for its compressed form; nil for a client that takes none, and for what is selected
	said   hash.Hash // what the answer says, if entities tell it; nil if the body does
}

// begin starts a list. The context is that of the real service, which wrote
// the one of CurrentStatus above HistoricalStatus as well. A count of -1 is
// none that was asked for.
func (x *exchange) begin(set string, of *odata.Type, options *odata.Options, count int) *answer {
	a := &answer{x: x, wanted: newWanted(x.shape, options.Select), kind: of.Name, body: append(x.api.buffers.Get(), '{')}
	if x.level != odata.MetadataNone {
		a.body = append(a.body, `"@odata.context":`...)
		a.body = appendText(a.body, x.address(opShortcut)+"#"+set)
		a.body = append(a.body, ',')
	}
	if count >= 0 {
		a.body = append(a.body, `"@odata.count":`...)
		a.body = strconv.AppendInt(a.body, int64(count), 10)
		a.body = append(a.body, ',')
	}
	a.body = append(a.body, `"value":[`...)
	return a
}

// sum names what the answer says to whom.
func (a *answer) sum(next string) httpserver.Digest {
	if a.said == nil {
		a.said = sha256.New()
		a.said.Write(a.body)
	}
	for _, text := range []string{a.x.levelType(), a.x.identity.TenantID, next} {
		_, _ = io.WriteString(a.said, text+"\x00")
	}
	var sum [sha256.Size]byte
	return httpserver.Digest(a.said.Sum(sum[:0])[:len(httpserver.Digest{})])
}

// open starts an entity with its annotation. Message-center posts are of a
// derived type, which every level but none tells.
func (a *answer) open(kind string) (empty int) {
	if a.n++; a.n > 1 {
		a.body = append(a.body, ',')
	}
	a.body = append(a.body, '{')
	if a.x.level == odata.MetadataFull || a.x.level == odata.MetadataMinimal && kind != a.kind {
		a.body = append(a.body, `"@odata.type":"#`+namespace+"."...)
		a.body = append(a.body, kind...)
		a.body = append(a.body, '"', ',')
	}
	return len(a.body)
}

// add writes one entity.
func (a *answer) add(o object) {
	empty := a.open(a.kind)
	a.body = appendFields(a.body, o, a.wanted)
	a.close(empty)
}

// close ends an entity, which may have none of the wanted fields.
func (a *answer) close(empty int) {
	if len(a.body) == empty && a.body[empty-1] == ',' {
		a.body = a.body[:empty-1]
	}
	a.body = append(a.body, '}')
}

// end sends the list, with the address of the rest if there is more. Without
// metadata only a header tells it: strict clients know no other member there.
func (a *answer) end(next string) error {
	if a.x.place.counts() {
		return a.x.plain(strconv.Itoa(a.n))
	}
	a.body = append(a.body, ']')
	if next != "" {
		a.x.w.Header().Set("Link", "<"+next+`>; rel="next"`)
		if a.x.level != odata.MetadataNone {
			a.body = append(a.body, `,"@odata.nextLink":`...)
			a.body = appendText(a.body, next)
		}
	}
	a.body = append(a.body, '}')
	defer func() { a.x.api.buffers.Put(a.body) }()
	return a.x.deliverAs(a.x.levelType(), a.body, a.sum(next), a.joins)
}

func (x *exchange) services(options *odata.Options) error {
	a := x.begin("Services", x.api.schema.service, options, -1)
	for i := range x.snapshot.Services {
		a.add(service(&x.snapshot.Services[i]))
	}
	return a.end("")
}

func (x *exchange) currentStatus(options *odata.Options) error {
	index := indexOf(x.snapshot)
	only, all := textsOf(options.Filter, "Workload", "Id")
	a := x.begin("CurrentStatus", x.api.schema.status, options, -1)
	for i := range x.snapshot.Services {
		s := &x.snapshot.Services[i]
		if !all && !slices.Contains(only, s.ID) {
			continue
		}
		if status := x.statusNow(index, s); options.Filter.Match(status) {
			a.add(status.object())
		}
	}
	return a.end("")
}

func (x *exchange) historicalStatus(options *odata.Options) error {
	x.course.fleeting = true // it is read from the archive
	p := x.past(spanOf(options.Filter, x.now))
	only, all := textsOf(options.Filter, "Workload", "Id")
	a := x.begin("CurrentStatus", x.api.schema.status, options, -1)
	for i := range x.snapshot.Services {
		s := &x.snapshot.Services[i]
		if !all && !slices.Contains(only, s.ID) {
			continue
		}
		list, err := p.history(s)
		if err != nil {
			return err
		}
		for _, status := range list {
			if options.Filter.Match(status) {
				a.add(status.object())
			}
		}
	}
	return a.end("")
}

// textsOf are the values that a filter demands of one of some properties that
// say the same. All tells that it demands none.
func textsOf(f *odata.Filter, paths ...string) (texts []string, all bool) {
	for _, c := range f.Conjuncts() {
		if !slices.Contains(paths, c.Path) || c.Any || c.Fold || c.Op != "eq" && c.Op != "in" {
			continue
		}
		for _, v := range c.Values {
			text, ok := v.Any().(string)
			if !ok {
				return nil, true // null
			}
			texts = append(texts, text)
		}
		return texts, false
	}
	return nil, true
}
