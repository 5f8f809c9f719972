package part

import (
	"html/template"
	"slices"
)

// Say returns a text in its form for who speaks through a source: a provider,
// by its name, or the desk's own team.
func (v *View) Say(key, source string, pairs ...any) string {
	key, pairs = v.spoken(key, source, pairs)
	return v.Text(key, pairs...)
}

// sayRich is [View.Say] where slots may hold markup.
func (v *View) sayRich(key, source string, pairs ...any) template.HTML {
	key, pairs = v.spoken(key, source, pairs)
	return v.Rich(key, pairs...)
}

func (v *View) spoken(key, source string, pairs []any) (string, []any) {
	provider := v.Snapshot.Provider(source)
	if provider == "" {
		return key + ".own", pairs
	}
	return key, append(slices.Clip(pairs), "provider", provider)
}

// Publishers says who publishes the issues of the tenant.
func (v *View) Publishers() string {
	var providers []string
	for _, source := range v.Snapshot.Sources() {
		if name := v.Snapshot.Provider(source.Name); !slices.Contains(providers, name) {
			providers = append(providers, name)
		}
	}
	if len(providers) == 0 {
		providers = append(providers, v.Snapshot.Provider(""))
	}
	for i := range v.Snapshot.Services {
		if v.Snapshot.Services[i].Own() {
			return v.Text("issues.lead.both", "provider", v.Join(providers))
		}
	}
	return v.Text("issues.lead", "provider", v.Join(providers))
}
