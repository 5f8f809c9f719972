package web

import (
	"html/template"
	"slices"
)

// say is a text in its form for who speaks through a source: a provider, by its
// name, or the desk's own team.
func (v *visit) say(key, source string, pairs ...any) string {
	key, pairs = v.spoken(key, source, pairs)
	return v.text(key, pairs...)
}

// sayRich is [visit.say] where slots may hold markup.
func (v *visit) sayRich(key, source string, pairs ...any) template.HTML {
	key, pairs = v.spoken(key, source, pairs)
	return v.rich(key, pairs...)
}

func (v *visit) spoken(key, source string, pairs []any) (string, []any) {
	provider := v.snapshot.Provider(source)
	if provider == "" {
		return key + ".own", pairs
	}
	return key, append(slices.Clip(pairs), "provider", provider)
}

// publishers says who publishes the issues of the tenant.
func (v *visit) publishers() string {
	var providers []string
	for _, source := range v.snapshot.Sources() {
		if name := v.snapshot.Provider(source.Name); !slices.Contains(providers, name) {
			providers = append(providers, name)
		}
	}
	if len(providers) == 0 {
		providers = append(providers, v.snapshot.Provider(""))
	}
	for i := range v.snapshot.Services {
		if v.snapshot.Services[i].Own() {
			return v.text("issues.lead.both", "provider", v.join(providers))
		}
	}
	return v.text("issues.lead", "provider", v.join(providers))
}
