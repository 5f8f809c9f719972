package tocsin

import (
	"encoding/json"
	"strings"
	"time"
)

// wireTime is an instant in JSON. What is no instant reads as the zero time:
// one bad date must not cost the whole document.
type wireTime struct{ time.Time }

func (t wireTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(FormatTime(t.Time))
}

func (t *wireTime) UnmarshalJSON(data []byte) error {
	t.Time = time.Time{}
	var text string
	if json.Unmarshal(data, &text) == nil {
		t.Time, _ = ParseTime(text)
	}
	return nil
}

// lowerFirst turns the documentation's PascalCase enum values into the
// camelCase of the wire.
func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func emptyNotNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
