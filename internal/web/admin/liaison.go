package admin

import (
	"context"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

type liaisons interface {
	Liaisons(ctx context.Context) ([]tocsin.Liaison, error)
	AddLiaison(ctx context.Context, l tocsin.Liaison) error
	ChangeLiaison(ctx context.Context, id string, now time.Time, change func(*tocsin.Liaison) error) (tocsin.Liaison, error)
	RemoveLiaison(ctx context.Context, id string, now time.Time) error
}

// liaisonNoun makes the pages about who may speak with the provider.
func liaisonNoun(d directory) noun[tocsin.Liaison] {
	return noun[tocsin.Liaison]{
		key: "liaisons", one: "liaison", tenants: true, columns: []string{"field.user", "field.reach", "field.standIn"},
		place: func(l tocsin.Liaison) (id, tenantID string) { return l.ID, l.TenantID },
		row: func(v *view, l tocsin.Liaison, names map[tocsin.Party]string) nounRow {
			standIn := nounCell{Value: names[tocsin.UserParty(l.StandInID)]}
			if l.StandInID == "" {
				standIn = nounCell{Value: v.Text("liaison.alone"), Dim: true}
			}
			return nounRow{Title: names[tocsin.UserParty(l.UserID)], Cells: []nounCell{{Value: l.Reach}, standIn}}
		},
		fields: liaisonFields,
		read: func(v *view, l *tocsin.Liaison) {
			if l.ID == "" {
				l.UserID = v.R.PostFormValue("user")
			}
			l.Reach, l.StandInID = v.R.PostFormValue("reach"), v.R.PostFormValue("standIn")
		},
		holds: func(l tocsin.Liaison) []tocsin.Party {
			return []tocsin.Party{tocsin.UserParty(l.UserID), tocsin.UserParty(l.StandInID)}
		},
		put: func(l *tocsin.Liaison, id, tenantID string, now time.Time) {
			l.ID, l.TenantID, l.CreatedAt = id, tenantID, now
		},
		all: d.Liaisons, add: d.AddLiaison, change: d.ChangeLiaison, remove: d.RemoveLiaison,
	}
}

// liaisonFields name the person for a new liaison only.
func liaisonFields(v *view, l tocsin.Liaison, known *parties) []web.Field {
	reach := v.Field("reach", l.Reach).Hinted(v.Text("field.reach.hint")).NotRequired()
	standIn := v.Field("standIn", "").NotRequired()
	standIn.Choices = ids(v.PartyChoices(known.people(), known.named(tocsin.UserParty(l.StandInID)), v.Text("liaison.alone")))
	if l.ID != "" {
		return []web.Field{reach, standIn}
	}
	user := v.Field("user", "")
	user.Choices = ids(v.PartyChoices(known.people(), tocsin.NamedParty{}, ""))
	return []web.Field{user.Choose(l.UserID), reach, standIn}
}

// ids are choices of people by their id alone.
func ids(choices []web.Choice) []web.Choice {
	for i := range choices {
		p, _ := tocsin.ParseParty(choices[i].Value) // made of parties
		choices[i].Value = p.ID
	}
	return choices
}
