package readmodel_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// A snapshot has messages about data privacy for those only who ask for the
// whole of it, after changes and after a start from saved rows alike.
func TestMessagesAboutPrivacyAreApart(t *testing.T) {
	t.Parallel()
	s, m := open(t, time.Now)
	m.SaveFrom(1)
	message := func(id string, tags ...string) tocsin.Document {
		doc, err := tocsin.NewDocument(tocsin.Message{ID: id, Title: id, Tags: tags, ModifiedAt: storetest.T0.Add(time.Duration(len(tags)) * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	check := func(what string, m *readmodel.Model, public, whole []string) {
		t.Helper()
		snapshot, err := m.Snapshot(t.Context(), storetest.Contoso)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			s    *readmodel.Snapshot
			want []string
		}{{snapshot, public}, {snapshot.Whole(), whole}, {snapshot.Whole().Whole(), whole}} {
			var ids []string
			indexed := 0
			for _, row := range one.s.Messages {
				ids = append(ids, row.ID)
			}
			for _, g := range one.s.MessageIndex.Groups() {
				indexed += g.Len()
			}
			if !slices.Equal(ids, one.want) || indexed != len(one.want) {
				t.Errorf("%s: messages %v, %d in the index, want %v", what, ids, indexed, one.want)
			}
		}
		if _, ok := snapshot.Message("MC2"); ok != slices.Contains(public, "MC2") {
			t.Errorf("%s: MC2 found: %t", what, ok)
		}
	}
	refresh := func() {
		t.Helper()
		if err := m.Refresh(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	record(t, s, storetest.T0, message("MC1"), message("MC3"))
	check("none", m, []string{"MC1", "MC3"}, []string{"MC1", "MC3"})
	record(t, s, storetest.T0, message("MC2", "Data privacy"))
	refresh()
	check("added", m, []string{"MC1", "MC3"}, []string{"MC1", "MC2", "MC3"})
	if err := m.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("saved", m, []string{"MC1", "MC3"}, []string{"MC1", "MC2", "MC3"})
	check("started from saved rows", readmodel.New(s, time.Now, slog.New(slog.DiscardHandler)), []string{"MC1", "MC3"}, []string{"MC1", "MC2", "MC3"})
	record(t, s, storetest.T0, message("MC2", "Admin impact", "New feature"), message("MC3", "Data privacy"))
	refresh()
	check("changed", m, []string{"MC1", "MC2"}, []string{"MC1", "MC2", "MC3"})
}
