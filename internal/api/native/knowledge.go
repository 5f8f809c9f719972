package native

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

// workarounds is the part of the store that has what the desk knows itself.
type workarounds interface {
	Workarounds(ctx context.Context, tenantID string) ([]tocsin.Workaround, error)
	Votes(ctx context.Context, tenantID, issue, person string) ([]tocsin.HelpVote, error)
}

// knowledgeBody is what is known to help, in one language.
type knowledgeBody struct {
	Version      int             `json:"version" doc:"Of the content that is shipped."`
	Language     string          `json:"language"`
	Services     []knownService  `json:"services" nullable:"false"`
	Actions      []knownEntry    `json:"actions" nullable:"false" doc:"Of the first minutes."`
	Measures     []knownEntry    `json:"measures" nullable:"false" doc:"For the time being."`
	Tree         []knownEntry    `json:"tree" nullable:"false" doc:"Steps of the decision tree."`
	Checks       []knownEntry    `json:"checks" nullable:"false" doc:"Technical ones."`
	Express      []knownQuestion `json:"express" nullable:"false" doc:"The table of the first line."`
	Reasons      []knownEntry    `json:"reasons" nullable:"false" doc:"To open a ticket with the provider."`
	Prepare      []knownEntry    `json:"prepare" nullable:"false" doc:"For a ticket."`
	Questions    []knownQuestion `json:"questions" nullable:"false" doc:"That are asked again and again."`
	Anticipation []knownEntry    `json:"anticipation" nullable:"false"`
	Channels     []knownEntry    `json:"channels" nullable:"false" doc:"Official ones."`
	Warning      string          `json:"warning" doc:"Part of each workaround that lowers security."`
}

type knownService struct {
	ID          string     `json:"id" enum:"exchange,teams,sharepoint,identity"`
	Name        string     `json:"name"`
	Symptoms    []string   `json:"symptoms" nullable:"false"`
	Signs       []string   `json:"signs" nullable:"false" doc:"Technical ones."`
	First       []string   `json:"first" nullable:"false" doc:"Workarounds of the first level."`
	Workarounds []knownWay `json:"workarounds" nullable:"false" doc:"What is shipped, then what the desk wrote and people may be told of."`
	Say         string     `json:"say" doc:"The sentence for a caller."`
}

type knownWay struct {
	ID       string `json:"id" doc:"Of the service for what is shipped, else a GUID."`
	Language string `json:"language" doc:"It is written in."`
	Text     string `json:"text" doc:"With the warning behind it where it lowers security."`
	Limits   string `json:"limits,omitempty" doc:"What to mind."`
	Version  int    `json:"version" doc:"1 for the first and what is shipped; grows with each edit."`
	Own      bool   `json:"own" doc:"The desk wrote it."`
	Lowers   bool   `json:"lowersSecurity" doc:"A second person approved it."`
	Worked   int    `json:"worked,omitempty" doc:"Of the team, in the issue of the query."`
	Failed   int    `json:"failed,omitempty"`
}

type knownEntry struct {
	ID       string   `json:"id"`
	Name     string   `json:"name,omitempty"`
	Text     string   `json:"text"`
	Commands []string `json:"commands,omitempty" doc:"To be run at the seat."`
}

type knownQuestion struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Meaning  string `json:"meaning,omitempty"`
	Next     string `json:"next,omitempty"`
}

func (a *API) registerKnowledge() {
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getKnowledge", Method: http.MethodGet, Path: "/tenants/{tenant}/knowledge", Tags: []string{"knowledge"}, Summary: "Read what is known to help",
	}}, a.getKnowledge)
}

func (a *API) getKnowledge(ctx context.Context, x *exchange, in *struct {
	InTenant
	Language string `query:"language" enum:"en,fr,ja" default:"en"`
	Issue    string `query:"issue" maxLength:"100" doc:"Id of an issue, for the slots of the texts and the votes of the team." example:"MO821132"`
},
) (*struct{ Body knowledgeBody }, error) {
	b, err := knowledge.In(in.Language)
	if err != nil {
		return nil, err
	}
	votes, err := a.votes(ctx, x, itemID(in.Issue))
	if err != nil {
		return nil, err
	}
	own, err := a.help.Workarounds(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	edits, err := a.edits.Edits(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	b = b.With(edits).Of(itemID(in.Issue))
	body := knowledgeBody{
		Version: b.Version, Language: b.Language, Warning: b.Warning, Services: make([]knownService, len(b.Services)),
		Actions: knownEntries(b.Actions), Measures: knownEntries(b.Measures), Tree: knownEntries(b.Tree), Checks: knownEntries(b.Checks), Reasons: knownEntries(b.Reasons), Prepare: knownEntries(b.Prepare),
		Express: knownQuestions(b.Express), Questions: knownQuestions(b.FAQ), Anticipation: knownEntries(b.Anticipation), Channels: knownEntries(b.Channels),
	}
	for i, s := range b.Services {
		body.Services[i] = knownService{ID: s.ID, Name: s.Name, Symptoms: s.Symptoms, Signs: s.Signs, First: s.First, Say: s.Say}
		for _, w := range b.Ways(s.ID, own) {
			body.Services[i].Workarounds = append(body.Services[i].Workarounds, knownWay{w.ID, w.Language, w.Told(), w.Limits, w.Version, w.Own, w.Lowers, votes[w.ID].Worked, votes[w.ID].Failed})
		}
	}
	return &struct{ Body knowledgeBody }{body}, nil
}

// votes are what the team says of workarounds in an issue, by workaround.
func (a *API) votes(ctx context.Context, x *exchange, issue string) (map[string]tocsin.HelpVote, error) {
	all := map[string]tocsin.HelpVote{}
	if issue == "" {
		return all, nil
	}
	if _, err := a.archive.Held(ctx, x.tenant.ID, tocsin.Ref{Kind: tocsin.KindIssue, ID: issue}, 0); err != nil {
		return nil, err
	}
	list, err := a.help.Votes(ctx, x.tenant.ID, issue, "")
	for _, one := range list {
		all[one.Workaround] = one
	}
	return all, err
}

func knownEntries(list []knowledge.Entry) []knownEntry {
	out := make([]knownEntry, len(list))
	for i, e := range list {
		out[i] = knownEntry{e.ID, e.Name, e.Text, e.Commands}
	}
	return out
}

func knownQuestions(list []knowledge.Question) []knownQuestion {
	out := make([]knownQuestion, len(list))
	for i, q := range list {
		out[i] = knownQuestion(q)
	}
	return out
}
