package signin

import (
	"net/http"

	"example.org/tocsin/internal/tocsin"
)

// Refuse writes down that nobody who is known was not let in.
func (s *SignIn) Refuse(r *http.Request) { s.refused(r, tocsin.User{}, "password") }

// CountHashes calls counted with the cost of each password that is compared.
// Call it before anybody signs in.
func (s *SignIn) CountHashes(counted func(passes, memory uint32, lanes uint8, size uint32)) {
	derive := s.hasher.derive
	s.hasher.derive = func(password, salt []byte, passes, memory uint32, lanes uint8, size uint32) []byte {
		counted(passes, memory, lanes, size)
		return derive(password, salt, passes, memory, lanes, size)
	}
}
