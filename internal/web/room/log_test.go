package room_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// The log tells what happened in rooms to those who may enter them: who may not enter
// each tenant of a room reads nothing of it, nor does a reader. Notes are told nobody.
func TestLogTellsOfRooms(t *testing.T) {
	t.Parallel()
	h, _ := outage(t)
	h.Person("ray", tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Contoso})
	h.Person("pat", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso}, tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Fabrikam})
	h.Person("sam", tocsin.Grant{Role: tocsin.RoleIncidentManager, TenantID: storetest.Contoso}, tocsin.Grant{Role: tocsin.RoleReader, TenantID: storetest.Fabrikam})
	ctx, at := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "kim"}), storetest.T0
	for _, i := range []tocsin.Incident{
		{Title: "Mail <b>waits</b>", TenantIDs: []string{storetest.Contoso}, Issues: []string{"EX900100"}},
		{Title: "Calls drop", TenantIDs: []string{storetest.Contoso, storetest.Fabrikam}},
	} {
		i.Zone, i.Starts = "UTC", []tocsin.IncidentStart{{T0: at}}
		if _, err := h.Store.OpenIncident(ctx, i, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Store.TellLateStep(ctx, 1, tocsin.LateStep{Step: tocsin.StepUpdates, N: 2, DueAt: at}, at.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		h.Store.EndStep(ctx, 1, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true}, at),
		h.Store.ReopenStep(ctx, 1, tocsin.StepDetection, 0, "A private reason", at),
		h.Store.AddEntry(ctx, 1, "note", "A private note", at, at),
		h.Store.CloseIncident(ctx, 2, nil, at),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	one := []string{
		"</a>\u00a0opened: Mail &lt;b&gt;waits", "Update no. 2 late, incident room ", "Detection done or not needed, incident room ", "Detection open again, incident room ",
		`href="/incidents/1`,
	}
	two := []string{"</a>\u00a0opened: Calls drop", "</a>\u00a0closed: Calls drop", `href="/incidents/2`}
	for _, tt := range []struct {
		name, tenant string
		sees, hidden []string
	}{
		{"kim", "contoso", one, two},
		{"lou", "contoso", one, two},
		{"sam", "contoso", one, two},
		{"pat", "contoso", slices.Concat(one, two), nil},
		{"pat", "fabrikam", two, one},
		{"max", "fabrikam", nil, slices.Concat(one, two)},
		{"ray", "contoso", nil, slices.Concat(one, two)},
	} {
		b := h.Browser()
		b.Enter(tt.name)
		for _, address := range []string{"/changes?tenant=" + tt.tenant, "/changes?kind=room&tenant=" + tt.tenant} {
			if tt.name == "ray" && strings.Contains(address, "kind=") {
				if status := b.Status(http.MethodGet, address, nil); status != http.StatusForbidden {
					t.Errorf("ray asks for rooms alone: status %d", status)
				}
				continue
			}
			_, page := b.Send(http.MethodGet, address, nil)
			webtest.Has(t, tt.name+" "+address, page, tt.sees...)
			webtest.Lacks(t, tt.name+" "+address, page, append(slices.Clone(tt.hidden), "A private")...)
		}
	}
	b := h.Browser()
	b.Enter("kim")
	for prefix, want := range map[string][]string{"/fr": {"Étape «\u00a0Point n°\u00a02\u00a0» en retard", "Salles d"}, "/ja": {"「第 2\u00a0報」が遅れています"}} {
		webtest.Has(t, prefix, b.Open(prefix+"/changes?kind=room"), want...)
	}
}
