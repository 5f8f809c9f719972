package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

// wordings is the part of the store that has what the desk put into its own words.
type wordings interface {
	Edits(ctx context.Context, tenantID string) ([]tocsin.Edit, error)
	EditsOf(ctx context.Context, tenantID, item, language string, limit int) ([]tocsin.Edit, error)
	AddEdit(ctx context.Context, e tocsin.Edit, made int) (tocsin.Edit, error)
	WithdrawEdits(ctx context.Context, tenantID, item, language string, now time.Time) error
}

// passageBody is a passage of what is known, in a list.
type passageBody struct {
	Item     string         `json:"item" doc:"List and id within it." example:"faq/mfa"`
	Language string         `json:"language" enum:"en,fr,ja"`
	Version  int            `json:"version" doc:"That is shown: 1 for what is shipped."`
	Waits    bool           `json:"waits" doc:"A newer one waits for a second person."`
	Words    []passageWords `json:"words" nullable:"false"`
}

// passageWords is one field of a passage.
type passageWords struct {
	Field string `json:"field" pattern:"^[a-z]{2,12}[0-9]{0,2}$" maxLength:"14" doc:"Such as name, text, answer or say; of a row of the runbook objective, deliverable, owner or due; of a message line1, line2 … and, for a line that needs the provider's word, else2 for what is said without it." example:"answer"`
	Text  string `json:"text" maxLength:"1000" doc:"Of symptoms, signs and first a line for each."`
}

// passageDetail is a passage with what is shipped and every version.
type passageDetail struct {
	passageBody
	Shipped  []passageWords `json:"shipped" nullable:"false"`
	Versions []passageEdit  `json:"versions" nullable:"false" doc:"The newest first, at most 100."`
}

// passageEdit is a version of a passage.
type passageEdit struct {
	Version    int            `json:"version"`
	State      string         `json:"state" enum:"shown,waits,over"`
	Lowers     bool           `json:"lowersSecurity" doc:"It names a protection: a second person approves it, on the pages."`
	By         string         `json:"by,omitempty"`
	CreatedAt  time.Time      `json:"createdAt"`
	ApprovedAt *time.Time     `json:"approvedAt,omitempty"`
	EndedAt    *time.Time     `json:"endedAt,omitempty"`
	Words      []passageWords `json:"words" nullable:"false"`
}

// passageDraft is other words for a passage.
type passageDraft struct {
	Version int            `json:"version" minimum:"1" doc:"The newest version that the words were made from, 1 for what is shipped."`
	Words   []passageWords `json:"words" minItems:"1" maxItems:"40" doc:"A text for each field."`
}

// InPassage names a passage in a language.
type InPassage struct {
	InTenant
	List     string `path:"list" maxLength:"20" doc:"actions, measures, services, tree, checks, express, reasons, prepare, faq, anticipation, channels, runbook or messages." example:"faq"`
	ID       string `path:"id" maxLength:"20" doc:"Id within the list." example:"mfa"`
	Language string `query:"language" enum:"en,fr,ja" default:"en"`
}

func (in *InPassage) item() string { return in.List + "/" + in.ID }

func (a *API) registerPassages() {
	tag, path := []string{"knowledge"}, "/tenants/{tenant}/knowledge/passages"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "listPassages", Method: http.MethodGet, Path: path, Tags: tag, Summary: "List what can be put into own words",
	}}, a.listPassages)
	one := path + "/{list}/{id}"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getPassage", Method: http.MethodGet, Path: one, Tags: tag, Summary: "Read a passage with all its versions",
	}}, a.getPassage)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "editPassage", Method: http.MethodPut, Path: one, Tags: tag, Summary: "Put a passage into own words",
		Description: "Words alone change: lists keep as many lines as are shipped, messages their lines and what each may claim. Placeholders such as {next} are those that messages are filled with; one that there is not is refused with its place. What names a protection such as MFA waits for a second person.",
	}}, a.editPassage)
	type withdrawn struct{}
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "withdrawPassage", Method: http.MethodDelete, Path: one, Tags: tag, Summary: "Have what is shipped shown again", DefaultStatus: http.StatusNoContent,
	}}, func(ctx context.Context, x *exchange, in *InPassage) (*withdrawn, error) {
		return &withdrawn{}, a.edits.WithdrawEdits(ctx, x.tenant.ID, in.item(), in.Language, x.now)
	})
}

func (a *API) listPassages(ctx context.Context, x *exchange, in *struct {
	InTenant
	Language string `query:"language" enum:"en,fr,ja" default:"en"`
},
) (*struct{ Body listOf[passageBody] }, error) {
	b, err := respond.Shelf(in.Language)
	if err != nil {
		return nil, err
	}
	edits, err := a.edits.Edits(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	body := listOf[passageBody]{Value: []passageBody{}}
	for _, p := range b.Passages() {
		body.Value = append(body.Value, newPassageBody(p, in.Language, edits))
	}
	return &struct{ Body listOf[passageBody] }{body}, nil
}

func (a *API) getPassage(ctx context.Context, x *exchange, in *InPassage) (*output[passageDetail], error) {
	b, err := respond.Shelf(in.Language)
	if err != nil {
		return nil, err
	}
	p, ok := b.Passage(in.item())
	if !ok {
		return nil, tocsin.NotFoundf("There is no such passage.")
	}
	edits, err := a.edits.EditsOf(ctx, x.tenant.ID, p.Item, in.Language, maxPassageVersions)
	if err != nil {
		return nil, err
	}
	body := passageDetail{passageBody: newPassageBody(p, in.Language, edits), Shipped: wordsOf(p, nil), Versions: make([]passageEdit, len(edits))}
	for i, e := range edits {
		body.Versions[i] = passageEdit{e.Version, passageState(e), e.Lowers, e.Author, e.CreatedAt.UTC(), instant(e.ApprovedAt), instant(e.EndedAt), wordsOf(p, e.Words)}
	}
	return &output[passageDetail]{Body: body}, nil
}

// maxPassageVersions bounds the versions of a passage in an answer.
const maxPassageVersions = 100

func (a *API) editPassage(ctx context.Context, x *exchange, in *struct {
	InPassage
	Body passageDraft
},
) (*output[passageDetail], error) {
	b, err := respond.Shelf(in.Language)
	if err != nil {
		return nil, err
	}
	e := tocsin.Edit{ID: tocsin.NewGUID(), TenantID: x.tenant.ID, Item: in.item(), Language: in.Language, Words: map[string]string{}, CreatedAt: x.now}
	for _, w := range in.Body.Words {
		e.Words[w.Field] = w.Text
	}
	e.Normalize()
	e.Lowers = knowledge.LowersSecurity(knowledge.All(e))
	if err := b.Check(e); err != nil {
		return nil, err
	}
	if _, err := a.edits.AddEdit(ctx, e, in.Body.Version); err != nil {
		return nil, err
	}
	return a.getPassage(ctx, x, &in.InPassage)
}

func newPassageBody(p knowledge.Passage, language string, edits []tocsin.Edit) passageBody {
	body := passageBody{Item: p.Item, Language: language, Version: 1, Words: wordsOf(p, nil)}
	for _, e := range edits {
		switch {
		case e.Item != p.Item || e.Language != language:
		case e.Waits():
			body.Waits = true
		case e.Holds():
			body.Version, body.Words = e.Version, wordsOf(p, e.Words)
		}
	}
	return body
}

// wordsOf are the fields of a passage, in other words where there are any.
func wordsOf(p knowledge.Passage, words map[string]string) []passageWords {
	list := make([]passageWords, len(p.Fields))
	for i, f := range p.Fields {
		list[i] = passageWords{f.Name, f.Text}
		if text, ok := words[f.Name]; ok {
			list[i].Text = text
		}
	}
	return list
}

func passageState(e tocsin.Edit) string {
	switch {
	case e.Waits():
		return "waits"
	case e.Holds():
		return "shown"
	}
	return "over"
}
