package post

import "strings"

// maxLabel bounds a label or heading, in bytes.
const maxLabel = 100

// headingOf is the kind that the heading of a message names, given its words.
// Headings are told apart by what they ask or announce: they come in many
// spellings.
func headingOf(words string) (Kind, bool) {
	switch words {
	case "introduction", "what why", "what is changing why", "what is changing", "whats changing":
		return KindIntroduction, true
	case "rollout schedule", "roll out schedule", "rollout timeline", "release schedule":
		return KindSchedule, true
	case "compliance considerations", "compliance consideration":
		return KindCompliance, true
	case "who is affected", "whos affected", "who will be affected", "who is impacted":
		return KindWhoIsAffected, true
	case "platforms services", "platform services", "services platforms", "platforms":
		return KindPlatforms, true
	case "what will happen", "what happens":
		return KindWhatWillHappen, true
	case "learn more":
		return KindLearnMore, true
	}
	if strings.Contains(words, "action") && asksForAction(words) {
		return KindAction, true
	}
	return questionOf(words)
}

// asksForAction reports whether words are nothing but "action required", "actions
// recommended" and what is made of them.
func asksForAction(words string) bool {
	asks := false
	for word := range strings.SplitSeq(words, " ") {
		switch word {
		case "required", "needed", "recommended", "recommendation", "recommendations":
			asks = true
		case "action", "actions", "or":
		default:
			return false
		}
	}
	return asks
}

// questionOf is the kind of a heading that is put as a question.
func questionOf(words string) (Kind, bool) {
	first, rest, _ := strings.Cut(words, " ")
	last := words[strings.LastIndexByte(words, ' ')+1:]
	organization := last == "organization" || last == "organizations" || last == "organisation"
	switch {
	case first == "when" && strings.Contains(rest, "this") && (last == "happen" || last == "happens") && len(words) < 30:
		return KindSchedule, true
	case first == "how" && (organization || last == "me") && (strings.Contains(rest, "affect") || strings.Contains(rest, "impact")) && strings.Contains(rest, "this"):
		return KindOrganization, true
	case strings.HasPrefix(words, "organi") && rest == "impact":
		return KindOrganization, true
	case first == "impact" && organization && (strings.HasPrefix(rest, "on ") || strings.HasPrefix(rest, "to ")):
		return KindOrganization, true
	case first == "what" && (last == "prepare" || strings.HasSuffix(rest, " to prepare for this change")) && strings.Contains(rest, "do"):
		return KindAction, true
	case first == "what" && last == "take" && strings.Contains(rest, "action"):
		return KindAction, true
	}
	return "", false
}

// wordsOf appends the words of a label to buffer: lower case, single blanks,
// without punctuation and "and". It is empty when the text can be no label.
func wordsOf(buffer []byte, text string) []byte {
	if len(text) > maxLabel {
		return nil
	}
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			buffer = append(buffer, c)
		case c >= 'A' && c <= 'Z':
			buffer = append(buffer, c|0x20)
		case c == '\'':
		case c < 0x80:
			buffer = blankAfter(buffer)
		default:
			size := oddSign(text[at:])
			if size == 0 {
				return nil
			}
			if text[at:at+size] != "’" {
				buffer = blankAfter(buffer)
			}
			at += size
			continue
		}
		at++
	}
	buffer = blankAfter(buffer)
	return buffer[:max(len(buffer)-1, 0)]
}

// blankAfter ends a word. The word "and" says nothing.
func blankAfter(buffer []byte) []byte {
	n := len(buffer)
	if n == 0 || buffer[n-1] == ' ' {
		return buffer
	}
	if n > 4 && string(buffer[n-4:]) == " and" {
		return buffer[:n-3]
	}
	return append(buffer, ' ')
}

// oddSign is the length of a sign beyond ASCII that a label may have, 0 for
// letters and whatever else.
func oddSign(text string) int {
	for _, sign := range []string{"’", "‑", "–", "—", "\u00a0", "\u202f", "•", "／", "＆"} {
		if strings.HasPrefix(text, sign) {
			return len(sign)
		}
	}
	return 0
}

// HeadingKind is the kind of section that a line of its own heads, such as
// "[What and Why:]", whatever its case, brackets and punctuation. It reports
// false for any other text.
func HeadingKind(line string) (Kind, bool) {
	var buffer [maxLabel + 1]byte
	words := wordsOf(buffer[:0], strings.TrimSpace(line))
	if len(words) == 0 {
		return "", false
	}
	return kindOf(string(words))
}
