package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/tocsin"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create an access token for a client. Example: tocsin token create --tenant contoso"`
}

type tokenCreateCmd struct {
	Client   string        `help:"Client id. Default: the only client of --tenant." placeholder:"GUID"`
	Tenant   string        `help:"Tenant whose client gets the token: GUID, domain or name." placeholder:"TENANT"`
	Resource string        `help:"API that the token is for: legacy, graph, or an address." default:"legacy"`
	TTL      time.Duration `help:"How long it is valid." default:"1h"`
	Base     string        `help:"Address of the desk that issues it: server.base or one of server.names. Default: server.base." placeholder:"URL"`
}

// tokenJSON is a token as the token endpoint answers it.
type tokenJSON struct {
	TokenType   string `json:"token_type"`
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	Resource    string `json:"resource"`
	ClientID    string `json:"client_id"`
	TenantID    string `json:"tenant_id"`
}

// maxTTL keeps a forgotten token from opening the archive for ever.
const maxTTL = 31 * 24 * time.Hour

func (c *tokenCreateCmd) Run(ctx context.Context, s *session) error {
	if c.TTL <= 0 || c.TTL > maxTTL {
		return tocsin.Invalidf("ttl", "%v is not between 0 and %v.", c.TTL, maxTTL)
	}
	desk, settings, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	client, err := c.find(ctx, desk)
	if err != nil {
		return err
	}
	issuer, err := app.NewIssuer(ctx, settings, desk, c.Base)
	if err != nil {
		return err
	}
	resource := c.Resource
	switch resource {
	case "legacy":
		resource = app.LegacyResource
	case "graph":
		resource = app.GraphResource
	}
	token, err := issuer.Mint(ctx, client, resource, c.TTL)
	if err != nil {
		return err
	}
	now := time.Now()
	if err := desk.Programs.NoteToken(ctx, client, resource, now, now.Add(c.TTL)); err != nil {
		return err
	}
	return s.print(tokenJSON{"Bearer", token, int(c.TTL.Seconds()), resource, client.ID, client.TenantID}, func(w io.Writer) { fmt.Fprintln(w, token) })
}

// find is the client that the flags name.
func (c *tokenCreateCmd) find(ctx context.Context, desk *app.Rooms) (tocsin.Client, error) {
	if c.Client != "" {
		client, _, err := desk.Programs.Client(ctx, c.Client)
		if err == nil && !client.Active(time.Now()) {
			return client, tocsin.Conflictf("The client %s was revoked or has expired.", client.ID)
		}
		return client, err
	}
	if c.Tenant == "" {
		return tocsin.Client{}, tocsin.Invalidf("client", "Name a client or a tenant.")
	}
	tenant, err := desk.Archive.Tenant(ctx, c.Tenant)
	if err != nil {
		return tocsin.Client{}, err
	}
	clients, err := desk.Programs.Clients(ctx, tenant.ID)
	if err != nil {
		return tocsin.Client{}, err
	}
	var active []tocsin.Client
	for _, client := range clients {
		if client.Active(time.Now()) {
			active = append(active, client)
		}
	}
	switch len(active) {
	case 0:
		return tocsin.Client{}, tocsin.NotFoundf("The tenant %s has no client: tocsin client add --tenant %s --scope ServiceHealth.Read", tenant.Name, tenant.Name)
	case 1:
		return active[0], nil
	}
	return tocsin.Client{}, tocsin.Invalidf("client", "The tenant %s has %s: name one of those in tocsin client list.", tenant.Name, count(len(active), "client", "clients"))
}
