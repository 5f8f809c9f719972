package translate

import (
	"regexp"
	"strconv"
	"strings"
)

// returned finds placeholders as engines return them: with blanks inside, in
// other brackets of the kind, with wide digits.
var returned = regexp.MustCompile(`[⟦〚]\s*([0-9０-９]{1,4})\s*[⟧〛]`)

// Restore puts the protected pieces back into the answer of an engine: dates by
// the calendar rules of the language, names that the provider puts into it with
// their article, all others unchanged. It fails with [ReasonPlaceholder] unless
// each placeholder is there exactly once.
func (p Protected) Restore(answer, lang string) (string, Reason) {
	w := writer{lang: languageIndex(lang)}
	seen := make([]bool, len(p.spans))
	at := 0
	for _, found := range returned.FindAllStringSubmatchIndex(answer, -1) {
		n, err := strconv.Atoi(narrow(answer[found[2]:found[3]]))
		if err != nil || n < 1 || n > len(p.spans) || seen[n-1] {
			return "", ReasonPlaceholder
		}
		seen[n-1] = true
		between := answer[at:found[0]]
		if strings.ContainsAny(between, "⟦⟧〚〛") {
			return "", ReasonPlaceholder
		}
		w.between(between)
		w.restore(p, n-1)
		at = found[1]
	}
	for _, one := range seen {
		if !one {
			return "", ReasonPlaceholder
		}
	}
	if strings.ContainsAny(answer[at:], "⟦⟧〚〛") {
		return "", ReasonPlaceholder
	}
	w.between(answer[at:])
	return w.text(), ReasonNone
}

// restore writes the n-th piece.
func (w *writer) restore(p Protected, n int) {
	s := p.spans[n]
	switch {
	case w.lang < 0 || s.value == nil && s.name == nil:
		w.b.WriteString(strings.TrimSuffix(strings.TrimSuffix(s.text, "’s"), "'s"))
	case s.value != nil:
		w.b.WriteString(s.value.in(p.book, w.lang, ""))
	default:
		w.name(p.book.fill(w.lang, s.name.target[w.lang], nil, ""))
	}
}

// name writes a name with its article, once: an engine may have written one,
// also as part of a contraction.
func (w *writer) name(name string) {
	before := w.b.String()
	last := strings.ToLower(lastWord(before))
	article, bare, _ := strings.Cut(name, " ")
	if hasArticle(w.lang, article) {
		switch last {
		case article, "l’", "au", "du", "al", "del", "im", "vom", "beim", "zum", "am", "dem", "den", "der", "des":
			name = bare
		}
	}
	if before == "" || strings.HasSuffix(before, ". ") {
		name = capital(name)
	}
	w.write(name)
}

func hasArticle(lang int, word string) bool {
	return lang == french && (word == "le" || word == "la" || word == "les") || lang == spanish && (word == "el" || word == "la") || lang == german && (word == "das" || word == "der" || word == "die")
}

// between writes what the engine wrote. Japanese wants no blank beside a
// Japanese name.
func (w *writer) between(text string) {
	if w.lang == japanese {
		w.write(text)
		return
	}
	w.b.WriteString(text)
}

// narrow is digits in their narrow form.
func narrow(digits string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, digits)
}

// Guard returns what chains of engines are given to protect and check texts; keep
// are words that the desk wants left alone.
func (b *Book) Guard(keep ...string) Guard {
	return func(text, language string) (string, func(string) (string, Reason)) {
		p := b.Protect(text, keep...)
		return p.Text, func(answer string) (string, Reason) {
			answer = strings.TrimSpace(answer)
			if answer == "" {
				return "", ReasonLength
			}
			target, reason := p.Restore(answer, language)
			if reason == ReasonNone {
				reason = Check(p.Text, answer, language)
			}
			if reason != ReasonNone {
				return "", reason
			}
			return EndLike(language, text, target), ReasonNone
		}
	}
}
