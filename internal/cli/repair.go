package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

type repairCmd struct {
	Tenant string `help:"Look at one tenant only: GUID, domain or name." placeholder:"TENANT"`
	DryRun bool   `help:"Say what would be done and do nothing."`
}

// flawJSON is one finding, and what is done about it.
type flawJSON struct {
	Tenant   string `json:"tenant"`
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	Flaw     string `json:"flaw"` // madeUp, untimed or saysNoNews
	Versions []int  `json:"versions"`
	Holds    int    `json:"holds"`
	Action   string `json:"action"`
}

func (c *repairCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	tenants, err := tenantsNamed(ctx, desk, c.Tenant)
	if err != nil {
		return err
	}
	found := []flawJSON{}
	for _, tenant := range tenants {
		flaws, err := desk.Archive.Repair(ctx, tenant.ID, c.DryRun)
		if err != nil {
			return err
		}
		for _, f := range flaws {
			found = append(found, flawJSON{tenant.Name, string(f.Kind), f.ID, f.What, append([]int{}, f.Versions...), f.Holds, actionOn(f)})
		}
	}
	return s.print(found, func(w io.Writer) { c.tell(w, found) })
}

func (c *repairCmd) tell(w io.Writer, found []flawJSON) {
	for _, f := range found {
		fmt.Fprintf(w, "%s: %s %s: %s\n", f.Tenant, f.Kind, f.ID, f.Action)
	}
	switch {
	case len(found) == 0:
		fmt.Fprintln(w, "Nothing is to be repaired.")
	case c.DryRun:
		fmt.Fprintf(w, "%s to repair; nothing was changed. Run it again without --dry-run.\n", count(len(found), "item", "items"))
	default:
		fmt.Fprintf(w, "%s repaired. The audit log names them; tocsin verify checks them.\n", count(len(found), "item", "items"))
	}
}

// actionOn says what is found of an item and what is done about it.
func actionOn(f archive.Flaw) string {
	numbers := make([]string, len(f.Versions))
	for i, n := range f.Versions {
		numbers[i] = strconv.Itoa(n)
	}
	versions := "version " + strings.Join(numbers, ", ")
	if len(numbers) > 1 {
		versions = "versions " + strings.Join(numbers, ", ")
	}
	switch f.What {
	case archive.VoidMadeUp:
		return "made of an issue or message by an import; it leaves the list, " + versions + " set aside"
	case archive.FlawUntimed:
		return fmt.Sprintf("a state without a time holds; version %d, which has one, holds instead", f.Holds)
	}
	return fmt.Sprintf("%s set aside, as they say nothing that is new; version %d holds", versions, f.Holds)
}

// tenantsNamed are all tenants, or the one that is named.
func tenantsNamed(ctx context.Context, desk *app.Rooms, name string) ([]tocsin.Tenant, error) {
	if name == "" {
		return desk.Archive.Tenants(ctx)
	}
	one, err := desk.Archive.Tenant(ctx, name)
	return []tocsin.Tenant{one}, err
}
