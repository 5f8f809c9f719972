package issuertest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
)

// A Person has an account at the issuer.
type Person struct {
	Directory string // of Entra
	Object    string // id of the account
	Name      string
	Roles     []string // in programs that they sign in to
	Scopes    []string // what they let programs do for them
}

// A signIn is one that a program has asked for and has a code of.
type signIn struct {
	asked  url.Values
	person Person
}

// Seat puts somebody in front of the browser: it is they who sign in from now
// on.
func (s *Server) Seat(p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.present = p
}

// Act makes an access token with which a program acts for somebody.
func (s *Server) Act(p Person, program, audience string) (string, error) {
	_, claims := s.form.person(s.base, p, program, s.now())
	claims["aud"] = audience
	return s.Sign(claims)
}

// serveSignIn sends the browser back to the program that sent it here, with a
// code for who sits in front of it.
func (s *Server) serveSignIn(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	back, err := url.Parse(asked.Get("redirect_uri"))
	if _, known := s.apps[asked.Get("client_id")]; err != nil || !known || s.present.Object == "" ||
		asked.Get("response_type") != "code" || asked.Get("code_challenge_method") != "S256" {
		http.Error(w, "no sign-in", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	s.codes[code] = signIn{asked, s.present}
	back.RawQuery = url.Values{"code": {code}, "state": {asked.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// redeem tells the program that holds a code who signed in, once.
func (s *Server) redeem(w http.ResponseWriter, r *http.Request, app App) {
	code := r.PostForm.Get("code")
	s.mu.Lock()
	in, ok := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || in.asked.Get("client_id") != app.ID || in.asked.Get("redirect_uri") != r.PostForm.Get("redirect_uri") ||
		in.asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
		send(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	claims, _ := s.form.person(s.base, in.person, app.ID, s.now())
	maps.Copy(claims, map[string]any{
		"aud": app.ID, "nonce": in.asked.Get("nonce"), "name": in.person.Name, "preferred_username": in.person.Name,
	})
	token, err := s.Sign(claims)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	send(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "of no use here", "id_token": token})
}
