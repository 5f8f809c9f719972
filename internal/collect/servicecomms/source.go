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
	kinds   []tocsin.Kind // one list is given for each
	convert func(json.RawMessage) (any, error)
}

// operations are read in this order. HistoricalStatus is not polled: its rows
// are a summary of each past day and would come to be versions between the
// states that were really seen. [Overview] reads them for an import.
func operations() []operation {
	return []operation{
		{"/Services", false, []tocsin.Kind{tocsin.KindService}, func(raw json.RawMessage) (any, error) { return legacy.Service(raw) }},
		// The time of a status is that of the answer, not of a change: it is left out.
		{"/CurrentStatus", false, []tocsin.Kind{tocsin.KindOverview}, func(raw json.RawMessage) (any, error) {
			o, _, _, err := legacy.Overview(raw)
			return o, err
		}},
		{"/Messages", true, []tocsin.Kind{tocsin.KindIssue, tocsin.KindMessage}, func(raw json.RawMessage) (any, error) { return legacy.Message(raw) }},
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

// Poll reads services, their status and all messages, all or nothing. What
// the server no longer lists has not left: its default window is its own
// business.
func (s *Source) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.fresh = map[string]state{}
	var answer collect.Answer
	for _, op := range operations() {
		lists, err := s.read(ctx, ask, op)
		if err != nil {
			return collect.Answer{}, err
		}
		answer.Lists = append(answer.Lists, lists...)
	}
	return answer, nil
}

// Commit says that the last answer was stored: the next one is compared with
// it. The collector calls it after the transaction.
func (s *Source) Commit() {
	for path, st := range s.fresh {
		s.stored[path] = st
	}
	s.fresh = map[string]state{}
}

// read asks for all pages of one operation, and converts their elements unless
// every page is as it was.
func (s *Source) read(ctx context.Context, ask collect.Ask, op operation) ([]collect.List, error) {
	before := s.stored[op.path]
	now, answers, err := s.pages(ctx, ask, op, before)
	if err != nil {
		return nil, err
	}
	unchanged := len(now.pages) == len(before.pages)
	for n, page := range now.pages {
		unchanged = unchanged && page.wire == before.pages[n].wire
	}
	lists := make([]collect.List, len(op.kinds))
	for i, kind := range op.kinds {
		lists[i] = collect.List{Kind: kind, Unchanged: unchanged, Listed: before.listed[kind]}
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
			return nil, err
		}
	}
	now.listed = map[tocsin.Kind]int{}
	for _, list := range lists {
		now.listed[list.Kind] = list.Listed
	}
	s.fresh[op.path] = now
	return lists, nil
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
			return state{}, nil, endless(op, n)
		}
		seen[target] = true
		answer, err := s.session.Get(ctx, ask, target, s.header)
		if err != nil {
			return state{}, nil, err
		}
		page, err := op.recognise(answer, before, n)
		if err != nil {
			return state{}, nil, err
		}
		if n > 1 && page.wire == now.pages[n-2].wire {
			return state{}, nil, endless(op, n) // it does not know $skip
		}
		now.pages, answers = append(now.pages, page), append(answers, answer)
		switch {
		case page.next != "":
			if target, err = s.session.Resolve(page.next); err != nil {
				return state{}, nil, err
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
	elements, next, err := open(answer)
	if err != nil {
		return pageState{}, op.damaged(number, err)
	}
	return pageState{wire: answer.Hash, n: len(elements), next: next}, nil
}

// add converts the elements of one page and puts each on the list of its kind.
func (op operation) add(lists []collect.List, answer *httpclient.Answer, number int) error {
	elements, _, err := open(answer)
	if err != nil {
		return op.damaged(number, err)
	}
	for n, element := range elements {
		v, err := op.convert(element)
		if err != nil {
			return op.damaged(number, fmt.Errorf("element %d: %w", n+1, err))
		}
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			return op.damaged(number, fmt.Errorf("element %d: %w", n+1, err))
		}
		for i := range lists {
			if lists[i].Kind == doc.Kind {
				lists[i].Items = append(lists[i].Items, collect.Item{Body: doc.Body, Hash: doc.Hash, Doubts: doc.Doubts})
				lists[i].Listed++
			}
		}
	}
	return nil
}

// open inflates a page and takes its envelope off.
func open(answer *httpclient.Answer) (elements []json.RawMessage, next string, err error) {
	body, err := answer.Body()
	if err != nil {
		return nil, "", err
	}
	if err := httpclient.CheckJSON(body); err != nil {
		return nil, "", err
	}
	var envelope struct {
		Value *[]json.RawMessage `json:"value"`
		Next  string             `json:"@odata.nextLink"`
		Error json.RawMessage    `json:"error"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, "", err
	}
	if envelope.Error != nil && string(envelope.Error) != "null" {
		return nil, "", errors.New("it holds an error")
	}
	if envelope.Value == nil {
		return nil, "", errors.New("it holds no list named value")
	}
	return *envelope.Value, envelope.Next, nil
}

func (op operation) damaged(page int, err error) *collect.Failure {
	return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemPage, "page", strconv.Itoa(page), "kind", op.kind(), "detail", ""), Cause: err}
}

// kind names what the operation lists: the last of its kinds, since issues and
// messages come together as the API's messages.
func (op operation) kind() string { return string(op.kinds[len(op.kinds)-1]) }
