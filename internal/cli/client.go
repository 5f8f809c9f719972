package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

type clientCmd struct {
	Add    clientAddCmd    `cmd:"" help:"Add an API client and print its secret, once. Example: tocsin client add --tenant contoso --scope ServiceHealth.Read"`
	List   clientListCmd   `cmd:"" help:"List API clients."`
	Revoke clientRevokeCmd `cmd:"" help:"End an API client: it gets no more tokens."`
}

type clientAddCmd struct {
	Tenant string   `help:"Tenant that the client reads: GUID, domain or name." required:"" placeholder:"TENANT"`
	Scope  []string `help:"Permission: ServiceHealth.Read, ServiceHealth.Read.All or ServiceMessage.Read.All; may be repeated." required:""`
	Name   string   `help:"Name of the client. Default: made from the time."`
	Shape  string   `help:"Field names in answers of the legacy API: both, documented or wire. Default: the tenant's." enum:"both,documented,wire," default:""`
}

// clientJSON is a client as commands print it. The secret is there once, when
// the client is added.
type clientJSON struct {
	ID        string   `json:"clientId"`
	Secret    string   `json:"clientSecret,omitempty"`
	Tenant    string   `json:"tenant"`
	TenantID  string   `json:"tenantId"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	Shape     string   `json:"shape,omitempty"`
	CreatedAt string   `json:"createdAt"`
	RevokedAt string   `json:"revokedAt,omitempty"`
}

func newClientJSON(c tocsin.Client, tenant string) clientJSON {
	return clientJSON{
		ID: c.ID, Tenant: tenant, TenantID: c.TenantID, Name: c.Name, Scopes: c.Scopes, Shape: string(c.Shape),
		CreatedAt: date(c.CreatedAt), RevokedAt: date(c.RevokedAt),
	}
}

func (c *clientAddCmd) Run(ctx context.Context, s *session) error {
	archive, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	tenant, err := archive.Tenant(ctx, c.Tenant)
	if err != nil {
		return err
	}
	now := time.Now()
	if c.Name == "" {
		c.Name = "client " + now.UTC().Format("2006-01-02 15:04:05.000")
	}
	client := tocsin.Client{ID: app.NewID(), TenantID: tenant.ID, Name: c.Name, Scopes: c.Scope, Shape: tocsin.Shape(c.Shape), CreatedAt: now}
	secret, err := app.AddClient(ctx, archive, client)
	if err != nil {
		return err
	}
	printed := newClientJSON(client, tenant.Name)
	printed.Secret = secret
	return s.print(printed, func(w io.Writer) {
		fmt.Fprintf(w, "client id      %s\nclient secret  %s\n", client.ID, secret)
		fmt.Fprintln(s.env.Stderr, "The secret is shown this once; only its hash is kept.")
	})
}

type clientListCmd struct {
	Tenant string `help:"List those of one tenant only." placeholder:"TENANT"`
}

func (c *clientListCmd) Run(ctx context.Context, s *session) error {
	archive, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	names, only, err := tenantNames(ctx, archive, c.Tenant)
	if err != nil {
		return err
	}
	clients, err := archive.Clients(ctx, only)
	if err != nil {
		return err
	}
	list := make([]clientJSON, len(clients))
	for i, client := range clients {
		list[i] = newClientJSON(client, names[client.TenantID])
	}
	return s.print(list, func(w io.Writer) {
		table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "TENANT\tNAME\tCLIENT ID\tSCOPES\tREVOKED")
		for _, one := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%v\t%s\n", one.Tenant, one.Name, one.ID, one.Scopes, one.RevokedAt)
		}
		_ = table.Flush() // standard output
	})
}

// tenantNames are the names of all tenants by id, and the id of the one named
// by only, if any.
func tenantNames(ctx context.Context, archive *store.Store, only string) (map[string]string, string, error) {
	tenants, err := archive.Tenants(ctx)
	if err != nil {
		return nil, "", err
	}
	names := make(map[string]string, len(tenants))
	for _, t := range tenants {
		names[t.ID] = t.Name
	}
	if only == "" {
		return names, "", nil
	}
	tenant, err := archive.Tenant(ctx, only)
	return names, tenant.ID, err
}

type clientRevokeCmd struct {
	ID string `arg:"" help:"The client id."`
}

func (c *clientRevokeCmd) Run(ctx context.Context, s *session) error {
	archive, _, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer archive.Close()
	if err := archive.RevokeClient(ctx, c.ID, time.Now()); err != nil {
		return err
	}
	return s.print(map[string]string{"clientId": c.ID, "state": "revoked"}, func(w io.Writer) { fmt.Fprintf(w, "Revoked %s.\n", c.ID) })
}
