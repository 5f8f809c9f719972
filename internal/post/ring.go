package post

import (
	"slices"
	"strings"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/tocsin"
)

// labelled is the length of the label in front of a text with its colon, 0 for
// none: one in bold, that of a ring, or a known word such as "Note".
func (r *blockReader) labelled(at, to int) int {
	n := strings.IndexByte(r.text[at:min(to, at+maxLabel)], ':')
	if n < 1 || n+1 < to-at && r.text[at+n+1] != ' ' && !r.bold(at, at+n) { // such as a time or an address
		return 0
	}
	lead := strings.Trim(r.text[at:at+n], signsAround)
	if lead != "" && (r.bold(at, at+n) || IsRing(lead) || lead == "Note" || lead == "Important" || lead == "NOTE") {
		return n + 1
	}
	return 0
}

// bold reports whether all between two places is.
func (r *blockReader) bold(from, to int) bool {
	if len(r.marks) == 0 {
		return false
	}
	strong := 0
	for _, m := range r.within(from, to) {
		if m.Form == plaintext.Strong {
			strong += min(m.To-r.base, to) - (m.From - r.base)
		}
	}
	return strong > 0 && strong >= len(strings.TrimSpace(r.text[from:to]))
}

// IsRing reports whether a label names those whom a change reaches at a time,
// such as "General Availability (Worldwide, GCC)" and "Targeted Release".
func IsRing(label string) bool {
	var buffer [maxLabel + 2]byte
	words := string(wordsOf(buffer[:0], label))
	named := false
	for word := range strings.SplitSeq(words, " ") {
		switch word {
		case "availability", "ga", "preview", "release", "worldwide", "ww", "gcc", "gcch", "dod", "global", "channel", "insiders", "frontier":
			named = true
		case "general", "public", "private", "targeted", "standard", "high", "globally", "commercial", "education", "government", "us", "cloud", "clouds", "sovereign",
			"current", "beta", "monthly", "semi", "annual", "enterprise", "early", "access", "limited", "first", "entire", "organization", "select", "people",
			"web", "desktop", "mobile", "ios", "android", "mac", "windows", "phase", "stage", "1", "2", "3", "4", "5", "customers", "tenants", "all", "for", "on", "in", "the", "to", "gov", "china", "21vianet":
		default:
			return false
		}
	}
	return named
}

// Rings returns those whom a message names as reached by a change, each as the
// message writes it, in its order and once. It reads labels and headings alone.
func Rings(p tocsin.Post) []string {
	var rings []string
	for _, section := range Read(p).Sections {
		for _, b := range section.Blocks() {
			label := b.Label
			if label == "" && b.Form == FormHeading {
				label = strings.Trim(b.Text, signsAround+":")
			}
			if label != "" && IsRing(label) && !slices.ContainsFunc(rings, func(r string) bool { return strings.EqualFold(r, label) }) {
				rings = append(rings, label)
			}
		}
	}
	return rings
}
