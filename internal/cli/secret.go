package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type clientSecretCmd struct {
	Add    secretAddCmd    `cmd:"" help:"Give a client a second secret or certificate, to move its program over. Example: tocsin client secret add 0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57 --expires 180d"`
	List   secretListCmd   `cmd:"" help:"List the secrets and certificates of a client. Example: tocsin client secret list 0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57 --output json"`
	Revoke secretRevokeCmd `cmd:"" help:"End a secret or certificate: no more tokens are given for it. Example: tocsin client secret revoke 0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57 5e0a91d2"`
}

// secretJSON is a secret as commands print it. The secret itself is there once,
// when it is added.
type secretJSON struct {
	ID         string `json:"id"`
	ClientID   string `json:"clientId"`
	Kind       string `json:"kind"` // secret or certificate
	Secret     string `json:"clientSecret,omitempty"`
	Thumbprint string `json:"thumbprint,omitempty"` // SHA-256 of the certificate, in hexadecimal
	State      string `json:"state"`                // live, expired or revoked
	CreatedAt  string `json:"createdAt"`
	ExpiresAt  string `json:"expiresAt,omitempty"`
	RevokedAt  string `json:"revokedAt,omitempty"`
}

func newSecretJSON(s tocsin.Secret, now time.Time) *secretJSON {
	printed := &secretJSON{
		ID: s.ID(), ClientID: s.ClientID, Kind: "secret", State: "live",
		CreatedAt: date(s.CreatedAt), ExpiresAt: date(s.ExpiresAt), RevokedAt: date(s.RevokedAt),
	}
	if len(s.Certificate) > 0 {
		sum := sha256.Sum256(s.Certificate)
		printed.Kind, printed.Thumbprint = "certificate", hex.EncodeToString(sum[:])
	}
	switch {
	case !s.RevokedAt.IsZero():
		printed.State = "revoked"
	case !s.Live(now):
		printed.State = "expired"
	}
	return printed
}

type secretAddCmd struct {
	Client      string `arg:"" help:"The client id."`
	Expires     string `help:"When the secret ends: a date, an instant or a time from now such as 180d. Default: never." placeholder:"WHEN"`
	Certificate string `help:"PEM file of a certificate to add in place of a secret. It ends when it says." placeholder:"FILE" type:"existingfile"`
}

func (c *secretAddCmd) Run(ctx context.Context, s *session) error {
	now := time.Now()
	expires, err := parseWhen("expires", c.Expires, now)
	if err != nil {
		return err
	}
	if c.Certificate != "" && c.Expires != "" {
		return tocsin.Invalidf("expires", "A certificate says itself when it ends.")
	}
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	client, _, err := desk.Programs.Client(ctx, c.Client)
	if err != nil {
		return err
	}
	if !client.Active(now) {
		return tocsin.Conflictf("The client %s was revoked or has expired.", client.ID)
	}
	var secret string
	var kept tocsin.Secret
	if c.Certificate == "" {
		secret, kept, err = app.AddClientSecret(ctx, desk.Programs, client.ID, now, expires)
	} else {
		var text []byte
		if text, err = os.ReadFile(c.Certificate); err != nil {
			return fmt.Errorf("read certificate: %w", err)
		}
		kept, err = app.AddClientCertificate(ctx, desk.Programs, client.ID, text, now)
	}
	if err != nil {
		return err
	}
	printed := newSecretJSON(kept, now)
	printed.Secret = secret
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s%s\n", printed.ID, secret, printed.Thumbprint)
		if secret != "" {
			fmt.Fprintln(s.env.Stderr, "The secret is shown this once; only its hash is kept. Revoke the old one when the program has moved over.")
		}
	})
}

type secretListCmd struct {
	Client string `arg:"" help:"The client id."`
}

func (c *secretListCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openToRead(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	_, secrets, err := desk.Programs.Client(ctx, c.Client)
	if err != nil {
		return err
	}
	list := make([]*secretJSON, len(secrets))
	for i, secret := range secrets {
		list[i] = newSecretJSON(secret, time.Now())
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tKIND\tSTATE\tCREATED\tEXPIRES\tTHUMBPRINT")
		for _, one := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, one.Kind, one.State, one.CreatedAt, one.ExpiresAt, one.Thumbprint)
		}
		_ = table.Flush() // standard output
	})
}

type secretRevokeCmd struct {
	Client string `arg:"" help:"The client id."`
	Secret string `arg:"" help:"The id of the secret, from tocsin client secret list."`
}

func (c *secretRevokeCmd) Run(ctx context.Context, s *session) error {
	desk, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	if err := desk.Programs.RevokeClientCredential(ctx, c.Client, c.Secret, time.Now()); err != nil {
		return err
	}
	return s.print(map[string]string{"clientId": c.Client, "id": c.Secret, "state": "revoked"}, func(w io.Writer) {
		fmt.Fprintf(w, "Revoked %s. Tokens that it was exchanged for end by themselves within the hour.\n", c.Secret)
	})
}
