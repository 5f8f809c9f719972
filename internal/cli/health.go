package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

type healthCmd struct {
	List healthListCmd `cmd:"" help:"List services with their status. Example: tocsin health list --tenant contoso"`
	Get  healthGetCmd  `cmd:"" help:"Show the status of one service, and what is open about it. Example: tocsin health get Exchange --tenant contoso --output json"`
}

type healthListCmd struct{ ofTenant }

// healthJSON is the judgement on a service as commands print it.
type healthJSON struct {
	ID         string          `json:"id"`
	Service    string          `json:"service"`
	Severity   tocsin.Severity `json:"severity"`
	Status     string          `json:"status"`          // the one that decides, in the provider's word
	Since      string          `json:"since"`           // since when it is not well, or since when it is; missing where nobody knows
	Issue      string          `json:"issue,omitempty"` // that explains it
	StaleSince string          `json:"staleSince,omitempty"`
	Stale      bool            `json:"stale,omitempty"` // nobody has looked since staleSince, or ever

	since, unwell   time.Time // unwell counts the advisories; see [health.Service]
	advised, silent bool
}

func newHealthJSON(s *health.Service) healthJSON {
	h := healthJSON{
		ID: s.ID, Service: s.Name, Severity: s.Severity, Status: string(s.Status), Since: date(s.Since), StaleSince: date(s.StaleSince), Stale: s.Stale,
		since: s.Since, unwell: s.Unwell, advised: s.Advised(), silent: s.Silent,
	}
	if s.Cause != nil {
		h.Issue = s.Cause.ID
	}
	return h
}

// issueHealth is an open issue that names no service.
func issueHealth(i *health.Issue) healthJSON {
	return healthJSON{
		ID: i.ServiceID, Service: i.Service, Severity: i.Severity, Status: string(i.Status), Since: date(i.Since), Issue: i.ID,
		since: i.Since, unwell: i.Since, advised: i.Advisory(),
	}
}

func (c *healthListCmd) Run(ctx context.Context, s *session) error {
	report, err := c.report(ctx, s, time.Now())
	if err != nil {
		return err
	}
	list := []healthJSON{}
	for i := range report.Services {
		list = append(list, newHealthJSON(&report.Services[i]))
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tSERVICE\tSEVERITY\tSTATUS\tSINCE\tISSUE\tUNKNOWN SINCE")
		for _, h := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", oneLine(h.ID), oneLine(h.Service), h.Severity, oneLine(h.Status), h.Since, oneLine(h.Issue), h.silence())
		}
		_ = table.Flush() // standard output
	})
}

// neverRead stands for the time when nobody has looked, if nobody ever has.
const neverRead = "never read"

// silence says since when nobody has looked, "" while somebody does.
func (h healthJSON) silence() string {
	if h.Stale && h.StaleSince == "" {
		return neverRead
	}
	return h.StaleSince
}

type healthGetCmd struct {
	ofTenant
	Service string `arg:"" help:"Id or name of the service."`
}

// serviceHealthJSON is one service as commands print it.
type serviceHealthJSON struct {
	healthJSON
	Issues    []itemJSON `json:"issues"`    // that are open about it, the worst first
	Elsewhere []itemJSON `json:"elsewhere"` // open incidents of other services that name it, and of the whole suite
}

func (c *healthGetCmd) Run(ctx context.Context, s *session) error {
	report, err := c.report(ctx, s, time.Now())
	if err != nil {
		return err
	}
	service, ok := report.Named(c.Service)
	if !ok {
		return tocsin.NotFoundf("There is no service %q.", tocsin.Clip(c.Service, 80))
	}
	named, suite := report.Elsewhere(service.Service)
	one := serviceHealthJSON{newHealthJSON(service), openJSON(service.About), openJSON(slices.Concat(named, suite))}
	return s.print(one, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  %s  %s since %s\n", oneLine(one.ID), oneLine(one.Service), one.Severity, oneLine(one.Status), one.Since)
		switch silence := one.silence(); {
		case silence == neverRead:
			fmt.Fprintln(w, "Unknown: its source was never read.")
		case silence != "":
			fmt.Fprintf(w, "Unknown since %s: nobody has looked.\n", silence)
		}
		for _, i := range one.Issues {
			fmt.Fprintf(w, "%s  %s  %s  %s\n", i.ID, i.Status, i.Class, oneLine(i.Title))
		}
		for _, i := range one.Elsewhere {
			fmt.Fprintf(w, "%s  %s  %s  %s: %s\n", i.ID, i.Status, i.Class, oneLine(i.Service), oneLine(i.Title))
		}
	})
}

// openJSON are open issues as commands print them.
func openJSON(issues []*health.Issue) []itemJSON {
	list := []itemJSON{}
	for _, i := range issues {
		list = append(list, itemJSON{
			ID: i.ID, Title: i.Content.Title, Service: i.Service, Class: i.Class, Status: string(i.Status), StartAt: date(i.StartAt.Time()),
			EndAt: date(i.EndAt.Time()), ModifiedAt: date(i.ModifiedAt.Time()), Source: i.Source, Version: int(i.N),
		})
	}
	return list
}

// report judges the tenant from its archive.
func (o ofTenant) report(ctx context.Context, s *session, now time.Time) (*health.Report, error) {
	opened, c, err := s.openToRead(ctx)
	desk, tenant, err := o.find(ctx, opened, err)
	if err != nil {
		return nil, err
	}
	defer desk.Close()
	model := readmodel.New(desk.Reading(), func() time.Time { return now }, slog.New(slog.DiscardHandler))
	model.QuietAfter(time.Duration(c.Advisories.QuietAfter))
	snapshot, err := model.Snapshot(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	return health.Judge(ctx, model, snapshot, now)
}
