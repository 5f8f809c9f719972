package dispatch

import (
	"context"
	"errors"
	"strconv"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// ClassRequest is the class of support requests.
const ClassRequest = "request"

// SubjectOfRequest is what a support request says of itself.
func SubjectOfRequest(r tocsin.Request) *Subject {
	s := &Subject{Kind: tocsin.KindRequest, Class: ClassRequest, request: &r, Open: r.Open()}
	for _, name := range r.Content.Services {
		id, _ := tocsin.ServiceIDOf(name)
		s.Services = append(s.Services, notify.Service{ID: id, Name: name})
	}
	return s
}

// labelsOfRequest are the labels that requests alone have. The issue is that which
// it is about.
func labelsOfRequest(r tocsin.Request) []route.Label {
	return []route.Label{
		{Name: "request", Value: strconv.FormatInt(r.N, 10)}, {Name: "to", Value: r.Content.To}, {Name: "level", Value: r.Holds()}, {Name: "issue", Value: r.Content.Issue},
	}
}

// requested are the deliveries of what became of a support request: by the routes
// that name requests, and by no other. Nobody subscribes to them.
func (c *Consumer) requested(ctx context.Context, d decision, tenant tocsin.Tenant, change tocsin.Change, kind notify.MessageKind) ([]delivery.Row, error) {
	if c.Request == nil || d.setup == nil || change.Silent {
		return nil, nil
	}
	n, _ := strconv.ParseInt(change.ID, 10, 64) // no number names nothing
	r, err := c.Request(ctx, tenant.ID, n)
	if errors.Is(err, tocsin.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := SubjectOfRequest(r)
	labels := LabelsOf(s, tenant, string(change.What), d.regions)
	return d.rows(decided{change: change, tenant: tenant, subject: s, kind: kind, labels: labels, cancelled: d.hidden(labels, nil)}, nil), nil
}
