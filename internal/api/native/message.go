package native

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// messageBody is a message.
type messageBody struct {
	ID               string     `json:"id" example:"TC1002"`
	Title            string     `json:"title"`
	Services         []string   `json:"services" nullable:"false" doc:"Names of services."`
	Category         string     `json:"category"`
	Severity         string     `json:"severity"`
	Tags             []string   `json:"tags" nullable:"false"`
	MajorChange      bool       `json:"majorChange"`
	ActionRequiredBy *time.Time `json:"actionRequiredBy,omitempty"`
	StartAt          *time.Time `json:"startAt,omitempty"`
	EndAt            *time.Time `json:"endAt,omitempty"`
	ModifiedAt       *time.Time `json:"modifiedAt,omitempty"`
	ContentType      string     `json:"contentType" doc:"text or html. HTML is as it was written: clean it before you show it."`
	Content          string     `json:"content"`
	Source           string     `json:"source"`
	Version          int        `json:"version"`
}

type messageDraft struct {
	Title            string     `json:"title" minLength:"1" maxLength:"250"`
	Services         []string   `json:"services,omitempty" maxItems:"50" doc:"Ids of own services, or names."`
	Category         string     `json:"category,omitempty" enum:"stayInformed,planForChange,preventOrFixIssue" doc:"stayInformed by default."`
	Severity         string     `json:"severity,omitempty" enum:"normal,high,critical" doc:"normal by default."`
	Tags             []string   `json:"tags,omitempty" maxItems:"50"`
	MajorChange      bool       `json:"majorChange,omitempty"`
	ActionRequiredBy *time.Time `json:"actionRequiredBy,omitempty"`
	StartAt          *time.Time `json:"startAt,omitempty" doc:"Now by default."`
	EndAt            *time.Time `json:"endAt,omitempty"`
	Content          string     `json:"content" minLength:"1" maxLength:"30000"`
	ContentType      string     `json:"contentType,omitempty" enum:"text,html" doc:"text by default."`
}

type messagePatch struct {
	Title            *string    `json:"title,omitempty" minLength:"1" maxLength:"250"`
	Services         *[]string  `json:"services,omitempty" maxItems:"50"`
	Category         *string    `json:"category,omitempty" enum:"stayInformed,planForChange,preventOrFixIssue"`
	Severity         *string    `json:"severity,omitempty" enum:"normal,high,critical"`
	Tags             *[]string  `json:"tags,omitempty" maxItems:"50"`
	MajorChange      *bool      `json:"majorChange,omitempty"`
	ActionRequiredBy *time.Time `json:"actionRequiredBy,omitempty"`
	StartAt          *time.Time `json:"startAt,omitempty"`
	EndAt            *time.Time `json:"endAt,omitempty"`
	Content          *string    `json:"content,omitempty" minLength:"1" maxLength:"30000"`
	ContentType      *string    `json:"contentType,omitempty" enum:"text,html"`
}

func (a *API) registerMessages() {
	tag, path := []string{"messages"}, "/tenants/{tenant}/messages"
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "listMessages", Method: http.MethodGet, Path: path, Tags: tag, Summary: "List messages",
		Description: "Messages about data privacy are there for clients with Desk.Read.Privacy only, here and everywhere else.",
	}}, a.lister(tocsin.KindMessage, ""))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "createMessage", Method: http.MethodPost, Path: path, Tags: tag, Summary: "Write a message", DefaultStatus: http.StatusCreated,
	}}, adder("messages", a.createMessage, newMessageBody))
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "getMessage", Method: http.MethodGet, Path: path + "/{id}", Tags: tag, Summary: "Read a message",
	}}, reader(a, tocsin.KindMessage, newMessageBody))
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "changeMessage", Method: http.MethodPatch, Path: path + "/{id}", Tags: tag, Summary: "Change an own message",
	}}, changer(a.changeMessage, newMessageBody))
}

func newMessageBody(held tocsin.Held) (messageBody, error) {
	m, err := decode[tocsin.Message](held)
	return messageBody{
		ID: m.ID, Title: m.Title, Services: append([]string{}, m.Services...), Category: m.Category, Severity: m.Severity,
		Tags: append([]string{}, m.Tags...), MajorChange: m.MajorChange, ActionRequiredBy: instant(m.ActionRequiredBy), StartAt: instant(m.StartAt),
		EndAt: instant(m.EndAt), ModifiedAt: instant(m.ModifiedAt), ContentType: m.ContentType, Content: m.Content, Source: held.On, Version: held.N,
	}, err
}

func (a *API) createMessage(ctx context.Context, act author.Act, b messageDraft) (archive.Authored, error) {
	return a.author.CreateMessage(ctx, act, author.MessageDraft{
		Title: b.Title, Services: b.Services, Category: b.Category, Severity: b.Severity, Tags: b.Tags, MajorChange: b.MajorChange,
		ActionRequiredBy: given(b.ActionRequiredBy), StartAt: given(b.StartAt), EndAt: given(b.EndAt), Content: b.Content, ContentType: b.ContentType,
	})
}

func (a *API) changeMessage(ctx context.Context, act author.Act, id string, b messagePatch) (archive.Authored, error) {
	return a.author.ChangeMessage(ctx, act, itemID(id), author.MessageChange(b))
}

// linesOf are the names that a column holds.
func linesOf(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, "\n")
}
