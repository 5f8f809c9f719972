package letters_test

import (
	"context"
	"strings"
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
		Words: []tocsin.IncidentWords{{Language: "fr", Subject: "C’est fini", Lines: []string{"Merci.", "{next}", "Ouvrez un ticket. https://status.contoso.com/fr/report?issue=MO821132"}}, {Language: "en", Subject: "It is over", Lines: []string{"See https://status.contoso.com.example/report?x."}}},
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
		switch e := c.Letter.Entries[0]; { // cards make no links of texts
		case language == "fr" && (e.Link != "https://status.contoso.com/fr/report?issue=MO821132" || e.LinkLabel != "Signaler ce qui reste" || e.Blocks[0].Lines[2].Text != "Ouvrez un ticket."):
			t.Errorf("the form: %+v", e)
		case language == "de" && (e.Link != "" || e.Blocks[0].Lines[0].Text != "See https://status.contoso.com.example/report?x."):
			t.Errorf("another address: %+v", e)
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

// A late step is told with its due time and a link to its room, in each language.
func TestLetterOfALateStep(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Rooms = d.Responses
	if _, err := d.OpenIncident(t.Context(), tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso}, Zone: "UTC"}, d.now); err != nil {
		t.Fatal(err)
	}
	if _, err := d.TellLateStep(t.Context(), 1, tocsin.LateStep{Step: tocsin.StepUpdates, N: 2, DueAt: d.now.Add(-time.Minute)}, d.now); err != nil {
		t.Fatal(err)
	}
	told := []delivery.Pending{{Change: tocsin.Change{Seq: 2, TenantID: storetest.Contoso, Kind: tocsin.KindStep, ID: "1/updates/2", What: tocsin.WhatLate, At: d.now}}}
	for language, want := range map[string]string{"en": "Update no. 2 of incident 1 is late", "fr": "Point n° 2 de l’incident 1 : en retard", "ja": "インシデント 1 の第 2 報が遅れています", "es": "Actualización n.º 2 del incidente 1: con retraso", "de": "Aktualisierung Nr. 2 von Vorfall 1 ist überfällig"} {
		c := d.write(language, notify.KindIncident, told)
		if strings.Join(strings.Fields(c.Letter.Title.Text), " ") != want || c.Letter.Entries[0].Link != "https://status.contoso.com/incidents/1" || c.Letter.Entries[0].Blocks[0].Label != "Mail waits" {
			t.Errorf("%s: %+v", language, c.Letter)
		}
	}
}

// So is what a message promises: that it is due soon, and that it is late.
func TestLetterOfAPromise(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Rooms = d.Responses
	if _, err := d.OpenIncident(t.Context(), tocsin.Incident{Title: "Mail waits", TenantIDs: []string{storetest.Contoso}, Zone: "UTC"}, d.now); err != nil {
		t.Fatal(err)
	}
	due := d.now.Add(time.Hour)
	if _, err := d.AddMessage(t.Context(), 1, tocsin.IncidentMessage{Name: "Hourly", Words: []tocsin.IncidentWords{{Language: "en", Subject: "Mail waits"}}, Promised: due}, tocsin.IncidentStep{}, false, d.now, nil); err != nil {
		t.Fatal(err)
	}
	seq := int64(2)
	for step, titles := range map[string]map[string]string{
		tocsin.StepReminder: {"en": "Incident 1: the promised update is due soon", "fr": "Incident 1 : le point promis approche", "ja": "インシデント 1：予告した次回の報告の時刻が近づいています", "es": "Incidente 1: pronto toca la actualización prometida", "de": "Vorfall 1: die zugesagte Meldung steht bald an"},
		tocsin.StepPromise:  {"en": "Promised update of incident 1 is late", "fr": "Point promis de l’incident 1 : en retard", "ja": "インシデント 1 の予告した次回の報告が遅れています", "es": "Actualización prometida del incidente 1: con retraso", "de": "Zugesagte Meldung von Vorfall 1 ist überfällig"},
	} {
		if first, err := d.TellLateStep(t.Context(), 1, tocsin.LateStep{Step: step, N: 1, DueAt: due}, due); err != nil || !first {
			t.Fatalf("%s: %v, %v", step, first, err)
		}
		told := []delivery.Pending{{Change: tocsin.Change{Seq: seq, TenantID: storetest.Contoso, Kind: tocsin.KindStep, ID: "1/" + step + "/1", What: tocsin.WhatLate, At: d.now}}}
		seq++
		for language, want := range titles {
			c := d.write(language, notify.KindIncident, told)
			if strings.Join(strings.Fields(c.Letter.Title.Text), " ") != want || !strings.Contains(c.Letter.Entries[0].Blocks[0].Lines[0].Text, "10") {
				t.Errorf("%s in %s: %+v", step, language, c.Letter)
			}
		}
	}
}
