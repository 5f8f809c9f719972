package graph

import (
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
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
	return hasWord(word, c.service.ID, c.service.Listed())
}

func (c *overviewCursor) entity() (*entity, error) {
	s := c.service
	return encodeOverview(c.api.schema(c.unknown).enums, s.ID, s.Listed(), s.Overview.Status, c.unknown), nil
}

func (c *overviewCursor) Value(prop int) odata.Value {
	switch prop {
	case propID:
		return odata.Text(c.service.ID)
	case overviewService:
		return odata.Text(c.service.Listed())
	case overviewStatus:
		return c.known(c.api.closed.enums.status, string(c.service.Overview.Status))
	}
	return odata.Value{}
}
