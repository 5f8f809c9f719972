package graph

import (
	"cmp"
	"strings"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// overviewCursor walks over the services of a tenant.
type overviewCursor struct {
	*reading
	services []readmodel.Service
	service  *readmodel.Service
}

func (c *overviewCursor) len() int        { return len(c.services) }
func (c *overviewCursor) at(i int)        { c.service = &c.services[i] }
func (c *overviewCursor) id(i int) string { return c.services[i].ID }
func (*overviewCursor) err() error        { return nil }
func (*overviewCursor) document() int64   { return 0 }
func (*overviewCursor) Len(int) int       { return 0 }

func (*overviewCursor) Item(int, int) odata.Value { return odata.Value{} }

func (c *overviewCursor) clone() cursor {
	copied := *c
	return &copied
}

func (c *overviewCursor) holds(word string) bool {
	return hasWord(word, c.service.ID, nameOf(c.service))
}

func (c *overviewCursor) entity() (*entity, error) {
	s := c.service
	return encodeOverview(c.api.schema(c.unknown).enums, s.ID, nameOf(s), s.Overview.Status, c.unknown), nil
}

func (c *overviewCursor) Value(prop int) odata.Value {
	switch prop {
	case propID:
		return odata.Text(c.service.ID)
	case overviewService:
		return odata.Text(nameOf(c.service))
	case overviewStatus:
		return c.known(c.api.closed.enums.status, string(c.service.Overview.Status))
	}
	return odata.Value{}
}

// nameOf is the name under which the upstream lists the service's status.
func nameOf(s *readmodel.Service) string { return cmp.Or(s.Overview.Service, s.Name, s.ID) }

// serviceOf finds the service that a key names: by a present name, by id, or
// by a name that the service had before.
func serviceOf(s *readmodel.Snapshot, key string) (*readmodel.Service, bool) {
	key = strings.TrimSpace(key)
	for i := range s.Services {
		if service := &s.Services[i]; strings.EqualFold(nameOf(service), key) || strings.EqualFold(service.Name, key) {
			return service, true
		}
	}
	for i := range s.Services {
		if strings.EqualFold(s.Services[i].ID, key) {
			return &s.Services[i], true
		}
	}
	if id, known := tocsin.ServiceIDOf(key); known {
		return s.Service(id)
	}
	return nil, false
}
