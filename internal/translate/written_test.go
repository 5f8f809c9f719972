package translate_test

import (
	"fmt"
	"testing"

	"example.org/tocsin/internal/translate"
)

// What a person writes keeps ids, addresses, products and quoted texts; a name
// may stand in either language, a date as people write it.
func TestMissingInWhatAPersonWrote(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source, target, language string
		keep                           []string
		want                           string
	}{
		{name: "nothing", source: "Users can't open the page.", target: "La page ne s’ouvre pas.", want: "[]"},
		{name: "a product", source: "Exchange Online is slow.", target: "Échange en ligne est lent.", want: "[{Exchange Online Exchange Online}]"},
		{name: "a product in the genitive", source: "Exchange Online's queues are slow.", target: "Les files d’Exchange Online sont lentes.", want: "[]"},
		{name: "an id", source: "See MO821132 for more.", target: "Voir MO821133.", want: "[{MO821132 MO821132}]"},
		{name: "an address", source: "Open https://a.example/x now.", target: "Ouvrez https://a.example/.", want: "[{https://a.example/x https://a.example/x}]"},
		{name: "a quoted text in other quotes", source: `Choose "Keep this".`, target: "Choisissez « Keep this ».", want: "[]"},
		{name: "a date as people write it", source: "It ends on Friday, July 19, 2024, at 1:00 PM UTC.", target: "Fin vendredi 19 juillet 2024 à 13 h 00 UTC.", want: "[]"},
		{name: "a word that the desk keeps", source: "The tenant is slow.", target: "Le locataire est lent.", keep: []string{"tenant"}, want: "[{tenant tenant}]"},
		{name: "a name in the language", source: "Open the Microsoft 365 admin center.", target: "Ouvrez le Centre d’administration Microsoft 365.", want: "[]"},
		{name: "a name in English", source: "Open the Microsoft 365 admin center.", target: "Ouvrez Microsoft 365 admin center.", want: "[]"},
		{name: "twice lost is said once", source: "Teams and Teams are slow.", target: "Tout est lent.", want: "[{Teams Teams}]"},
		{name: "Japanese", source: "Exchange Online is slow.", target: "Exchange Online が遅いです。", language: "ja", want: "[]"},
		{name: "another language", source: "Exchange Online is slow.", target: "x", language: "xx", want: "[]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.language == "" {
				test.language = "fr"
			}
			if got := fmt.Sprint(translate.DefaultBook().Missing(test.source, test.target, test.language, test.keep...)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	got := translate.DefaultBook().Missing("It ends on July 19, 2024, at 1:00 PM UTC.", "Fin le 20 juillet 2024.", "fr")
	if len(got) != 1 || got[0].Want == "" {
		t.Errorf("another day: %v", got)
	}
}
