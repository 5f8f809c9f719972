package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// An Update is one published update of an issue or message of a tenant, as lists
// show it. Its number is that of its version in the tenant: it never changes,
// and with kind, id and tenant it names the update for ever.
type Update struct {
	tocsin.Ref
	N      int       // its number; numbers grow, some may be missing
	Newest int       // the number of the newest update of the item
	At     time.Time // the provider's own time of this state, else when it was seen
	SeenAt time.Time // when the desk first saw it
	Title  string
	// Services are display names, as the update says them.
	Services []string
	Status   tocsin.Status // of an issue
	Class    string        // classification of an issue, category of a message
}

// Last reports whether no newer update of the item is there.
func (u Update) Last() bool { return u.N == u.Newest }

// A Query says which updates are wanted, among those that the edition has.
type Query struct {
	Kind    tocsin.Kind // issue or message; "" for both
	Service string      // display name; "" for all
	Class   string      // of an issue, or category of a message; "" for all
	Limit   int         // 1 to 500
	After   string      // the cursor of the page before; "" for the first
}

// maxLimit bounds a page of updates.
const maxLimit = 500

// Updates lists updates, newest first by the provider's time, and the cursor of
// the next page, "" after the last one. It reads no text, and a bounded number
// of rows: a page may hold fewer updates than the limit, or none, and have a
// next one. It fails with [tocsin.ErrInvalid] for a cursor that is none.
func (r *Reader) Updates(ctx context.Context, e Edition, q Query) ([]Update, string, error) {
	issues, messages := q.Kind != tocsin.KindMessage, q.Kind != tocsin.KindIssue
	rows, next, err := r.store.Updates(ctx, e.Tenant.ID, archive.UpdatesQuery{
		Issues: issues, Others: issues && e.Advisories, Messages: messages && e.Messages,
		Service: q.Service, Class: q.Class, Limit: min(max(1, q.Limit), maxLimit), After: q.After,
	})
	if err != nil {
		return nil, "", err
	}
	list := make([]Update, len(rows))
	for i, row := range rows {
		list[i] = updateOf(row)
	}
	return list, next, nil
}

func updateOf(row archive.Update) Update {
	u := Update{
		Ref: row.Ref, N: row.N, Newest: row.Newest, At: tocsin.FromMicros(row.At), SeenAt: tocsin.FromMicros(row.SeenAt),
		Title: strings.TrimSpace(row.Title), Status: row.Status, Class: row.Class,
	}
	if u.Title == "" {
		u.Title = row.ID
	}
	if row.Service != "" {
		u.Services = strings.Split(row.Service, "\n")
	}
	return u
}

// A Publication is one update whole.
type Publication struct {
	Update
	*Content
	Previous, Next int // numbers of the updates beside it, 0 for none
}

// Publication finds the update with a number of the issue or message with an id.
// It fails with [tocsin.ErrNotFound], in the same words, for one that does not
// exist, whose class the edition does not have, and for a message that is or was
// about data privacy.
func (r *Reader) Publication(ctx context.Context, e Edition, id string, n int) (*Publication, error) {
	for _, kind := range []tocsin.Kind{tocsin.KindIssue, tocsin.KindMessage} {
		row, err := r.store.Update(ctx, e.Tenant.ID, tocsin.Ref{Kind: kind, ID: id}, n)
		if errors.Is(err, tocsin.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !e.Publishes(kind, row.Class) {
			continue
		}
		content, err := r.content(ctx, kind, row.Before, row.Document)
		if err != nil {
			return nil, err
		}
		return &Publication{updateOf(row.Update), content, row.Previous, row.Next}, nil
	}
	return nil, nothing()
}

// PublicationsOf finds the updates that changes brought, by the numbers of the
// changes, whatever is published of their tenants: for what operators are told.
// One that is not there or cannot be read, and a message that is or was about data
// privacy, is not in it. However many they are, they cost a few queries.
func (r *Reader) PublicationsOf(ctx context.Context, changes []int64) (map[int64]*Publication, error) {
	rows, err := r.store.BroughtBy(ctx, changes)
	if err != nil {
		return nil, err
	}
	contents, err := r.contentsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]*Publication, len(rows))
	for change, row := range rows {
		if content := contents[[2]int64{row.Before, row.Document}]; content != nil {
			found[change] = &Publication{updateOf(row.Update), content, row.Previous, row.Next}
		}
	}
	return found, nil
}

// contentsOf returns what updates say, by the numbers of the texts before and
// after, but for texts that cannot be read.
func (r *Reader) contentsOf(ctx context.Context, rows map[int64]archive.Neighbourhood) (map[[2]int64]*Content, error) {
	contents := make(map[[2]int64]*Content, len(rows))
	missing := map[[2]int64]tocsin.Kind{}
	var wanted []int64
	for _, row := range rows {
		key := [2]int64{row.Before, row.Document}
		if c, ok := r.contents.Get(key); ok {
			contents[key] = c
		} else {
			missing[key] = row.Kind
			wanted = append(wanted, row.Before, row.Document)
		}
	}
	slices.Sort(wanted)
	bodies, err := r.store.Bodies(ctx, slices.DeleteFunc(slices.Compact(wanted), func(num int64) bool { return num == 0 }))
	if err != nil {
		return nil, err
	}
	for key, kind := range missing {
		if c, err := contentOf(kind, bodies[key[0]], bodies[key[1]]); err == nil {
			contents[key] = c
			r.contents.Put(key, c, 0)
		}
	}
	return contents, nil
}

// Draft returns what an update of an issue would say that is stored nowhere:
// before is the text that holds now, nil for the first, and after the one that
// would follow it, both in Graph's wire form.
func Draft(before, after []byte) (*Publication, error) {
	var issue tocsin.Issue
	if err := issue.UnmarshalJSON(after); err != nil {
		return nil, fmt.Errorf("read draft: %w", err)
	}
	content, err := contentOf(tocsin.KindIssue, before, after)
	if err != nil {
		return nil, err
	}
	return &Publication{Content: content, Update: Update{
		Ref: tocsin.Ref{Kind: tocsin.KindIssue, ID: issue.ID}, At: issue.ModifiedAt, SeenAt: issue.ModifiedAt, Title: issue.Title, Services: []string{issue.Service},
		Status: issue.Status, Class: issue.Classification,
	}}, nil
}
