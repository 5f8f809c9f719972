package tocsin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A WireTime is an instant in JSON: a text that [ParseTime] reads, or the object
// {"value":"/Date(…)/"} that Windows PowerShell makes of a date with an added
// member. What is no instant reads as the zero time, for one bad date must not
// cost the whole document; [WireTime.Unread] then tells.
type WireTime struct {
	time.Time
	unread string // what was sent and is no instant
}

// wireTimeOf is t as it is written.
func wireTimeOf(t time.Time) WireTime { return WireTime{Time: t} }

// MarshalJSON writes null for no time.
func (t WireTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(FormatTime(t.Time))
}

// UnmarshalJSON reads any JSON value and never fails.
func (t *WireTime) UnmarshalJSON(data []byte) error {
	*t = WireTime{}
	value := json.RawMessage(data)
	if bytes.HasPrefix(data, []byte("{")) {
		var object struct{ Value json.RawMessage }
		if json.Unmarshal(data, &object) == nil && object.Value != nil {
			value = object.Value
		}
	}
	var text *string
	if json.Unmarshal(value, &text) != nil {
		t.unread = Clip(string(data), maxUnread)
		return nil
	}
	if text != nil {
		t.read(*text)
	}
	return nil
}

// read reads a text.
func (t *WireTime) read(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	var ok bool
	if t.Time, ok = ParseTime(text); !ok {
		t.unread = Clip(text, maxUnread)
	}
}

// maxUnread bounds how much of an unreadable time is told, in bytes.
const maxUnread = 40

// Unread is what was sent for the time and is no instant, "" when it was read
// or none was sent.
func (t WireTime) Unread() string { return t.unread }

// Doubts collects what of a notice could not be read, in words for the
// operator, such as `startDateTime "10/5/2026" is no time`.
type Doubts []string

// Time notes that the time called name could not be read, or is missing though
// every notice has one.
func (d *Doubts) Time(name string, t WireTime, wanted bool) {
	switch {
	case t.unread != "":
		*d = append(*d, fmt.Sprintf("%s %q is no time that can be read", name, t.unread))
	case wanted && t.IsZero():
		*d = append(*d, name+" is missing")
	}
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
