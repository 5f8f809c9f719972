package author

import (
	"context"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// A MaintenanceDraft announces work on an own service.
type MaintenanceDraft struct {
	Service string // id of an own service
	Feature string // name of one of its features; empty for all of it
	Title   string
	Impact  string
	StartAt time.Time
	EndAt   time.Time
	Post    PostDraft // the first; none when its content is empty
}

// PlanMaintenance announces work. It is kept as an issue of the classification
// plannedMaintenance, whose status is operational until a post says that users
// feel it.
func (a *Author) PlanMaintenance(ctx context.Context, act Act, in MaintenanceDraft) (archive.Authored, error) {
	asked, now := in, a.now()
	var c checks
	c.heading(&in.Title, &in.Impact)
	c.window(&in.StartAt, &in.EndAt, now)
	if in.Post != (PostDraft{}) {
		c.post("post.", &in.Post, now)
	}
	if err := c.err(); err != nil {
		return archive.Authored{}, err
	}
	return a.do(ctx, deed{Act: act, name: "plan maintenance", input: asked, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		return d.open(ctx, tocsin.Issue{
			Title: in.Title, Classification: tocsin.ClassMaintenance, Origin: "customer", Status: tocsin.StatusOperational,
			Impact: in.Impact, StartAt: in.StartAt, EndAt: in.EndAt, ModifiedAt: d.now,
		}, in.Service, in.Feature, in.Post)
	}})
}

// window checks when work begins and ends.
func (c *checks) window(start, end *time.Time, now time.Time) {
	for field, t := range map[string]*time.Time{"startAt": start, "endAt": end} {
		if t.IsZero() {
			c.add(field, "Say when.")
		}
		c.near(field, t, now)
	}
	if !start.IsZero() && !end.IsZero() && !end.After(*start) {
		c.add("endAt", "It ends before it begins.")
	}
}
