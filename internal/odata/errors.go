package odata

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Code says what is wrong with a request, for the API layer to map to its
// own error codes and statuses.
type Code uint8

// Codes of [Error].
const (
	Malformed        Code = iota + 1 // the query is not a well-formed URL query
	UnknownOption                    // no such query option
	Duplicate                        // a query option is given twice
	InvalidValue                     // the value of an option is not valid
	UnknownProperty                  // the entity type has no such property
	TooComplex                       // longer, deeper or larger than Limits
	NotImplemented                   // legal OData that is not offered here
	InvalidPageToken                 // a $skiptoken that was not minted for this query
	WrongType                        // a value of another type is needed
	NotAcceptable                    // no representation suits the client
)

// String is the name of the constant.
func (c Code) String() string {
	names := [...]string{
		"", "Malformed", "UnknownOption", "Duplicate", "InvalidValue", "UnknownProperty",
		"TooComplex", "NotImplemented", "InvalidPageToken", "WrongType", "NotAcceptable",
	}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("Code(%d)", uint8(c))
}

// An Error explains why a query is refused. The message is a sentence that is
// safe to send to the client: it repeats at most 200 characters of the input.
type Error struct {
	Code    Code
	Option  string // the option at fault, such as "$filter"; empty for the whole query
	Message string
	Pos     int // byte offset in the decoded value, or in the raw query if Option is empty
}

// Error is the message with the place of the fault, unless the message itself
// names the option that is at fault as a whole.
func (e *Error) Error() string {
	if e.Option == "" || e.Code == UnknownOption || e.Code == Duplicate {
		return e.Message
	}
	return fmt.Sprintf("%s, position %d: %s", e.Option, e.Pos, e.Message)
}

func errorf(code Code, option string, pos int, format string, args ...any) *Error {
	return &Error{Code: code, Option: printable(clip(option)), Pos: pos, Message: printable(fmt.Sprintf(format, args...))}
}

// printable replaces what could end a line or hide text in a log.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// clip shortens input that is repeated in a message. No message repeats more
// than two pieces, so two full ones stay below 200 characters.
func clip(s string) string {
	const longest = 90
	n := 0
	for i := range s {
		if n == longest {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
