package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// newRelying makes the half of the protocol that is ours. Browsers want a name
// for it, not the number of a machine: without one there are no passkeys, and
// the result is nil. Of the desk's other addresses passkeys are good at those
// whose host is the same, or a part of it.
func newRelying(base *url.URL, addresses []string) (*webauthn.WebAuthn, error) {
	host := strings.ToLower(base.Hostname())
	if net.ParseIP(host) != nil || base.Scheme != "https" && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		return nil, nil
	}
	origins := slices.DeleteFunc(addresses, func(address string) bool {
		u, err := url.Parse(address)
		return err != nil || u.Hostname() != host && !strings.HasSuffix(u.Hostname(), "."+host)
	})
	return webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Tocsin", RPOrigins: origins,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
}

// HasPasskeys reports whether passkeys can work under the address that a
// request was for.
func (s *SignIn) HasPasskeys(r *http.Request) bool {
	return s.relying != nil && slices.Contains(s.relying.Config.RPOrigins, s.names.For(r.Host))
}

var errNoPasskeys = &tocsin.Error{Kind: tocsin.ErrNotFound, Message: "Passkeys need the desk to have a name: open it under https, or as localhost."}

// holder is a person as the library wants them.
type holder struct {
	user tocsin.User
	keys []tocsin.Passkey
}

func (h holder) WebAuthnID() []byte          { return []byte(h.user.ID) }
func (h holder) WebAuthnName() string        { return h.user.Name }
func (h holder) WebAuthnDisplayName() string { return h.user.Display }

func (h holder) WebAuthnCredentials() []webauthn.Credential {
	list := make([]webauthn.Credential, 0, len(h.keys))
	for _, key := range h.keys {
		var c webauthn.Credential
		if json.Unmarshal(key.Credential, &c) == nil { // one that cannot be read signs nobody in
			list = append(list, c)
		}
	}
	return list
}

func (s *SignIn) holder(r *http.Request, userID string) (holder, error) {
	user, _, err := s.config.Archive.User(r.Context(), userID)
	if err != nil {
		return holder{}, err
	}
	keys, err := s.config.Archive.Passkeys(r.Context(), user.ID)
	return holder{user, keys}, err
}

// NewPasskey begins adding a passkey to the signed-in person: the options for
// the browser's navigator.credentials.create.
func (s *SignIn) NewPasskey(w http.ResponseWriter, r *http.Request) (options any, err error) {
	if s.relying == nil {
		return nil, errNoPasskeys
	}
	h, err := s.holder(r, access.VisitorOf(r.Context()).User.ID)
	if err != nil {
		return nil, err
	}
	creation, session, err := s.relying.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	return creation, openCeremony(s, w, "newkey", session)
}

// AddPasskey stores the passkey that a browser made.
func (s *SignIn) AddPasskey(w http.ResponseWriter, r *http.Request, name string, answer []byte) error {
	if s.relying == nil {
		return errNoPasskeys
	}
	h, err := s.holder(r, access.VisitorOf(r.Context()).User.ID)
	if err != nil {
		return err
	}
	session, err := closeCeremony[webauthn.SessionData](s, w, r, "newkey")
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return badPasskey(err)
	}
	credential, err := s.relying.CreateCredential(h, session, parsed)
	if err != nil {
		return badPasskey(err)
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "passkey"
	}
	return s.config.Archive.AddPasskey(r.Context(), tocsin.Passkey{
		ID: credential.ID, UserID: h.user.ID, Name: tocsin.Clip(name, 60), Credential: text, CreatedAt: s.config.Now(),
	})
}

func badPasskey(err error) error {
	return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "passkey", Message: "The passkey was not accepted. Start again.", Cause: err}
}

// AskPasskey begins signing in with a passkey: the options for the browser's
// navigator.credentials.get. They are the same for everybody.
func (s *SignIn) AskPasskey(w http.ResponseWriter, r *http.Request) (options any, err error) {
	if s.relying == nil {
		return nil, errNoPasskeys
	}
	if err := s.attempts.network(s.Network(r), s.config.Now()); err != nil {
		return nil, err
	}
	assertion, session, err := s.relying.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	return assertion, openCeremony(s, w, "passkey", session)
}

// Passkey signs somebody in with the answer of their authenticator. An answer
// works once.
func (s *SignIn) Passkey(w http.ResponseWriter, r *http.Request, answer []byte) error {
	if s.relying == nil {
		return errNoPasskeys
	}
	session, err := closeCeremony[webauthn.SessionData](s, w, r, "passkey")
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return badPasskey(err)
	}
	var found holder
	_, credential, err := s.relying.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		found, err = s.holder(r, string(handle))
		if err == nil && found.user.ID != string(handle) { // a name is no handle
			err = tocsin.ErrNotFound
		}
		return found, err
	}, session, parsed)
	if err != nil || credential.Authenticator.CloneWarning || !found.user.DisabledAt.IsZero() {
		s.refused(r, found.user, "passkey")
		return &tocsin.Error{Kind: tocsin.ErrUnauthenticated, Message: "This passkey does not sign anybody in here.", Cause: errors.Join(ErrRefused, err)}
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return err
	}
	now := s.config.Now()
	for _, key := range found.keys {
		if bytes.Equal(key.ID, credential.ID) {
			key.Credential, key.UsedAt = text, now
			if err := s.config.Archive.UsePasskey(r.Context(), key, tocsin.HashOf([]byte(session.Challenge)), now.Add(2*ceremonyLife)); err != nil {
				return err
			}
		}
	}
	if found.user.Local() {
		s.remember(w, found.user.Name)
	}
	return s.begin(w, r, found.user, "passkey")
}
