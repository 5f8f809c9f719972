package httpserver

import (
	"maps"
	"net/http"
	"slices"
)

// noted remembers how to ask the handler of a route once more, where the request
// looks as if it came again.
func noted(h HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if c, ok := r.Context().Value(callKey{}).(*call); ok {
			if _, ok := c.repeater(); ok {
				c.route, c.asked, c.before = h, r, maps.Clone(w.Header())
			}
		}
		return h(w, r)
	}
}

// A rerun asks a handler what it would answer, and sends nothing of it.
type rerun struct {
	route         HandlerFunc
	request       *http.Request
	before, after http.Header // of the answer: when the handler was called, and when it answered
	answer        Answer

	header http.Header // of the answer that is compared
	same   bool
}

func rerunOf(c *call, after http.Header, a Answer) *rerun {
	d := &rerun{
		route: c.route, request: c.asked.WithContext(c.Context), before: c.before, after: maps.Clone(after), answer: a, header: make(http.Header, len(after)),
	}
	delete(d.before, "X-Request-Id") // which is another one each time
	delete(d.after, "X-Request-Id")
	return d
}

// holds reports whether the handler would answer the same. One that breaks is
// asked by the chain, which knows what to do then.
func (d *rerun) holds() (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	clear(d.header)
	maps.Copy(d.header, d.before)
	d.same = false
	return d.route(d, d.request) == nil && d.same
}

// compare is how the handler answers: see [Deliver].
func (d *rerun) compare(a Answer) {
	was := d.answer
	d.same = a.Kept && a.Tag == was.Tag && len(a.Body) == len(was.Body) && max(a.Status, http.StatusOK) == max(was.Status, http.StatusOK) &&
		slices.Equal(a.Kind, was.Kind) && slices.Equal(a.Coding, was.Coding) && maps.EqualFunc(d.header, d.after, slices.Equal) &&
		(a.Tag != "" || len(a.Body) == 0 || &a.Body[0] == &was.Body[0])
}

// Header, Write and WriteHeader are those of an answer that is another one: the
// same is never written, but given to [Deliver].
func (d *rerun) Header() http.Header         { return d.header }
func (d *rerun) Write(b []byte) (int, error) { return len(b), nil }
func (d *rerun) WriteHeader(int)             {}
