package web

import (
	"regexp"
	"strings"
)

// sentences are those by which packages collect and store say why a poll
// failed, as they format them, each with the key of its text and the slots of its arguments.
// The archive, logs, the API and the command line have the sentence itself.
// Where two fit, the first one counts.
func sentences() [][]string {
	return [][]string{
		{"It could not be tried.", "why.untried"},
		{"The upstream could not be read.", "why.unread"},
		{"The upstream does not answer.", "why.silent"},
		{"The upstream's address leads away from it.", "why.away"},
		{"The upstream's next link leads away from it; it was not followed.", "why.link"},
		{"The upstream's pages never end.", "why.endless"},
		{"The upstream answered with something else than JSON.", "why.json"},
		{"The upstream's answer is damaged, page %d of %s: nothing of it was used.", "why.page", "n", "list"},
		{"The upstream's answer is damaged, %s: nothing of it was used.", "why.damaged", "where"},
		{"The upstream listed %d %ss; %d that were listed before are missing at once.", "why.short", "n", "kind", "missing"},
		{"Number %d of the %ss cannot be read.", "why.item", "n", "kind"},
		{"The request budget of this hour is used up.", "why.budget"},
		{"The token endpoint does not answer.", "why.tokens"},
		{"The token endpoint's answer is damaged.", "why.tokens.damaged"},
		{"The token endpoint's answer holds no token.", "why.tokens.none"},
		{"The token endpoint refused the client: %s.", "why.refused", "reason"},
		{"The certificate of the app, or the token that stands for it, cannot be used.", "why.certificate"},
		{"The token was not accepted by %s.", "why.unaccepted", "who"},
		{"The app lacks a permission, says %s: consent to %s.", "why.permission", "who", "permissions"},
		{"Too many requests, says %s.", "why.requests", "who"},
		{"A redirect (%d) by %s was not followed.", "why.redirect", "status", "who"},
		{"Status %d from %s.", "why.status", "status", "who"},
		{"The path cannot be read.", "why.path"},
		{"The file %s cannot be read.", "why.file", "name"},
		{"The process that polled it ended.", "why.ended"},
	}
}

// A reason recognises one of the sentences.
type reason struct {
	sentence *regexp.Regexp
	key      string
	slots    []string
}

func newReasons() []reason {
	argument := strings.NewReplacer("%d", `(\d+)`, "%s", `(.+?)`)
	var list []reason
	for _, s := range sentences() {
		list = append(list, reason{regexp.MustCompile("^" + argument.Replace(regexp.QuoteMeta(s[0])) + "$"), s[1], s[2:]})
	}
	return list
}

// A why is a reason as a page shows it.
type why struct{ Text, Lang string } // Lang is empty for the page's own

// reasoned is why a poll failed, in the reader's language, or nil. What no
// sentence fits stays as it is.
func (v *visit) reasoned(sentence string) *why {
	if sentence == "" {
		return nil
	}
	for _, r := range v.pages.reasons {
		found := r.sentence.FindStringSubmatch(sentence)
		if found == nil {
			continue
		}
		var pairs []any
		for i, slot := range r.slots {
			pairs = append(pairs, slot, v.argument(slot, found[i+1]))
		}
		return &why{Text: v.text(r.key, pairs...)}
	}
	return &why{Text: sentence, Lang: "en"}
}

// argument is the argument of a sentence, in the reader's language where it is
// a word of ours.
func (v *visit) argument(slot, text string) string {
	switch {
	case text == "the upstream":
		return v.text("why.who.upstream")
	case text == "the token endpoint":
		return v.text("why.who.tokens")
	case text == "it gave no known reason":
		return v.text("why.unknown")
	case slot == "permissions":
		return strings.ReplaceAll(text, " and ", ", ")
	case slot == "kind" || slot == "list":
		switch strings.ToLower(strings.TrimSuffix(text, "s")) {
		case "overview", "healthoverview", "currentstatu":
			return v.text("why.kind.overview")
		case "issue":
			return v.text("why.kind.issue")
		case "message":
			return v.text("why.kind.message")
		case "service":
			return v.text("why.kind.service")
		}
	}
	return text
}
