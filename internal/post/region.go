package post

import (
	"strings"
	"sync"
)

// A Region is a part of the world in which a post says that users are affected.
type Region struct {
	Name    string // in English, the same for all spellings, such as "North America"
	Written string // as the post writes it
	Kind    Kind   // of the section that says it
	Text    string // the sentence that says it, word for word: the evidence
}

// regions are names of parts of the world as posts write them, each followed by
// the name that they are listed under when that is another. The longer comes
// before what it contains.
func regions() []string {
	return []string{
		"Europe, Middle East, and Africa", "Europe, the Middle East, and Africa>Europe, Middle East, and Africa", "Europe, Middle East and Africa>Europe, Middle East, and Africa",
		"Europe, the Middle East and Africa>Europe, Middle East, and Africa", "EMEA>Europe, Middle East, and Africa",
		"North America", "North American>North America", "NAM>North America", "South America", "South American>South America", "Latin America", "Latin American>Latin America", "LATAM>Latin America", "Central America",
		"Asia-Pacific", "Asia Pacific>Asia-Pacific", "APAC>Asia-Pacific", "Southeast Asia", "East Asia", "South Asia", "Asia",
		"Western Europe", "West Europe>Western Europe", "Northern Europe", "North Europe>Northern Europe", "Eastern Europe", "Central Europe", "Europe", "European Union", "European>Europe", "EU>European Union",
		"Middle East", "Africa", "Oceania", "Americas",
		"United States", "USA>United States", "US>United States", "United Kingdom", "UK>United Kingdom", "Canada", "Canadian>Canada", "Mexico", "Brazil", "Argentina", "Chile", "Colombia",
		"Ireland", "France", "Germany", "German>Germany", "Switzerland", "Austria", "Italy", "Spain", "Portugal", "Netherlands", "Belgium", "Luxembourg", "Norway", "Sweden", "Denmark", "Finland", "Poland", "Greece",
		"Türkiye", "Israel", "Qatar", "United Arab Emirates", "UAE>United Arab Emirates", "Saudi Arabia", "South Africa", "India", "Japan", "Japanese>Japan", "South Korea", "Korea>South Korea", "Singapore", "Malaysia",
		"Indonesia", "Thailand", "Vietnam", "Philippines", "Taiwan", "Hong Kong", "China", "Australia", "Australian>Australia", "New Zealand",
	}
}

// regionNames are the names of regions as posts write them, by their first letters, in
// the order of [regions].
var regionNames = sync.OnceValue(func() (names [128][]string) {
	names['U'] = []string{"U.S."}
	for _, entry := range regions() {
		name, _, _ := strings.Cut(entry, ">")
		names[name[0]] = append(names[name[0]], name)
	}
	return names
})

// findRegion finds the first name of a region that is a word of its own. It
// returns -1 where there is none. An expression with all the names takes ten times
// as long, and each post is looked through.
func findRegion(text string) (begin, end int) {
	names := regionNames()
	for at := range len(text) {
		if c := text[at]; c >= 'A' && c <= 'Z' && len(names[c]) > 0 && !isWordAt(text, at-1) {
			for _, name := range names[c] {
				if strings.HasPrefix(text[at:], name) && (name[len(name)-1] == '.' || !isWordAt(text, at+len(name))) {
					return at, at + len(name)
				}
			}
		}
	}
	return -1, -1
}

// findRegions finds them all, one after the other, but no more than are listed.
func findRegions(text string) (found [][2]int) {
	for at := 0; len(found) < maxRegions; {
		begin, end := findRegion(text[at:])
		if begin < 0 {
			break
		}
		found = append(found, [2]int{at + begin, at + end})
		at += end
	}
	return found
}

// isWordAt reports whether a letter or digit of ASCII stands somewhere, or an
// underscore; nothing stands outside of the text.
func isWordAt(text string, at int) bool {
	if at < 0 || at >= len(text) {
		return false
	}
	c := text[at]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func regionNamed(written string) string {
	if written == "U.S." {
		return "United States"
	}
	for _, entry := range regions() {
		if name, listed, other := strings.Cut(entry, ">"); name == written {
			if other {
				return listed
			}
			return name
		}
	}
	return written
}

// maxRegions bounds the regions of a post.
const maxRegions = 40

// Regions are the parts of the world in which a post says that users are
// affected, each once, in the order of the text: "users in North America",
// "located in the APAC region". Where the provider works on it is none.
func (p Post) Regions() []Region {
	var list []Region
	seen := map[string]bool{}
	for _, s := range p.Sections {
		sure := s.Kind == KindTitle || s.Kind == KindUserImpact || s.Kind == KindScope || s.Kind == KindCustomerImpact || s.Kind == KindUserExperience
		if !sure && s.Kind != KindCurrentStatus && s.Kind != KindFinalStatus && s.Kind != KindMoreInfo && s.Kind != KindRest {
			continue
		}
		text := first(s.Text, maxSaid)
		for at := 0; at < len(text) && len(list) < maxRegions; {
			from, to := findRegion(text[at:])
			if from < 0 {
				break
			}
			begin, end := sentence(text, at, at+from)
			if sure || concerns(asciiLower(text[begin:end])) {
				for _, written := range regionsIn(text[begin:end]) {
					if name := regionNamed(written); !seen[name] {
						seen[name] = true
						list = append(list, Region{name, written, s.Kind, text[begin:end]})
					}
				}
			}
			at = max(end, at+to)
		}
	}
	return list
}

// concerns reports whether a sentence, lower case, speaks of those who are
// affected, rather than of machines.
func concerns(says string) bool {
	return firstOf(says, "impact", "affect", "users", "customers", "organizations", "tenants", "admins", "occurring") >= 0 &&
		firstOf(says, "rerout", "redirect", "failover", "failing over", "failed over", "rebalanc", "deploy") < 0
}

// regionsIn are the regions in a sentence in which something is: after "in" and
// the like, in a list after another one, or in front of "users" and "region".
func regionsIn(says string) []string {
	var list []string
	last := -1 // where the regions end that are listed so far
	for _, at := range findRegions(says) {
		before := strings.TrimSuffix(strings.TrimRight(asciiLower(says[:at[0]]), " ("), " the")
		switch {
		case last >= 0 && isJoint(says[last:at[0]]):
		case firstOf(tail(before, 30), "outside", "except", "other than", "excluding", "aside from", "not in", "not within") >= 0:
			continue
		case !places(before) && !peopled(says[at[1]:]):
			continue
		}
		list = append(list, says[at[0]:at[1]])
		last = at[1]
	}
	return list
}

// tail is the end of a text, n bytes at most.
func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// places reports whether a text, lower case, ends with a word after which a
// place is named.
func places(before string) bool {
	switch before[strings.LastIndexAny(before, " (")+1:] {
	case "in", "within", "across", "throughout", "from", "including", "inside", "of":
		return true
	}
	return false
}

// peopled reports whether what follows a name says that it is a region, or
// whose it is.
func peopled(after string) bool {
	after = strings.TrimPrefix(asciiLower(after), ")")
	if strings.HasPrefix(after, "-based") {
		return true
	}
	word, _, _ := strings.Cut(strings.TrimLeft(after, " "), " ")
	switch strings.Trim(word, ".,;:)") {
	case "region", "regions", "users", "customers", "tenants", "organizations", "admins", "geography", "geographies", "datacenters":
		return true
	}
	return false
}

// isJoint reports whether a text stands between two regions of one list.
func isJoint(text string) bool {
	for word := range strings.FieldsFuncSeq(asciiLower(text), func(r rune) bool { return strings.ContainsRune(" ,()/&", r) }) {
		switch word {
		case "and", "or", "the", "region", "regions", "parts", "of", "in", "as", "well", "apac", "emea":
		default:
			return false
		}
	}
	return true
}
