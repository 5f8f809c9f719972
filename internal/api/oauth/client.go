package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/tocsin"
)

// A refusal is an answer of the token endpoint that says why there is no token
// (RFC 6749, 5.2).
type refusal struct {
	status int
	code   string
	text   string
}

func (f *refusal) Error() string { return f.code + ": " + f.text }

// unknownClient is the one answer to everybody who did not prove to be a client
// of the tenant: it does not tell which tenants and clients there are.
func unknownClient() error {
	return &refusal{http.StatusUnauthorized, "invalid_client", "The client is not known in this tenant, or what it proves itself with is wrong."}
}

func badRequest(text string) error { return &refusal{http.StatusBadRequest, "invalid_request", text} }

func notNow(text string) error {
	return &refusal{http.StatusServiceUnavailable, "temporarily_unavailable", text}
}

// proof is what a request shows of its client.
type proof struct {
	id        string
	secret    string
	assertion string
}

// proofOf takes the proof out of a request, which must hold exactly one: a
// secret in the form or in the header, or an assertion (RFC 6749, 2.3).
func proofOf(r *http.Request) (proof, error) {
	for _, name := range []string{"grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "scope", "resource"} {
		if len(r.PostForm[name]) > 1 {
			return proof{}, badRequest(name + " is there twice.")
		}
	}
	p := proof{r.PostForm.Get("client_id"), r.PostForm.Get("client_secret"), r.PostForm.Get("client_assertion")}
	user, password, basic := r.BasicAuth()
	if basic && p.secret != "" || basic && p.assertion != "" || p.secret != "" && p.assertion != "" {
		return proof{}, badRequest("The client proves itself twice.")
	}
	if basic {
		id, idErr := url.QueryUnescape(user)
		secret, secretErr := url.QueryUnescape(password)
		if idErr != nil || secretErr != nil {
			return proof{}, badRequest("Client id and secret must be form-encoded in the header.")
		}
		if p.id != "" && p.id != id {
			return proof{}, badRequest("The form names another client than the header.")
		}
		p.id, p.secret = id, secret
	}
	if kind := r.PostForm.Get("client_assertion_type"); p.assertion != "" && kind != access.AssertionType {
		return proof{}, badRequest("The client_assertion_type must be " + access.AssertionType + ".")
	}
	if p.assertion != "" && p.id == "" {
		p.id, _ = access.AssertionClient(p.assertion) // found out below whether it is true
	}
	return p, nil
}

// The ways in which a client proves who it is, as tokens tell them.
const (
	bySecret      = "1"
	byCertificate = "2"
)

// client finds the client that a request proves to be, and how it does.
func (i *Issuer) client(r *http.Request, tenant tocsin.Tenant, ref string) (client tocsin.Client, how string, err error) {
	p, err := proofOf(r)
	if err != nil {
		return client, "", err
	}
	client, secrets, err := i.storage.Client(r.Context(), p.id)
	if err != nil && !errors.Is(err, tocsin.ErrNotFound) {
		return client, "", notNow("The client cannot be looked up now.")
	}
	known := err == nil && tenant.ID != "" && client.TenantID == tenant.ID && client.Active(i.now())
	if p.assertion != "" {
		if !known {
			return client, "", unknownClient()
		}
		return client, byCertificate, i.assert(r.Context(), client, secrets, p.assertion, i.audiences(tenant, ref))
	}
	switch match := access.MatchSecret(p.secret, secrets, i.now()); {
	case !known || match == access.SecretWrong:
		return client, "", unknownClient()
	case match == access.SecretExpired:
		return client, "", &refusal{http.StatusUnauthorized, "invalid_client", "The client's secret has expired or was revoked."}
	}
	return client, bySecret, nil
}

// assert checks a client's assertion, which is good once.
func (i *Issuer) assert(ctx context.Context, client tocsin.Client, kept []tocsin.Secret, text string, audiences []string) error {
	assertion, err := access.VerifyAssertion(text, kept, audiences, i.now())
	if err != nil || assertion.ClientID != client.ID {
		return unknownClient()
	}
	err = i.storage.UseAssertion(ctx, client.ID, assertion.Hash, assertion.ExpiresAt, i.now())
	if errors.Is(err, tocsin.ErrConflict) {
		return &refusal{http.StatusUnauthorized, "invalid_client", "The assertion was used before."}
	}
	if err != nil {
		return notNow("The assertion cannot be noted now.")
	}
	return nil
}

// audiences are the names by which an assertion may call the token endpoint:
// its addresses, as the client wrote them or as discovery gives them, and the
// issuers.
func (i *Issuer) audiences(tenant tocsin.Tenant, ref string) []string {
	var list []string
	for _, base := range i.names.All() {
		list = append(list, base, base+"/"+tenant.ID+"/", base+"/"+tenant.ID+"/v2.0")
		for _, name := range []string{tenant.ID, ref} {
			list = append(list, base+"/"+name+"/oauth2/token", base+"/"+name+"/oauth2/v2.0/token")
		}
	}
	return list
}
