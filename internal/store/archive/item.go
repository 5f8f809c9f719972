package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// An Item is the present state of one item of a tenant without its text.
type Item struct {
	tocsin.Ref
	tocsin.Facts
	N      int
	Source string    // whose list it is on
	LeftAt time.Time // zero while listed
	num    int64
}

// An ItemsQuery says which items of a tenant are wanted.
type ItemsQuery struct {
	Kind   tocsin.Kind
	Source string    // empty for all
	Class  string    // of an issue or message; empty for all
	OpenAt time.Time // only what is pending then, as [tocsin.Course] has it; zero for all
	// Private asks for messages about data privacy as well.
	Private bool
	Limit   int
	After   string // the cursor of the page before; "" for the first
}

// Items lists items, the last that the archive came to know first, and the
// cursor of the next page, "" after the last one.
func (s *Store) Items(ctx context.Context, tenantID string, q ItemsQuery) (list []Item, next string, err error) {
	before := int64(1) << 62
	if q.After != "" {
		if before, err = strconv.ParseInt(q.After, 10, 64); err != nil || before < 1 {
			return nil, "", tocsin.Invalidf("after", "It is no cursor of this list.")
		}
	}
	query := itemColumns + `
		FROM members m JOIN items i ON i.num = m.item JOIN documents d ON d.num = m.document JOIN tenants t ON t.num = m.tenant
		WHERE t.id = $1 AND i.kind = $2 AND i.num < $3 AND m.n > 0`
	args := []any{tenantID, string(q.Kind), before}
	where := func(condition string, value any) {
		args = append(args, value)
		query += fmt.Sprintf(" AND "+condition, len(args))
	}
	if q.Source != "" {
		where("m.source = $%d", q.Source)
	}
	if q.Class != "" {
		where("d.class = $%d", q.Class)
	}
	if !q.OpenAt.IsZero() {
		where(openAt(), tocsin.Micros(q.OpenAt))
	}
	if !q.Private {
		query += " AND NOT d.private"
	}
	args = append(args, q.Limit+1)
	rows, err := s.db.Read().QueryContext(ctx, query+fmt.Sprintf(" ORDER BY i.num DESC LIMIT $%d", len(args)), args...)
	if list, err = store.Collect(rows, err, scanItem); err != nil {
		return nil, "", fmt.Errorf("list %ss: %w", q.Kind, s.db.Translate(err))
	}
	if len(list) > q.Limit {
		list = list[:q.Limit]
		next = strconv.FormatInt(list[q.Limit-1].num, 10)
	}
	return list, next, nil
}

// quoted are statuses of our own vocabulary as a list in SQL.
func quoted(list []tocsin.Status) string {
	texts := make([]string, len(list))
	for i, status := range list {
		texts[i] = "'" + string(status) + "'"
	}
	return strings.Join(texts, ", ")
}

// openAt is [tocsin.Course.Pending] in SQL, with the number of the value that
// is the instant left open.
func openAt() string {
	return fmt.Sprintf(`d.status NOT IN (%s)
		AND NOT (lower(d.class) = '%s' AND replace(replace(replace(lower(d.status), ' ', ''), '-', ''), '_', '') IN ('completed', 'canceled', 'cancelled'))
		AND (d.end_at = 0 OR d.end_at > $%%[1]d OR d.status IN (%s) OR (lower(d.class) = '%[2]s' AND d.end_at > $%%[1]d - %[4]d))`,
		quoted(tocsin.StatusesThat(tocsin.Status.Settled)), strings.ToLower(tocsin.ClassMaintenance), quoted(tocsin.StatusesThat(tocsin.Status.Broken)), tocsin.OverrunFor.Microseconds())
}

const itemColumns = `SELECT i.num, i.kind, i.id, m.n, m.left_at, m.source, d.title, d.service, d.service_id, d.feature, d.feature_set, d.status, d.class,
	d.start_at, d.end_at, d.modified_at`

func scanItem(rows *sql.Rows) (i Item, err error) {
	var left, start, end, modified int64
	err = rows.Scan(&i.num, &i.Kind, &i.ID, &i.N, &left, &i.Source, &i.Title, &i.Service, &i.ServiceID, &i.Feature, &i.FeatureSet,
		&i.Status, &i.Class, &start, &end, &modified)
	i.LeftAt, i.StartAt = tocsin.FromMicros(left), tocsin.FromMicros(start)
	i.EndAt, i.ModifiedAt = tocsin.FromMicros(end), tocsin.FromMicros(modified)
	return i, err
}
