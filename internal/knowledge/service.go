package knowledge

import "strings"

// ServiceOf returns the id under which the book knows a service of the provider,
// by its workload id or its name, and "" for one that it knows nothing about.
func ServiceOf(name string) string {
	switch folded := strings.ToLower(strings.ReplaceAll(name, " ", "")); {
	case strings.Contains(folded, "exchange"), strings.Contains(folded, "outlook"):
		return "exchange"
	case strings.Contains(folded, "teams"), strings.Contains(folded, "lync"), strings.Contains(folded, "skype"):
		return "teams"
	case strings.Contains(folded, "sharepoint"), strings.Contains(folded, "onedrive"):
		return "sharepoint"
	case strings.Contains(folded, "entra"), strings.Contains(folded, "identity"), strings.Contains(folded, "activedirectory"), strings.Contains(folded, "portal"), strings.Contains(folded, "authentication"), strings.Contains(folded, "microsoft365suite"), strings.Contains(folded, "o365client"):
		return "identity"
	}
	return ""
}
