package collect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// entriesPerRecord keeps the transactions of a long archive short.
const entriesPerRecord = 500

// Import stores lists that were read from files or made up for a
// demonstration, by the same rules as a poll but silently: nothing of it is
// announced, and what the lists do not name has not left. Importing the same
// thing again has no effect. It returns the changes made.
func (c *Collector) Import(ctx context.Context, tenantID, source string, lists []List) ([]tocsin.Change, error) {
	now := c.now()
	var changes []tocsin.Change
	items := 0
	for _, list := range lists {
		items += len(list.Items)
	}
	for _, list := range lists {
		list.Full = false
		diff, err := compare(ctx, c.archive, tenantID, source, Answer{Lists: []List{list}}, now)
		if err != nil {
			return changes, fmt.Errorf("import %ss: %w", list.Kind, err)
		}
		slices.SortStableFunc(diff.entries, func(a, b store.Entry) int { return a.SeenAt.Compare(b.SeenAt) })
		for part := range slices.Chunk(diff.entries, entriesPerRecord) {
			made, err := c.archive.Record(ctx, store.Record{
				TenantID: tenantID, Source: source, SeenAt: now.Truncate(time.Microsecond), Silent: true, Entries: part,
				Items: items, Audited: len(changes) > 0,
			})
			if err != nil {
				return changes, fmt.Errorf("import %ss: %w", list.Kind, err)
			}
			changes = append(changes, made...)
		}
	}
	return changes, nil
}
