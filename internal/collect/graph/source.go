// Package graph reads service health and message-center posts from Microsoft
// Graph admin/serviceAnnouncement, or from anything that speaks like it.
//
// A poll that brings nothing new costs little: a page is first recognised by
// the upstream's own word (ETag), then by the hash of the compressed bytes,
// then by that of the inflated ones. Only a page that differs is taken apart,
// and its items are decoded by nobody here: the collector knows most of them by
// their hash.
//
// What a poll saw counts as known only after [Source.Commit]: until then the
// archive may hold nothing of it.
package graph

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/tocsin"
)

const apiPath = "/admin/serviceAnnouncement"

// listing is one of the API's lists.
type listing struct {
	kind     tocsin.Kind
	path     string
	filtered bool // it can be asked for what was modified lately
}

// listings are the lists in the order in which they are read.
func listings() []listing {
	return []listing{
		{tocsin.KindOverview, "/healthOverviews", false},
		{tocsin.KindIssue, "/issues", true},
		{tocsin.KindMessage, "/messages", true},
	}
}

// Source polls one tenant. One poll runs at a time.
type Source struct {
	session *upstream.Session
	root    string
	header  http.Header
	lists   []listing
	stored  map[form]listState // what the archive holds
	fresh   map[form]listState // what the last poll saw, until Commit
	begun   []tocsin.Kind      // of what only the beginning arrived, until Commit
}

// form tells the requests apart whose answers can be compared: the whole list
// and what was modified lately.
type form struct {
	kind tocsin.Kind
	full bool
}

// listState recognises a list that has not changed. It holds hashes and
// addresses only: at most 1,000 pages with an address of up to 8 KB each.
type listState struct {
	pages   []pageState
	changed bool // it was not what it had been
}

// New makes a source. It fails with [tocsin.ErrInvalid] when the config cannot
// work.
func New(c Config, now func() time.Time) (*Source, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	root := c.BaseURL + apiPath
	session, err := upstream.New("graph", upstream.Config{
		TenantID: c.TenantID, ClientID: c.ClientID, Secret: c.Secret, Credential: c.Credential, Root: root, TokenURL: c.TokenURL, Version: c.Version,
		Form: url.Values{"scope": {c.Scope}}, Consent: "ServiceHealth.Read.All, ServiceMessage.Read.All",
	}, now)
	if err != nil {
		return nil, err
	}
	s := &Source{
		session: session, root: root, stored: map[form]listState{}, fresh: map[form]listState{},
		header: http.Header{"Accept": {"application/json"}, "Prefer": {"odata.maxpagesize=" + strconv.Itoa(c.PageSize)}},
	}
	for _, l := range listings() {
		if len(c.Lists) == 0 || slices.Contains(c.Lists, l.kind) {
			s.lists = append(s.lists, l)
		}
	}
	return s, nil
}

// Poll reads overviews, issues and messages. What keeps one list from arriving
// does not cost the others, nor what has arrived of it. An item that occurs on
// two pages, as happens when the list moves while it is read, is passed on
// twice: which state holds is the collector's to decide.
func (s *Source) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.fresh, s.begun = map[form]listState{}, nil
	var answer collect.Answer
	for n, l := range s.lists {
		full := ask.Full || !l.filtered || ask.Since.IsZero()
		target := s.root + l.path
		if !full {
			target += "?$filter=" + filter(ask.Since)
		}
		r := &reading{source: s, ask: ask, listing: l, before: s.stored[form{l.kind, full}].pages}
		list, err := r.read(ctx, target)
		if err != nil {
			list = r.begun(err)
			if len(list.Items) > 0 {
				s.begun = append(s.begun, l.kind)
			}
			answer.Lists = append(answer.Lists, list)
			if !collect.Goes(ctx, err) {
				answer.Lists = append(answer.Lists, collect.Lost(err, kindsOf(s.lists[n+1:])...)...)
				break
			}
			continue
		}
		list.Kind, list.Full = l.kind, full
		s.fresh[form{l.kind, full}] = listState{pages: r.pages, changed: !list.Unchanged}
		answer.Lists = append(answer.Lists, list)
	}
	return answer.Checked()
}

func kindsOf(lists []listing) []tocsin.Kind {
	kinds := make([]tocsin.Kind, len(lists))
	for i, l := range lists {
		kinds[i] = l.kind
	}
	return kinds
}

// filter asks for what was modified at or after since. It is encoded the way
// that every server reads: %20, not a plus sign.
func filter(since time.Time) string {
	text := "lastModifiedDateTime ge " + tocsin.FormatTime(since.Truncate(time.Millisecond))
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// Commit says that the last answer was stored: the next one is compared with
// it. The collector calls it after the transaction.
func (s *Source) Commit() {
	for f, state := range s.fresh {
		if state.changed {
			// What the other form of the list said may no longer hold in the
			// archive, so that its bytes would prove nothing.
			delete(s.stored, form{f.kind, !f.full})
		}
		s.stored[f] = state
	}
	for _, kind := range s.begun { // the archive has moved on from both forms
		delete(s.stored, form{kind, true})
		delete(s.stored, form{kind, false})
	}
	s.begun = nil
	s.fresh = map[form]listState{}
}

// Forget says that the archive has moved on from what the source remembers: the
// next answer is taken in whole.
func (s *Source) Forget() { s.stored, s.fresh = map[form]listState{}, map[form]listState{} }

// damaged says that a page of a list was not used; detail names places of the
// page, never what is there.
func damaged(kind tocsin.Kind, page int, detail string, err error) *collect.Failure {
	return &collect.Failure{
		Problem: tocsin.NewProblem(tocsin.ProblemPage, "page", strconv.Itoa(page), "kind", string(kind), "detail", detail), Cause: err,
	}
}
