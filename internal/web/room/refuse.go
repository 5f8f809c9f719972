package room

import (
	"errors"
	"slices"

	"example.org/tocsin/internal/speech"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// worded puts what is wrong into the words of the family, and returns it. What these
// do not say of a person or an item, the sentence behind them does.
func (v *view) worded(problem error) error {
	for _, e := range web.Causes(problem) {
		about := e.About
		if e.Field == "checks" {
			about = v.itemText(about)
		}
		for _, key := range refusals(e) {
			if v.HasText(key) {
				e.Message = v.Text(key, "about", about)
				break
			}
		}
		if v.HasText("bad." + e.Field) { // of a field of other forms that has this name
			e.Field = "room-" + e.Field
		}
	}
	return problem
}

// refusals are the keys of the texts on a refusal, the closest first.
func refusals(e *tocsin.Error) []string {
	if !errors.Is(e.Kind, tocsin.ErrConflict) && !errors.Is(e.Kind, tocsin.ErrInvalid) {
		return nil
	}
	field := e.Field
	if slices.Contains(speech.Fillable(), field) {
		field = "slot"
	}
	taken := errors.Is(e.Kind, tocsin.ErrConflict)
	switch {
	case taken && e.About != "":
		return []string{"room.taken." + field + ".about", "room.taken.about"}
	case taken:
		return []string{"room.taken." + field}
	case e.About != "":
		return []string{"room.bad." + field + ".about"}
	}
	return []string{"room.bad." + field}
}
