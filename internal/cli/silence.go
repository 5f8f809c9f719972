package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/tocsin"
)

type silenceCmd struct {
	Add  silenceAddCmd  `cmd:"" help:"Keep changes from being told for at most 24 hours. Example: tocsin silence add 'service=\"Exchange\"' --for 2h --reason Maintenance"`
	List silenceListCmd `cmd:"" help:"List the silences that hold or are planned. Example: tocsin silence list --output json"`
	End  silenceEndCmd  `cmd:"" help:"End a silence before its time. Example: tocsin silence end 4d7f3a52-0c3e-4a43-9d44-7d1e5f0b8a11"`
}

// silenceJSON is a silence as commands print it.
type silenceJSON struct {
	ID        string `json:"id"`
	Tenant    string `json:"tenant,omitempty"` // name; none for all tenants
	TenantID  string `json:"tenantId,omitempty"`
	Matchers  string `json:"matchers"`
	StartsAt  string `json:"startsAt"`
	EndsAt    string `json:"endsAt"`
	Active    bool   `json:"active"`
	Author    string `json:"author"`
	Reason    string `json:"reason"`
	CreatedAt string `json:"createdAt"`
	EndedBy   string `json:"endedBy,omitempty"`
}

func newSilenceJSON(s tocsin.Silence, tenants map[string]string, now time.Time) silenceJSON {
	return silenceJSON{
		ID: s.ID, Tenant: tenants[s.TenantID], TenantID: s.TenantID, Matchers: s.Matchers, StartsAt: date(s.StartsAt), EndsAt: date(s.EndsAt), Active: s.Active(now),
		Author: s.Author, Reason: s.Reason, CreatedAt: date(s.CreatedAt), EndedBy: s.EndedBy,
	}
}

type silenceAddCmd struct {
	Matchers string        `arg:"" help:"What is silenced, as routes write it: service=\"Exchange\",class!=\"incident\"."`
	For      time.Duration `help:"How long, at most 24h." placeholder:"TIME" required:""`
	Start    string        `help:"When it begins: an instant or a time from now such as 12h. Default: now." placeholder:"WHEN"`
	Reason   string        `help:"Why, for those who wonder why they hear nothing." required:""`
	Tenant   string        `help:"Tenant whose changes alone are silenced: GUID, domain or name. Default: all." placeholder:"TENANT"`
}

func (c *silenceAddCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	start, err := parseAt("start", c.Start, now)
	if err != nil {
		return err
	}
	if start.IsZero() {
		start = now
	}
	one := tocsin.Silence{ID: tocsin.NewGUID(), Matchers: c.Matchers, StartsAt: start, EndsAt: start.Add(c.For), Reason: c.Reason}
	tenants := map[string]string{}
	if c.Tenant != "" {
		tenant, err := desk.Archive.Tenant(ctx, c.Tenant)
		if err != nil {
			return err
		}
		one.TenantID, tenants[tenant.ID] = tenant.ID, tenant.Name
	}
	if one, err = desk.Deliveries.AddSilence(ctx, one, now); err != nil {
		return err
	}
	printed := newSilenceJSON(one, tenants, now)
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "Silenced %s from %s to %s (%s).\n", oneLine(one.Matchers), printed.StartsAt, printed.EndsAt, one.ID)
	})
}

type silenceListCmd struct {
	All bool `help:"Also those that are over, of the last 90 days."`
}

// silenceHistory is how far back silences are listed.
const silenceHistory = 90 * 24 * time.Hour

func (c *silenceListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenants, _, err := tenantNames(ctx, desk, "")
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	after := now
	if c.All {
		after = now.Add(-silenceHistory)
	}
	found, err := desk.Deliveries.Silences(ctx, after)
	if err != nil {
		return err
	}
	list := make([]silenceJSON, len(found))
	for i, one := range found {
		list[i] = newSilenceJSON(one, tenants, now)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tTENANT\tMATCHERS\tFROM\tTO\tBY\tREASON")
		for _, one := range list {
			fmt.Fprintln(table, strings.Join([]string{one.ID, cmp.Or(one.Tenant, "all"), oneLine(one.Matchers), one.StartsAt, one.EndsAt, oneLine(one.Author), oneLine(one.Reason)}, "\t"))
		}
		_ = table.Flush() // standard output
	})
}

type silenceEndCmd struct {
	ID string `arg:"" help:"Id of the silence."`
}

func (c *silenceEndCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	now := time.Now().UTC()
	one, err := desk.Deliveries.EndSilence(ctx, c.ID, now)
	if err != nil {
		return err
	}
	tenants, _, err := tenantNames(ctx, desk, "")
	if err != nil {
		return err
	}
	return s.print(newSilenceJSON(one, tenants, now), func(w io.Writer) { fmt.Fprintf(w, "Ended the silence of %s.\n", oneLine(one.Matchers)) })
}
