package web

import "example.org/tocsin/internal/tocsin"

// cloud is where the tenant that is looked at lives, as far as addresses of its
// admin centre go: no cloud for what the desk itself authored.
func (v *visit) cloud(own bool) tocsin.Cloud {
	if c := v.pages.config.Connections; c != nil && !own {
		return tocsin.Cloud{Portal: c.Portal(v.snapshot.Tenant.ID)}
	}
	return tocsin.Cloud{}
}
