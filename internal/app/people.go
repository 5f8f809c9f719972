package app

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"example.org/tocsin/internal/access/signin"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// newDoor makes what lets people in.
func (a *App) newDoor(c config.Config, o Options) (err error) {
	proxies, err := c.Server.TrustedProxies()
	if err != nil {
		return err
	}
	a.Door, err = signin.New(signin.Config{
		Base: a.Base(), Names: a.names.All()[1:], Archive: a.People, Master: a.master, Address: httpserver.Proxies(proxies).Address,
		Idle: time.Duration(c.SignIn.Idle), Limit: time.Duration(c.SignIn.Limit), Everyone: c.Server.Pages == "everyone",
		Providers: providers(c.SignIn.OIDC), Now: time.Now, Log: o.Log,
	})
	return err
}

func providers(list []config.OIDC) []signin.Provider {
	providers := make([]signin.Provider, len(list))
	for i, p := range list {
		one := signin.Provider{
			ID: p.Name, Label: cmp.Or(p.Label, p.Name), Issuer: p.Issuer, ClientID: p.ClientID, Secret: p.Secret.Reveal(), Scopes: p.Scopes, Claim: cmp.Or(p.Claim, "roles"),
		}
		for _, r := range p.Roles {
			one.Roles = append(one.Roles, signin.ClaimedRole{Value: r.Value, Grant: tocsin.Grant{Role: tocsin.Role(r.Role), TenantID: strings.ToLower(r.Tenant)}})
		}
		providers[i] = one
	}
	return providers
}

// SetUpLink is the link that makes the first administrator, or "" on a desk
// that is set up.
func (a *App) SetUpLink(ctx context.Context) (string, error) { return a.Door.SetUpLink(ctx) }

// hosts are the names that requests may be for: those of the desk's addresses. A
// desk that listens everywhere and was given no address answers for every name,
// since nobody said which are its own.
func (a *App) hosts(c config.Config) []string {
	host, _, err := net.SplitHostPort(c.Server.Listen)
	if ip := net.ParseIP(host); !a.named && (err != nil || host == "" || ip != nil && ip.IsUnspecified()) {
		return nil
	}
	var hosts []string
	for _, address := range a.names.All() {
		u, err := url.Parse(address)
		if err != nil {
			return nil
		}
		if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsUnspecified() {
			return nil
		}
		hosts = append(hosts, u.Host)
	}
	return hosts
}
