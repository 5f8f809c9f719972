package author

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// categories are those of messages. The first is the default.
func categories() []string { return []string{"stayInformed", "planForChange", "preventOrFixIssue"} }

// A MessageDraft is a new message.
type MessageDraft struct {
	Title            string
	Services         []string // ids of own services, or names
	Category         string
	Severity         string
	Tags             []string
	MajorChange      bool
	ActionRequiredBy time.Time
	StartAt          time.Time // now when zero
	EndAt            time.Time // zero for never
	Content          string
	ContentType      string // "text" or "html"
}

// A MessageChange says what is to be different; nil leaves it.
type MessageChange struct {
	Title            *string
	Services         *[]string
	Category         *string
	Severity         *string
	Tags             *[]string
	MajorChange      *bool
	ActionRequiredBy *time.Time
	StartAt          *time.Time
	EndAt            *time.Time
	Content          *string
	ContentType      *string
}

// CreateMessage creates a message.
func (a *Author) CreateMessage(ctx context.Context, act Act, in MessageDraft) (archive.Authored, error) {
	message := tocsin.Message{
		Title: in.Title, Services: in.Services, Category: in.Category, Severity: in.Severity, Tags: in.Tags, MajorChange: in.MajorChange,
		ActionRequiredBy: in.ActionRequiredBy, StartAt: in.StartAt, EndAt: in.EndAt, Content: in.Content, ContentType: in.ContentType,
	}
	if err := checkMessage(&message, a.now()); err != nil {
		return archive.Authored{}, err
	}
	return a.do(ctx, deed{Act: act, name: "create message", input: in, write: func(ctx context.Context, d *desk) (_ []tocsin.Document, err error) {
		m := message
		if m.ModifiedAt = d.now; m.StartAt.IsZero() {
			m.StartAt = d.now
		}
		if m.Services, err = d.names(ctx, m.Services); err != nil {
			return nil, err
		}
		if m.ID, err = d.NextID(ctx); err != nil {
			return nil, err
		}
		return documents(m)
	}})
}

// ChangeMessage changes a message that the desk authored.
func (a *Author) ChangeMessage(ctx context.Context, act Act, id string, in MessageChange) (archive.Authored, error) {
	return a.do(ctx, deed{Act: act, name: "change message " + id, input: in, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		m, _, err := own[tocsin.Message](ctx, d, tocsin.Ref{Kind: tocsin.KindMessage, ID: id})
		if err != nil {
			return nil, err
		}
		in.apply(&m)
		if err := checkMessage(&m, d.now); err != nil {
			return nil, err
		}
		if m.Services, err = d.names(ctx, m.Services); err != nil {
			return nil, err
		}
		m.ModifiedAt = later(d.now, m.ModifiedAt)
		return documents(m)
	}})
}

func (in MessageChange) apply(m *tocsin.Message) {
	set(&m.Title, in.Title)
	set(&m.Services, in.Services)
	set(&m.Category, in.Category)
	set(&m.Severity, in.Severity)
	set(&m.Tags, in.Tags)
	set(&m.MajorChange, in.MajorChange)
	set(&m.ActionRequiredBy, in.ActionRequiredBy)
	set(&m.StartAt, in.StartAt)
	set(&m.EndAt, in.EndAt)
	set(&m.Content, in.Content)
	set(&m.ContentType, in.ContentType)
}

func checkMessage(m *tocsin.Message, now time.Time) error {
	var c checks
	c.line("title", &m.Title, 1, maxTitle)
	c.oneOf("category", &m.Category, categories()...)
	c.oneOf("severity", &m.Severity, tocsin.MessageSeverities()...)
	c.lines("services", m.Services)
	c.lines("tags", m.Tags)
	c.near("actionRequiredBy", &m.ActionRequiredBy, now)
	c.near("startAt", &m.StartAt, now)
	c.near("endAt", &m.EndAt, now)
	c.order(m.StartAt, m.EndAt)
	c.text("content", &m.Content, 1, maxContent)
	c.oneOf("contentType", &m.ContentType, "text", "html")
	return c.err()
}

func (c *checks) lines(field string, list []string) {
	if len(list) > maxList {
		c.add(field, "There are more than %d.", maxList)
		return
	}
	for i := range list {
		c.line(fmt.Sprintf("%s[%d]", field, i), &list[i], 1, maxName)
	}
}

// names puts the names of own services in the place of their ids. Others are
// taken as they are: a message may be about a service of the provider.
func (d *desk) names(ctx context.Context, services []string) ([]string, error) {
	names := make([]string, len(services))
	for i, id := range services {
		names[i] = id
		held, err := d.Held(ctx, tocsin.Ref{Kind: tocsin.KindService, ID: id})
		if errors.Is(err, tocsin.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var service tocsin.Service
		if err := json.Unmarshal(held.Body, &service); err != nil {
			return nil, fmt.Errorf("read service %s: %w", id, err)
		}
		names[i] = service.Name
	}
	return names, nil
}
