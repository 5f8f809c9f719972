package knowledge

import "strings"

// ServicesOf returns the ids under which the book knows a service of the
// provider, by its workload id or its name: several for a suite, none for one
// that it knows nothing about.
func ServicesOf(name string) []string {
	folded := strings.ToLower(strings.ReplaceAll(name, " ", ""))
	contains := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(folded, word) {
				return true
			}
		}
		return false
	}
	switch {
	case contains("microsoft365suite", "office365suite", "office365portal", "microsoft365apps", "osdpplatform"), folded == "microsoft365", folded == "office365":
		return []string{"exchange", "teams", "sharepoint", "identity"}
	case contains("exchange", "outlook"):
		return []string{"exchange"}
	case contains("teams", "lync", "skype"):
		return []string{"teams"}
	case contains("sharepoint", "onedrive"):
		return []string{"sharepoint"}
	case contains("entra", "identity", "activedirectory", "authentication", "portal"):
		return []string{"identity"}
	}
	return nil
}
