package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

type deliveryCmd struct {
	List    deliveryListCmd    `cmd:"" help:"List deliveries, those of the newest changes first. Example: tocsin delivery list --state dead --output json"`
	Retry   deliveryRetryCmd   `cmd:"" help:"Have a message sent again that is dead, in doubt or waits for its next attempt. Example: tocsin delivery retry msg_2b7d4f1e9a"`
	Explain deliveryExplainCmd `cmd:"" help:"Say who was told of an issue, a message or a change, by which route, and who was not. Example: tocsin delivery explain EX123456 --channel ops-hook"`
}

// deliveryJSON is a delivery as commands print it.
type deliveryJSON struct {
	Change    int64  `json:"change"`
	TenantID  string `json:"tenantId"`
	Kind      string `json:"kind"`
	ID        string `json:"id"`
	Version   int    `json:"version"`
	What      string `json:"what"`
	Channel   string `json:"channel"`
	Route     string `json:"route"`
	Via       string `json:"via,omitempty"` // channel that it was to go to first
	State     string `json:"state"`
	Reason    string `json:"reason,omitempty"`
	Status    int    `json:"status,omitempty"`
	Detail    string `json:"detail,omitempty"`
	Message   string `json:"message,omitempty"`
	Attempts  int    `json:"attempts"`
	Repeats   int    `json:"repeats"`
	CreatedAt string `json:"createdAt"`
	DueAt     string `json:"dueAt,omitempty"`
	SettledAt string `json:"settledAt,omitempty"`
}

func newDeliveryJSON(e delivery.Entry) deliveryJSON {
	return deliveryJSON{
		Change: e.Change.Seq, TenantID: e.Change.TenantID, Kind: string(e.Change.Kind), ID: e.Change.ID, Version: e.Change.N, What: string(e.Change.What),
		Channel: delivery.ChannelName(e.Endpoint), Route: e.Route, Via: delivery.ChannelName(e.Via), State: string(e.State), Reason: e.Reason, Status: e.Status, Detail: e.Detail,
		Message: e.Batch, Attempts: e.Attempts, Repeats: e.Repeats, CreatedAt: date(e.CreatedAt), DueAt: date(e.DueAt), SettledAt: date(e.SettledAt),
	}
}

// stateFlag says which state is asked for.
type stateFlag struct {
	State string `help:"Only those in a state: ${enum}." enum:"pending,sending,retry,in_doubt,dead,sent,cancelled," default:""`
}

type deliveryListCmd struct {
	stateFlag
	Channel string `help:"Only those to a channel of the settings." placeholder:"NAME"`
	Tenant  string `help:"Only those about a tenant: its name, id or domain." placeholder:"TENANT"`
	Limit   int    `help:"How many at most." default:"100"`
}

func (c *deliveryListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	q := delivery.Query{State: delivery.State(c.State), Limit: min(max(1, c.Limit), 10000)}
	if c.Channel != "" {
		q.Endpoint = delivery.ChannelKey(c.Channel)
	}
	if c.Tenant != "" {
		tenant, err := desk.Archive.Tenant(ctx, c.Tenant)
		if err != nil {
			return err
		}
		q.TenantIDs = []string{tenant.ID}
	}
	return s.printDeliveries(ctx, desk, q)
}

func (s *session) printDeliveries(ctx context.Context, desk *app.Rooms, q delivery.Query) error {
	entries, err := desk.Deliveries.Deliveries(ctx, q)
	if err != nil {
		return err
	}
	list := make([]deliveryJSON, len(entries))
	for i, e := range entries {
		list[i] = newDeliveryJSON(e)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "CHANGE\tITEM\tWHAT\tCHANNEL\tSTATE\tWHY\tTRIES\tMESSAGE\tSINCE")
		for _, d := range list {
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", d.Change, oneLine(d.ID), d.What, d.Channel, d.State, cmp.Or(d.Reason, "-"), d.Attempts, cmp.Or(d.Message, "-"), d.CreatedAt)
		}
		_ = table.Flush() // standard output
	})
}

type deliveryRetryCmd struct {
	Message string `arg:"" optional:"" help:"Id of the message."`
	Channel string `help:"All dead letters of a channel in the place of one message." placeholder:"NAME"`
}

func (c *deliveryRetryCmd) Run(ctx context.Context, s *session) error {
	if (c.Message == "") == (c.Channel == "") {
		return tocsin.Invalidf("message", "Name one message, or with --channel all dead letters of a channel.")
	}
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	key := ""
	if c.Channel != "" {
		key = delivery.ChannelKey(c.Channel)
	}
	n, err := desk.Deliveries.Retry(ctx, c.Message, key, time.Now())
	if err != nil {
		return err
	}
	return s.print(map[string]any{"messages": n, "state": "retry"}, func(w io.Writer) {
		fmt.Fprintf(w, "%s will be sent again by the desk that runs.\n", tocsin.Count(n, "message", "messages"))
	})
}

type deliveryExplainCmd struct {
	What    string `arg:"" help:"Id of an issue or message, step of an incident as in 3/announcement, or the number of a change."`
	Tenant  string `help:"The tenant whose it is, where several have it." placeholder:"TENANT"`
	Channel string `help:"Only what concerns a channel of the settings." placeholder:"NAME"`
}

// explainedJSON is why somebody was told, or was not.
type explainedJSON struct {
	Change  int64         `json:"change"`
	At      string        `json:"at"`
	What    string        `json:"what"`
	Kind    string        `json:"kind"`
	ID      string        `json:"id"`
	Channel string        `json:"channel"`
	Told    *deliveryJSON `json:"delivery,omitempty"`
	Why     string        `json:"why"`
}

// saying is what a change was: of what the desk does itself with the kind, as its numbers
// name no issue.
func (e explainedJSON) saying() string {
	switch tocsin.Kind(e.Kind) {
	case tocsin.KindIncident, tocsin.KindStep, tocsin.KindRequest:
		return e.Kind + " " + oneLine(e.ID) + " " + e.What
	}
	return e.What
}

func (c *deliveryExplainCmd) Run(ctx context.Context, s *session) error {
	desk, settings, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	q := delivery.Query{Limit: 1000}
	if n, err := strconv.ParseInt(c.What, 10, 64); err == nil {
		q.Change = n
	} else {
		q.Item.ID = c.What
	}
	if c.Tenant != "" {
		tenant, err := desk.Archive.Tenant(ctx, c.Tenant)
		if err != nil {
			return err
		}
		q.TenantIDs = []string{tenant.ID}
	}
	entries, err := desk.Deliveries.Deliveries(ctx, q)
	if err != nil {
		return err
	}
	var channels []string
	for _, one := range settings.Notify.Channels {
		if c.Channel == "" || one.Name == c.Channel {
			channels = append(channels, one.Name)
		}
	}
	list := explain(entries, channels, c.Channel)
	return s.print(list, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "Nobody was to be told: no route led to a channel, or the change is older than the first channel. `tocsin route test` says what routes do.")
		}
		for _, one := range list {
			fmt.Fprintf(w, "%s  change %d (%s)  %s: %s\n", one.At, one.Change, one.saying(), one.Channel, one.Why)
		}
	})
}

// explain says of each change of deliveries what each channel heard.
func explain(entries []delivery.Entry, channels []string, only string) []explainedJSON {
	list := []explainedJSON{}
	heard := map[int64][]string{}
	for i, e := range entries {
		name := delivery.ChannelName(e.Endpoint)
		heard[e.Change.Seq] = append(heard[e.Change.Seq], name)
		if only == "" || name == only {
			told := newDeliveryJSON(e)
			list = append(list, explainedJSON{e.Change.Seq, date(e.Change.At), string(e.Change.What), string(e.Change.Kind), e.Change.ID, name, &told, why(told)})
		}
		if i+1 < len(entries) && entries[i+1].Change.Seq == e.Change.Seq {
			continue
		}
		for _, name := range channels {
			if !slices.Contains(heard[e.Change.Seq], name) {
				list = append(list, explainedJSON{Change: e.Change.Seq, At: date(e.Change.At), What: string(e.Change.What), Kind: string(e.Change.Kind), ID: e.Change.ID, Channel: name, Why: "not told: no route led there"})
			}
		}
	}
	return list
}

// why says in a sentence what became of a delivery.
func why(d deliveryJSON) string {
	by := "by " + d.Route
	switch delivery.State(d.State) {
	case delivery.StatePending:
		return "is told " + by + ", due at " + d.DueAt
	case delivery.StateSending:
		return "is being told " + by + ", message " + d.Message
	case delivery.StateRetry:
		return fmt.Sprintf("is told again at %s %s: attempt %d failed (%s). %s", d.DueAt, by, d.Attempts, d.Reason, d.Detail)
	case delivery.StateSent:
		return fmt.Sprintf("was told %s at %s, message %s, attempt %d", by, d.SettledAt, d.Message, d.Attempts)
	case delivery.StateDead:
		return fmt.Sprintf("was not told %s: given up after attempt %d (%s). %s `tocsin delivery retry %s` sends it again", by, d.Attempts, d.Reason, d.Detail, d.Message)
	case delivery.StateInDoubt:
		return fmt.Sprintf("may have been told %s: attempt %d broke off. `tocsin delivery retry %s` sends it again", by, d.Attempts, d.Message)
	}
	return "not told, though " + by + ": " + d.Reason
}
