package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// handlingBody is what the people of a tenant do about a message.
type handlingBody struct {
	State   string `json:"state" enum:"new,planned,done,notApplicable" doc:"How far they are. A message of which nobody has said anything is new."`
	Owner   string `json:"owner,omitempty" maxLength:"220" doc:"Who sees to it: the name of a person with a role in the tenant, or of a team. Nobody when it and ownerId are absent." example:"Messaging"`
	OwnerID string `json:"ownerId,omitempty" maxLength:"41" doc:"The same by id, user: or team: and a GUID; it counts where both are sent." example:"team:0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57"`
	Due     string `json:"due,omitempty" maxLength:"10" example:"2026-03-10" doc:"The day by which they want to be done; the provider's date counts when absent."`
}

func newHandlingBody(h tocsin.Handling) handlingBody {
	h.Normalize()
	body := handlingBody{State: string(h.State), Owner: h.OwnerName, OwnerID: h.Owner.String()}
	if !h.Due.IsZero() {
		body.Due = h.Due.UTC().Format(time.DateOnly)
	}
	return body
}

func (b handlingBody) tag() string {
	return digestTag([]byte(b.State + "\n" + b.OwnerID + "\n" + b.Due))
}

func (a *API) registerHandlings() {
	tag, path := []string{"messages"}, "/tenants/{tenant}/messages/{id}/handling"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getHandling", Method: http.MethodGet, Path: path, Tags: tag, Summary: "Read what is done about a message",
	}}, a.getHandling)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "putHandling", Method: http.MethodPut, Path: path, Tags: tag, Summary: "Say what is done about a message",
		Description: "Replaces all of it: what is absent is unsaid. Each change is in the audit log.",
	}}, a.putHandling)
}

func (a *API) getHandling(ctx context.Context, x *exchange, in *inRead) (*output[handlingBody], error) {
	id := itemID(in.ID)
	if _, err := a.archive.Held(ctx, x.tenant.ID, tocsin.Ref{Kind: tocsin.KindMessage, ID: id}, 0); err != nil {
		return nil, err
	}
	all, err := a.handlings.Handlings(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	body := newHandlingBody(all[id])
	if err := in.settled(body.tag()); err != nil {
		return nil, err
	}
	return &output[handlingBody]{ETag: body.tag(), Body: body}, nil
}

func (a *API) putHandling(ctx context.Context, x *exchange, in *struct {
	InItem
	IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag of what is to be replaced."`
	Body    handlingBody
},
) (*output[handlingBody], error) {
	owner, err := a.ownerOf(ctx, x.tenant.ID, in.Body)
	if err != nil {
		return nil, err
	}
	next := tocsin.Handling{State: tocsin.HandlingState(in.Body.State), Owner: owner}
	if in.Body.Due != "" {
		due, err := time.Parse(time.DateOnly, in.Body.Due)
		if err != nil {
			return nil, tocsin.Invalidf("due", "Write the day as 2026-03-10.")
		}
		next.Due = due
	}
	h, err := a.handlings.ChangeHandling(ctx, x.tenant.ID, itemID(in.ID), x.now, func(h *tocsin.Handling) error {
		if err := unchanged(in.IfMatch, newHandlingBody(*h).tag(), "Something else is said by now: read it again."); err != nil {
			return err
		}
		*h = next
		return nil
	})
	if err != nil {
		return nil, err
	}
	body := newHandlingBody(h)
	return &output[handlingBody]{ETag: body.tag(), Body: body}, nil
}

// ownerOf is the party that a body names.
func (a *API) ownerOf(ctx context.Context, tenantID string, b handlingBody) (tocsin.Party, error) {
	if b.OwnerID != "" {
		p, ok := tocsin.ParseParty(b.OwnerID)
		if !ok {
			return p, tocsin.Invalidf("ownerId", "Write user: or team: and a GUID.")
		}
		return p, nil
	}
	if b.Owner == "" {
		return tocsin.Party{}, nil
	}
	list, err := a.people.Parties(ctx, tenantID)
	if err != nil {
		return tocsin.Party{}, err
	}
	return tocsin.FindParty(list, "owner", b.Owner)
}
