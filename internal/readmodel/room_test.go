package readmodel_test

import (
	"log/slog"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What is written in a room is another version of the room, whoever wrote it, and
// leaves the pages of its tenants alone.
func TestVersionsOfRooms(t *testing.T) {
	t.Parallel()
	desk := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, desk)
	ctx := t.Context()
	m := readmodel.New(desk, func() time.Time { return storetest.T0 }, slog.New(slog.DiscardHandler))
	if _, err := m.Snapshot(ctx, storetest.Contoso); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.OpenIncident(ctx, tocsin.Incident{Title: "x", TenantIDs: []string{storetest.Contoso}, Zone: "UTC"}, storetest.T0); err != nil {
		t.Fatal(err)
	}
	if err := m.Refresh(ctx, false); err != nil {
		t.Fatal(err)
	}
	tenant, room, other := m.Version(storetest.Contoso), m.Version(readmodel.RoomTopic(1)), m.Version(readmodel.RoomTopic(2))
	changed := m.Changed()
	if err := desk.EndStep(ctx, 1, tocsin.IncidentStep{Step: tocsin.StepDetection, Needed: true}, storetest.T0); err != nil {
		t.Fatal(err)
	}
	if err := m.Refresh(ctx, false); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	default:
		t.Error("nobody is told")
	}
	if m.Version(readmodel.RoomTopic(1)) == room || room == "0" {
		t.Errorf("the room is still in version %s", room)
	}
	if m.Version(storetest.Contoso) != tenant || m.Version(readmodel.RoomTopic(2)) != other || other != "0" {
		t.Errorf("others are in other versions: %s, %s", m.Version(storetest.Contoso), m.Version(readmodel.RoomTopic(2)))
	}
}
