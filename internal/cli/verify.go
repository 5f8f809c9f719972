package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"example.org/tocsin/internal/tocsin"
)

type verifyCmd struct {
	Tenant string `help:"Check one tenant only: GUID, domain or name." placeholder:"TENANT"`
}

// verifyJSON is the finding about one tenant.
type verifyJSON struct {
	Tenant    string `json:"tenant"`
	Versions  int    `json:"versions"`
	Documents int    `json:"documents"`
	Head      string `json:"head"`
	Problem   string `json:"problem,omitempty"`
}

// errBroken is returned after the findings were printed.
var errBroken = errors.New("the archive does not verify")

func (c *verifyCmd) Run(ctx context.Context, s *session) error {
	archive, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	tenants, err := archive.Tenants(ctx)
	if c.Tenant != "" && err == nil {
		var one tocsin.Tenant
		one, err = archive.Tenant(ctx, c.Tenant)
		tenants = []tocsin.Tenant{one}
	}
	if err != nil {
		return err
	}
	findings := make([]verifyJSON, len(tenants))
	broken := false
	for i, t := range tenants {
		v, err := archive.Verify(ctx, t.ID)
		if err != nil {
			return err
		}
		findings[i] = verifyJSON{Tenant: t.Name, Versions: v.Versions, Documents: v.Documents, Head: v.Head.String(), Problem: v.Problem}
		broken = broken || v.Problem != ""
	}
	err = s.print(findings, func(w io.Writer) {
		for _, f := range findings {
			if f.Problem != "" {
				fmt.Fprintf(w, "%s: BROKEN. %s\n", f.Tenant, f.Problem)
				continue
			}
			fmt.Fprintf(w, "%s: %d versions, %d documents, chain intact, head %s\n", f.Tenant, f.Versions, f.Documents, f.Head)
		}
	})
	if broken && err == nil {
		return errBroken
	}
	return err
}
