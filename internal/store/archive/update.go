package archive

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Update is one version of an issue or message of a tenant as it is
// published, without its text.
type Update struct {
	tocsin.Ref
	N, Newest int           // its number, and that of the version that holds now
	At        int64         // the provider's own time of this state, else when it was seen; microseconds UTC
	SeenAt    int64         // when the desk first saw it
	Document  int64         // number of its text
	Title     string        // as the version says it
	Service   string        // display name; of a message, names joined by new lines
	Status    tocsin.Status // of an issue
	Class     string        // classification of an issue, category of a message
	item      int64
}

// An UpdatesQuery says which updates of a tenant are wanted. Messages about data
// privacy are in no answer.
type UpdatesQuery struct {
	Issues   bool // incidents
	Others   bool // issues of every other class
	Messages bool
	Service  string // display name; "" for all
	Class    string // of an issue, or category of a message; "" for all
	Limit    int    // 1 to 1,000
	After    string // the cursor of the page before; "" for the first
}

// maxLooked bounds the versions that one page of updates looks through.
const maxLooked = 2000

const updateColumns = `i.kind, i.id, v.n, m.n, v.at, v.seen_at, v.document, d.title, d.service, d.status, d.class, v.item`

func scanUpdate(rows *sql.Rows) (u Update, err error) {
	return u, rows.Scan(&u.Kind, &u.ID, &u.N, &u.Newest, &u.At, &u.SeenAt, &u.Document, &u.Title, &u.Service, &u.Status, &u.Class, &u.item)
}

// Updates lists updates of a tenant, newest first, and the cursor of the next
// page, "" after the last one. A page looks through 2,000 versions at most, so
// that it may hold fewer updates than the limit, or none, and have a next one.
func (s *Store) Updates(ctx context.Context, tenantID string, q UpdatesQuery) (list []Update, next string, err error) {
	after, err := parseUpdateCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	args := []any{tenantID, after.at, after.item, after.n, maxLooked}
	where := q.where(&args)
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT `+updateColumns+` FROM (`+lookedAt+` LIMIT $5) v
		JOIN items i ON i.num = v.item JOIN documents d ON d.num = v.document
		JOIN members m ON m.tenant = v.tenant AND m.item = v.item JOIN documents p ON p.num = m.document
		WHERE NOT d.private AND NOT p.private`+where+` ORDER BY v.at DESC, v.item DESC, v.n DESC LIMIT `+strconv.Itoa(q.Limit+1), args...)
	if list, err = store.Collect(rows, err, scanUpdate); err != nil {
		return nil, "", fmt.Errorf("list updates: %w", s.db.Translate(err))
	}
	if len(list) > q.Limit {
		list = list[:q.Limit]
		last := list[q.Limit-1]
		return list, updateCursor{last.At, last.item, last.N}.String(), nil
	}
	next, err = s.lastLookedAt(ctx, tenantID, after)
	return list, next, err
}

// lookedAt are versions of a tenant below a place in the order of updates.
const lookedAt = `SELECT v.tenant, v.item, v.n, v.document, v.at, v.seen_at FROM versions v
	WHERE v.tenant = (SELECT num FROM tenants WHERE id = $1) AND (v.at, v.item, v.n) < ($2, $3, $4) AND v.void = ''
	ORDER BY v.at DESC, v.item DESC, v.n DESC`

// lastLookedAt is the cursor behind the last version that a page could look at,
// "" when there were no more.
func (s *Store) lastLookedAt(ctx context.Context, tenantID string, after updateCursor) (string, error) {
	rows, err := s.db.Read().QueryContext(ctx, lookedAt+` LIMIT 1 OFFSET $5`, tenantID, after.at, after.item, after.n, maxLooked-1)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (c updateCursor, err error) {
		var tenant, document, seen int64
		return c, rows.Scan(&tenant, &c.item, &c.n, &document, &c.at, &seen)
	})
	if err != nil {
		return "", fmt.Errorf("list updates: %w", s.db.Translate(err))
	}
	if len(list) == 0 {
		return "", nil
	}
	return list[0].String(), nil
}

// where are the conditions of a query, whose values are appended to args.
func (q UpdatesQuery) where(args *[]any) string {
	var kinds []string
	for _, one := range []struct {
		on        bool
		condition string
	}{
		{q.Issues, "i.kind = 'issue' AND d.class = 'incident'"},
		{q.Others, "i.kind = 'issue' AND d.class <> 'incident'"},
		{q.Messages, "i.kind = 'message'"},
	} {
		if one.on {
			kinds = append(kinds, one.condition)
		}
	}
	if len(kinds) == 0 {
		kinds = []string{"1 = 0"}
	}
	where := " AND (" + strings.Join(kinds, " OR ") + ")"
	if q.Class != "" {
		*args = append(*args, q.Class)
		where += " AND d.class = $" + strconv.Itoa(len(*args))
	}
	if q.Service != "" {
		*args = append(*args, likePattern("\n"+q.Service+"\n"))
		where += ` AND (` + "'\n' || d.service || '\n'" + `) LIKE $` + strconv.Itoa(len(*args)) + ` ESCAPE '\'`
	}
	return where
}

// An updateCursor is a place in the order of updates.
type updateCursor struct {
	at, item int64
	n        int
}

func (c updateCursor) String() string { return fmt.Sprintf("%d.%d.%d", c.at, c.item, c.n) }

func parseUpdateCursor(text string) (c updateCursor, err error) {
	if text == "" {
		return updateCursor{at: 1<<63 - 1}, nil
	}
	parts := strings.Split(text, ".")
	if len(parts) == 3 {
		var errs [3]error
		c.at, errs[0] = strconv.ParseInt(parts[0], 10, 64)
		c.item, errs[1] = strconv.ParseInt(parts[1], 10, 64)
		c.n, errs[2] = strconv.Atoi(parts[2])
		if errs == [3]error{} && c.n > 0 && c.n < 1<<31 && c.String() == text {
			return c, nil
		}
	}
	return c, tocsin.Invalidf("after", "It is no cursor of this list.")
}

// A Neighbourhood is an update with those beside it.
type Neighbourhood struct {
	Update
	Before         int64 // number of the text of the update before, 0 for the first
	Previous, Next int   // numbers of the updates beside it, 0 for none
}

// Update reads one update of a tenant by the number of its version. It fails
// with [tocsin.ErrNotFound] when there is none that counts, and for a message
// that is or was about data privacy.
func (s *Store) Update(ctx context.Context, tenantID string, ref tocsin.Ref, n int) (u Neighbourhood, err error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT 0, `+neighbourhood+`
		WHERE t.id = $1 AND i.kind = $2 AND i.id = $3 AND v.n = $4 AND `+published, tenantID, string(ref.Kind), ref.ID, n)
	list, err := store.Collect(rows, err, scanNeighbourhood)
	if err != nil {
		return u, fmt.Errorf("read update %d of %s: %w", n, ref.ID, s.db.Translate(err))
	}
	if len(list) == 0 {
		return u, tocsin.NotFoundf("There is no such update.")
	}
	return list[0].Neighbourhood, nil
}

// BroughtBy is [Store.Update] of many changes at once, by the numbers of the
// changes. One that is not there, or may not be told, is not in it.
func (s *Store) BroughtBy(ctx context.Context, changes []int64) (map[int64]Neighbourhood, error) {
	found := make(map[int64]Neighbourhood, len(changes))
	for part := range slices.Chunk(changes, store.MaxArgs) {
		rows, err := s.db.Read().QueryContext(ctx, `SELECT c.seq, `+neighbourhood+`
			JOIN changes c ON c.tenant = v.tenant AND c.item = v.item AND c.n = v.n
			WHERE c.seq IN (`+store.Placeholders(1, len(part))+`) AND `+published, store.Args(part)...)
		list, err := store.Collect(rows, err, scanNeighbourhood)
		if err != nil {
			return nil, fmt.Errorf("read updates of changes: %w", s.db.Translate(err))
		}
		for _, one := range list {
			found[one.change] = one.Neighbourhood
		}
	}
	return found, nil
}

// published is what holds of a version that may be read.
const published = `v.void = '' AND NOT d.private AND NOT p.private`

// neighbourhood is what scanNeighbourhood reads after a number, and where from.
const neighbourhood = updateColumns + `,
	COALESCE((SELECT max(b.n) FROM versions b WHERE b.tenant = v.tenant AND b.item = v.item AND b.n < v.n AND b.void = ''), 0),
	COALESCE((SELECT min(b.n) FROM versions b WHERE b.tenant = v.tenant AND b.item = v.item AND b.n > v.n AND b.void = ''), 0),
	COALESCE((SELECT b.document FROM versions b WHERE b.tenant = v.tenant AND b.item = v.item AND b.n < v.n AND b.void = '' ORDER BY b.n DESC LIMIT 1), 0)
	FROM versions v JOIN tenants t ON t.num = v.tenant JOIN items i ON i.num = v.item JOIN documents d ON d.num = v.document
	JOIN members m ON m.tenant = v.tenant AND m.item = v.item JOIN documents p ON p.num = m.document`

// changedTo is an update, and the change that brought it.
type changedTo struct {
	change int64
	Neighbourhood
}

func scanNeighbourhood(rows *sql.Rows) (u changedTo, err error) {
	return u, rows.Scan(&u.change, &u.Kind, &u.ID, &u.N, &u.Newest, &u.At, &u.SeenAt, &u.Document, &u.Title, &u.Service, &u.Status, &u.Class, &u.item, &u.Previous, &u.Next, &u.Before)
}
