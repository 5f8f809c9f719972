package archive

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// trigramsOf are all runs of three letters of a text.
func trigramsOf(text string) map[string]bool {
	grams, letters := map[string]bool{}, []rune(text)
	for i := 0; i+3 <= len(letters); i++ {
		grams[string(letters[i:i+3])] = true
	}
	return grams
}

func TestGramsOf(t *testing.T) {
	t.Parallel()
	words := strings.Fields("we are looking into it メールが 届かない é \U0001f600 a b")
	seen, random := newGrams(), rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var given []string
		for range random.IntN(60) {
			given = append(given, words[random.IntN(len(words))])
		}
		text := strings.Join(given, " ")
		got := seen.of(text)
		have := trigramsOf(got)
		for gram := range trigramsOf(text) {
			if !have[gram] {
				t.Fatalf("%q lacks %q of %q", got, gram, text)
			}
			delete(have, gram)
		}
		for gram := range have {
			if !strings.Contains(gram, "\n") {
				t.Fatalf("%q has %q, which is not in %q", got, gram, text)
			}
		}
		if len(got) > len(text) {
			t.Fatalf("%q is longer than %q", got, text)
		}
	}
	post := "current status: we are reviewing the traces. scope of impact: some users. "
	if got := seen.of(strings.Repeat(post, 50)); len(got) > 2*len(post) {
		t.Errorf("fifty equal posts give %d bytes, one has %d", len(got), len(post))
	}
}
