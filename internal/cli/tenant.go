package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

type tenantCmd struct {
	Add  tenantAddCmd  `cmd:"" help:"Add a tenant. Example: tocsin tenant add --id 11111111-2222-3333-4444-555555555555 --name contoso --domain contoso.com"`
	List tenantListCmd `cmd:"" help:"List tenants with the health of their sources. Example: tocsin tenant list --output json"`
}

type tenantAddCmd struct {
	ID          string   `help:"GUID of the tenant in the provider's directory." required:"" placeholder:"GUID"`
	Name        string   `help:"Short label, such as contoso." required:""`
	DisplayName string   `help:"Name as pages show it, such as Contoso; the short one by default." placeholder:"NAME"`
	Domain      []string `help:"Verified domain; may be repeated." placeholder:"DOMAIN"`
	Group       []string `help:"Label for views over several tenants; may be repeated." placeholder:"LABEL"`
	Shape       string   `help:"Field names in answers of the legacy API: both, documented or wire." enum:"both,documented,wire" default:"both"`
}

// tenantJSON is a tenant as commands print it.
type tenantJSON struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	DisplayName string   `json:"displayName"`
	Domains     []string `json:"domains"`
	Groups      []string `json:"groups"`
	Shape       string   `json:"shape"`
	Disabled    bool     `json:"disabled"`
	StaleSince  string   `json:"staleSince,omitempty"`
	Sources     []source `json:"sources,omitempty"`
}

type source struct {
	Name       string          `json:"name"`
	Outcome    string          `json:"outcome"`
	LastOKAt   string          `json:"lastOkAt"`
	StaleSince string          `json:"staleSince,omitempty"`
	Problem    string          `json:"problem,omitempty"`
	Cause      *tocsin.Problem `json:"cause,omitempty"` // the same as a code
	Unreadable int             `json:"unreadable,omitempty"`
	DueAt      string          `json:"dueAt"`
}

func newTenantJSON(t tocsin.Tenant) tenantJSON {
	return tenantJSON{
		ID: t.ID, Name: t.Name, DisplayName: t.Title(), Domains: append([]string{}, t.Domains...), Groups: append([]string{}, t.Groups...),
		Shape: string(t.Shape), Disabled: t.Disabled,
	}
}

func (c *tenantAddCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenant := tocsin.Tenant{ID: c.ID, Name: c.Name, DisplayName: c.DisplayName, Domains: c.Domain, Groups: c.Group, Shape: tocsin.Shape(c.Shape), CreatedAt: time.Now()}
	tenant.Normalize()
	if err := desk.Archive.AddTenant(ctx, tenant); err != nil {
		return err
	}
	return s.print(newTenantJSON(tenant), func(w io.Writer) {
		fmt.Fprintf(w, "Added tenant %s (%s).\n", tenant.Name, tenant.ID)
	})
}

type tenantListCmd struct{}

func (c *tenantListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenants, err := desk.Archive.Tenants(ctx)
	if err != nil {
		return err
	}
	states, err := desk.Archive.Sources(ctx, "")
	if err != nil {
		return err
	}
	list := make([]tenantJSON, len(tenants))
	for i, t := range tenants {
		list[i] = newTenantJSON(t)
		list[i].addSources(states, time.Now())
	}
	return s.print(list, func(w io.Writer) { printTenants(w, list) })
}

// addSources adds the health of the tenant's sources.
func (t *tenantJSON) addSources(states []tocsin.SourceState, now time.Time) {
	for _, state := range states {
		if state.TenantID != t.ID {
			continue
		}
		one := source{Name: state.Name, Outcome: string(state.Outcome), LastOKAt: date(state.LastOKAt), Problem: lang.English(state.Problem), Cause: state.Problem, Unreadable: state.Unreadable, DueAt: date(state.DueAt)}
		if since, stale := state.StaleSince(now); stale {
			one.StaleSince = date(since)
			if since.IsZero() {
				one.StaleSince = "never polled"
			}
			t.StaleSince = one.StaleSince
		}
		t.Sources = append(t.Sources, one)
	}
}

func printTenants(w io.Writer, list []tenantJSON) {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tID\tDOMAINS\tSOURCES")
	for _, t := range list {
		sources := make([]string, len(t.Sources))
		for i, one := range t.Sources {
			sources[i] = one.Name + " " + one.Outcome
			if one.StaleSince != "" {
				sources[i] += ", stale since " + one.StaleSince
			}
			if one.Unreadable > 0 {
				sources[i] += fmt.Sprintf(", %d unknown", one.Unreadable)
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", t.Name, t.ID, strings.Join(t.Domains, " "), strings.Join(sources, "; "))
	}
	_ = table.Flush() // standard output
	for _, t := range list {
		for _, one := range t.Sources {
			if one.Cause != nil {
				fmt.Fprintf(w, "\n%s %s: %s\n", t.Name, one.Name, spoken(one.Cause))
			}
		}
	}
}
