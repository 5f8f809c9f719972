package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

type collectCmd struct {
	Once   bool   `help:"Poll every source once and end, as this command always does. (To poll for ever, run: tocsin serve.)"`
	Tenant string `help:"Poll one tenant only: name or GUID." placeholder:"TENANT"`
}

// pollJSON is one poll as commands print it.
type pollJSON struct {
	Tenant     string `json:"tenant"`
	Source     string `json:"source"`
	Outcome    string `json:"outcome"`
	Full       bool   `json:"full"`
	Requests   int    `json:"requests"`
	Items      int    `json:"items"`
	New        int    `json:"new"`
	Updated    int    `json:"updated"`
	Left       int    `json:"left"`
	Withheld   int    `json:"withheld"`
	Unreadable int    `json:"unreadable"`
	Problem    string `json:"problem,omitempty"`
	// Cause is the same as a code, with what the source said.
	Cause *tocsin.Problem `json:"cause,omitempty"`
}

// errIncomplete is returned after the polls were printed.
var errIncomplete = errors.New("not every poll was complete")

func (c *collectCmd) Run(ctx context.Context, s *session) error {
	desk, settings, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	collector, err := app.NewCollector(ctx, settings, desk.Archive, s.logger(settings))
	if err != nil {
		return err
	}
	tenants, err := desk.Archive.Tenants(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, t := range tenants {
		if c.Tenant == "" || c.Tenant == t.Name || c.Tenant == t.ID {
			names[t.ID] = t.Name
		}
	}
	polls, complete := []pollJSON{}, true
	for _, target := range collector.Targets() {
		name, wanted := names[target.TenantID]
		if !wanted {
			continue
		}
		p, err := collector.Poll(ctx, target.TenantID, target.Name, true)
		if err != nil {
			return err
		}
		complete = complete && p.Outcome.Complete() && p.Unreadable == 0
		polls = append(polls, newPollJSON(name, p))
	}
	if len(polls) == 0 {
		return tocsin.Invalidf("config", "There is no source to poll: add one to a tenant in the settings file.")
	}
	err = s.print(polls, func(w io.Writer) { printPolls(w, polls) })
	if err == nil && !complete {
		return errIncomplete
	}
	return err
}

func newPollJSON(tenant string, p tocsin.Poll) pollJSON {
	return pollJSON{tenant, p.Source, string(p.Outcome), p.Full, p.Requests, p.Items, p.New, p.Updated, p.Left, p.Withheld, p.Unreadable, lang.English(p.Problem), p.Problem}
}

func printPolls(w io.Writer, polls []pollJSON) {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "TENANT\tSOURCE\tOUTCOME\tREQUESTS\tITEMS\tNEW\tUPDATED\tLEFT\tWITHHELD\tUNREADABLE\tPROBLEM")
	for _, p := range polls {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", p.Tenant, p.Source, p.Outcome, p.Requests, p.Items, p.New, p.Updated, p.Left, p.Withheld, p.Unreadable, spoken(p.Cause))
	}
	_ = table.Flush() // standard output
}

// spoken is why a poll was not complete or a change not handled, for a person:
// the sentence, what to do, what the program noted, and what the source said.
func spoken(p *tocsin.Problem) string {
	if p == nil {
		return ""
	}
	parts := []string{lang.English(p)}
	if help := lang.EnglishHelp(p); help != "" {
		parts = append(parts, help)
	}
	if detail := p.Args["detail"]; detail != "" {
		parts = append(parts, "["+strconv.Quote(detail)+"]")
	}
	if e := p.Evidence; e != nil {
		said := slices.DeleteFunc([]string{e.Number, e.Code, e.Inner}, func(s string) bool { return s == "" })
		if e.Status != 0 {
			said = append([]string{"status " + strconv.Itoa(e.Status)}, said...)
		}
		if e.Quote != "" {
			said = append(said, strconv.Quote(e.Quote))
		}
		if id := cmp.Or(e.RequestID, e.CorrelationID, e.ClientRequestID); id != "" {
			said = append(said, "request id "+id)
		}
		parts = append(parts, "["+strings.Join(said, ", ")+"]")
	}
	return strings.Join(parts, " ")
}
