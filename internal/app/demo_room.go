package app

import (
	"cmp"
	"context"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/tocsin"
)

// sayFirst has a short alert sent to the mail box and the cards of the demonstration.
func (r *demoRun) sayFirst(ctx context.Context, desk *App, room tocsin.Incident) error {
	m := tocsin.IncidentMessage{Template: "short-alert", Facts: map[string]string{"workarounds": "Outlook on the web"}}
	for _, c := range desk.announcing.speaker.Channels() {
		if c.Kind == "mail" || c.Kind == "teams" {
			m.Channels = append(m.Channels, c.Name)
		}
	}
	for _, code := range lang.Languages() {
		book, err := respond.In(code)
		if err != nil {
			return err
		}
		alert, _ := book.Message(m.Template)
		filled, err := alert.Fill(respond.Facts{Values: map[string]string{
			"id": strings.Join(room.Issues, ", "), "date": r.info.Started.Format(time.DateOnly), "services": "Exchange Online", "workarounds": "Outlook on the web", "next": r.info.Started.Add(time.Hour).Format("15:04"),
		}})
		if err != nil {
			return err
		}
		words := tocsin.IncidentWords{Language: code, Subject: respond.Text(filled.Lines[0])}
		for _, line := range filled.Lines[1:] {
			words.Lines = append(words.Lines, respond.Text(line))
		}
		m.Name, m.Words = cmp.Or(m.Name, alert.Name), append(m.Words, words)
	}
	_, err := desk.announcing.speaker.Say(ctx, room.N, m, tocsin.IncidentStep{Step: tocsin.StepAnnouncement, Needed: true}, r.info.Started)
	return err
}
