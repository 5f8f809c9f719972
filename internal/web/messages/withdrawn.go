package messages

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/feed"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/part"
)

// withdrawnFor is how long a calendar says that a deadline was taken back:
// programs that learn it have taken the event away by then.
const withdrawnFor = 60 * 24 * time.Hour

// maxBack is how many versions are looked at for the deadline of before.
const maxBack = 10

// withdrawn adds the deadlines that the provider took back, as events that are
// called off. An event that just vanished would stay in many programs.
func (v *view) withdrawn(c *feed.Calendar, rows []messageRow, owns func(tocsin.Party) bool) error {
	before, err := part.Remembered(v.View, "withdrawn deadlines", func(*history.Past) (map[string]time.Time, error) {
		return v.deadlinesBefore(rows)
	})
	if err != nil {
		return err
	}
	for _, m := range rows {
		when, ok := before[m.ID]
		if !ok || m.Due != nil || m.row.Private || !owns(m.Handled.Owner) {
			continue
		}
		m.Due = &part.DueLine{When: when}
		e := v.deadline(m)
		e.Title, e.Withdrawn = "", true
		v.entitle(&e, m.ID+" "+m.Title, m.row)
		c.Events = append(c.Events, e)
	}
	return nil
}

// deadlinesBefore are the deadlines that messages had before they had none, by
// id: of those that changed lately.
func (v *view) deadlinesBefore(rows []messageRow) (map[string]time.Time, error) {
	before := map[string]time.Time{}
	for _, m := range rows {
		if m.row.N < 2 || m.row.Private || !m.message.ActionRequiredBy.IsZero() || v.Now.Sub(m.row.ModifiedAt.Time()) >= withdrawnFor {
			continue
		}
		when, err := v.deadlineBefore(m.row)
		if err != nil {
			return nil, err
		}
		if !when.IsZero() {
			before[m.ID] = when
		}
	}
	return before, nil
}

func (v *view) deadlineBefore(row *readmodel.Row) (time.Time, error) {
	ctx, archive := v.R.Context(), v.pages.config.Archive
	versions, err := archive.Versions(ctx, v.Snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindMessage, ID: row.ID})
	if err != nil {
		return time.Time{}, err
	}
	versions = versions[:max(0, len(versions)-1)]
	for _, version := range slices.Backward(versions[max(0, len(versions)-maxBack):]) {
		body, err := archive.BodyOf(ctx, version.Document)
		if err != nil {
			return time.Time{}, err
		}
		var m tocsin.Message
		if err := json.Unmarshal(body, &m); err != nil {
			return time.Time{}, fmt.Errorf("read %s %d: %w", row.ID, version.N, err)
		}
		if !m.ActionRequiredBy.IsZero() {
			return m.ActionRequiredBy, nil
		}
	}
	return time.Time{}, nil
}
