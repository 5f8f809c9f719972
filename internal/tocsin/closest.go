package tocsin

import "strings"

// Closest is the one of some words that was probably meant by another: the same
// in another case, or at most two letters away and no more than a third of its
// length. It is "" when none is close.
func Closest(word string, among []string) string {
	best, least := "", min(2, len(word)/3)+1
	for _, candidate := range among {
		if strings.EqualFold(word, candidate) {
			return candidate
		}
		if d := distance(strings.ToLower(Clip(word, 100)), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// orMeant suggests, at the end of a sentence, what was probably meant.
func orMeant(word string, among []string) string {
	if one := Closest(word, among); one != "" {
		return ": did you mean " + one + "?"
	}
	return "."
}

// Meant ends a sentence about a word that is none of some others: with the one
// that was probably meant, or with all that there are.
func Meant(word string, among []string) string {
	if one := Closest(word, among); one != "" {
		return "; did you mean " + one + "?"
	}
	return "; there are " + strings.Join(among, ", ") + "."
}

// distance is how many letters have to be put in, taken out, changed or swapped
// with their neighbour to make b of a.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
