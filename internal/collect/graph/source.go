// Package graph reads service health and message-center posts from Microsoft
// Graph admin/serviceAnnouncement, or from anything that speaks like it.
package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/collect/upstream"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Config says which tenant is read as which app.
type Config struct {
	TenantID string
	ClientID string
	Secret   string // of the app
	TokenURL string // the public cloud's v2.0 endpoint of the tenant when empty
	BaseURL  string // with the version, https://graph.microsoft.com/v1.0 when empty
	Scope    string // that of the public cloud when empty
	PageSize int    // 1000 when 0
	Version  string // of this program, for the User-Agent
}

const (
	maxPages    = 1000
	defaultBase = "https://graph.microsoft.com/v1.0"
	apiPath     = "/admin/serviceAnnouncement"
)

// Source polls one tenant. One poll runs at a time.
type Source struct {
	session *upstream.Session
	root    string
	header  http.Header
	stored  map[string]*listState // by kind and form of request: what the archive holds
	fresh   map[string]*listState // what the last poll saw, until Commit
}

// listState recognises a list that has not changed.
type listState struct {
	pages []pageState
}

type pageState struct {
	wire [32]byte // hash of the compressed bytes
	body [32]byte // hash of the inflated bytes
	next string
	n    int
}

// New makes a source. It fails with [tocsin.ErrInvalid] when the config cannot
// work.
func New(c Config, now func() time.Time) (*Source, error) {
	if c.BaseURL == "" {
		c.BaseURL = defaultBase
	}
	if c.PageSize == 0 {
		c.PageSize = 1000
	}
	if c.Scope == "" {
		c.Scope = "https://graph.microsoft.com/.default"
	}
	root := strings.TrimRight(c.BaseURL, "/") + apiPath
	session, err := upstream.New("graph", upstream.Config{
		TenantID: c.TenantID, ClientID: c.ClientID, Secret: c.Secret, Root: root, TokenURL: c.TokenURL, Version: c.Version,
		Form: url.Values{"scope": {c.Scope}}, Consent: "ServiceHealth.Read.All and ServiceMessage.Read.All",
	}, now)
	if err != nil {
		return nil, err
	}
	return &Source{
		session: session, root: root, stored: map[string]*listState{}, fresh: map[string]*listState{},
		header: http.Header{"Accept": {"application/json"}, "Prefer": {"odata.maxpagesize=" + strconv.Itoa(c.PageSize)}},
	}, nil
}

// Poll reads overviews, issues and messages, all or nothing.
func (s *Source) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.fresh = map[string]*listState{}
	var answer collect.Answer
	for _, one := range []struct {
		kind     tocsin.Kind
		path     string
		filtered bool
	}{
		{tocsin.KindOverview, "/healthOverviews", false},
		{tocsin.KindIssue, "/issues", true},
		{tocsin.KindMessage, "/messages", true},
	} {
		query := ""
		full := ask.Full || !one.filtered || ask.Since.IsZero()
		if !full {
			query = "?$filter=" + strings.ReplaceAll(url.QueryEscape("lastModifiedDateTime ge "+tocsin.FormatTime(ask.Since.Truncate(time.Millisecond))), "+", "%20")
		}
		list, err := s.list(ctx, ask, one.path+query, fmt.Sprint(one.path, full))
		if err != nil {
			return collect.Answer{}, err
		}
		list.Kind, list.Full = one.kind, full
		answer.Lists = append(answer.Lists, list)
	}
	return answer, nil
}

// Commit says that the last answer was stored: the next one is compared with
// it.
func (s *Source) Commit() {
	for key, state := range s.fresh {
		s.stored[key] = state
	}
}

// list reads all pages of one list.
func (s *Source) list(ctx context.Context, ask collect.Ask, target, key string) (collect.List, error) {
	var list collect.List
	before, state := s.stored[key], &listState{}
	if before == nil {
		before = &listState{}
	}
	seen := map[string]bool{}
	unchanged := true
	var answers []*httpclient.Answer
	for next := s.root + target; next != ""; {
		if seen[next] || len(seen) == maxPages {
			return list, &collect.Failure{Reason: "The upstream's pages never end."}
		}
		seen[next] = true
		answer, err := s.session.Get(ctx, ask, next, s.header)
		if err != nil {
			return list, err
		}
		answers = append(answers, answer)
		page, err := s.page(answer, before, len(state.pages))
		if err != nil {
			return list, err
		}
		n := len(state.pages)
		unchanged = unchanged && n < len(before.pages) && before.pages[n].body == page.body
		state.pages = append(state.pages, page)
		list.Listed += page.n
		if next = page.next; next != "" {
			if next, err = s.session.Resolve(next); err != nil {
				return list, err
			}
		}
	}
	s.fresh[key] = state
	if unchanged && len(state.pages) == len(before.pages) {
		list.Unchanged = true
		return list, nil
	}
	for _, answer := range answers {
		body, err := answer.Body()
		if err != nil {
			return list, damaged(err)
		}
		parsed, err := split(body)
		if err != nil {
			return list, damaged(err)
		}
		for _, item := range parsed.items {
			list.Items = append(list.Items, collect.Item{Body: item, Hash: tocsin.HashOf(item)})
		}
	}
	return list, nil
}

// page finds out what must be known of a page: from the compressed bytes when
// they are those of before, else from the inflated ones, else by splitting.
func (s *Source) page(answer *httpclient.Answer, before *listState, n int) (pageState, error) {
	if n < len(before.pages) && before.pages[n].wire == answer.Hash {
		return before.pages[n], nil
	}
	body, err := answer.Body()
	if err != nil {
		return pageState{}, damaged(err)
	}
	page := pageState{wire: answer.Hash, body: tocsin.HashOf(body)}
	if n < len(before.pages) && before.pages[n].body == page.body {
		page.next, page.n = before.pages[n].next, before.pages[n].n
		return page, nil
	}
	parsed, err := split(body)
	if err != nil {
		return pageState{}, damaged(err)
	}
	page.next, page.n = parsed.next, len(parsed.items)
	return page, nil
}

func damaged(err error) *collect.Failure {
	return &collect.Failure{Reason: "The upstream's answer is damaged: nothing of it was used.", Cause: err}
}
