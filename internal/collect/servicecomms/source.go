package servicecomms

import (
	"context"
	"encoding/json"
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

// Config says which server is read as which app.
type Config struct {
	TenantID string
	ClientID string
	Secret   string // of the app
	BaseURL  string // such as https://manage.example.org/api/v1.0
	TokenURL string
	Resource string // https://manage.office.com when empty
	Version  string // of this program, for the User-Agent
}

// pageSize is what the API gives at once, and at most.
const (
	pageSize = 100
	maxPages = 1000
)

// Source polls one tenant of a server that speaks the legacy API, such as
// another desk. It always asks for whole lists: the API has no filter by the
// time of the last update.
type Source struct {
	session *upstream.Session
	root    string
	header  http.Header
	seen    map[string][32]byte // hash of the last stored answer, by operation
	fresh   map[string][32]byte
}

// New makes a source. It fails with [tocsin.ErrInvalid] when the config cannot
// work.
func New(c Config, now func() time.Time) (*Source, error) {
	if c.BaseURL == "" || c.TokenURL == "" {
		return nil, tocsin.Invalidf("servicecomms", "The addresses baseUrl and tokenUrl are needed.")
	}
	if c.Resource == "" {
		c.Resource = "https://manage.office.com"
	}
	root := strings.TrimRight(c.BaseURL, "/") + "/" + c.TenantID + "/ServiceComms"
	session, err := upstream.New("servicecomms", upstream.Config{
		TenantID: c.TenantID, ClientID: c.ClientID, Secret: c.Secret, Root: root, TokenURL: c.TokenURL, Version: c.Version,
		Form: url.Values{"resource": {c.Resource}, "scope": {c.Resource + "/.default"}}, Consent: "ServiceHealth.Read",
	}, now)
	if err != nil {
		return nil, err
	}
	return &Source{session: session, root: root, header: http.Header{"Accept": {"application/json;odata.metadata=none"}},
		seen: map[string][32]byte{}, fresh: map[string][32]byte{}}, nil
}

// Poll reads services, their status and all messages, all or nothing. What
// the server no longer lists has not left: its default window is its own
// business.
func (s *Source) Poll(ctx context.Context, ask collect.Ask) (collect.Answer, error) {
	s.fresh = map[string][32]byte{}
	services, err := s.list(ctx, ask, "/Services", func(raw json.RawMessage) (any, error) { return Service(raw) })
	if err != nil {
		return collect.Answer{}, err
	}
	// The time of a status is that of the answer, not of a change: it is left out.
	overviews, err := s.list(ctx, ask, "/CurrentStatus", func(raw json.RawMessage) (any, error) {
		o, _, err := Overview(raw)
		return o, err
	})
	if err != nil {
		return collect.Answer{}, err
	}
	messages, err := s.messages(ctx, ask)
	if err != nil {
		return collect.Answer{}, err
	}
	return collect.Answer{Lists: append([]collect.List{services, overviews}, messages...)}, nil
}

// Commit says that the last answer was stored.
func (s *Source) Commit() {
	for operation, hash := range s.fresh {
		s.seen[operation] = hash
	}
}

// list reads one operation that answers everything at once.
func (s *Source) list(ctx context.Context, ask collect.Ask, operation string, convert func(json.RawMessage) (any, error)) (collect.List, error) {
	raw, answer, err := s.page(ctx, ask, operation)
	if err != nil {
		return collect.List{}, err
	}
	list := collect.List{Listed: len(raw), Unchanged: s.seen[operation] == answer.Hash}
	s.fresh[operation] = answer.Hash
	if list.Unchanged {
		return list, nil
	}
	for _, one := range raw {
		v, err := convert(one)
		if err != nil {
			return list, damaged(err)
		}
		doc, err := tocsin.NewDocument(v)
		if err != nil {
			return list, damaged(err)
		}
		list.Kind = doc.Kind
		list.Items = append(list.Items, collect.Item{Body: doc.Body, Hash: doc.Hash})
	}
	return list, nil
}

// messages reads all pages of /Messages, issues and posts apart.
func (s *Source) messages(ctx context.Context, ask collect.Ask) ([]collect.List, error) {
	lists := []collect.List{{Kind: tocsin.KindIssue}, {Kind: tocsin.KindMessage}}
	for n := range maxPages {
		raw, _, err := s.page(ctx, ask, "/Messages?$top="+strconv.Itoa(pageSize)+"&$skip="+strconv.Itoa(n*pageSize))
		if err != nil {
			return nil, err
		}
		for _, one := range raw {
			v, err := Message(one)
			if err != nil {
				return nil, damaged(err)
			}
			doc, err := tocsin.NewDocument(v)
			if err != nil {
				return nil, damaged(err)
			}
			for i := range lists {
				if lists[i].Kind == doc.Kind {
					lists[i].Items = append(lists[i].Items, collect.Item{Body: doc.Body, Hash: doc.Hash})
					lists[i].Listed++
				}
			}
		}
		if len(raw) < pageSize {
			return lists, nil
		}
	}
	return nil, &collect.Failure{Reason: "The upstream's pages never end."}
}

func (s *Source) page(ctx context.Context, ask collect.Ask, operation string) ([]json.RawMessage, *httpclient.Answer, error) {
	answer, err := s.session.Get(ctx, ask, s.root+operation, s.header)
	if err != nil {
		return nil, nil, err
	}
	body, err := answer.Body()
	if err != nil {
		return nil, nil, damaged(err)
	}
	var envelope struct {
		Value *[]json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, nil, damaged(err)
	}
	if envelope.Value == nil {
		return nil, nil, &collect.Failure{Reason: "The upstream's answer holds no value."}
	}
	return *envelope.Value, answer, nil
}

func damaged(err error) *collect.Failure {
	return &collect.Failure{Reason: "The upstream's answer is damaged: nothing of it was used.", Cause: err}
}
