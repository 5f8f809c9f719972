package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

type messageCmd struct {
	List   messageListCmd   `cmd:"" help:"List messages of the archive. Example: tocsin message list --tenant contoso --limit 20"`
	Get    messageGetCmd    `cmd:"" help:"Show a message as it holds now. Example: tocsin message get MC1000001 --tenant contoso --output json"`
	Create messageCreateCmd `cmd:"" help:"Write a message of one's own. Example: tocsin message create --tenant contoso --title Maintenance --text Tonight --service Vpn"`
}

type messageListCmd struct {
	ofTenant
	listFlags
}

func (c *messageListCmd) Run(ctx context.Context, s *session) error {
	return c.list(ctx, s, tocsin.KindMessage, c.listFlags)
}

type messageGetCmd struct {
	ofTenant
	ID string `arg:"" help:"Id of the message."`
}

func (c *messageGetCmd) Run(ctx context.Context, s *session) error {
	return c.get(ctx, s, tocsin.KindMessage, c.ID)
}

type messageCreateCmd struct {
	ofTenant
	Title    string   `help:"Title of the message." required:""`
	Text     string   `help:"What the message says." required:"" placeholder:"TEXT"`
	HTML     bool     `help:"The text is HTML."`
	Service  []string `help:"Id of an own service, or a name; may be repeated." placeholder:"ID"`
	Category string   `help:"stayInformed, planForChange or preventOrFixIssue." default:"stayInformed"`
	Severity string   `help:"normal, high or critical." default:"normal"`
	Tag      []string `help:"Tag; may be repeated."`
	Major    bool     `help:"A major change."`
	ActBy    string   `help:"By when something must be done: 2027-01-31, or 30d." placeholder:"TIME"`
	Start    string   `help:"From when on it is shown. Default: now." placeholder:"TIME"`
	End      string   `help:"When it is no longer shown. Default: never." placeholder:"TIME"`
}

func (c *messageCreateCmd) Run(ctx context.Context, s *session) error {
	draft := author.MessageDraft{Title: c.Title, Services: c.Service, Category: c.Category, Severity: c.Severity, Tags: c.Tag, MajorChange: c.Major, Content: c.Text}
	var problems []error
	for _, one := range []struct {
		field, text string
		to          *time.Time
	}{{"act-by", c.ActBy, &draft.ActionRequiredBy}, {"start", c.Start, &draft.StartAt}, {"end", c.End, &draft.EndAt}} {
		var err error
		*one.to, err = parseAt(one.field, one.text, time.Now())
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if c.HTML {
		draft.ContentType = "html"
	}
	return c.write(ctx, s, "published", func(ctx context.Context, a *author.Author, act author.Act) (archive.Authored, error) {
		return a.CreateMessage(ctx, act, draft)
	})
}

// heldJSON is the version of an item that holds, as commands print it.
type heldJSON struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Version  int             `json:"version"`
	Source   string          `json:"source"`
	SeenAt   string          `json:"seenAt"`
	Document json.RawMessage `json:"document"`
}

func newHeldJSON(h tocsin.Held) heldJSON {
	return heldJSON{h.ID, string(h.Kind), h.N, h.On, date(h.SeenAt), h.Body}
}

// get shows one item. Its text is for people as it is; what a terminal would
// obey is left out.
func (o ofTenant) get(ctx context.Context, s *session, kind tocsin.Kind, id string) error {
	desk, tenant, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	held, err := desk.Archive.Held(ctx, tenant.ID, tocsin.Ref{Kind: kind, ID: id}, 0)
	if err != nil {
		return err
	}
	doc, err := tocsin.ReadDocument(kind, held.Body)
	if err != nil {
		return err
	}
	return s.print(newHeldJSON(held), func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s\n%s  %s  version %d of %s\n", held.ID, oneLine(doc.Facts.Title), oneLine(doc.Facts.Service), doc.Facts.Status, held.N, held.On)
		for _, fact := range factsOf(kind, held.Body) {
			fmt.Fprintf(w, "%s: %s\n", fact[0], oneLine(fact[1]))
		}
		for _, text := range textsOf(kind, held.Body) {
			fmt.Fprintf(w, "\n%s\n", harmless(text))
		}
	})
}

// factsOf are the names and values of what stands above the texts of an item;
// those that are not given are left out.
func factsOf(kind tocsin.Kind, body []byte) (facts [][2]string) {
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, [2]string{name, value})
		}
	}
	if kind == tocsin.KindMessage {
		var m tocsin.Message
		_ = json.Unmarshal(body, &m) // read before
		add("Category", m.Category)
		add("Severity", m.Severity)
		add("Act by", date(m.ActionRequiredBy))
		add("Start", date(m.StartAt))
		add("End", date(m.EndAt))
		return facts
	}
	var i tocsin.Issue
	_ = json.Unmarshal(body, &i) // read before
	add("Classification", i.Classification)
	add("Stage", string(i.Course().Stage(time.Now())))
	add("Impact", i.Impact)
	add("Start", date(i.StartAt))
	add("End", date(i.EndAt))
	return facts
}

// textsOf are the texts of an item, oldest first.
func textsOf(kind tocsin.Kind, body []byte) (texts []string) {
	if kind == tocsin.KindMessage {
		var m tocsin.Message
		_ = json.Unmarshal(body, &m) // read before
		return []string{m.Content}
	}
	var i tocsin.Issue
	_ = json.Unmarshal(body, &i) // read before
	for _, p := range i.Posts {
		texts = append(texts, date(p.CreatedAt)+"\n"+p.Content)
	}
	return texts
}
