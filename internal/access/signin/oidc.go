package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.org/tocsin/internal/tocsin"
)

// A Provider is an OpenID Connect provider that vouches for people.
type Provider struct {
	ID       string // in addresses: lower-case letters, digits and dashes
	Label    string // on the button
	Issuer   string
	ClientID string
	Secret   string
	Scopes   []string // beside openid and profile
	Claim    string   // whose values are mapped to roles: a name, or a path such as realm_access.roles
	Roles    []ClaimedRole
}

// A ClaimedRole gives a role to those whose claim has a value.
type ClaimedRole struct {
	Value string
	Grant tocsin.Grant
}

// A Button is a provider as the page of signing in shows it.
type Button struct{ ID, Label string }

// Bounds of talking to a provider.
const (
	providerTimeout = 10 * time.Second
	providerAnswer  = 1 << 20 // bytes
	rediscover      = time.Hour
)

// provider is one with what it says about itself.
type provider struct {
	Provider
	http *http.Client
	now  func() time.Time

	mu    sync.Mutex
	known *oidc.Provider
	since time.Time
}

func newProvider(p Provider, c Config) (*provider, error) {
	issuer, err := url.Parse(p.Issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" && issuer.Scheme != "http" || issuer.User != nil {
		return nil, tocsin.Invalidf("signIn.oidc."+p.ID+".issuer", "It is no address.")
	}
	for _, r := range p.Roles {
		if err := r.Grant.Validate(); err != nil {
			return nil, fmt.Errorf("signIn.oidc.%s: %w", p.ID, err)
		}
	}
	return &provider{
		Provider: p, now: c.Now,
		http: &http.Client{
			Timeout:       providerTimeout,
			Transport:     bounded{http.DefaultTransport.(*http.Transport).Clone()},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// bounded cuts answers off that have more bytes than any provider needs.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, providerAnswer), response.Body}
	}
	return response, err
}

// discover asks the provider about itself, now and then: it may be down when
// the desk starts, and this must not keep anybody from a local account.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil && p.now().Sub(p.since) < rediscover {
		return p.known, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.http), p.Issuer)
	if err == nil {
		p.known, p.since = found, p.now()
		return found, nil
	}
	if p.known != nil { // what it said before is still the best that is known
		return p.known, nil
	}
	return nil, &tocsin.Error{Kind: tocsin.ErrUnavailable, Message: p.Label + " does not answer. Use a local account, or try again later.", Cause: err}
}

// client is the desk as the provider knows it. back is the address that people
// come back to.
func (p *provider) client(known *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: known.Endpoint(), RedirectURL: back,
		Scopes: append([]string{oidc.ScopeOpenID, "profile"}, p.Scopes...),
	}
}

// Buttons lists the providers.
func (s *SignIn) Buttons() []Button {
	list := make([]Button, len(s.oidc))
	for i, p := range s.oidc {
		list[i] = Button{p.ID, p.Label}
	}
	return list
}

func (s *SignIn) provider(id string) (*provider, error) {
	for _, p := range s.oidc {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, tocsin.NotFoundf("There is no such provider.")
}

// A trip is what is remembered of somebody who was sent to a provider.
type trip struct{ Provider, State, Nonce, Verifier, Next, Back string }

// Leave sends a browser to a provider and remembers, sealed in a cookie, what
// it must bring back. next is where it wants to go afterwards.
func (s *SignIn) Leave(w http.ResponseWriter, r *http.Request, id, next string) error {
	p, err := s.provider(id)
	if err != nil {
		return err
	}
	if err := s.attempts.network(s.Network(r), s.config.Now()); err != nil {
		return err
	}
	known, err := p.discover(r.Context())
	if err != nil {
		return err
	}
	// Cookies are of one host: people come back to the address where they are.
	back := s.names.For(r.Host) + "/login/" + p.ID + "/callback"
	t := trip{p.ID, newToken(), newToken(), oauth2.GenerateVerifier(), LocalPath(next), back}
	if err := openCeremony(s, w, "oidc", t); err != nil {
		return err
	}
	w.Header().Set("Location", p.client(known, t.Back).AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Return takes somebody who comes back from a provider, and returns where they
// wanted to go. Every parameter that is missing, doubled or foreign is refused
// with [tocsin.ErrInvalid].
func (s *SignIn) Return(w http.ResponseWriter, r *http.Request, id string) (next string, err error) {
	p, err := s.provider(id)
	if err != nil {
		return "", err
	}
	t, err := closeCeremony[trip](s, w, r, "oidc")
	if err != nil {
		return "", err
	}
	code, err := p.checkReturn(r, t)
	if err != nil {
		return "", err
	}
	token, err := p.redeem(r.Context(), code, t)
	if errors.Is(err, tocsin.ErrInvalid) {
		s.refused(r, tocsin.User{}, p.Label)
	}
	if err != nil {
		return "", err
	}
	user, err := s.recognise(r, p, token)
	if err != nil {
		return "", err
	}
	return LocalPath(t.Next), s.begin(w, r, user, p.Label)
}

// checkReturn holds the query of a return against what was remembered.
func (p *provider) checkReturn(r *http.Request, t trip) (code string, err error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	bad := func(what string) (string, error) {
		return "", &tocsin.Error{Kind: tocsin.ErrInvalid, Field: what, Message: "The answer of " + p.Label + " does not fit the question. Start again."}
	}
	switch {
	case err != nil:
		return bad("query")
	case t.Provider != p.ID:
		return bad("provider")
	case len(query["state"]) != 1 || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(t.State)) != 1:
		return bad("state")
	case query.Has("iss") && (len(query["iss"]) != 1 || query.Get("iss") != p.Issuer): // RFC 9207
		return bad("iss")
	case query.Has("error"):
		return "", &tocsin.Error{Kind: tocsin.ErrForbidden, Message: p.Label + " did not let you in."}
	case len(query["code"]) != 1 || query.Get("code") == "":
		return bad("code")
	}
	return query.Get("code"), nil
}

// redeem exchanges the code for the token that says who came.
func (p *provider) redeem(ctx context.Context, code string, t trip) (*oidc.IDToken, error) {
	known, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, p.http)
	refuse := func(err error) error {
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "code", Message: p.Label + " did not confirm who you are. Start again.", Cause: errors.New(firstWords(err))}
	}
	answer, err := p.client(known, t.Back).Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return nil, refuse(err)
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return nil, refuse(errors.New("no id_token"))
	}
	token, err := known.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID, Now: p.now}).Verify(ctx, raw)
	if err != nil {
		return nil, refuse(err)
	}
	if t.Nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(t.Nonce)) != 1 {
		return nil, refuse(errors.New("another nonce"))
	}
	if token.Subject == "" || len(token.Subject) > 255 {
		return nil, refuse(errors.New("no subject"))
	}
	return token, nil
}

// firstWords keeps the library's own words of an error, and drops what the
// provider wrote.
func firstWords(err error) string {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return "token endpoint: " + tocsin.Clip(e.ErrorCode, 40)
	}
	return tocsin.Clip(err.Error(), 200)
}

// recognise finds or makes the person that a token speaks of, by issuer and
// subject, and gives them the roles that it claims.
func (s *SignIn) recognise(r *http.Request, p *provider, token *oidc.IDToken) (tocsin.User, error) {
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return tocsin.User{}, fmt.Errorf("read claims: %w", err)
	}
	grants, object := p.grants(claims), objectOf(claims)
	user, err := s.config.Archive.UserOf(r.Context(), p.Issuer, token.Subject)
	if errors.Is(err, tocsin.ErrNotFound) {
		user = tocsin.User{
			ID: NewID(), Name: label(claims, "preferred_username", token.Subject), Display: label(claims, "name", ""),
			Issuer: p.Issuer, Subject: token.Subject, ObjectID: object, CreatedAt: s.config.Now(), Grants: grants,
		}
		user.Normalize()
		return user, s.config.Archive.AddUser(s.as(r, user), user, "")
	}
	if err != nil {
		return user, err
	}
	if !user.DisabledAt.IsZero() {
		s.refused(r, user, p.Label)
		return user, &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "This account is disabled."}
	}
	if object != user.ObjectID {
		if err := s.config.Archive.SetObjectID(r.Context(), user.ID, object); err != nil {
			return user, err
		}
	}
	defer s.seen.forget()
	return user, s.config.Archive.SetGrants(s.as(r, user), user.ID, grants, true, s.config.Now())
}

// objectOf is the object id that a token of Microsoft Entra gives a person in
// the directory of its issuer, "" in any other.
func objectOf(claims map[string]any) string {
	object, _ := claims["oid"].(string)
	directory, _ := claims["tid"].(string)
	issuer, _ := claims["iss"].(string)
	if !tocsin.IsGUID(object) || !tocsin.IsGUID(directory) || !strings.HasSuffix(strings.ToLower(issuer), "/"+strings.ToLower(directory)+"/v2.0") {
		return ""
	}
	return strings.ToLower(object)
}

// label is a claim as people may read it, or else the other text.
func label(claims map[string]any, name, other string) string {
	text, _ := claims[name].(string)
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text))
	if text == "" {
		text = other
	}
	if runes := []rune(text); len(runes) > 100 {
		text = string(runes[:100])
	}
	return text
}

// grants are the roles that the claims give.
func (p *provider) grants(claims map[string]any) []tocsin.Grant {
	values := claimed(claims, p.Claim)
	var list []tocsin.Grant
	for _, r := range p.Roles {
		if g := r.Grant; slices.Contains(values, r.Value) {
			g.Claimed = true
			list = append(list, g)
		}
	}
	return list
}

// claimed are the values of a claim, which is a text or a list of them, found
// by its name or else by a path.
func claimed(claims map[string]any, name string) []string {
	value, ok := claims[name]
	if !ok {
		head, rest, isPath := strings.Cut(name, ".")
		inner, isObject := claims[head].(map[string]any)
		if !isPath || !isObject {
			return nil
		}
		return claimed(inner, rest)
	}
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, one := range v {
			if text, ok := one.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

// LocalPath is next when it is a path on this desk, and "/" for everything
// else, such as "//elsewhere", "/\elsewhere" or a whole address.
func LocalPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\x00\r\n\t") || len(next) > 2000 {
		return "/"
	}
	target, err := url.Parse(next)
	if err != nil || target.Scheme != "" || target.Host != "" || target.User != nil || strings.HasPrefix(target.Path, "//") || strings.Contains(target.Path, "\\") {
		return "/"
	}
	if path, _, _ := strings.Cut(target.Path, "?"); path == "/login" || strings.HasPrefix(path, "/login/") || path == "/logout" {
		return "/"
	}
	return next
}
