package part

import "example.org/tocsin/internal/tocsin"

// Cloud returns where the tenant that is looked at lives, as far as addresses
// of its admin centre go: no cloud for what the desk itself authored.
func (v *View) Cloud(own bool) tocsin.Cloud {
	if c := v.parts.config.Portals; c != nil && !own {
		return tocsin.Cloud{Portal: c.Portal(v.Snapshot.Tenant.ID)}
	}
	return tocsin.Cloud{}
}
