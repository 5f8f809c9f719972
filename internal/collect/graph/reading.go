package graph

import (
	"context"
	"fmt"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of one list.
const (
	maxPages = 1000
	maxList  = 256 << 20 // bytes of its pages, inflated
	maxTag   = 256       // bytes of an ETag that is remembered
)

// pageState recognises a page that has not changed.
type pageState struct {
	target string // what was asked for
	tag    string // the upstream's ETag, if it gave one
	wire   [32]byte
	body   [32]byte
	next   string // absolute, "" for the last page
	n      int    // items
}

// reading is one list as it comes in.
type reading struct {
	source  *Source
	ask     collect.Ask
	listing listing
	before  []pageState // of the last committed answer
	pages   []pageState
	arrived []arrival
	size    int
}

// arrival is what came for one page: its items when they had to be found, else
// the answer that holds them.
type arrival struct {
	answer *httpclient.Answer
	items  [][]byte
	odd    map[int]error // by place in items
}

// read reads all pages.
func (r *reading) read(ctx context.Context, target string) (collect.List, error) {
	unchanged, err := r.all(ctx, target, true)
	if err != nil {
		return collect.List{}, err
	}
	if !unchanged && r.lacksBodies() {
		// Pages that the upstream only confirmed are part of a list that did
		// change, so that their items are needed after all.
		if unchanged, err = r.all(ctx, target, false); err != nil {
			return collect.List{}, err
		}
	}
	list := collect.List{Unchanged: unchanged}
	for _, page := range r.pages {
		list.Listed += page.n
	}
	if unchanged {
		return list, nil
	}
	list.Items, err = r.items(list.Listed)
	return list, err
}

// all follows the pages from target on and reports whether they are those of
// before.
func (r *reading) all(ctx context.Context, target string, conditional bool) (unchanged bool, err error) {
	r.pages, r.arrived, r.size = nil, nil, 0
	seen := map[string]bool{}
	unchanged = true
	for target != "" {
		if seen[target] || len(seen) == maxPages {
			return false, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemEndless, "kind", string(r.listing.kind)), Cause: fmt.Errorf("list %s, page %d", r.listing.path, len(seen))}
		}
		seen[target] = true
		same, err := r.page(ctx, target, conditional)
		if err != nil {
			return false, err
		}
		unchanged = unchanged && same
		target = r.pages[len(r.pages)-1].next
	}
	return unchanged && len(r.pages) == len(r.before), nil
}

// page asks for one page and finds out what must be known of it: from the
// compressed bytes when they are those of before, else from the inflated ones,
// else by taking it apart. It reports whether the page is that of before.
func (r *reading) page(ctx context.Context, target string, conditional bool) (same bool, err error) {
	n := len(r.pages)
	var before pageState
	known := n < len(r.before)
	if known {
		before = r.before[n]
	}
	header := r.source.header
	if conditional && before.tag != "" && before.target == target {
		header = header.Clone()
		header.Set("If-None-Match", before.tag)
	}
	answer, err := r.source.session.Get(ctx, r.ask, target, header)
	if err != nil {
		return false, err
	}
	page := pageState{target: target, wire: answer.Hash}
	if tag := answer.Header.Get("ETag"); len(tag) <= maxTag {
		page.tag = tag
	}
	arrival := arrival{answer: answer}
	switch {
	case answer.Confirmed:
		page, same = before, true
	case known && before.wire == answer.Hash:
		page.body, page.next, page.n, same = before.body, before.next, before.n, true
	default:
		same, err = r.open(&page, &arrival, before)
	}
	if err == nil || arrival.items != nil { // its link may be all that is odd
		r.pages, r.arrived = append(r.pages, page), append(r.arrived, arrival)
	}
	return same, err
}

// open inflates a page, and takes it apart unless it is that of before.
func (r *reading) open(page *pageState, arrival *arrival, before pageState) (same bool, err error) {
	body, err := r.body(arrival.answer, len(r.pages)+1)
	if err != nil {
		return false, err
	}
	if page.body = tocsin.HashOf(body); page.body == before.body {
		page.next, page.n = before.next, before.n
		return true, nil
	}
	parsed, err := r.split(body, len(r.pages)+1)
	page.n, arrival.items, arrival.odd = len(parsed.Items), parsed.Items, parsed.Odd
	if err == nil && parsed.Next != "" {
		page.next, err = r.source.session.Resolve(parsed.Next)
	}
	return false, err
}

func (r *reading) body(answer *httpclient.Answer, number int) ([]byte, error) {
	body, err := answer.Body()
	if err == nil {
		if r.size += len(body); r.size > maxList {
			err = fmt.Errorf("the list has more than %d bytes", maxList)
		}
	}
	if err != nil {
		return nil, damaged(r.listing.kind, number, "", err)
	}
	return body, nil
}

func (r *reading) split(body []byte, number int) (upstream.Page, error) {
	parsed, err := upstream.Split(body)
	switch {
	case err == nil:
	case parsed.Items != nil: // all but the link is sound
		return parsed, &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemLink), Cause: err}
	default:
		// What Split says names places, never what is there.
		return parsed, damaged(r.listing.kind, number, err.Error(), nil)
	}
	return parsed, nil
}

// lacksBodies reports whether the upstream only confirmed some page.
func (r *reading) lacksBodies() bool {
	for _, a := range r.arrived {
		if a.answer.Confirmed {
			return true
		}
	}
	return false
}

// items are those of all pages. Pages that were recognised are inflated and
// taken apart now: remembering their items would cost more than this.
func (r *reading) items(count int) ([]collect.Item, error) {
	list := make([]collect.Item, 0, count)
	for n, a := range r.arrived {
		items, odd := a.items, a.odd
		if items == nil && r.pages[n].n > 0 {
			body, err := r.body(a.answer, n+1)
			if err != nil {
				return nil, err
			}
			parsed, err := r.split(body, n+1)
			if err != nil {
				return nil, err
			}
			items, odd = parsed.Items, parsed.Odd
		}
		list = appendItems(list, items, odd)
	}
	return list, nil
}

func appendItems(list []collect.Item, items [][]byte, odd map[int]error) []collect.Item {
	for i, item := range items {
		list = append(list, collect.Item{Body: item, Hash: tocsin.HashOf(item), Odd: odd[i]})
	}
	return list
}

// begun is what arrived of a list that broke off because of err: the items of
// pages that are not as they were.
func (r *reading) begun(err error) collect.List {
	list := collect.Lost(err, r.listing.kind)[0]
	for _, a := range r.arrived {
		list.Items = appendItems(list.Items, a.items, a.odd)
	}
	list.Listed = len(list.Items)
	return list
}
