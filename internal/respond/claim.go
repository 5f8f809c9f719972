package respond

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// claimWords are the words by which a text claims something, in the three languages, as
// [plainly] leaves them: that there is trouble, which the provider alone confirms;
// that it gets better; that it is over. The order is that of [claims].
func claimWords() [3][]string {
	return [3][]string{
		{"confirm", "acknowledg", "announc", "reconnai", "annonc", "確認", "認め", "発表"},
		{"progress", "remediation", "improv", "recovering", "progres", "amelior", "進展", "進捗", "改善", "緩和"},
		{
			"resolv", "restored", "fixed", "solved", "recovered", "back to normal", "stable", "stabili", "mitigated", "is over", "has ended",
			"resolu", "retabli", "corrige", "repare", "retour a la normale", "termine", "est fini",
			"解決", "復旧", "解消", "安定", "収束", "回復", "正常",
		},
	}
}

// hedges are the words by which a text says that something is not, or not yet, so.
func hedges() []string {
	return []string{
		" not ", "n't", "n’t", " no ", "nothing", "never", "until", "when ", "once ", " if ", "as soon as", "unstable",
		" pas ", " pas", " ne ", " n'", "rien", "aucun", "jusqu", "quand ", "lorsqu", "des que", "des qu'", " si ", "instable",
		"ない", "ません", "まで", "たら", "次第", "場合", "不安定",
	}
}

// providers are the names without which a text confirms no trouble of theirs.
func providers() []string {
	return []string{"microsoft", "shd", "provider", "fournisseur", "提供元", "プロバイダー"}
}

// claimOf returns the first words of a text that claim the most, where they begin, in
// characters from 1, and the rank of what they claim: 0 for nothing, 1 for
// trouble, 2 for progress, 3 for an end. It takes a harmless sentence for a claim
// rather than the reverse.
func claimOf(text string) (words string, column, rank int) {
	at := 0
	for _, clause := range clauses(text) {
		if r := claimRank(clause); r > rank {
			lead := len([]rune(clause)) - len([]rune(strings.TrimLeft(clause, " \u00a0\u202f")))
			words, column, rank = strings.TrimSpace(clause), at+lead+1, r
		}
		at += len([]rune(clause))
	}
	return words, column, rank
}

// clauses cuts a text behind the marks after which another statement may begin.
func clauses(text string) (list []string) {
	var b strings.Builder
	for _, r := range text {
		b.WriteRune(r)
		if strings.ContainsRune(".!?;:,。、！？；：，", r) {
			list = append(list, b.String())
			b.Reset()
		}
	}
	return append(list, b.String())
}

func claimRank(clause string) int {
	text := " " + plainly(clause) + " "
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(word string) bool { return strings.Contains(text, word) })
	}
	if has(hedges()) {
		return 0
	}
	text = strings.NewReplacer("in progress", "", "work in progress", "").Replace(text)
	words := claimWords()
	for rank := len(words); rank > 0; rank-- {
		if has(words[rank-1]) && (rank > 1 || has(providers())) {
			return rank
		}
	}
	return 0
}

// plainly is a text in small letters, without accents and with simple spaces. Marks of
// kana stay.
func plainly(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(norm.NFKC.String(text)) {
		switch {
		case r >= 0x300 && r <= 0x36f:
		case r == '\u00a0' || r == '\u202f':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return strings.ToLower(norm.NFC.String(b.String()))
}
