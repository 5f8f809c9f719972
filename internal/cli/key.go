package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type keyCmd struct {
	Rotate keyRotateCmd `cmd:"" help:"Sign with a new key from now on; tokens of the old one stay valid. Example: tocsin key rotate"`
	List   keyListCmd   `cmd:"" help:"List the keys. Example: tocsin key list --output json"`
}

// keyJSON is a signing key as commands print it.
type keyJSON struct {
	ID        string `json:"id"`
	State     string `json:"state"` // signs, retired or revoked
	CreatedAt string `json:"createdAt"`
	RetiredAt string `json:"retiredAt,omitempty"`
	RevokedAt string `json:"revokedAt,omitempty"`
}

func newKeyJSON(k tocsin.SigningKey) keyJSON {
	printed := keyJSON{ID: k.ID, State: "signs", CreatedAt: date(k.CreatedAt), RetiredAt: date(k.RetiredAt), RevokedAt: date(k.RevokedAt)}
	switch {
	case !k.RevokedAt.IsZero():
		printed.State = "revoked"
	case !k.RetiredAt.IsZero():
		printed.State = "retired"
	}
	return printed
}

type keyRotateCmd struct {
	Revoke bool `help:"Refuse every token that was signed so far: for a key that may be in wrong hands."`
}

func (c *keyRotateCmd) Run(ctx context.Context, s *session) error {
	desk, settings, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	issuer, err := app.NewIssuer(ctx, settings, desk, "")
	if err != nil {
		return err
	}
	if c.Revoke {
		err = issuer.Replace(ctx)
	} else {
		err = issuer.Rotate(ctx)
	}
	if err != nil {
		return err
	}
	keys, err := desk.Programs.SigningKeys(ctx)
	if err != nil {
		return err
	}
	printed := newKeyJSON(keys[0])
	return s.print(printed, func(w io.Writer) { fmt.Fprintf(w, "The key %s signs from now on.\n", printed.ID) })
}

type keyListCmd struct{}

func (c *keyListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	keys, err := desk.Programs.SigningKeys(ctx)
	if err != nil {
		return err
	}
	list := make([]keyJSON, len(keys))
	for i, k := range keys {
		list[i] = newKeyJSON(k)
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tSTATE\tCREATED\tRETIRED")
		for _, one := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", one.ID, one.State, one.CreatedAt, one.RetiredAt)
		}
		_ = table.Flush() // standard output
	})
}
