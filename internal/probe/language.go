package probe

import (
	"slices"
	"strings"

	"example.org/tocsin/internal/lang"
)

// Language returns the language of the pages that the person at this seat reads:
// that of the environment, then that of the system; English where it is neither
// French nor Japanese.
func Language(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			return spoken(value)
		}
	}
	for _, name := range systemLanguages() {
		return spoken(name)
	}
	return spoken("")
}

// spoken reads a locale such as fr_FR.UTF-8 or ja-JP.
func spoken(locale string) string {
	code, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "-", "_"), "_")
	code, _, _ = strings.Cut(code, ".")
	if slices.Contains(lang.Languages(), code) {
		return code
	}
	return lang.Languages()[0]
}
