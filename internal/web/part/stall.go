package part

import (
	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/tocsin"
)

// A carried is the map of a tenant with the names that it uses.
type carried struct {
	written tocsin.BusinessMap
	names   *business.Directory
}

// Stalls returns what services may hold up in the business, a sentence for each
// process, as the template "stalls" writes it: nothing for those who may not read the
// map, and where nobody wrote one.
func (v *View) Stalls(services ...ServiceLine) ([]string, error) {
	state := map[string]tocsin.Severity{}
	for i := range services {
		if s := services[i].Severity; s.Broken() {
			state[services[i].id] = s
		}
	}
	if len(state) == 0 || v.parts.config.Carried.Maps == nil || !v.Reads(access.ReadMap) {
		return nil, nil
	}
	c, err := v.carried()
	if err != nil || c.written.Empty() {
		return nil, err
	}
	return business.Sentences(v.Locale.Locale, &c.written, c.names, func(id string) tocsin.Severity { return state[id] }), nil
}

// carried reads the map, or has it as it was read a few seconds ago.
func (v *View) carried() (carried, error) {
	key := ownKey{v.Snapshot.Tenant.ID, v.Now.UnixNano() / int64(ownHolds)}
	if c, ok := v.parts.carried.Get(key); ok {
		return c, nil
	}
	m, names, err := v.parts.config.Carried.Of(v.R.Context(), key.tenant, v.Snapshot.NamedServices())
	if err != nil {
		return carried{}, err
	}
	c := carried{m, names}
	v.parts.carried.Put(key, c, 0)
	return c, nil
}
