package part

import (
	"strings"

	"example.org/tocsin/internal/health"
	"example.org/tocsin/internal/tocsin"
)

// A Workaround is what users can do while an issue goes on, as a list of services
// says it.
type Workaround struct {
	Text, Lang string // "" for none; Lang where it is not that of the page
	Like       string // the name of the service above that the same issue explains and that has the text
}

// maxWorkaround bounds a workaround in a list, in bytes.
const maxWorkaround = 240

// Workarounds gives services in the order in which they are shown what their users
// can do meanwhile: the text once, beside the first service that an issue explains.
func (v *View) Workarounds(list []ServiceLine) {
	first := map[*health.Issue]string{}
	for i := range list {
		line := &list[i]
		if line.cause == nil {
			continue
		}
		if like, seen := first[line.cause]; seen {
			line.Workaround.Like = like
			continue
		}
		if line.Workaround = v.workaround(line.cause); line.Workaround.Text != "" {
			first[line.cause] = line.Name
		}
	}
}

// workaround is what the posts of an issue say that users can do, in the language
// of the page where the phrase book has all of it.
func (v *View) workaround(cause *health.Issue) Workaround {
	if len(cause.Content.Posts) == 0 {
		return Workaround{}
	}
	text, language := v.ownWords(cause.Row, strings.Join(v.ReadPosts(cause.Row, cause.Content).Workaround, " "))
	return Workaround{Text: tocsin.Clip(text, maxWorkaround), Lang: language}
}
