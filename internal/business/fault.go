package business

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// A Fault is what is wrong at a place of a file.
type Fault struct {
	Line  int    // from 1; 0 for the whole
	Place string // such as processes/Approval of invoices/owner
	Code  string // texts are below map.fault. in package lang
	Value string // as it was written, clipped
}

// Words says what is wrong, with its line, in the language of text.
func (f Fault) Words(text lang.Text) string {
	words := text("map.fault."+f.Code, "value", f.Value)
	if f.Line == 0 {
		return words
	}
	return text("map.fault.line", "line", strconv.Itoa(f.Line), "text", words)
}

// Faults are those of a file, in its order.
type Faults []Fault

// Err returns them as one error for programs and operators, nil for none.
func (list Faults) Err() error {
	var problems []error
	for _, f := range list {
		problems = append(problems, &tocsin.Error{Kind: tocsin.ErrInvalid, Field: f.Place, Message: f.Words(lang.InEnglish)})
	}
	return errors.Join(problems...)
}

// maxFaults is how many faults of a file are told.
const maxFaults = 200

func (list *Faults) add(line int, place, code, value string) {
	if len(*list) < maxFaults {
		*list = append(*list, Fault{line, place, code, tocsin.Clip(value, 60)})
	}
}

// Rule returns the code of the rule that a field of a map breaks, by the place that
// [tocsin.BusinessMap.Validate] names.
func Rule(place string) string {
	parts := strings.Split(place, "/")
	field := parts[len(parts)-1]
	switch {
	case len(parts) == 1:
		return "many"
	case len(parts) == 2:
		if _, err := strconv.Atoi(field); err == nil {
			return "name"
		}
		return "twice"
	case slices.Contains([]string{"documents", "client", "meeting", "numbers", "fallback"}, field):
		return "text"
	case field == "tried" || field == "department":
		return "line100"
	case slices.Contains([]string{"services", "secondary", "sites"}, field):
		return "many"
	}
	return field // uses, triedOn, cost, currency
}
