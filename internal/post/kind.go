package post

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Kind is what a section of a post is about, whatever the label of its era.
type Kind string

// The kinds of sections. Rest is text without a label: what stands before the
// first one, and closing sentences such as "This is the final update for the
// event."
const (
	KindTitle                Kind = "title"
	KindUserImpact           Kind = "userImpact"
	KindMoreInfo             Kind = "moreInfo"
	KindCurrentStatus        Kind = "currentStatus"
	KindFinalStatus          Kind = "finalStatus"
	KindScope                Kind = "scopeOfImpact"
	KindStartTime            Kind = "startTime"
	KindEndTime              Kind = "endTime"
	KindEstimatedTime        Kind = "estimatedTimeToResolve"
	KindRootCause            Kind = "rootCause"
	KindPreliminaryRootCause Kind = "preliminaryRootCause"
	KindNextSteps            Kind = "nextSteps"
	KindNextUpdate           Kind = "nextUpdateBy"
	KindUserExperience       Kind = "userExperience" // until 2016
	KindCustomerImpact       Kind = "customerImpact" // until 2016
	KindRest                 Kind = "rest"
)

// A label is what stands in front of a section, lower case.
type label struct {
	words string
	kind  Kind
}

// labels are all that are known, of two that end alike the longer one first.
// Source: posts of 2015 to 2026.
func labels() []label {
	return []label{
		{"title", KindTitle},
		{"user impact", KindUserImpact},
		{"issue description", KindUserImpact},
		{"more info", KindMoreInfo},
		{"more information", KindMoreInfo},
		{"current status", KindCurrentStatus},
		{"current update", KindCurrentStatus},
		{"final status", KindFinalStatus},
		{"final update", KindFinalStatus},
		{"scope of impact", KindScope},
		{"scope", KindScope},
		{"incident start time", KindStartTime},
		{"start time", KindStartTime},
		{"incident end time", KindEndTime},
		{"end time", KindEndTime},
		{"estimated time to resolve", KindEstimatedTime},
		{"estimated time to resolution", KindEstimatedTime},
		{"preliminary root cause", KindPreliminaryRootCause},
		{"root cause", KindRootCause},
		{"next steps", KindNextSteps},
		{"next update by", KindNextUpdate},
		{"estimated time for next update", KindNextUpdate},
		{"next update", KindNextUpdate},
		{"user experience", KindUserExperience},
		{"customer impact", KindCustomerImpact},
	}
}

// A mark is a label that was found in a text.
type mark struct {
	kind     Kind
	label    string // as written
	from, to int    // of the label with its colon
}

// maxMarks bounds the sections of a post. Real ones have up to twelve.
const maxMarks = 100

// marks are the labels in text that start a section, in order.
func marks(text string) []mark {
	known := labels()
	var list []mark
	for at := 0; at < len(text) && len(list) < maxMarks; {
		n := strings.IndexAny(text[at:], ":：")
		if n < 0 {
			break
		}
		_, size := utf8.DecodeRuneInString(text[at+n:])
		if m, ok := endingAt(known, text, at+n); ok {
			m.to = at + n + size
			list = append(list, m)
		}
		at += n + size
	}
	return list
}

// endingAt is the label that ends in front of the colon at end.
func endingAt(known []label, text string, end int) (mark, bool) {
	lead := strings.TrimRight(text[:end], " *_")
	if end-len(lead) > 4 {
		return mark{}, false
	}
	for _, l := range known {
		from := len(lead) - len(l.words)
		if from < 0 || !strings.EqualFold(lead[from:], l.words) {
			continue
		}
		m := mark{kind: l.kind, label: lead[from:], from: from}
		return m, m.starts(text)
	}
	return mark{}, false
}

// starts reports whether a label starts a section: any at the beginning of a
// line; within a line, since line breaks are lost at times, one of several
// words with a capital letter, even when it is glued to the word before.
func (m mark) starts(text string) bool {
	lead := strings.TrimRight(text[:m.from], " \t*_#•-–")
	if lead == "" || strings.HasSuffix(lead, "\n") {
		return true
	}
	capital, _ := utf8.DecodeRuneInString(m.label)
	if !strings.Contains(m.label, " ") || !unicode.IsUpper(capital) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:m.from])
	return !strings.ContainsRune(`"“‘'(/_-`, before)
}
