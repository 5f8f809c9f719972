package translate

import "strings"

// A piece of an English form: words to choose from, then a slot.
type piece struct {
	choices []string
	slot    string // "" for none
	last    bool   // nothing follows
}

// pieces are the parts of a form: "We <begin|start> {mon}" begins in one of two
// ways, "a <big |>issue" as well.
func pieces(form string) []piece {
	var list []piece
	for form != "" {
		n := strings.IndexAny(form, "<{")
		if n < 0 {
			list = append(list, piece{choices: []string{form}})
			break
		}
		if n > 0 {
			list = append(list, piece{choices: []string{form[:n]}})
		}
		end := ">"
		if form[n] == '{' {
			end = "}"
		}
		within, rest, _ := strings.Cut(form[n+1:], end)
		if end == "}" {
			list = append(list, piece{choices: []string{""}, slot: within})
		} else {
			list = append(list, piece{choices: strings.Split(within, "|")})
		}
		form = rest
	}
	if n := len(list); n > 0 {
		list[n-1].last = true
	}
	return list
}

// small is a text as it stands within a sentence: its first letter is small,
// unless it is a German noun.
func small(lang int, text string) string {
	if lang == japanese || lang == german && (strings.HasPrefix(text, "Benutzer") || strings.HasPrefix(text, "Administratoren")) {
		return text
	}
	return lowerFirst(text)
}

// plainForms are the forms that some stand for, one by one. They have no
// slots.
func plainForms(list []string) []string {
	var all []string
	for _, form := range list {
		one := []string{""}
		for _, p := range pieces(form) {
			var next []string
			for _, choice := range p.choices {
				for _, before := range one {
					next = append(next, before+choice)
				}
			}
			one = next
		}
		all = append(all, one...)
	}
	return all
}
