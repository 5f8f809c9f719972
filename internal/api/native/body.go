package native

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// maxDepth is how deep a body may nest.
const maxDepth = 8

// checkJSON refuses bodies that readers could take for different things: more
// than one value, members given twice, in another case than ours or with names
// that no operation has, and texts that are no UTF-8.
func checkJSON(body []byte, members map[string]bool) error {
	if !utf8.Valid(body) {
		return errors.New("It is no valid UTF-8.")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := checkValue(decoder, members, 0); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("Something follows the JSON value.")
	}
	return nil
}

func checkValue(decoder *json.Decoder, members map[string]bool, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return malformed(err)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == maxDepth {
		return fmt.Errorf("It nests deeper than %d levels.", maxDepth)
	}
	seen := map[string]bool{}
	for decoder.More() {
		if delim == '{' {
			token, err := decoder.Token()
			if err != nil {
				return malformed(err)
			}
			name, _ := token.(string) // names of members always are
			switch {
			case !members[name]:
				return fmt.Errorf("The member %q is unknown%s", tocsin.Clip(name, 40), meant(name, members))
			case seen[name]:
				return fmt.Errorf("The member %q is there twice.", name)
			}
			seen[name] = true
		}
		if err := checkValue(decoder, members, depth+1); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return malformed(err)
	}
	return nil
}

// meant names the member that was probably meant by one that is unknown.
func meant(name string, members map[string]bool) string {
	if one := tocsin.Closest(name, slices.Sorted(maps.Keys(members))); one != "" {
		return "; did you mean " + strconv.Quote(one) + "?"
	}
	return "."
}

func malformed(err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("It is no JSON: byte %d does not fit.", e.Offset)
	}
	return errors.New("It is no JSON: it ends too early.")
}
