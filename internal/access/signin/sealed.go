package signin

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// ceremonyLife is how long somebody may take between the two halves of signing
// in with a passkey or through a provider.
const ceremonyLife = 10 * time.Minute

// seal encrypts a text for the browser to keep.
func (s *SignIn) seal(purpose, text string) (string, error) {
	sealed, err := s.config.Master.Seal("sign-in cookie", purpose, []byte(text))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (s *SignIn) open(purpose, value string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return "", err
	}
	plain, err := s.config.Master.Open("sign-in cookie", purpose, sealed)
	return string(plain), err
}

// A ceremony is what the first half of signing in leaves for the second, in a
// sealed cookie: nothing of strangers is stored.
type ceremony[T any] struct {
	Ends int64 `json:"ends"` // seconds since 1970
	Data T     `json:"data"`
}

// openCeremony hands the browser the first half.
func openCeremony[T any](s *SignIn, w http.ResponseWriter, purpose string, data T) error {
	text, err := json.Marshal(ceremony[T]{s.config.Now().Add(ceremonyLife).Unix(), data})
	if err != nil {
		return err
	}
	value, err := s.seal(purpose, string(text))
	if err != nil {
		return err
	}
	s.setCookie(w, purpose, value, ceremonyLife)
	return nil
}

// closeCeremony takes the first half back. It fails with [tocsin.ErrInvalid]
// when there is none, or one that is too old.
func closeCeremony[T any](s *SignIn, w http.ResponseWriter, r *http.Request, purpose string) (data T, err error) {
	s.setCookie(w, purpose, "", -1)
	lost := tocsin.Invalidf("cookie", "Signing in took too long or began in another browser. Start again.")
	cookie, err := r.Cookie(s.cookieName(purpose))
	if err != nil {
		return data, lost
	}
	text, err := s.open(purpose, cookie.Value)
	if err != nil {
		return data, lost
	}
	var c ceremony[T]
	if err := json.Unmarshal([]byte(text), &c); err != nil || !s.config.Now().Before(time.Unix(c.Ends, 0)) {
		return data, lost
	}
	return c.Data, nil
}
