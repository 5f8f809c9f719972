package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// Parts of requests and answers about nouns that belong to a tenant or to the
// whole desk. They are exported because huma reads no others.
type (
	// InNoun names one.
	InNoun struct {
		ID string `path:"id" maxLength:"36" doc:"Id, a GUID." example:"0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57"`
	}
	// DraftPlace says where a new one belongs.
	DraftPlace struct {
		TenantID  string `json:"tenantId,omitempty" maxLength:"36" doc:"Tenant that it belongs to; that of the client by default. Another one needs Desk.Manage.All."`
		WholeDesk bool   `json:"wholeDesk,omitempty" doc:"It belongs to the whole desk and serves every tenant. Needs Desk.Manage.All."`
	}
	// listOf is a list of them.
	listOf[B any] struct {
		Value []B `json:"value" nullable:"false"`
	}
)

// A noun is one kind of them: T as it is kept, B as it is shown, D a new one, P
// what is to be different.
type noun[T, B, D, P any] struct {
	one, many string // as in paths and ids of operations: team, teams
	title     string // team in ids of operations: Team
	reads     access.Permission
	hidden    bool // what belongs to the whole desk is shown to those alone who manage all
	place     func(T) (id, tenantID string)
	show      func(T, *partyNames) B
	draft     func(D) (T, DraftPlace)
	put       func(t *T, id, tenantID string, now time.Time) // completes a draft
	patch     func(P, *T, time.Time)

	all    func(context.Context) ([]T, error)
	add    func(context.Context, T) error
	change func(context.Context, string, time.Time, func(*T) error) (T, error)
	remove func(context.Context, string, time.Time) error
}

// registerNoun registers the five operations on a noun.
func registerNoun[T, B, D, P any](a *API, n noun[T, B, D, P]) {
	tag, path := []string{n.many}, "/"+n.many
	type removed struct{}
	op := func(needs access.Permission, method, path, id, summary string) operation {
		return operation{needs: needs, across: true, Operation: huma.Operation{OperationID: id, Method: method, Path: path, Tags: tag, Summary: summary}}
	}
	list := op(n.reads, http.MethodGet, path, "list"+n.title+"s", "List "+n.many)
	list.Description = "Those of the client's tenant and of the whole desk; all for a client with Desk.Manage.All."
	if n.hidden {
		list.Description = "Those of the client's tenant; all for a client with Desk.Manage.All."
	}
	add(a, list, func(ctx context.Context, x *exchange, _ *struct{}) (*struct{ Body listOf[B] }, error) {
		return listNouns(ctx, x, n)
	})
	adding := op(access.ManageDesk, http.MethodPost, path, "add"+n.title, "Add a "+n.one)
	adding.DefaultStatus = http.StatusCreated
	add(a, adding, func(ctx context.Context, x *exchange, in *struct{ Body D }) (*output[B], error) {
		return addNoun(ctx, x, n, in.Body)
	})
	add(a, op(n.reads, http.MethodGet, path+"/{id}", "get"+n.title, "Read a "+n.one), func(ctx context.Context, x *exchange, in *struct {
		InNoun
		InRead
	},
	) (*output[B], error) {
		t, err := findNoun(ctx, x, n, in.ID)
		if err != nil {
			return nil, err
		}
		out, err := shownNoun(ctx, x, n, t)
		if err == nil {
			err = in.settled(out.ETag)
		}
		return out, err
	})
	changing := op(access.ManageDesk, http.MethodPatch, path+"/{id}", "change"+n.title, "Change a "+n.one)
	changing.Description = "What is left out stays."
	add(a, changing, func(ctx context.Context, x *exchange, in *struct {
		InNoun
		IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag of what is to be changed."`
		Body    P
	},
	) (*output[B], error) {
		return changeNoun(ctx, x, n, in.ID, in.IfMatch, in.Body)
	})
	removing := op(access.ManageDesk, http.MethodDelete, path+"/{id}", "remove"+n.title, "Remove a "+n.one)
	removing.DefaultStatus = http.StatusNoContent
	add(a, removing, func(ctx context.Context, x *exchange, in *InNoun) (*removed, error) {
		t, err := findNoun(ctx, x, n, in.ID)
		if err != nil {
			return nil, err
		}
		id, tenantID := n.place(t)
		if err := x.mayChange(tenantID); err != nil {
			return nil, err
		}
		return &removed{}, n.remove(ctx, id, x.now)
	})
}

// listNouns lists those that the client may read.
func listNouns[T, B, D, P any](ctx context.Context, x *exchange, n noun[T, B, D, P]) (*struct{ Body listOf[B] }, error) {
	all, err := n.all(ctx)
	if err != nil {
		return nil, err
	}
	names, err := x.partyNames(ctx)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body listOf[B] }{listOf[B]{Value: []B{}}}
	for _, t := range all {
		if _, tenantID := n.place(t); x.mayRead(tenantID, n.hidden) {
			out.Body.Value = append(out.Body.Value, n.show(t, names))
		}
	}
	return out, nil
}

// findNoun finds one that the client may read. Another is as if it did not
// exist.
func findNoun[T, B, D, P any](ctx context.Context, x *exchange, n noun[T, B, D, P], ref string) (T, error) {
	all, err := n.all(ctx)
	for _, t := range all {
		if id, tenantID := n.place(t); equalID(id, ref) && x.mayRead(tenantID, n.hidden) {
			return t, nil
		}
	}
	var none T
	if err == nil {
		err = tocsin.NotFoundf("There is no %s %q.", n.one, tocsin.Clip(ref, 64))
	}
	return none, err
}

func addNoun[T, B, D, P any](ctx context.Context, x *exchange, n noun[T, B, D, P], draft D) (*output[B], error) {
	t, at := n.draft(draft)
	tenantID, err := x.placeOf(at)
	if err != nil {
		return nil, err
	}
	id := tocsin.NewGUID()
	n.put(&t, id, tenantID, x.now)
	if err := n.add(ctx, t); err != nil {
		return nil, err
	}
	if t, err = findNoun(ctx, x, n, id); err != nil { // as it is kept
		return nil, err
	}
	out, err := shownNoun(ctx, x, n, t)
	if err == nil {
		out.Location = Prefix + n.many + "/" + id
	}
	return out, err
}

func changeNoun[T, B, D, P any](ctx context.Context, x *exchange, n noun[T, B, D, P], ref, ifMatch string, patch P) (*output[B], error) {
	was, err := findNoun(ctx, x, n, ref)
	if err != nil {
		return nil, err
	}
	id, tenantID := n.place(was)
	if err := x.mayChange(tenantID); err != nil {
		return nil, err
	}
	names, err := x.partyNames(ctx)
	if err != nil {
		return nil, err
	}
	t, err := n.change(ctx, id, x.now, func(t *T) error {
		if err := unchanged(ifMatch, bodyTag(n.show(*t, names)), "It is another one by now: read it again."); err != nil {
			return err
		}
		n.patch(patch, t, x.now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return shownNoun(ctx, x, n, t)
}

func shownNoun[T, B, D, P any](ctx context.Context, x *exchange, n noun[T, B, D, P], t T) (*output[B], error) {
	names, err := x.partyNames(ctx)
	if err != nil {
		return nil, err
	}
	body := n.show(t, names)
	return &output[B]{ETag: bodyTag(body), Body: body}, nil
}

// mayRead reports whether the client may read what belongs to a tenant, or to
// the whole desk for an empty id.
func (x *exchange) mayRead(tenantID string, hidden bool) bool {
	return tenantID == x.tenant.ID || tenantID == "" && !hidden || x.identity.May(access.ManageAll)
}

// mayChange fails unless the client may change what belongs to a tenant.
func (x *exchange) mayChange(tenantID string) error {
	if tenantID == x.tenant.ID || x.identity.May(access.ManageAll) {
		return nil
	}
	return problemf(http.StatusForbidden, "Only a client with %s can change what belongs to the whole desk or another tenant.", tocsin.ScopeDeskManageAll)
}

// placeOf is the tenant that a new noun belongs to.
func (x *exchange) placeOf(at DraftPlace) (string, error) {
	switch {
	case at.WholeDesk && at.TenantID != "":
		return "", tocsin.Invalidf("wholeDesk", "Name a tenant or the whole desk.")
	case at.WholeDesk:
		return "", x.mayChange("")
	case at.TenantID == "" || equalID(at.TenantID, x.tenant.ID):
		return x.tenant.ID, nil
	}
	return at.TenantID, x.mayChange(at.TenantID)
}

// partyNames are the names of people and teams, and which of them the client
// may read.
type partyNames struct {
	all  map[tocsin.Party]string
	seen map[tocsin.Party]bool // nil for all
}

func (x *exchange) partyNames(ctx context.Context) (*partyNames, error) {
	all, err := x.api.people.PartyNames(ctx)
	if err != nil || x.identity.May(access.ManageAll) {
		return &partyNames{all: all}, err
	}
	list, err := x.api.people.Parties(ctx, x.tenant.ID)
	seen := map[tocsin.Party]bool{}
	for _, p := range list {
		seen[p.Party] = true
	}
	return &partyNames{all, seen}, err
}
