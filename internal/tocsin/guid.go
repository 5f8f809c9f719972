package tocsin

import (
	"crypto/rand"
	"encoding/binary"
	quick "math/rand/v2"
)

// NewGUID makes a random GUID (RFC 9562, version 4).
func NewGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return guidOf(b)
}

// NewName makes a GUID that names something in passing, such as a request: it is
// another one each time, but nothing may depend on that nobody can guess it. It costs
// half of the other.
func NewName() string {
	var b [16]byte
	binary.NativeEndian.PutUint64(b[:8], quick.Uint64()) //nolint:gosec // it is no secret
	binary.NativeEndian.PutUint64(b[8:], quick.Uint64()) //nolint:gosec // as above
	return guidOf(b)
}

// guidOf writes random bytes as a GUID.
func guidOf(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var text [guidLen]byte
	at := 0
	for i, one := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		text[at], text[at+1] = hexDigits[one>>4], hexDigits[one&0xf]
		at += 2
	}
	return string(text[:])
}

const hexDigits = "0123456789abcdef"

const guidLen = 36

// IsGUID reports whether s has the form of a GUID, in either case.
func IsGUID(s string) bool {
	if len(s) != guidLen {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f'):
			return false
		}
	}
	return true
}
