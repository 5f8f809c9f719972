package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
)

type incidentTemplateCmd struct {
	List    templateListCmd      `cmd:"" help:"List the six messages and the six rows of the runbook, with the versions that are used. Example: tocsin incident template list --tenant contoso --language fr"`
	Show    knowledgeGetCmd      `cmd:"" help:"Print a template: its words, and its versions. Example: tocsin incident template show messages/closure --tenant contoso"`
	Preview templatePreviewCmd   `cmd:"" help:"Print how a message reads with made-up facts, in three languages. Example: tocsin incident template preview messages/closure --tenant contoso --said"`
	Set     knowledgeEditCmd     `cmd:"" help:"Put a template into own words; fields that are not named stay. A placeholder that there is not is refused with its place. Example: tocsin incident template set messages/closure --tenant contoso --set line3=Restart"`
	Reset   knowledgeWithdrawCmd `cmd:"" help:"Have what is shipped used again. Example: tocsin incident template reset messages/closure --tenant contoso"`
}

// templateListCmd lists the passages that are templates.
type templateListCmd struct{ knowledgeListCmd }

func (c *templateListCmd) Run(ctx context.Context, s *session) error {
	return c.list(ctx, s, func(p knowledge.Passage) bool { return respond.EditedIncident(tocsin.Edit{Item: p.Item}) })
}

type templatePreviewCmd struct {
	ofTenant
	Item string `arg:"" help:"The message, as list prints it."`
	Said bool   `help:"As if the provider had said that it is over."`
}

func (c *templatePreviewCmd) Run(ctx context.Context, s *session) error {
	id, ok := strings.CutPrefix(c.Item, respond.ListMessages+"/")
	if !ok {
		return tocsin.NotFoundf("%q is no message: incident template list prints all.", tocsin.Clip(c.Item, 64))
	}
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	facts := speech.Desk{}.Sample(speech.Asked{Tenant: &readmodel.Snapshot{}, Now: time.Now()}, time.UTC, c.Said)
	if facts, err = facts.InWordsOf(ctx, desk.Responses, tenant.ID); err != nil {
		return err
	}
	drafts, err := facts.Drafts(id, "en")
	if err != nil {
		return err
	}
	list := make([]wordsJSON, len(drafts))
	for i, d := range drafts {
		list[i] = newWordsJSON(d.Words())
	}
	return s.print(list, func(w io.Writer) { writeWords(w, list) })
}

// wordsJSON is a message in a language as commands print it.
type wordsJSON struct {
	Language string   `json:"language"`
	Subject  string   `json:"subject"`
	Lines    []string `json:"lines"`
}

func newWordsJSON(w tocsin.IncidentWords) wordsJSON {
	return wordsJSON{w.Language, w.Subject, append([]string{}, w.Lines...)}
}

func writeWords(w io.Writer, list []wordsJSON) {
	for _, one := range list {
		fmt.Fprintf(w, "[%s] %s\n", one.Language, harmless(one.Subject))
		for _, line := range one.Lines {
			fmt.Fprintf(w, "  %s\n", harmless(line))
		}
	}
}
