package lang

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// letter is content with a text for people and one for machines.
type letter struct{ Text, Command string }

func TestContent(t *testing.T) {
	t.Parallel()
	const good = "{text: 'Qui ?', command: 'a ?'}"
	files := func(french string) fstest.MapFS {
		all := fstest.MapFS{}
		for _, code := range Languages() {
			all["content/"+code+".yaml"] = &fstest.MapFile{Data: []byte(good)}
		}
		all["content/fr.yaml"].Data = []byte(french)
		return all
	}
	missing := files("")
	delete(missing, "content/fr.yaml")
	refuse := func(l *letter) error {
		if l.Text == "no" {
			return errors.New("refused")
		}
		return nil
	}
	for _, tt := range []struct {
		name, code string
		files      fstest.MapFS
		check      func(*letter) error
		want       string // of the error, "" for none
	}{
		{"good", "fr", files(good), refuse, ""},
		{"unchecked", "fr", files(good), nil, ""},
		{"no such language", "xx", files(good), refuse, `no content in "xx"`},
		{"one language is missing", "en", missing, refuse, "content/fr.yaml"},
		{"a member that nobody knows", "en", files("{title: x}"), refuse, "read content in fr"},
		{"one that is refused", "en", files("{text: 'no'}"), refuse, "read content in fr: refused"},
	} {
		l, err := NewContent(tt.files, tt.check, "command").In(tt.code)
		switch {
		case tt.want != "":
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			}
		case err != nil || *l != (letter{Text: "Qui\u202f?", Command: "a ?"}):
			t.Errorf("%s: %+v, %v", tt.name, l, err)
		}
	}
}
