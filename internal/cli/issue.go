package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

type issueCmd struct {
	List    issueListCmd    `cmd:"" help:"List issues of the archive, the provider's and one's own. Example: tocsin issue list --tenant contoso --open"`
	Get     issueGetCmd     `cmd:"" help:"Show an issue as it holds now. Example: tocsin issue get TC1001 --tenant contoso"`
	Create  issueCreateCmd  `cmd:"" help:"Open an issue about a service of one's own. Example: tocsin issue create --tenant contoso --service Vpn --title Sign-in-is-slow --status serviceDegradation"`
	Post    issuePostCmd    `cmd:"" help:"Add a post to an own issue, change its status, or both. Example: tocsin issue post TC1001 --tenant contoso --status restoringService"`
	Ack     issueAckCmd     `cmd:"" help:"Take an open incident in hand: nobody else is called. Example: tocsin issue ack EX123456 --tenant contoso"`
	Watch   issueWatchCmd   `cmd:"" help:"Print a line for each change of an issue, until Ctrl-C. Example: tocsin issue watch MO821132 --tenant contoso --every 180s"`
	Resolve issueResolveCmd `cmd:"" help:"End an own issue. Example: tocsin issue resolve TC1001 --tenant contoso --status falsePositive"`
	Plan    issuePlanCmd    `cmd:"" help:"Announce work on a service of one's own. Example: tocsin issue plan --tenant contoso --service Vpn --title New-gateway --start 2027-01-31T20:00:00Z --end 2027-01-31T22:00:00Z"`
}

// ofTenant is what commands about the notices of one tenant take.
type ofTenant struct {
	Tenant string `help:"Tenant: GUID, domain or name." required:"" placeholder:"TENANT"`
}

// open opens the archive to be read and finds the tenant.
func (o ofTenant) open(ctx context.Context, s *session) (*app.Rooms, tocsin.Tenant, error) {
	desk, _, err := s.openToRead(ctx)
	return o.find(ctx, desk, err)
}

// openToWrite is open for what changes something.
func (o ofTenant) openToWrite(ctx context.Context, s *session) (*app.Rooms, tocsin.Tenant, error) {
	desk, _, err := s.openStore(ctx)
	return o.find(ctx, desk, err)
}

// find finds the tenant in an archive that was opened unless err is set.
func (o ofTenant) find(ctx context.Context, desk *app.Rooms, err error) (*app.Rooms, tocsin.Tenant, error) {
	if err != nil {
		return nil, tocsin.Tenant{}, err
	}
	tenant, err := desk.Archive.Tenant(ctx, o.Tenant)
	if err != nil {
		_ = desk.Close() // the first error says more
	}
	return desk, tenant, err
}

// write lets do write in the name of the command line and prints what came of
// it: what was done, in a word.
func (o ofTenant) write(ctx context.Context, s *session, what string, do func(context.Context, *author.Author, author.Act) (archive.Authored, error)) error {
	desk, tenant, err := o.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	done, err := do(ctx, author.New(desk.Archive, nil, time.Now), author.Act{TenantID: tenant.ID, By: tocsin.CommandLine})
	if err != nil {
		return err
	}
	return s.print(newHeldJSON(done.Held), func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s (version %d).\n", done.ID, what, done.N)
	})
}

type listFlags struct {
	Open    bool   `help:"Only what has not ended."`
	Source  string `help:"Only from this source; own for what the desk authored." placeholder:"NAME"`
	Service string `help:"Only about this service: its id or its name." placeholder:"NAME"`
	Limit   int    `help:"Most items that are listed, the latest." default:"100"`
}

// items reads the items that are listed.
func (f listFlags) items(ctx context.Context, desk *app.Rooms, tenant tocsin.Tenant, q archive.ItemsQuery) (items []archive.Item, err error) {
	if f.Service == "" {
		items, _, err = desk.Archive.Items(ctx, tenant.ID, q)
		return items, err
	}
	rows, err := desk.Archive.Rows(ctx, tenant.ID, q.Kind)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for i := range rows {
		wanted[rows[i].ID] = f.about(&rows[i])
	}
	err = eachItem(ctx, desk, tenant, q, func(item archive.Item) error {
		if len(items) < f.Limit && wanted[item.ID] {
			items = append(items, item)
		}
		return nil
	})
	return items, err
}

// about reports whether an item is about the service that is asked for: an
// issue by its id as well, a message about several by the name of each.
func (f listFlags) about(row *tocsin.Row) bool {
	if strings.EqualFold(row.Workload, f.Service) {
		return true
	}
	for name := range strings.SplitSeq(row.Service, ",") {
		if strings.EqualFold(strings.TrimSpace(name), f.Service) {
			return true
		}
	}
	return false
}

// itemJSON is an item of a list as commands print it.
type itemJSON struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Service    string `json:"service"`
	Class      string `json:"classification"`
	Status     string `json:"status,omitempty"`
	Stage      string `json:"stage,omitempty"` // of planned work: how far it is
	StartAt    string `json:"startAt,omitempty"`
	EndAt      string `json:"endAt,omitempty"`
	ModifiedAt string `json:"modifiedAt,omitempty"`
	Source     string `json:"source"`
	Version    int    `json:"version"`
	State      string `json:"state,omitempty"` // of messages: what the team does about it
	Owner      string `json:"owner,omitempty"`
	Due        string `json:"due,omitempty"`
}

func newItemJSON(item archive.Item, now time.Time) itemJSON {
	return itemJSON{
		ID: item.ID, Title: item.Title, Service: item.Service, Class: item.Class, Status: string(item.Status), Stage: string(item.Course().Stage(now)), StartAt: date(item.StartAt),
		EndAt: date(item.EndAt), ModifiedAt: date(item.ModifiedAt), Source: item.Source, Version: item.N,
	}
}

// itemsPage is how many items are looked up at a time.
const itemsPage = 1000

// eachItem calls do for all items that a query asks for, page by page.
func eachItem(ctx context.Context, desk *app.Rooms, tenant tocsin.Tenant, q archive.ItemsQuery, do func(archive.Item) error) error {
	q.Limit = itemsPage
	for {
		items, next, err := desk.Archive.Items(ctx, tenant.ID, q)
		if err != nil {
			return err
		}
		for _, item := range items {
			if err := do(item); err != nil {
				return err
			}
		}
		if q.After = next; next == "" {
			return nil
		}
	}
}

// handle adds what the team does about a message.
func (i *itemJSON) handle(h tocsin.Handling) {
	h.Normalize()
	i.State, i.Owner = string(h.State), h.OwnerName
	if !h.Due.IsZero() {
		i.Due = h.Due.UTC().Format(time.DateOnly)
	}
}

func (o ofTenant) list(ctx context.Context, s *session, kind tocsin.Kind, flags listFlags) error {
	desk, tenant, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	if flags.Limit < 1 || flags.Limit > 100_000 {
		return tocsin.Invalidf("limit", "%d is not between 1 and 100000.", flags.Limit)
	}
	q := archive.ItemsQuery{Kind: kind, Source: flags.Source, Private: true, Limit: flags.Limit}
	if flags.Open {
		q.OpenAt = time.Now()
	}
	items, err := flags.items(ctx, desk, tenant, q)
	if err != nil {
		return err
	}
	handlings := map[string]tocsin.Handling{}
	if kind == tocsin.KindMessage {
		if handlings, err = desk.People.Handlings(ctx, tenant.ID); err != nil {
			return err
		}
	}
	list, now := make([]itemJSON, len(items)), time.Now()
	for i, item := range items {
		list[i] = newItemJSON(item, now)
		if kind == tocsin.KindMessage {
			list[i].handle(handlings[item.ID])
		}
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tSTATUS\tCLASS\tSERVICE\tSTART\tTITLE")
		for _, i := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, cmp.Or(i.Stage, i.Status), i.Class, oneLine(i.Service), i.StartAt, oneLine(i.Title))
		}
		_ = table.Flush() // standard output
	})
}

type issueListCmd struct {
	ofTenant
	listFlags
}

func (c *issueListCmd) Run(ctx context.Context, s *session) error {
	return c.list(ctx, s, tocsin.KindIssue, c.listFlags)
}

type issueGetCmd struct {
	ofTenant
	ID string `arg:"" help:"Id of the issue."`
}

func (c *issueGetCmd) Run(ctx context.Context, s *session) error {
	return c.get(ctx, s, tocsin.KindIssue, c.ID)
}

type postFlags struct {
	Text        string `help:"What the post says." placeholder:"TEXT"`
	HTML        bool   `help:"The text is HTML."`
	IssueStatus string `name:"status" help:"Status of the issue from now on, in any spelling." placeholder:"STATUS"`
}

func (f postFlags) draft() author.PostDraft {
	draft := author.PostDraft{Content: f.Text, Status: tocsin.Status(f.IssueStatus)}
	if f.HTML {
		draft.ContentType = "html"
	}
	return draft
}

type issueCreateCmd struct {
	ofTenant
	postFlags
	Service  string `help:"Id of an own service." required:"" placeholder:"ID"`
	Feature  string `help:"Name of one of its features." placeholder:"NAME"`
	Title    string `help:"Title of the issue." required:""`
	Impact   string `help:"What users notice." placeholder:"TEXT"`
	Advisory bool   `help:"An advisory, no incident."`
	Start    string `help:"When it began: 2027-01-31T12:00:00Z, or =-2h. Default: now." placeholder:"TIME"`
}

func (c *issueCreateCmd) Run(ctx context.Context, s *session) error {
	draft := author.IssueDraft{Service: c.Service, Feature: c.Feature, Title: c.Title, Impact: c.Impact, Status: tocsin.Status(c.IssueStatus)}
	if c.Advisory {
		draft.Classification = "advisory"
	}
	var err error
	if draft.StartAt, err = parseAt("start", c.Start, time.Now()); err != nil {
		return err
	}
	if c.Text != "" {
		draft.Post = c.draft()
		draft.Post.Status = ""
	}
	return c.write(ctx, s, "opened", func(ctx context.Context, a *author.Author, act author.Act) (archive.Authored, error) {
		return a.OpenIssue(ctx, act, draft)
	})
}

type issuePostCmd struct {
	ofTenant
	postFlags
	ID string `arg:"" help:"Id of the issue."`
}

func (c *issuePostCmd) Run(ctx context.Context, s *session) error {
	return c.write(ctx, s, "updated", func(ctx context.Context, a *author.Author, act author.Act) (archive.Authored, error) {
		return a.PostToIssue(ctx, act, c.ID, c.draft())
	})
}

type issueResolveCmd struct {
	ofTenant
	postFlags
	ID  string `arg:"" help:"Id of the issue."`
	End string `help:"When it ended: 2027-01-31T12:00:00Z, or =-2h. Default: now." placeholder:"TIME"`
}

func (c *issueResolveCmd) Run(ctx context.Context, s *session) error {
	draft := c.draft()
	var err error
	if draft.EndAt, err = parseAt("end", c.End, time.Now()); err != nil {
		return err
	}
	return c.write(ctx, s, "resolved", func(ctx context.Context, a *author.Author, act author.Act) (archive.Authored, error) {
		return a.ResolveIssue(ctx, act, c.ID, draft)
	})
}

type issuePlanCmd struct {
	ofTenant
	Service string `help:"Id of an own service." required:"" placeholder:"ID"`
	Feature string `help:"Name of one of its features." placeholder:"NAME"`
	Title   string `help:"Title of the work." required:""`
	Impact  string `help:"What users will notice." placeholder:"TEXT"`
	Text    string `help:"What the first post says." placeholder:"TEXT"`
	Start   string `help:"When it begins: 2027-01-31T12:00:00Z, or 12h from now." required:"" placeholder:"TIME"`
	End     string `help:"When it ends." required:"" placeholder:"TIME"`
}

func (c *issuePlanCmd) Run(ctx context.Context, s *session) error {
	now := time.Now()
	start, startErr := parseAt("start", c.Start, now)
	end, endErr := parseAt("end", c.End, now)
	if err := errors.Join(startErr, endErr); err != nil {
		return err
	}
	draft := author.MaintenanceDraft{Service: c.Service, Feature: c.Feature, Title: c.Title, Impact: c.Impact, StartAt: start, EndAt: end, Post: author.PostDraft{Content: c.Text}}
	return c.write(ctx, s, "planned", func(ctx context.Context, a *author.Author, act author.Act) (archive.Authored, error) {
		return a.PlanMaintenance(ctx, act, draft)
	})
}

type issueAckCmd struct {
	ofTenant
	ID string `arg:"" help:"Id of the incident."`
}

// ackJSON says who has an incident in hand.
type ackJSON struct {
	ID           string `json:"id"`
	Tenant       string `json:"tenant"`
	By           string `json:"by"`
	Acknowledged string `json:"acknowledgedAt"`
}

func (c *issueAckCmd) Run(ctx context.Context, s *session) error {
	desk, tenant, err := c.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	now, ref := time.Now(), tocsin.Ref{Kind: tocsin.KindIssue, ID: strings.ToUpper(c.ID)}
	held, err := desk.Archive.Held(ctx, tenant.ID, ref, 0)
	if err != nil {
		return err
	}
	var issue tocsin.Issue
	if err := issue.UnmarshalJSON(held.Body); err != nil {
		return err
	}
	if err := tocsin.MayAcknowledge(issue.Course(), now); err != nil {
		return err
	}
	one, err := desk.Deliveries.Acknowledge(ctx, tenant.ID, ref, now)
	if err != nil {
		return err
	}
	return s.print(ackJSON{ref.ID, tenant.Name, one.By, date(one.At)}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: acknowledged. Nobody else is called.\n", ref.ID)
	})
}
