package issuertest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A Fault is a way in which the key server fails.
type Fault string

// The faults.
const (
	Fine     Fault = ""
	Down     Fault = "down"     // connections are cut
	HTML     Fault = "html"     // a page with status 200
	Empty    Fault = "empty"    // a key set without keys
	Huge     Fault = "huge"     // 10 MB
	Redirect Fault = "redirect" // to where the keys are
	Failing  Fault = "failing"  // status 500 with a body
)

// An App is a program that may ask for tokens.
type App struct {
	ID     string
	Secret string
	Roles  []string
	V1     bool // Entra: its tokens are of version 1.0
}

// A Server is one issuer. Make it with [NewEntra] or [NewKeycloak].
type Server struct {
	http *http.Server
	base string
	form form

	mu      sync.Mutex
	keys    []jose.JSONWebKey // the last one signs
	fault   Fault
	fetches int // of key sets
	apps    map[string]App
	present Person
	codes   map[string]signIn
	now     func() time.Time
}

// A form is what the two issuers differ in.
type form interface {
	// document is the discovery document at a path, nil for none.
	document(base, path string) map[string]any
	keysPath(path string) bool
	newKey() (key any, algorithm jose.SignatureAlgorithm, err error)
	// claims of a token for app, "" for a path that is no token endpoint.
	claims(base, path string, app App, audience string, now time.Time) map[string]any
	// person is what the tokens for a program say about somebody: those that
	// sign them in to it, and those with which it acts for them.
	person(base string, p Person, program string, now time.Time) (id, access map[string]any)
}

func start(f form, now func() time.Time) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start issuer: %w", err)
	}
	s := &Server{base: "http://" + listener.Addr().String(), form: f, apps: map[string]App{}, codes: map[string]signIn{}, now: now}
	if err := s.Rotate(); err != nil {
		return nil, err
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends when Close is called
	return s, nil
}

// Close stops serving.
func (s *Server) Close() { _ = s.http.Close() }

// Base is the origin of the server.
func (s *Server) Base() string { return s.base }

// AddApp lets a program ask for tokens.
func (s *Server) AddApp(a App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps[a.ID] = a
}

// Break makes the key server fail until it is called with [Fine].
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Fetches is how often a key set was asked for.
func (s *Server) Fetches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

// Rotate signs with a new key from now on. The old one stays published.
func (s *Server) Rotate() error {
	key, algorithm, err := s.form.newKey()
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, jose.JSONWebKey{Key: key, KeyID: rand.Text(), Algorithm: string(algorithm), Use: "sig"})
	return nil
}

// Withdraw publishes nothing but the newest key.
func (s *Server) Withdraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = s.keys[len(s.keys)-1:]
}

// Key is the one that signs now, for forgers.
func (s *Server) Key() jose.JSONWebKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[len(s.keys)-1]
}

// Sign makes a token that says what the claims say.
func (s *Server) Sign(claims map[string]any) (string, error) { return Sign(s.Key(), claims, nil) }

// Sign makes a token with any key, header and claims.
func Sign(key jose.JSONWebKey, claims map[string]any, header map[string]any) (string, error) {
	options := (&jose.SignerOptions{}).WithType("JWT")
	for name, value := range header {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed.CompactSerialize()
}

// ServeHTTP answers as the issuer does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutSuffix(r.URL.Path, "/.well-known/openid-configuration"); ok {
		if document := s.form.document(s.base, path); document != nil {
			send(w, http.StatusOK, document)
			return
		}
	}
	switch {
	case s.form.keysPath(r.URL.Path):
		s.serveKeys(w, r)
	case r.Method == http.MethodGet && (strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/authorize") || strings.HasSuffix(r.URL.Path, "/protocol/openid-connect/auth")):
		s.serveSignIn(w, r)
	case r.Method == http.MethodPost:
		s.serveToken(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) serveKeys(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.fetches++
	fault := s.fault
	set := jose.JSONWebKeySet{}
	for _, key := range s.keys {
		set.Keys = append(set.Keys, key.Public())
	}
	s.mu.Unlock()
	switch fault {
	case Down:
		panic(http.ErrAbortHandler)
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>Sign in to the network</html>"))
	case Empty:
		send(w, http.StatusOK, map[string]any{"keys": []any{}})
	case Huge:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"keys":[],"x":"` + strings.Repeat("x", 10<<20) + `"}`))
	case Redirect:
		http.Redirect(w, r, "http://127.0.0.1:1"+r.URL.Path, http.StatusFound)
	case Failing:
		http.Error(w, "secret words of the server", http.StatusInternalServerError)
	default:
		send(w, http.StatusOK, s.annotate(set))
	}
}

// annotate adds members that real key sets have beside those of the standard.
func (s *Server) annotate(set jose.JSONWebKeySet) any {
	text, err := json.Marshal(set)
	if err != nil {
		return set
	}
	var open struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(text, &open); err != nil {
		return set
	}
	for _, key := range open.Keys {
		if _, ok := s.form.(entra); ok {
			key["issuer"] = s.base + "/{tenantid}/v2.0"
			delete(key, "alg")
		}
	}
	open.Keys = append(open.Keys, map[string]any{"kty": "oct", "kid": "shared", "k": base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))},
		map[string]any{"kty": "NEW", "kid": "of a kind to come"})
	return open
}

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	grant := r.PostFormValue("grant_type")
	if grant != "client_credentials" && grant != "authorization_code" {
		send(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	s.mu.Lock()
	app, ok := s.apps[id]
	s.mu.Unlock()
	if !ok || app.Secret != secret {
		send(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	if grant == "authorization_code" {
		s.redeem(w, r, app)
		return
	}
	claims := s.form.claims(s.base, r.URL.Path, app, strings.TrimSuffix(r.PostForm.Get("scope"), "/.default"), s.now())
	if claims == nil {
		http.NotFound(w, r)
		return
	}
	token, err := s.Sign(maps.Clone(claims))
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	send(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": token})
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
