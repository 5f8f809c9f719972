package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

type knownCmd struct {
	List     knowledgeListCmd     `cmd:"" help:"List the passages of what is known to help, with the versions that are shown. Example: tocsin knowledge list --tenant contoso --language fr"`
	Get      knowledgeGetCmd      `cmd:"" help:"Print a passage: what is shipped, and its versions. Example: tocsin knowledge get faq/mfa --tenant contoso"`
	Edit     knowledgeEditCmd     `cmd:"" help:"Put a passage into own words; fields that are not named stay. What names a protection such as MFA is shown once a second person approved it on the pages. Example: tocsin knowledge edit channels/x --tenant contoso --set text=status.contoso.com"`
	Withdraw knowledgeWithdrawCmd `cmd:"" help:"Have what is shipped shown again. Example: tocsin knowledge withdraw channels/x --tenant contoso"`
}

// inLanguage names a language of the pages.
type inLanguage struct {
	Language string `help:"en, fr or ja." enum:"en,fr,ja" default:"en"`
}

// passageJSON is a passage as commands print it.
type passageJSON struct {
	Item     string            `json:"item"`
	Language string            `json:"language"`
	Version  int               `json:"version"` // that is shown, 1 for what is shipped
	Waits    bool              `json:"waits"`   // a newer one, for a second person
	Words    map[string]string `json:"words"`
}

func newPassageJSON(p knowledge.Passage, language string, edits []tocsin.Edit) passageJSON {
	j := passageJSON{Item: p.Item, Language: language, Version: 1, Words: map[string]string{}}
	for _, f := range p.Fields {
		j.Words[f.Name] = f.Text
	}
	for _, e := range edits {
		switch {
		case e.Item != p.Item || e.Language != language:
		case e.Waits():
			j.Waits = true
		case e.Holds():
			j.Version, j.Words = e.Version, e.Words
		}
	}
	return j
}

type knowledgeListCmd struct {
	ofTenant
	inLanguage
}

func (c *knowledgeListCmd) Run(ctx context.Context, s *session) error {
	return c.list(ctx, s, func(knowledge.Passage) bool { return true })
}

// list prints some of the passages.
func (c *knowledgeListCmd) list(ctx context.Context, s *session, wanted func(knowledge.Passage) bool) error {
	b, err := respond.Shelf(c.Language)
	if err != nil {
		return err
	}
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	edits, err := desk.Responses.Edits(ctx, tenant.ID)
	if err != nil {
		return err
	}
	list, titles := []passageJSON{}, []string{}
	for _, p := range b.With(edits).Passages() {
		if !wanted(p) {
			continue
		}
		shipped, _ := b.Passage(p.Item)
		list, titles = append(list, newPassageJSON(shipped, c.Language, edits)), append(titles, p.Title())
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ITEM\tVERSION\tWAITS\tBEGINS")
		for i, p := range list {
			fmt.Fprintln(table, strings.Join([]string{p.Item, strconv.Itoa(p.Version), yes(p.Waits), oneLine(tocsin.Clip(titles[i], 60))}, "\t"))
		}
		_ = table.Flush() // standard output
	})
}

// yes is a mark in a table.
func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// passage names a passage of a tenant.
type passage struct {
	Item string `arg:"" help:"List and id within it, as list prints them."`
	ofTenant
	inLanguage
}

// shipped returns the passage as it is shipped, with the book that it is of.
func (c passage) shipped() (respond.Library, knowledge.Passage, error) {
	b, err := respond.Shelf(c.Language)
	if err != nil {
		return b, knowledge.Passage{}, err
	}
	p, ok := b.Passage(c.Item)
	if !ok {
		return b, p, tocsin.NotFoundf("There is no passage %q: knowledge list prints all.", tocsin.Clip(c.Item, 64))
	}
	return b, p, nil
}

type knowledgeGetCmd struct{ passage }

// passageVersionJSON is a version of a passage as commands print it.
type passageVersionJSON struct {
	Version    int               `json:"version"`
	State      string            `json:"state"` // shown, waits, over
	By         string            `json:"by"`
	CreatedAt  string            `json:"createdAt"`
	ApprovedAt string            `json:"approvedAt,omitempty"`
	EndedAt    string            `json:"endedAt,omitempty"`
	Words      map[string]string `json:"words"`
}

// maxPassageVersions bounds the versions of a passage that are printed.
const maxPassageVersions = 100

func newPassageVersionJSON(e tocsin.Edit) passageVersionJSON {
	j := passageVersionJSON{Version: e.Version, State: "over", By: e.Author, CreatedAt: date(e.CreatedAt), ApprovedAt: date(e.ApprovedAt), EndedAt: date(e.EndedAt), Words: e.Words}
	switch {
	case e.Waits():
		j.State = "waits"
	case e.Holds():
		j.State = "shown"
	}
	return j
}

func (c *knowledgeGetCmd) Run(ctx context.Context, s *session) error {
	_, p, err := c.shipped()
	if err != nil {
		return err
	}
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	edits, err := desk.Responses.EditsOf(ctx, tenant.ID, p.Item, c.Language, maxPassageVersions)
	if err != nil {
		return err
	}
	whole := struct {
		passageJSON
		Versions []passageVersionJSON `json:"versions"`
	}{newPassageJSON(p, c.Language, edits), []passageVersionJSON{}}
	for _, e := range edits {
		whole.Versions = append(whole.Versions, newPassageVersionJSON(e))
	}
	return s.print(whole, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  version %d\n", p.Item, c.Language, whole.Version)
		for _, f := range p.Fields {
			fmt.Fprintf(w, "%s: %s\n", f.Name, harmless(whole.Words[f.Name]))
		}
		for _, v := range whole.Versions {
			fmt.Fprintf(w, "version %d  %s  %s  %s\n", v.Version, v.State, v.CreatedAt, oneLine(v.By))
		}
	})
}

type knowledgeEditCmd struct {
	passage
	Set []string `help:"Field and its text; a list has a line for each item. May be repeated." required:"" placeholder:"FIELD=TEXT" sep:"none"`
}

func (c *knowledgeEditCmd) Run(ctx context.Context, s *session) error {
	b, p, err := c.shipped()
	if err != nil {
		return err
	}
	desk, tenant, err := c.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	edits, err := desk.Responses.EditsOf(ctx, tenant.ID, p.Item, c.Language, maxPassageVersions)
	if err != nil {
		return err
	}
	made := 1
	if len(edits) > 0 {
		made = edits[0].Version
	}
	e := tocsin.Edit{ID: tocsin.NewGUID(), TenantID: tenant.ID, Item: p.Item, Language: c.Language, Words: map[string]string{}, CreatedAt: time.Now()}
	for field, text := range newPassageJSON(p, c.Language, edits).Words {
		e.Words[field] = text
	}
	for _, one := range c.Set {
		field, text, ok := strings.Cut(one, "=")
		if !ok {
			return tocsin.Invalidf("set", "Write a field and its text, as text=….")
		}
		e.Words[field] = text
	}
	e.Normalize()
	e.Lowers = knowledge.LowersSecurity(knowledge.All(e))
	if err := b.Check(e); err != nil {
		return err
	}
	if e, err = desk.Responses.AddEdit(ctx, e, made); err != nil {
		return err
	}
	return s.print(newPassageVersionJSON(e), func(w io.Writer) {
		if e.Waits() {
			fmt.Fprintf(w, "Version %d of %s waits for a second person: it names a protection.\n", e.Version, e.Item)
			return
		}
		fmt.Fprintf(w, "Version %d of %s is shown.\n", e.Version, e.Item)
	})
}

type knowledgeWithdrawCmd struct{ passage }

func (c *knowledgeWithdrawCmd) Run(ctx context.Context, s *session) error {
	_, p, err := c.shipped()
	if err != nil {
		return err
	}
	desk, tenant, err := c.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	if err := desk.Responses.WithdrawEdits(ctx, tenant.ID, p.Item, c.Language, time.Now()); err != nil {
		return err
	}
	return s.print(newPassageJSON(p, c.Language, nil), func(w io.Writer) { fmt.Fprintf(w, "%s is shown as it is shipped.\n", p.Item) })
}
