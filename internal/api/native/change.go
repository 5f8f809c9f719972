package native

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

// changeBody is what happened to one item.
type changeBody struct {
	Sequence int64     `json:"sequence" doc:"Grows in the order of commits. Numbers are those of the desk: a tenant does not see all of them."`
	Kind     string    `json:"kind" enum:"service,overview,issue,message,source,incident,step,request" doc:"incident: one that the desk handles, by its number. step: one of its runbook, such as 12/announcement or 12/updates/3. request: a support request, by its number."`
	ID       string    `json:"id"`
	What     string    `json:"what" enum:"new,updated,left,returned,late,stale,heard,acknowledged,opened,closed,message,done,reopened,filed,severity,answered" doc:"left: the source no longer lists it; its versions stay. late: the next update is not there that was promised. stale, heard: of a source, that it is silent, and no longer. acknowledged: somebody has taken the issue in hand. opened, closed, message: of an incident, the last when something was said about it. done, reopened, late: of a step. opened, filed, severity (the provider gave one), answered, closed, reopened: of a support request."`
	Version  int       `json:"version" doc:"The version that it came with, 0 for none. Of a support request, the number of the row of its thread that says it."`
	Silent   bool      `json:"silent" doc:"Stored by a first poll or an import: not announced to anybody."`
	At       time.Time `json:"at" doc:"When the desk saw it."`
	Title    string    `json:"title,omitempty" doc:"Of an incident that is the tenant's alone, of a step its incident, of a support request: its title as it is now."`
	Detail   string    `json:"detail,omitempty" doc:"Of a step what it is called, in English; of a request that was filed the number of its case, of a severity the one that was given."`
}

// told is the part of the store that has the titles of what the desk itself does.
type told interface {
	IncidentsTold(ctx context.Context, ns []int64) ([]tocsin.Incident, error)
	RequestsTold(ctx context.Context, tenantID string, ns []int64) ([]tocsin.Request, map[int64][]tocsin.RequestTurn, error)
}

type changeList struct {
	Value []changeBody `json:"value" nullable:"false" doc:"In order."`
	Next  int64        `json:"nextSequence" doc:"Send it as after to go on from here, also when nothing was new."`
	More  bool         `json:"more" doc:"There are more already."`
}

// verificationBody is what a check of the archive found out.
type verificationBody struct {
	Intact    bool   `json:"intact"`
	Versions  int    `json:"versions"`
	Documents int    `json:"documents"`
	Head      string `json:"head" doc:"Keep it elsewhere: an archive that was cut off later has another one."`
	Problem   string `json:"problem,omitempty" doc:"The first version that does not fit."`
}

func (a *API) registerChanges() {
	tag := []string{"changes"}
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "listChanges", Method: http.MethodGet, Path: "/tenants/{tenant}/changes", Tags: tag, Summary: "Follow changes",
		Description: "Whoever asks again with nextSequence misses none.",
	}}, a.listChanges)
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "verifyArchive", Method: http.MethodGet, Path: "/tenants/{tenant}/verification", Tags: tag, Summary: "Check the hash chain of every version",
		Description: "Reads all of the tenant's archive. One check runs at a time.",
	}}, a.verify)
}

func (a *API) listChanges(ctx context.Context, x *exchange, in *struct {
	InTenant
	After int64 `query:"after" minimum:"0" doc:"The last sequence number that the client knows; 0 to begin with the oldest."`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Most changes of one answer."`
},
) (*struct{ Body changeList }, error) {
	list, err := a.archive.TenantChangesAfter(ctx, x.tenant.ID, in.After, x.identity.May(access.ReadPrivacy), in.Limit+1)
	if err != nil {
		return nil, err
	}
	body := changeList{Value: []changeBody{}, Next: in.After}
	if body.More = len(list) > in.Limit; body.More {
		list = list[:in.Limit]
	}
	for _, c := range list {
		body.Value = append(body.Value, changeBody{Sequence: c.Seq, Kind: string(c.Kind), ID: c.ID, What: string(c.What), Version: c.N, Silent: c.Silent, At: c.At})
		body.Next = c.Seq
	}
	if err := errors.Join(a.nameRooms(ctx, x.tenant.ID, body.Value), a.nameRequests(ctx, x.tenant.ID, body.Value)); err != nil {
		return nil, err
	}
	return &struct{ Body changeList }{body}, nil
}

// numbersOf are the numbers of the incidents, or requests, that changes tell of.
func numbersOf(list []changeBody, kinds ...tocsin.Kind) (ns []int64) {
	for _, c := range list {
		if slices.Contains(kinds, tocsin.Kind(c.Kind)) {
			ns = append(ns, numberOf(c.ID))
		}
	}
	slices.Sort(ns)
	return slices.Compact(ns)
}

// numberOf is the number that the id of a change begins with, such as 12 of
// 12/updates/3.
func numberOf(id string) int64 {
	text, _, _ := strings.Cut(id, "/")
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// nameRooms says what incidents and steps of them are called: of those alone that are
// the tenant's alone, as others are not read here.
func (a *API) nameRooms(ctx context.Context, tenantID string, list []changeBody) error {
	ns := numbersOf(list, tocsin.KindIncident, tocsin.KindStep)
	if len(ns) == 0 {
		return nil
	}
	book, err := respond.In("en")
	if err != nil {
		return err
	}
	titles := map[int64]string{}
	incidents, err := a.told.IncidentsTold(ctx, ns)
	for _, i := range incidents {
		if slices.Equal(i.TenantIDs, []string{tenantID}) {
			titles[i.N] = i.Title
		}
	}
	for n := range list {
		c := &list[n]
		if kind := tocsin.Kind(c.Kind); kind == tocsin.KindIncident || kind == tocsin.KindStep {
			c.Title = titles[numberOf(c.ID)]
		}
		if _, step, ok := strings.Cut(c.ID, "/"); ok && c.Kind == string(tocsin.KindStep) {
			step, number, _ := strings.Cut(step, "/")
			if row, ok := book.Row(step); ok {
				c.Detail = strings.TrimSpace(row.Step + " " + number)
			} else if step == tocsin.StepPromise || step == tocsin.StepReminder {
				c.Detail = "Promised update"
			}
		}
	}
	return err
}

// nameRequests says what support requests are called, and what was filed or given.
func (a *API) nameRequests(ctx context.Context, tenantID string, list []changeBody) error {
	ns := numbersOf(list, tocsin.KindRequest)
	if len(ns) == 0 {
		return nil
	}
	requests, turns, err := a.told.RequestsTold(ctx, tenantID, ns)
	for n := range list {
		c := &list[n]
		at := slices.IndexFunc(requests, func(r tocsin.Request) bool { return r.N == numberOf(c.ID) })
		if c.Kind != string(tocsin.KindRequest) || at < 0 {
			continue
		}
		c.Title = requests[at].Content.Title
		for _, t := range turns[requests[at].N] {
			switch {
			case t.N != int64(c.Version):
			case t.Kind == "filed":
				c.Detail = t.Text
			default:
				c.Detail = t.State
			}
		}
	}
	return err
}

func (a *API) verify(ctx context.Context, x *exchange, _ *InTenant) (*struct{ Body verificationBody }, error) {
	select {
	case a.verifying <- struct{}{}:
	default:
		return nil, &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: "Another check is running."}
	}
	defer func() { <-a.verifying }()
	v, err := a.archive.Verify(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body verificationBody }{verificationBody{v.Problem == "", v.Versions, v.Documents, v.Head.String(), v.Problem}}, nil
}
