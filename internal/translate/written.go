package translate

import (
	"slices"
	"strings"
)

// A Missing is a piece of a segment that a translation must have and lacks.
type Missing struct {
	Source string // as the provider wrote it
	Want   string // as the translation would have it
}

// Missing returns what a translation that a person wrote has lost of its
// source: ids, addresses, paths, products, quoted texts and the words of keep
// as they are, names in either language, the numbers of dates. How the rest is
// said is the person's matter.
func (b *Book) Missing(source, target, language string, keep ...string) []Missing {
	n := languageIndex(language)
	if n < 0 {
		return nil
	}
	written := plainWords(target)
	numbers := numbersIn(target)
	var list []Missing
	for _, s := range b.Protect(source, keep...).spans {
		m := Missing{Source: s.text}
		switch {
		case s.value != nil:
			m.Want = s.value.in(b, n, "")
			if holdsAll(numbers, numbersIn(m.Want)) || holdsAll(numbers, numbersIn(s.text)) {
				continue
			}
		case s.name != nil:
			m.Want = b.fill(n, s.name.target[n], nil, "")
			name := m.Want
			if article, bare, ok := strings.Cut(name, " "); ok && hasArticle(n, strings.ToLower(article)) {
				name = bare
			}
			if holdsFolded(written, name) || holdsFolded(written, strings.TrimPrefix(s.text, "the ")) {
				continue
			}
		default:
			m.Want = strings.TrimSuffix(strings.TrimSuffix(s.text, "’s"), "'s")
			if strings.Contains(written, plainWords(strings.Trim(m.Want, `"“”„‘’'`))) {
				continue
			}
		}
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// holdsAll reports whether numbers are among others, each as often.
func holdsAll(have, want []string) bool {
	_, ok := without(slices.Clone(have), want)
	return ok
}

func holdsFolded(written, name string) bool {
	return strings.Contains(strings.ToLower(written), strings.ToLower(plainWords(name)))
}

// plainWords is a text with quotes, blanks and hyphens made alike and what cannot
// be seen left out.
func plainWords(text string) string {
	return strings.Join(strings.Fields(strings.Map(alike, text)), " ")
}
