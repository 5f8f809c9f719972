package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

type consumerCmd struct {
	List  consumerListCmd  `cmd:"" help:"List the consumers of changes: how far each is, and what it could not handle. Example: tocsin consumer list --output json"`
	Retry consumerRetryCmd `cmd:"" help:"Hand a change that a consumer skipped to it once more. Example: tocsin consumer retry events 4711"`
}

// consumerJSON is a consumer as commands print it.
type consumerJSON struct {
	Name        string  `json:"name"`
	BeginsAfter int64   `json:"beginsAfter"`
	Cursor      int64   `json:"cursor"`
	Behind      int64   `json:"behind"`
	Progress    float64 `json:"progress"` // from 0 to 1
	HandledAt   string  `json:"handledAt,omitempty"`
	Failures    int     `json:"failures"`
	Problem     string  `json:"problem,omitempty"`
	// Cause is the same as a code with arguments.
	Cause   *tocsin.Problem `json:"cause,omitempty"`
	Skipped []skippedJSON   `json:"skipped"`
}

type skippedJSON struct {
	Change  int64           `json:"change"`
	Problem string          `json:"problem"`
	Cause   *tocsin.Problem `json:"cause,omitempty"`
	At      string          `json:"at"`
}

func newConsumerJSON(c tocsin.Consumer) consumerJSON {
	printed := consumerJSON{
		Name: c.Name, BeginsAfter: c.Begin, Cursor: c.Seq, Behind: c.Behind(), Progress: c.Progress(), HandledAt: date(c.HandledAt),
		Failures: c.Failures, Problem: lang.English(c.Problem), Cause: c.Problem, Skipped: make([]skippedJSON, len(c.Skipped)),
	}
	for i, s := range c.Skipped {
		printed.Skipped[i] = skippedJSON{s.Seq, lang.English(s.Problem), s.Problem, date(s.At)}
	}
	return printed
}

// maxListed bounds how many skipped changes are listed.
const maxListed = 1000

type consumerListCmd struct{}

func (c *consumerListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	consumers, err := desk.Store.Consumers(ctx, maxListed)
	if err != nil {
		return err
	}
	list := make([]consumerJSON, len(consumers))
	for i, c := range consumers {
		list[i] = newConsumerJSON(c)
	}
	return s.print(list, func(w io.Writer) { printConsumers(w, list) })
}

// printConsumers prints a table of the consumers, and one of what they skipped
// if there is any.
func printConsumers(w io.Writer, list []consumerJSON) {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "CONSUMER\tCURSOR\tBEHIND\tDONE\tFAILURES\tSKIPPED\tHANDLED AT")
	skipped := 0
	for _, one := range list {
		fmt.Fprintf(table, "%s\t%d\t%d\t%.0f%%\t%d\t%d\t%s\n", one.Name, one.Cursor, one.Behind, 100*one.Progress, one.Failures, len(one.Skipped), one.HandledAt)
		skipped += len(one.Skipped)
	}
	_ = table.Flush() // standard output
	if skipped == 0 {
		return
	}
	fmt.Fprintln(w)
	fmt.Fprintln(table, "CONSUMER\tSKIPPED CHANGE\tAT\tPROBLEM")
	for _, one := range list {
		for _, change := range one.Skipped {
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", one.Name, change.Change, change.At, oneLine(spoken(change.Cause)))
		}
	}
	_ = table.Flush() // standard output
}

type consumerRetryCmd struct {
	Consumer string `arg:"" help:"Name of the consumer."`
	Change   int64  `arg:"" help:"Number of the change."`
}

func (c *consumerRetryCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	if err := desk.Outbox(slog.New(slog.DiscardHandler)).Retry(ctx, c.Consumer, c.Change); err != nil {
		return err
	}
	return s.print(map[string]any{"consumer": c.Consumer, "change": c.Change, "state": "handled"}, func(w io.Writer) {
		fmt.Fprintf(w, "Consumer %s has handled change %d.\n", c.Consumer, c.Change)
	})
}
