package web

import (
	"slices"

	"example.org/tocsin/internal/tocsin"
)

// PartyChoices lists people and teams to choose from, teams marked as such,
// behind nobody, which is not offered when that is "". Who is chosen now and has
// a name is on the list also when nothing can be given to them any more.
func (v *Request) PartyChoices(list []tocsin.NamedParty, chosen tocsin.NamedParty, nobody string) []Choice {
	var choices []Choice
	if nobody != "" {
		choices = append(choices, Choice{Name: nobody, On: chosen.IsZero()})
	}
	if chosen.Name != "" && !slices.ContainsFunc(list, func(p tocsin.NamedParty) bool { return p.Party == chosen.Party }) {
		list = append(slices.Clip(list), chosen)
	}
	for _, p := range list {
		name := p.Name
		if p.Kind == tocsin.PartyTeam {
			name = v.Text("party.team", "name", p.Name)
		}
		choices = append(choices, Choice{Value: p.String(), Name: name, On: p.Party == chosen.Party})
	}
	return choices
}
