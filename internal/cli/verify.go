package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type verifyCmd struct {
	Tenant string `help:"Check one tenant only: GUID, domain or name." placeholder:"TENANT"`
	Audit  string `help:"Head of the audit log that was noted earlier, N:HASH as verify prints it: tells whether that entry is still there." placeholder:"N:HASH"`
}

// auditJSON is the finding about the audit log.
type auditJSON struct {
	Entries int64  `json:"entries"`
	Head    string `json:"head"` // for --audit
	Problem string `json:"problem,omitempty"`
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
	noted, head, err := parseHead(c.Audit)
	if err != nil {
		return err
	}
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	found := struct {
		Tenants []verifyJSON `json:"tenants"`
		Audit   auditJSON    `json:"audit"`
	}{Tenants: []verifyJSON{}}
	if found.Tenants, err = c.tenants(ctx, desk); err != nil {
		return err
	}
	v, err := desk.Store.VerifyAudit(ctx, noted, head)
	if err != nil {
		return err
	}
	found.Audit = auditJSON{Entries: v.Entries, Head: fmt.Sprintf("%d:%s", v.Entries, v.Head), Problem: v.Problem}
	broken := v.Problem != ""
	err = s.print(found, func(w io.Writer) {
		for _, f := range found.Tenants {
			if f.Problem != "" {
				fmt.Fprintf(w, "%s: BROKEN. %s\n", f.Tenant, f.Problem)
				continue
			}
			fmt.Fprintf(w, "%s: %s, %s, chain intact, head %s\n", f.Tenant, count(f.Versions, "version", "versions"), count(f.Documents, "document", "documents"), f.Head)
		}
		if broken {
			fmt.Fprintf(w, "audit log: BROKEN. %s\n", v.Problem)
			return
		}
		fmt.Fprintf(w, "audit log: %s, chain intact, head %s\n", count(int(v.Entries), "entry", "entries"), found.Audit.Head)
	})
	for _, f := range found.Tenants {
		broken = broken || f.Problem != ""
	}
	if broken && err == nil {
		return errBroken
	}
	return err
}

// tenants checks the versions of the tenants that were asked for.
func (c *verifyCmd) tenants(ctx context.Context, desk *app.Rooms) ([]verifyJSON, error) {
	tenants, err := tenantsNamed(ctx, desk, c.Tenant)
	if err != nil {
		return nil, err
	}
	findings := make([]verifyJSON, len(tenants))
	for i, t := range tenants {
		v, err := desk.Archive.Verify(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		findings[i] = verifyJSON{Tenant: t.Name, Versions: v.Versions, Documents: v.Documents, Head: v.Head.String(), Problem: v.Problem}
	}
	return findings, nil
}

// parseHead reads the head of an audit log, such as 12:af31….
func parseHead(text string) (n int64, head tocsin.Hash, err error) {
	if text == "" {
		return 0, head, nil
	}
	number, digits, _ := strings.Cut(text, ":")
	n, err = strconv.ParseInt(number, 10, 64)
	decoded, hexErr := hex.DecodeString(digits)
	if err != nil || hexErr != nil || n < 1 || len(decoded) != len(head) {
		return 0, head, tocsin.Invalidf("audit", "%q is no head of an audit log: give N:HASH as verify prints it.", tocsin.Clip(text, 100))
	}
	copy(head[:], decoded)
	return n, head, nil
}
