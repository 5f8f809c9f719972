package messages

import (
	"cmp"
	"html/template"
	"net/http"
	"strings"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// messagePage is one post of the message center.
type messagePage struct {
	web.Frame
	ID, Heading, Category, Severity, State string
	Major                                  bool
	Attachments                            bool // it has some that the archive does not hold
	Tags                                   []string
	Defs                                   []web.Definition
	Body                                   template.HTML
	Versions                               part.VersionList
	Files                                  []part.FileLine // attachments
	Details                                []web.DetailLine
	Source                                 string
	Portal                                 string        // where the admin centre shows it; "" where that is not known
	Handling                               *handlingView // nil for those whom it does not concern
	Unread                                 string        // address for marking it as unread, "" for strangers
	TitleBeside                            *part.TranslatedLine
	Beside                                 *part.Bilingual // the body in another language; nil for none
	Switch                                 []part.TranslationLink
	Links                                  part.BesideLinks
}

// message serves /messages/{id}, the id in any case.
func (p *Pages) message(v *view) error { return v.showMessage(http.StatusOK, nil) }

func (v *view) showMessage(status int, problem error) error {
	row, ok := v.Snapshot.Message(v.R.PathValue("id"))
	if !ok {
		return tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(v.R.PathValue("id"), 80))
	}
	message, err := v.pages.config.Model.Message(v.R.Context(), row)
	if err != nil {
		return err
	}
	versions, err := v.pages.config.Archive.Versions(v.R.Context(), v.Snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindMessage, ID: row.ID})
	if err != nil {
		return err
	}
	title := cmp.Or(strings.TrimSpace(message.Title), row.ID)
	page := messagePage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.messages"), Href: v.Href("/messages")}, web.Crumb{Name: row.ID}),
		ID:    row.ID, Heading: title, Category: v.CategoryWord(message.Category), State: v.messageState(row), Major: message.MajorChange,
		Tags: message.Tags, Body: v.upstream(message.Content, message.ContentType),
		Source: versions[len(versions)-1].Source,
	}
	if page.Versions, err = v.VersionList("/messages/", row.ID, versions); err != nil {
		return err
	}
	page.Title, page.Portal = row.ID+" "+title, v.Cloud(row.Own()).MessageLink(row.ID)
	if message.Severity != "" && message.Severity != "normal" {
		page.Severity = v.CategoryWord(message.Severity)
	}
	page.define(v, message)
	if err := page.translate(v, message, row); err != nil {
		return err
	}
	if page.Files, err = v.Files(tocsin.Ref{Kind: tocsin.KindMessage, ID: row.ID}, "/messages/"+web.EscapeID(row.ID)); err != nil {
		return err
	}
	page.Attachments = message.HasAttachments && page.Files == nil
	for _, d := range message.Details {
		page.Details = append(page.Details, web.DetailLine{Name: d.Name, Value: tocsin.Clip(d.Value, 600)})
	}
	if err := v.open(row.ID); err != nil {
		return err
	}
	if v.reader() != "" {
		page.Unread = v.Href("/messages/read")
	}
	if page.Handling, err = v.handlingView(row.ID, message, problem); err != nil {
		return err
	}
	if problem != nil {
		page.Title = v.Text("problem", "title", page.Title)
	}
	return v.Render(status, "message", page)
}

// translate puts title and body into the language that is shown beside the
// original. What the desk's own team writes stays as it is.
func (page *messagePage) translate(v *view, m tocsin.Message, row *readmodel.Row) error {
	language, err := v.Translation()
	if err != nil || row.Own() {
		return err
	}
	if page.Switch = v.TranslationSwitch(language); language == "" {
		return nil
	}
	texts := translate.MessageTexts(m)
	var made []translate.Translation
	if row.Private {
		for _, text := range texts {
			made = append(made, v.TranslatePrivate(language, text))
		}
	} else if made, err = v.Translate(language, texts...); err != nil {
		return err
	}
	if !row.Private {
		page.Links = v.BesideLinks(tocsin.Ref{Kind: tocsin.KindMessage, ID: row.ID}, language)
	}
	body := v.Bilingual(made[1])
	body.Link(post.Links(m.Content, m.ContentType))
	page.TitleBeside, page.Beside = v.OneLine(made[0]), &body
	return nil
}

func (page *messagePage) define(v *view, m tocsin.Message) {
	add := func(d web.Definition) { page.Defs = append(page.Defs, d) }
	if at := v.Moment(m.ActionRequiredBy); at != nil {
		due := v.DueLine(page.ID, m)
		at.Text = due.Date // a day, not its midnight
		add(web.Definition{Name: v.Text("def.due"), At: at, Note: due.Left, Tone: due.Tone})
	}
	add(web.Definition{Name: v.Text("def.services"), Value: v.Join(m.Services)})
	if at := v.Moment(m.StartAt); at != nil {
		add(web.Definition{Name: v.Text("def.published"), At: at, Note: at.Ago})
	}
	if at := v.Moment(m.ModifiedAt); at != nil {
		add(web.Definition{Name: v.Text("def.updated"), At: at, Note: at.Ago})
	}
	if at := v.Moment(m.EndAt); at != nil {
		add(web.Definition{Name: v.Text("def.expires"), At: at, Note: at.Ago})
	}
	if odd, ok := v.Snapshot.UnreadableItem(tocsin.KindMessage, page.ID); ok {
		add(web.Definition{Name: v.Text("def.unread"), At: v.Moment(odd.Since), Note: v.Text("def.unread.note")})
	}
}

// compareMessage serves /messages/{id}/compare/{a}/{b}.
func (p *Pages) compareMessage(v *view) error {
	return v.Compare(tocsin.KindMessage, "messages")
}

// messageFile serves /messages/{id}/files/{file}.
func (p *Pages) messageFile(v *view) error {
	return v.SendFile(tocsin.KindMessage)
}
