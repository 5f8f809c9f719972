package translate

import (
	"strings"
	"testing"
)

func TestKeyOf(t *testing.T) {
	t.Parallel()
	same := [][]string{
		{"We've confirmed it.", "We’ve  confirmed it", "we have confirmed\u00a0it.", "WE HAVE CONFIRMED IT", "We\u200b’ve confirmed\nit."},
		{"It isn't fixed.", "It is not fixed", "it isn’t fixed"},
		{"We can't see it.", "We cannot see it."},
		{"We'll look. It won't last.", "We will look. It will not last."},
		{"Use “Sign in” now.", "Use \"Sign in\" now"},
		{"A no\u2011break hyphen", "A no-break hyphen."},
		{"Cafe\u0301", "Café"},
	}
	seen := map[Key]string{}
	for _, texts := range same {
		first := KeyOf(texts[0])
		for _, text := range texts[1:] {
			if KeyOf(text) != first {
				t.Errorf("%q and %q have two keys: %q, %q", texts[0], text, fold(nil, texts[0]), fold(nil, text))
			}
		}
		if other := seen[first]; other != "" {
			t.Errorf("%q and %q have one key", texts[0], other)
		}
		seen[first] = texts[0]
	}
	different := []string{"Users may be affected.", "Users may have been affected.", "Is it fixed?", "It is fixed:", "The user's mail", "The users mail", "10 minutes", "100 minutes", "", ".", "...", "SP1", "SP-1"}
	for _, text := range different {
		if other, has := seen[KeyOf(text)]; has {
			t.Errorf("%q and %q have one key", text, other)
		}
		seen[KeyOf(text)] = text
	}
}

func TestKeysOfLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é word ", 20_000)
	if KeyOf(long+"a") == KeyOf(long+"b") {
		t.Error("two long texts that end otherwise have one key")
	}
	if KeyOf(long) != KeyOf(strings.ToUpper(long[:maxKey/2])+long[maxKey/2:]) {
		t.Error("letter case makes another key of a long text")
	}
}
