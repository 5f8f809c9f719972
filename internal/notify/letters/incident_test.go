package letters_test

import (
	"context"
	"testing"
	"time"

	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// What is said of an incident is told in the words that were kept as sent, in the
// language of whoever is told, in English where it has none of theirs.
func TestLetterOfAnIncident(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Rooms = d.Responses
	i, err := d.OpenIncident(t.Context(), tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso}, Zone: "UTC"}, d.now)
	if err != nil {
		t.Fatal(err)
	}
	var told tocsin.Change
	_, err = d.AddMessage(t.Context(), i.N, tocsin.IncidentMessage{
		Template: "closure", Name: "Closure", Channels: []string{"staff"}, Promised: d.now.Add(time.Hour),
		Words: []tocsin.IncidentWords{{Language: "fr", Subject: "C’est fini", Lines: []string{"Merci.", "{next}"}}, {Language: "en", Subject: "It is over"}},
	}, tocsin.IncidentStep{}, false, d.now, func(_ context.Context, _ *store.Tx, m tocsin.IncidentMessage) error {
		told = tocsin.Change{Seq: m.Change, TenantID: storetest.Contoso, Kind: tocsin.KindIncident, ID: "1", What: tocsin.WhatMessage, At: d.now}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"fr": "C’est fini", "de": "It is over", "ja": "It is over"} {
		c := d.write(language, notify.KindIncident, []delivery.Pending{{Change: told}})
		if c.Letter.Title.Text != want || c.Letter.Heading != "[incident] 1" || len(c.Facts) != 1 || c.Facts[0].Severity != tocsin.SeverityOK || !c.Facts[0].NextUpdateBy.Equal(d.now.Add(time.Hour)) {
			t.Errorf("%s: %+v, %+v", language, c.Letter, c.Facts)
		}
		if language == "fr" && (len(c.Letter.Entries) != 1 || len(c.Letter.Entries[0].Blocks) != 1 || c.Letter.Entries[0].Blocks[0].Lines[1].Text != "{next}" || c.Letter.Entries[0].Blocks[0].Lines[0].Language != "fr") {
			t.Errorf("in its words: %+v", c.Letter.Entries)
		}
		if language == "ja" && c.Letter.Title.Language != "en" {
			t.Errorf("%+v is said to be Japanese", c.Letter.Title)
		}
	}
	told.Seq++
	if c, _, err := d.Write(t.Context(), "en", time.UTC, notify.KindIncident, []delivery.Pending{{Change: told}}); c != nil || err != nil {
		t.Errorf("of a change that tells of no message: %+v, %v", c, err)
	}
}
