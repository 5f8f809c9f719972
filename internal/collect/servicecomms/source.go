package servicecomms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/legacy"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

const (
	// pageSize is what /Messages gives at once, and at most. Source: the
	// reference, $top.
	pageSize        = 100
	maxPages        = 1000
	defaultResource = "https://manage.office.com"
)

// operation is one of the API's lists and what its elements become.
type operation struct {
	path    string
	paged   bool
	whole   bool          // it lists all that there is now
	kinds   []tocsin.Kind // one list is given for each
	convert func(json.RawMessage) (any, error)
}

// operations are read in this order. HistoricalStatus is not polled: its rows
// are a summary of each past day and would come to be versions between the
// states that were really seen. [Overview] reads them for an import.
func operations() []operation {
	return []operation{
		{"/Services", false, true, []tocsin.Kind{tocsin.KindService}, func(raw json.RawMessage) (any, error) { return legacy.Service(raw) }},
		// The time of a status is that of the answer, not of a change: it is left out.
		{"/CurrentStatus", false, true, []tocsin.Kind{tocsin.KindOverview}, func(raw json.RawMessage) (any, error) {
			o, _, _, err := legacy.Overview(raw)
			return o, err
		}},
		{"/Messages", true, false, []tocsin.Kind{tocsin.KindIssue, tocsin.KindMessage}, func(raw json.RawMessage) (any, error) { return legacy.Message(raw) }},
	}
}

// Source polls one tenant of a server that speaks the legacy API, such as
// another desk. It always asks for whole lists: the API has no filter by the
// time of the last update. One poll runs at a time.
type Source struct {
	session *upstream.Session
	root    string
	header  http.Header
	stored  map[string]state // by path: what the archive holds
	fresh   map[string]state // what the last poll saw, until Commit
}

// state recognises an operation's answer that has not changed.
type state struct {
	pages  []pageState
	listed map[tocsin.Kind]int
}

type pageState struct {
	wire [32]byte // hash of the compressed bytes
	n    int      // elements
	next string   // link that the page gave, usually none
}

// New makes a source. It fails with [tocsin.ErrInvalid] when the config cannot
// work.
func New(c Config, now func() time.Time) (*Source, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Resource == "" {
		c.Resource = defaultResource
	}
	root := strings.TrimRight(c.BaseURL, "/") + "/" + c.TenantID + "/ServiceComms"
	session, err := upstream.New("servicecomms", upstream.Config{
		TenantID: c.TenantID, ClientID: c.ClientID, Secret: c.Secret, Credential: c.Credential, Root: root, TokenURL: c.TokenURL, Version: c.Version,
		Form: url.Values{"resource": {c.Resource}, "scope": {c.Resource + "/.default"}}, Consent: "ServiceHealth.Read",
	}, now)
	if err != nil {
		return nil, err
	}
	return &Source{
		session: session, root: root, header: http.Header{"Accept": {"application/json;odata.metadata=none"}},
		stored: map[string]state{}, fresh: map[string]state{},
	}, nil
}

// Poll reads services, their status and all messages, What keeps one
// from arriving does not cost the others, nor what has arrived of it. A message
// that the server no longer lists has not left: its default window is its own
// business. Services and their status have no window.
func (s *Source) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.fresh = map[string]state{}
	var answer collect.Answer
	var over error // why it is of no use to go on
	for _, op := range operations() {
		if over != nil {
			answer.Lists = append(answer.Lists, collect.Lost(over, op.kinds...)...)
			continue
		}
		lists, err := s.read(ctx, ask, op)
		if err != nil {
			if !collect.Goes(ctx, err) {
				over = err
			}
		}
		answer.Lists = append(answer.Lists, lists...)
	}
	return answer.Checked()
}

// Commit says that the last answer was stored: the next one is compared with
// it. The collector calls it after the transaction.
func (s *Source) Commit() {
	for path, st := range s.fresh {
		s.stored[path] = st
	}
	s.fresh = map[string]state{}
}

// Forget says that the archive has moved on from what the source remembers: the
// next answer is taken in whole.
func (s *Source) Forget() { s.stored, s.fresh = map[string]state{}, map[string]state{} }

// read asks for all pages of one operation, and converts their elements unless
// every page is as it was.
func (s *Source) read(ctx context.Context, ask collect.Ask, op operation) ([]collect.List, error) {
	before := s.stored[op.path]
	now, answers, err := s.pages(ctx, ask, op, before)
	if err != nil {
		return s.begun(op, answers, err), err
	}
	unchanged := len(now.pages) == len(before.pages)
	for n, page := range now.pages {
		unchanged = unchanged && page.wire == before.pages[n].wire
	}
	lists := make([]collect.List, len(op.kinds))
	for i, kind := range op.kinds {
		lists[i] = collect.List{Kind: kind, Full: op.whole, Unchanged: unchanged, Listed: before.listed[kind]}
	}
	if unchanged {
		s.fresh[op.path] = before
		return lists, nil
	}
	for i := range lists {
		lists[i].Listed = 0
	}
	for n, answer := range answers {
		if err := op.add(lists, answer, n+1); err != nil {
			return collect.Lost(err, op.kinds...), err
		}
	}
	now.listed = map[tocsin.Kind]int{}
	for _, list := range lists {
		now.listed[list.Kind] = list.Listed
	}
	s.fresh[op.path] = now
	return lists, nil
}

// begun is what arrived of lists that broke off because of err. The archive
// moves on with it from what is remembered of the operation.
func (s *Source) begun(op operation, answers []*httpclient.Answer, err error) []collect.List {
	lists := collect.Lost(err, op.kinds...)
	for n, answer := range answers {
		if op.add(lists, answer, n+1) == nil {
			s.fresh[op.path] = state{}
		}
	}
	return lists
}

// pages asks for pages until one is not full. A server that knows no paging
// gives more than a page at once, which is then all; one that gives links is
// followed instead.
func (s *Source) pages(ctx context.Context, ask collect.Ask, op operation, before state) (state, []*httpclient.Answer, error) {
	var now state
	var answers []*httpclient.Answer
	target := s.root + op.path
	if op.paged {
		target += "?$top=" + strconv.Itoa(pageSize)
	}
	seen := map[string]bool{}
	for n := 1; ; n++ {
		if n > maxPages || seen[target] {
			return now, answers, endless(op, n)
		}
		seen[target] = true
		answer, err := s.session.Get(ctx, ask, target, s.header)
		if err != nil {
			return now, answers, err
		}
		page, err := op.recognise(answer, before, n)
		if err != nil {
			return now, answers, err
		}
		if n > 1 && page.wire == now.pages[n-2].wire {
			return now, answers, endless(op, n) // it does not know $skip
		}
		now.pages, answers = append(now.pages, page), append(answers, answer)
		switch {
		case page.next != "":
			if target, err = s.session.Resolve(page.next); err != nil {
				return now, answers, err
			}
		case op.paged && page.n == pageSize:
			target = s.root + op.path + "?$top=" + strconv.Itoa(pageSize) + "&$skip=" + strconv.Itoa(n*pageSize)
		default:
			return now, answers, nil
		}
	}
}

func endless(op operation, n int) *collect.Failure {
	return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemEndless, "kind", op.kind()), Cause: fmt.Errorf("page %d of %s", n, op.path[1:])}
}

// recognise finds out what must be known of a page, without inflating it when
// its bytes are those of before.
func (op operation) recognise(answer *httpclient.Answer, before state, number int) (pageState, error) {
	if number <= len(before.pages) && before.pages[number-1].wire == answer.Hash {
		return before.pages[number-1], nil
	}
	page, err := open(answer)
	if err != nil {
		return pageState{}, op.damaged(number, err)
	}
	return pageState{wire: answer.Hash, n: len(page.Items), next: page.Next}, nil
}

// add converts the elements of one page and puts each on the list of its kind.
func (op operation) add(lists []collect.List, answer *httpclient.Answer, number int) error {
	page, err := open(answer)
	if err != nil {
		return op.damaged(number, err)
	}
	for n, element := range page.Items {
		kind, item := op.item(element, page.Odd[n])
		for i := range lists {
			if lists[i].Kind == kind {
				lists[i].Items = append(lists[i].Items, item)
				lists[i].Listed++
			}
		}
	}
	return nil
}

// item converts one element. One that cannot be read stays as it came, on the
// list that it seems to belong to.
func (op operation) item(element []byte, odd error) (tocsin.Kind, collect.Item) {
	if odd == nil && !utf8.Valid(element) {
		odd = errors.New("it is not UTF-8")
	}
	if odd == nil {
		v, err := op.convert(element)
		if err == nil {
			var doc tocsin.Document
			if doc, err = tocsin.NewDocument(v); err == nil {
				return doc.Kind, collect.Item{Body: doc.Body, Hash: doc.Hash, Doubts: doc.Doubts}
			}
		}
		odd = err
	}
	kind := op.kinds[0]
	if len(op.kinds) > 1 && tocsin.SeemsMessage(element) {
		kind = tocsin.KindMessage
	}
	return kind, collect.Item{Body: element, Hash: tocsin.HashOf(element), Odd: odd}
}

// open inflates a page and takes its envelope off.
func open(answer *httpclient.Answer) (upstream.Page, error) {
	body, err := answer.Body()
	if err != nil {
		return upstream.Page{}, err
	}
	return upstream.Split(body)
}

func (op operation) damaged(page int, err error) *collect.Failure {
	return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemPage, "page", strconv.Itoa(page), "kind", op.kind(), "detail", ""), Cause: err}
}

// kind names what the operation lists: the last of its kinds, since issues and
// messages come together as the API's messages.
func (op operation) kind() string { return string(op.kinds[len(op.kinds)-1]) }
