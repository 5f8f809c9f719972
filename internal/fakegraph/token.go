package fakegraph

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A grant is what a bearer token stands for.
type grant struct {
	tenant  Tenant
	expires time.Time
}

// maxTokenForm bounds the body of a token request, in bytes.
const maxTokenForm = 64 << 10

// token serves the client-credentials flow of both versions of the token
// endpoint. Fields that it does not know are ignored, as scripts send some.
func (s *Server) token(x *exchange, tenantName string, v2 bool) {
	tenant, known := s.world.tenant(tenantName)
	x.tenant.ID = tenant.ID // for the record of calls
	x.fault = s.takeFault(tenant.ID, x.r.URL.Path, 1)
	x.r.Body = http.MaxBytesReader(x.w, x.r.Body, maxTokenForm)
	switch {
	case x.r.Method != http.MethodPost:
		s.send(x, tokenError(x, http.StatusMethodNotAllowed, "invalid_request", 900561, "The endpoint only accepts POST requests."))
		return
	case x.r.ParseForm() != nil:
		s.send(x, tokenError(x, http.StatusBadRequest, "invalid_request", 900144, "The request body is no form."))
		return
	case !known:
		s.send(x, tokenError(x, http.StatusBadRequest, "invalid_request", 90002, "No tenant of this name was found."))
		return
	}
	form := x.r.PostForm
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := x.r.BasicAuth(); ok {
		id, secret = user, password
	}
	audience := form.Get("scope")
	if !v2 {
		audience = form.Get("resource")
	}
	switch {
	case form.Get("grant_type") != "client_credentials":
		s.send(x, tokenError(x, http.StatusBadRequest, "unsupported_grant_type", 70003, "The grant type is not supported."))
	case audience == "" || v2 && !strings.HasSuffix(audience, "/.default"):
		s.send(x, tokenError(x, http.StatusBadRequest, "invalid_scope", 70011, "The scope or resource is missing or not valid."))
	case !strings.EqualFold(id, tenant.ClientID):
		s.send(x, tokenError(x, http.StatusBadRequest, "unauthorized_client", 700016, "No such application was found in the tenant."))
	case subtle.ConstantTimeCompare([]byte(secret), []byte(tenant.Secret)) != 1:
		s.send(x, tokenError(x, http.StatusUnauthorized, "invalid_client", 7000215, "The client secret is not valid."))
	default:
		s.send(x, s.grant(x, tenant, audience, v2))
	}
}

// grant issues a token. The first version of the endpoint writes numbers as
// text and adds expires_on, which old clients read.
func (s *Server) grant(x *exchange, tenant Tenant, audience string, v2 bool) answer {
	text := rand.Text() + rand.Text()
	expires := x.now.Add(s.cfg.TokenLife)
	s.mu.Lock()
	for old, g := range s.grants {
		if !g.expires.After(x.now) {
			delete(s.grants, old)
		}
	}
	s.grants[text] = grant{tenant, expires}
	s.mu.Unlock()

	seconds := int(s.cfg.TokenLife / time.Second)
	body := map[string]any{"token_type": "Bearer", "access_token": text}
	if v2 {
		body["expires_in"], body["ext_expires_in"] = seconds, seconds
	} else {
		body["expires_in"], body["ext_expires_in"] = strconv.Itoa(seconds), strconv.Itoa(seconds)
		body["expires_on"] = strconv.FormatInt(expires.Unix(), 10)
		body["not_before"] = strconv.FormatInt(x.now.Unix(), 10)
		body["resource"] = audience
	}
	if x.fault != nil && x.fault.Kind == FaultTokenExpiry {
		delete(body, "expires_in")
		delete(body, "expires_on")
		if x.fault.Body != "" {
			body["expires_in"] = json.RawMessage(x.fault.Body)
		}
	}
	a := jsonAnswer(http.StatusOK, body)
	a.header.Set("Cache-Control", "no-store, no-cache")
	a.header.Set("Pragma", "no-cache")
	return a
}

// RevokeTokens makes every token that a tenant's app holds worthless.
func (s *Server) RevokeTokens(tenantID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text, g := range s.grants {
		if strings.EqualFold(g.tenant.ID, tenantID) {
			delete(s.grants, text)
		}
	}
}

// signIn finds the tenant that the bearer token of the request stands for.
func (s *Server) signIn(x *exchange) bool {
	scheme, text, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.grants[strings.TrimSpace(text)]
	if !ok || !g.expires.After(x.now) {
		return false
	}
	x.tenant = g.tenant
	return true
}

func tokenError(x *exchange, status int, code string, number int, text string) answer {
	return jsonAnswer(status, map[string]any{
		"error":             code,
		"error_description": "AADSTS" + strconv.Itoa(number) + ": " + text,
		"error_codes":       []int{number},
		"timestamp":         x.now.Format("2006-01-02 15:04:05Z"),
		"trace_id":          x.id,
		"correlation_id":    x.id,
	})
}
