package web

import (
	"cmp"
	"html/template"
	"net/http"
	"strings"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// messagePage is one post of the message center.
type messagePage struct {
	frame
	ID, Heading, Category, Severity, State string
	Major                                  bool
	Attachments                            bool // it has some that the archive does not hold
	Tags                                   []string
	Defs                                   []definition
	Body                                   template.HTML
	Versions                               []versionLine
	Files                                  []fileLine // attachments
	Details                                []detailLine
	Source                                 string
	Portal                                 string        // where the admin centre shows it; "" where that is not known
	Handling                               *handlingView // nil for those whom it does not concern
	Unread                                 string        // address for marking it as unread, "" for strangers
}

// message serves /messages/{id}, the id in any case.
func (p *Pages) message(v *visit) error { return v.showMessage(http.StatusOK, nil) }

func (v *visit) showMessage(status int, problem error) error {
	row, ok := v.snapshot.Message(v.r.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.r.PathValue("id"), 80))
	}
	message, err := v.pages.config.Model.Message(v.r.Context(), row)
	if err != nil {
		return err
	}
	versions, err := v.pages.config.Archive.Versions(v.r.Context(), v.snapshot.Tenant.ID, store.Ref{Kind: tocsin.KindMessage, ID: row.ID})
	if err != nil {
		return err
	}
	title := cmp.Or(strings.TrimSpace(message.Title), row.ID)
	page := messagePage{
		frame: v.frame(crumb{v.text("nav.messages"), v.href("/messages")}, crumb{Name: row.ID}),
		ID:    row.ID, Heading: title, Category: v.category(message.Category), State: v.messageState(row), Major: message.MajorChange,
		Tags: message.Tags, Body: v.upstream(message.Content, message.ContentType),
		Versions: v.versionLines("/messages/", row.ID, versions), Source: versions[len(versions)-1].Source,
	}
	page.Title, page.Portal = row.ID+" "+title, v.cloud(row.Own()).MessageLink(row.ID)
	if message.Severity != "" && message.Severity != "normal" {
		page.Severity = v.category(message.Severity)
	}
	page.define(v, message)
	if page.Files, err = v.files(store.Ref{Kind: tocsin.KindMessage, ID: row.ID}, "/messages/"+escapeID(row.ID)); err != nil {
		return err
	}
	page.Attachments = message.HasAttachments && page.Files == nil
	for _, d := range message.Details {
		page.Details = append(page.Details, detailLine{d.Name, tocsin.Clip(d.Value, 600)})
	}
	if err := v.open(row.ID); err != nil {
		return err
	}
	if v.reader() != "" {
		page.Unread = v.href("/messages/read")
	}
	if page.Handling, err = v.handlingView(row.ID, message, problem); err != nil {
		return err
	}
	if problem != nil {
		page.Title = v.text("problem", "title", page.Title)
	}
	return v.render(status, "message", page)
}

func (page *messagePage) define(v *visit, m tocsin.Message) {
	add := func(d definition) { page.Defs = append(page.Defs, d) }
	if at := v.moment(m.ActionRequiredBy); at != nil {
		due := v.dueLine(page.ID, m)
		at.Text = due.Date // a day, not its midnight
		add(definition{Name: v.text("def.due"), At: at, Note: due.Left, Tone: due.Tone})
	}
	add(definition{Name: v.text("def.services"), Value: v.join(m.Services)})
	if at := v.moment(m.StartAt); at != nil {
		add(definition{Name: v.text("def.published"), At: at, Note: at.Ago})
	}
	if at := v.moment(m.ModifiedAt); at != nil {
		add(definition{Name: v.text("def.updated"), At: at, Note: at.Ago})
	}
	if at := v.moment(m.EndAt); at != nil {
		add(definition{Name: v.text("def.expires"), At: at, Note: at.Ago})
	}
	if odd, ok := v.snapshot.UnreadableItem(tocsin.KindMessage, page.ID); ok {
		add(definition{Name: v.text("def.unread"), At: v.moment(odd.Since), Note: v.text("def.unread.note")})
	}
}

// compareMessage serves /messages/{id}/compare/{a}/{b}.
func (p *Pages) compareMessage(v *visit) error {
	row, ok := v.snapshot.Message(v.r.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.r.PathValue("id"), 80))
	}
	return v.compare(store.Ref{Kind: tocsin.KindMessage, ID: row.ID}, "messages")
}

// messageFile serves /messages/{id}/files/{file}.
func (p *Pages) messageFile(v *visit) error {
	row, ok := v.snapshot.Message(v.r.PathValue("id"))
	if !ok {
		return unknownFile()
	}
	return v.sendFile(store.Ref{Kind: tocsin.KindMessage, ID: row.ID})
}
