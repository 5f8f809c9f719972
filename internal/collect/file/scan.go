package file

import (
	"bytes"
	"errors"
)

// errJSON is that an element is no JSON.
var errJSON = errors.New("it is not JSON")

// A text is a value of JSON inside an element, as it is written.

// blanks is where the next byte that is no blank stands, from i on.
func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// quoted is where a text ends that begins at i with its quote.
func quoted(b []byte, i int) (int, error) {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1, nil
		}
	}
	return i, errJSON
}

// passed is where the value ends that begins at i.
func passed(b []byte, i int) (int, error) {
	if i >= len(b) {
		return i, errJSON
	}
	switch b[i] {
	case '"':
		return quoted(b, i)
	case '{', '[':
		for depth := 0; i < len(b); {
			switch b[i] {
			case '"':
				var err error
				if i, err = quoted(b, i); err != nil {
					return i, err
				}
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if i++; depth == 0 {
				return i, nil
			}
		}
		return i, errJSON
	}
	from := i
	for i < len(b) && bytes.IndexByte([]byte(" \n\r\t,]}"), b[i]) < 0 {
		i++
	}
	if i == from {
		return i, errJSON
	}
	return i, nil
}

// members calls with for each member of the object b, as long as it returns no
// error. Name is between the quotes.
func members(b []byte, with func(name, value []byte) error) error {
	i := blanks(b, 1)
	if len(b) == 0 || b[0] != '{' || i >= len(b) {
		return errJSON
	}
	if b[i] == '}' {
		return nil
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return errJSON
		}
		end, err := quoted(b, i)
		if err != nil {
			return err
		}
		name := b[i+1 : end-1]
		if i = blanks(b, end); i >= len(b) || b[i] != ':' {
			return errJSON
		}
		i = blanks(b, i+1)
		if end, err = passed(b, i); err != nil {
			return err
		}
		if err := with(name, b[i:end]); err != nil {
			return err
		}
		switch i = blanks(b, end); {
		case i >= len(b):
			return errJSON
		case b[i] == '}':
			return nil
		case b[i] != ',':
			return errJSON
		}
		i = blanks(b, i+1)
	}
}

// items calls with for each element of the list b.
func items(b []byte, with func(n int, value []byte) error) error {
	i := blanks(b, 1)
	if len(b) == 0 || b[0] != '[' || i >= len(b) {
		return errJSON
	}
	if b[i] == ']' {
		return nil
	}
	for n := 0; ; n++ {
		end, err := passed(b, i)
		if err != nil {
			return err
		}
		if err := with(n, b[i:end]); err != nil {
			return err
		}
		switch i = blanks(b, end); {
		case i >= len(b):
			return errJSON
		case b[i] == ']':
			return nil
		case b[i] != ',':
			return errJSON
		}
		i = blanks(b, i+1)
	}
}

// isNull reports whether a value is null.
func isNull(value []byte) bool { return string(value) == "null" }

// small is a name in small letters, in room.
func small(room []byte, name []byte) []byte {
	room = room[:0]
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		room = append(room, c)
	}
	return room
}
