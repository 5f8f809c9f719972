package native

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/business"
	"example.org/tocsin/internal/tocsin"
)

// carrying is the part of the store that has what services carry.
type carrying interface {
	BusinessMap(ctx context.Context, tenantID string) (tocsin.BusinessMap, error)
	PutBusinessMap(ctx context.Context, m tocsin.BusinessMap, was int64, now time.Time) (tocsin.BusinessMap, error)
}

// mapBody is what the services of a tenant carry.
type mapBody struct {
	Version   int64        `json:"version" doc:"0 where nobody wrote anything yet."`
	WrittenAt *time.Time   `json:"writtenAt,omitempty"`
	WrittenBy string       `json:"writtenBy,omitempty"`
	Uses      []mapUse     `json:"uses" nullable:"false"`
	Processes []mapProcess `json:"processes" nullable:"false"`
	Sheets    []mapSheet   `json:"sheets" nullable:"false" doc:"Continuity sheets."`
}

type mapDraft struct {
	Uses      []mapUse     `json:"uses,omitempty" maxItems:"200"`
	Processes []mapProcess `json:"processes,omitempty" maxItems:"200"`
	Sheets    []mapSheet   `json:"sheets,omitempty" maxItems:"200"`
}

type mapUse struct {
	Name      string   `json:"name" minLength:"1" maxLength:"100" doc:"Once in the map, without a semicolon."`
	Services  []string `json:"services,omitempty" maxItems:"50" doc:"Workload ids: the use is as the worst of them."`
	Secondary []string `json:"secondary,omitempty" maxItems:"50" doc:"Workload ids of what it can do without for a while."`
}

type mapProcess struct {
	Name       string   `json:"name" minLength:"1" maxLength:"100" doc:"Once in the map, without a semicolon."`
	Department string   `json:"department,omitempty" maxLength:"100" example:"Finance"`
	Team       string   `json:"teamId,omitempty" maxLength:"36" doc:"That owns it."`
	Uses       []string `json:"uses,omitempty" maxItems:"50" doc:"Names of uses."`
	Sites      []string `json:"siteIds,omitempty" maxItems:"50" doc:"Their seats are its seats."`
	Fallback   string   `json:"fallback,omitempty" maxLength:"2000"`
	TriedOn    string   `json:"triedOn,omitempty" maxLength:"10" example:"2026-06-14" doc:"Day when the fallback was tried last."`
	Tried      string   `json:"tried,omitempty" maxLength:"100" example:"drill"`
	Cost       int64    `json:"costPerHour,omitempty" minimum:"0"`
	Currency   string   `json:"currency,omitempty" maxLength:"3" example:"EUR"`
}

type mapSheet struct {
	Service   string `json:"service" minLength:"1" maxLength:"100" doc:"Workload id, once in the map."`
	Documents string `json:"documents,omitempty" maxLength:"2000" doc:"That are kept offline."`
	Client    string `json:"client,omitempty" maxLength:"2000" doc:"Another one that works."`
	Meeting   string `json:"meeting,omitempty" maxLength:"2000" doc:"By phone."`
	Numbers   string `json:"numbers,omitempty" maxLength:"2000" doc:"One a line."`
	Team      string `json:"teamId,omitempty" maxLength:"36" doc:"That owns it."`
	TriedOn   string `json:"triedOn,omitempty" maxLength:"10"`
	Tried     string `json:"tried,omitempty" maxLength:"100"`
}

func newMapBody(m *tocsin.BusinessMap) mapBody {
	b := mapBody{Version: m.Version, WrittenBy: m.By, Uses: []mapUse{}, Processes: []mapProcess{}, Sheets: []mapSheet{}}
	if m.Version > 0 {
		at := m.At.UTC()
		b.WrittenAt = &at
	}
	for _, u := range m.Uses {
		b.Uses = append(b.Uses, mapUse{u.Name, u.Services, u.Secondary})
	}
	for _, p := range m.Processes {
		b.Processes = append(b.Processes, mapProcess{p.Name, p.Department, p.Owner.ID, p.Uses, p.Sites, p.Fallback, p.TriedOn, p.Tried, p.Cost, p.Currency})
	}
	for _, s := range m.Sheets {
		b.Sheets = append(b.Sheets, mapSheet{s.Service, s.Documents, s.Client, s.Meeting, s.Numbers, s.Owner.ID, s.TriedOn, s.Tried})
	}
	return b
}

func (d *mapDraft) of(tenantID string) tocsin.BusinessMap {
	m := tocsin.BusinessMap{TenantID: tenantID}
	for _, u := range d.Uses {
		m.Uses = append(m.Uses, tocsin.MapUse{Name: u.Name, Services: u.Services, Secondary: u.Secondary})
	}
	for _, p := range d.Processes {
		m.Processes = append(m.Processes, tocsin.MapProcess{
			Name: p.Name, Department: p.Department, Owner: tocsin.TeamParty(p.Team), Uses: p.Uses, Sites: p.Sites, Fallback: p.Fallback, TriedOn: p.TriedOn, Tried: p.Tried, Cost: p.Cost, Currency: p.Currency,
		})
	}
	for _, s := range d.Sheets {
		m.Sheets = append(m.Sheets, tocsin.ContinuitySheet{
			Service: s.Service, Documents: s.Documents, Client: s.Client, Meeting: s.Meeting, Numbers: s.Numbers, Owner: tocsin.TeamParty(s.Team), TriedOn: s.TriedOn, Tried: s.Tried,
		})
	}
	return m
}

// mapTag is the entity tag of a version of the map.
func mapTag(version int64) string { return `"map-` + strconv.FormatInt(version, 10) + `"` }

func (a *API) registerMap() {
	path := "/tenants/{tenant}/map"
	add(a, operation{needs: access.ReadDesk, Operation: huma.Operation{
		OperationID: "getMap", Method: http.MethodGet, Path: path, Tags: []string{"map"}, Summary: "Read what the services of the tenant carry",
	}}, a.getMap)
	add(a, operation{needs: access.AuthorDesk, Operation: huma.Operation{
		OperationID: "putMap", Method: http.MethodPut, Path: path, Tags: []string{"map"}, Summary: "Write what the services of the tenant carry",
		Description: "The whole map takes the place of the one that holds, which stays as an earlier version.",
	}}, a.putMap)
}

func (a *API) getMap(ctx context.Context, x *exchange, in *struct {
	InTenant
	InRead
},
) (*output[mapBody], error) {
	m, err := a.maps.BusinessMap(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	out := &output[mapBody]{ETag: mapTag(m.Version), Body: newMapBody(&m)}
	return out, in.settled(out.ETag)
}

func (a *API) putMap(ctx context.Context, x *exchange, in *struct {
	InTenant
	IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag of what is to be replaced."`
	Body    mapDraft
},
) (*output[mapBody], error) {
	last, err := a.maps.BusinessMap(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	if err := unchanged(in.IfMatch, mapTag(last.Version), "The map is another one by now: read it again."); err != nil {
		return nil, err
	}
	snapshot, err := a.snapshots.Snapshot(ctx, x.tenant.ID)
	if err != nil {
		return nil, err
	}
	names, err := business.Library{Maps: a.maps, People: a.people}.Directory(ctx, x.tenant.ID, snapshot.NamedServices())
	if err != nil {
		return nil, err
	}
	m := in.Body.of(x.tenant.ID)
	if err := business.Check(&m, names).Err(); err != nil {
		return nil, err
	}
	written, err := a.maps.PutBusinessMap(ctx, m, last.Version, x.now)
	if err != nil {
		return nil, err
	}
	return &output[mapBody]{ETag: mapTag(written.Version), Body: newMapBody(&written)}, nil
}
