package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type routeShadowCmd struct {
	Since string `help:"From when on: a date, an instant, or how long ago, such as 30d or 12h." placeholder:"WHEN" default:"30d"`
	Lines int    `help:"Also print the last so many changes and who would have heard." placeholder:"N"`
}

func (c *routeShadowCmd) Run(ctx context.Context, s *session) error {
	p, _, err := s.policy()
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	since, err := parseAt("since", c.Since, now)
	if err != nil {
		return err
	}
	if since.After(now) {
		if strings.Contains(c.Since, "-") { // a date or an instant
			return tocsin.Invalidf("since", "%s is in the time to come.", tocsin.Clip(c.Since, 40))
		}
		since = now.Add(-since.Sub(now)) // a time is one ago
	}
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	found, err := desk.Shadow(ctx, p, since, now, c.Lines)
	if err != nil {
		return err
	}
	return s.print(found, func(out io.Writer) { writeShadow(out, found) })
}

// writeShadow prints what would have been sent.
func writeShadow(out io.Writer, f app.Shadow) {
	fmt.Fprintf(out, "Since %s, %s would have been told of. Nothing was sent.\n", f.Since, count(f.Changes-f.Kept, "change", "changes"))
	if f.Kept > 0 {
		fmt.Fprintf(out, "%s would have been kept from all by a silence or an inhibition rule.\n", count(f.Kept, "change", "changes"))
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "DAY\tRECEIVER\tCHANGES\tMESSAGES\tESCALATIONS")
	for _, d := range f.Days {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\n", d.Day, d.Receiver, d.Changes, d.Messages, d.Calls)
	}
	_ = table.Flush() // standard output
	if len(f.Lines) == 0 {
		return
	}
	fmt.Fprintln(out)
	fmt.Fprintln(table, "CHANGE\tAT\tID\tWHAT\tROUTE\tRECEIVER\tSENT")
	for _, l := range f.Lines {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Change, l.At, oneLine(l.ID), l.What, l.Route, l.Receiver, cmp.Or(l.Sent, l.Kept, "never"))
	}
	_ = table.Flush() // standard output
}
