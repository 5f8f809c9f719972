package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// An authenticator holds one passkey of the desk at http://localhost and
// answers as a browser does (WebAuthn, attestation "none", ES256).
type authenticator struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	id    []byte
	owner string
	uses  uint32
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{t: t, key: key, id: []byte("one passkey")}
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// data is what an authenticator says about itself: flags, and how often it was
// used.
func (a *authenticator) data(flags byte) []byte {
	a.uses++
	relying := sha256.Sum256([]byte("localhost"))
	return binary.BigEndian.AppendUint32(append(relying[:], flags), a.uses)
}

// client is what the browser adds: for which question, and on which page.
func (a *authenticator) client(b *webtest.Browser, ceremony, path string) []byte {
	a.t.Helper()
	response, body := b.Send("POST", path, url.Values{})
	var options struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal([]byte(body), &options); err != nil || options.PublicKey.Challenge == "" {
		a.t.Fatalf("%s: %s %s", path, response.Status, body)
	}
	text, err := json.Marshal(map[string]string{"type": ceremony, "challenge": options.PublicKey.Challenge, "origin": "http://localhost"})
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}

// answer is what the page sends of a response.
func (a *authenticator) answer(response map[string]string) []byte {
	a.t.Helper()
	text, err := json.Marshal(map[string]any{"id": encoded(a.id), "rawId": encoded(a.id), "type": "public-key", "response": response})
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}

// register adds the passkey to the person who is signed in.
func (a *authenticator) register(b *webtest.Browser, owner tocsin.User) int {
	a.t.Helper()
	a.owner = owner.ID
	client := a.client(b, "webauthn.create", "/account/passkeys/options")
	data := append(a.data(0x45), make([]byte, 16)...) // present, verified, with a key
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	point, err := a.key.PublicKey.Bytes()
	if err != nil {
		a.t.Fatal(err)
	}
	data = append(data, "\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"...) // EC2, ES256, P-256, x
	data = append(data, point[1:33]...)
	data = append(append(data, "\x22\x58\x20"...), point[33:]...)
	attestation := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	body := a.answer(map[string]string{"clientDataJSON": encoded(client), "attestationObject": encoded(append(attestation, data...))})
	return b.Post("/account/passkeys?name=phone", body)
}

// enter signs the owner in.
func (a *authenticator) enter(b *webtest.Browser) int {
	a.t.Helper()
	client := a.client(b, "webauthn.get", "/login/passkey/options")
	data, sum := a.data(0x05), sha256.Sum256(client)
	digest := sha256.Sum256(append(data[:len(data):len(data)], sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return b.Post("/login/passkey", a.answer(map[string]string{
		"clientDataJSON": encoded(client), "authenticatorData": encoded(data), "signature": encoded(signature), "userHandle": encoded([]byte(a.owner)),
	}))
}

// Every way in and every refusal is in the audit log: who, how, from where.
func TestAuditOfTheDoor(t *testing.T) {
	t.Parallel()
	h, p := federated(t)
	link, err := h.Door.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(link, "code=")
	alex, key := h.Browser(), newAuthenticator(t)
	form := func(b *webtest.Browser, path string, form url.Values) func() int {
		return func() int { return b.Status("POST", path, form) }
	}
	comeBack := func(code string, claims map[string]any) func() int {
		return func() int {
			b := h.Browser() // without a session, in whose name it could be
			state := p.leave(b).Get("state")
			p.mu.Lock()
			p.claims = claims
			p.mu.Unlock()
			return b.Status("GET", "/login/id/callback?code="+code+"&state="+state, nil)
		}
	}
	user := func(name string) tocsin.User {
		u, _, err := h.Store.User(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	kimAtProvider := func() tocsin.User {
		u, err := h.Store.UserOf(t.Context(), p.url, "42")
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	support := "support-n2 in " + storetest.Contoso
	for _, tt := range []struct {
		what string
		do   func() int
		want int
		told []tocsin.AuditEntry // oldest first; the object of a session is its id
	}{
		{"first set-up", form(alex, "/setup", url.Values{"code": {code}, "name": {"alex"}, "password": {webtest.Password}}), 303, []tocsin.AuditEntry{
			entry("alex", "user.add", "alex", "administrator"), entry("alex", "session.begin", "", "password"),
		}},
		{"wrong password", form(h.Browser(), "/login", url.Values{"name": {"alex"}, "password": {"guess"}}), 401, []tocsin.AuditEntry{entry(tocsin.Stranger, "session.refuse", "alex", "password")}},
		{"nobody", form(h.Browser(), "/login", url.Values{"name": {"my password"}, "password": {"guess"}}), 401, []tocsin.AuditEntry{
			entry(tocsin.Stranger, "session.refuse", "", "password, as nobody who is known"),
		}},
		{"a passkey more", func() int { return key.register(alex, user("alex")) }, 200, []tocsin.AuditEntry{entry("alex", "passkey.add", "phone", "")}},
		{"in with the passkey", func() int { return key.enter(h.Browser()) }, 200, []tocsin.AuditEntry{entry("alex", "session.begin", "", "passkey")}},
		{"a copy of the passkey", func() int { key.uses -= 2; return key.enter(h.Browser()) }, 401, []tocsin.AuditEntry{entry(tocsin.Stranger, "session.refuse", "alex", "passkey")}},
		{"a passkey less", form(alex, "/account/passkeys/remove", url.Values{"id": {"6f6e6520706173736b6579"}}), 303, []tocsin.AuditEntry{entry("alex", "passkey.remove", "phone", "")}},
		{"a passkey that was removed", func() int { key.uses += 9; return key.enter(h.Browser()) }, 401, []tocsin.AuditEntry{entry(tocsin.Stranger, "session.refuse", "alex", "passkey")}},
		{"in through the provider", comeBack("good", nil), 303, []tocsin.AuditEntry{
			entry("kim", "user.add", "kim", "as 42 of "+p.url+", "+support), entry("kim", "session.begin", "", "Contoso"),
		}},
		{"without the group", comeBack("good", map[string]any{"roles": "none"}), 303, []tocsin.AuditEntry{
			entry("kim", "user.roles", "kim", "no role, as "+p.url+" claims"), entry("kim", "session.begin", "", "Contoso"),
		}},
		{"with it again", comeBack("good", nil), 303, []tocsin.AuditEntry{
			entry("kim", "user.roles", "kim", support+", as "+p.url+" claims"), entry("kim", "session.begin", "", "Contoso"),
		}},
		{"another code", comeBack("bad", nil), 400, []tocsin.AuditEntry{entry(tocsin.Stranger, "session.refuse", "", "Contoso, as nobody who is known")}},
		{"kept out", func() int {
			return alex.Status("POST", "/admin/users/"+kimAtProvider().ID+"/state", url.Values{"state": {"disabled"}})
		}, 303, []tocsin.AuditEntry{
			entry("alex", "user.disable", "kim", ""),
		}},
		{"still kept out", comeBack("good", nil), 403, []tocsin.AuditEntry{entry(tocsin.Stranger, "session.refuse", "kim", "Contoso")}},
	} {
		before, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		if len(before) > 0 {
			last = before[0].N
		}
		got := tt.do()
		list, err := h.Store.Audit(t.Context(), store.AuditQuery{Limit: len(tt.told) + 1})
		if err != nil || got != tt.want || list[0].N != last+int64(len(tt.told)) {
			t.Errorf("%s: status %d, %d entries, %v", tt.what, got, list[0].N-last, err)
			continue
		}
		for i, want := range tt.told {
			e := list[len(tt.told)-1-i]
			if e.Action == "session.begin" {
				e.Object = ""
			}
			if e.Actor.Name != want.Actor.Name || e.Actor.Address != "127.0.0.1" || e.Action != want.Action || e.Object != want.Object || e.Detail != want.Detail {
				t.Errorf("%s: entry %+v, want %+v", tt.what, e, want)
			}
		}
	}
}

func entry(who, action, object, detail string) tocsin.AuditEntry {
	return tocsin.AuditEntry{Actor: tocsin.Actor{Name: who}, Action: action, Object: object, Detail: detail}
}
