package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// maxForm bounds a token request, in bytes.
const maxForm = 16 << 10

// ServeHTTP serves the token endpoints, discovery and keys of every tenant:
//
//	POST /{tenant}/oauth2/token        resource=…   answers with texts, as v1 does
//	POST /{tenant}/oauth2/v2.0/token   scope=…/.default
//	GET  /{tenant}/v2.0/.well-known/openid-configuration
//	GET  /{tenant}/discovery/v2.0/keys
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	tenant, endpoint, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch endpoint {
	case "oauth2/token":
		i.serveToken(w, r, tenant, "1.0")
	case "oauth2/v2.0/token":
		i.serveToken(w, r, tenant, "2.0")
	case "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration":
		i.serveDiscovery(w, r, tenant, strings.HasPrefix(endpoint, "v2.0"))
	case "discovery/v2.0/keys", "discovery/keys":
		i.serveKeys(w, r)
	default:
		i.refuse(w, http.StatusNotFound, "invalid_request", "There is no such endpoint.")
	}
}

// Serves reports whether a path is one that ServeHTTP knows.
func Serves(path string) bool {
	_, endpoint, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return found && slices.Contains(endpoints(), endpoint)
}

// endpoints are the paths below a tenant.
func endpoints() []string {
	return []string{
		"oauth2/token", "oauth2/v2.0/token", "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration",
		"discovery/v2.0/keys", "discovery/keys",
	}
}

// Near finds the path that one which nobody serves was meant to be, among those
// that look like a token issuer's.
func Near(tidy string) (meant string, near bool) {
	segments := strings.Split(strings.TrimPrefix(tidy, "/"), "/")
	at := slices.IndexFunc(segments, func(s string) bool {
		s = strings.ToLower(s)
		return s == "oauth2" || s == "discovery" || s == "openid-configuration"
	})
	if at < 0 {
		return "", false
	}
	tenant := "{tenant}"
	if len(segments) > 1 && (tocsin.IsGUID(segments[0]) || tocsin.IsDomain(segments[0])) && !strings.EqualFold(segments[0], "v2.0") {
		tenant, segments = segments[0], segments[1:]
	}
	endpoint := strings.ToLower(strings.Join(segments, "/"))
	for _, known := range endpoints() {
		if endpoint == known {
			return "/" + tenant + "/" + known, true
		}
	}
	return "/" + tenant + "/oauth2/v2.0/token", true
}

// WriteError explains a failure around the issuer in its own form.
func (i *Issuer) WriteError(w http.ResponseWriter, _ *http.Request, status int, err *tocsin.Error) {
	code := "invalid_request"
	if status >= http.StatusInternalServerError {
		code = "server_error"
	}
	w.Header().Set("Cache-Control", "no-store")
	i.refuse(w, status, code, err.Message)
}

func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request, ref, version string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		i.refuse(w, http.StatusMethodNotAllowed, "invalid_request", "Ask for tokens with POST.")
		return
	}
	if err := i.token(w, r, ref, version); err != nil {
		f, ok := errors.AsType[*refusal](err)
		if !ok {
			f = &refusal{http.StatusServiceUnavailable, "temporarily_unavailable", "No token can be made now."}
		}
		if f.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		}
		if f.status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "5")
		}
		i.refuse(w, f.status, f.code, f.text)
	}
}

// token answers with a token, or says why not.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request, ref, version string) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return badRequest("The form cannot be read.")
	}
	tenant, err := i.tenant(r.Context(), ref)
	if err != nil && !errors.Is(err, errNoTenant) {
		return err
	}
	if grant := r.PostForm.Get("grant_type"); grant != "client_credentials" {
		return &refusal{http.StatusBadRequest, "unsupported_grant_type", "The only grant_type is client_credentials."}
	}
	client, proof, err := i.client(r, tenant, ref)
	if err != nil {
		return err
	}
	wanted := r.PostForm.Get("resource")
	if version == "2.0" {
		wanted = strings.TrimSuffix(r.PostForm.Get("scope"), "/.default")
	}
	resource, _, ok := i.resource(wanted)
	if !ok {
		code := map[string]string{"1.0": "invalid_resource", "2.0": "invalid_scope"}[version]
		return &refusal{http.StatusBadRequest, code, "The resource is none of " + strings.Join(i.Audiences(), ", ") + ", nor one of the same APIs in a national cloud."}
	}
	token, err := i.mint(r.Context(), client, resource, i.config.Lifetime, grant{i.names.For(r.Host), version, proof})
	if err != nil {
		return err
	}
	i.answer(w, token, resource, version, lifeOf(client, i.config.Lifetime, i.now()))
	return nil
}

// answer writes a token in the form of its endpoint: the old one writes
// numbers as texts, and scripts rely on that.
func (i *Issuer) answer(w http.ResponseWriter, token, resource, version string, life time.Duration) {
	now := i.now()
	seconds := strconv.Itoa(int(life.Seconds()))
	if version == "1.0" {
		write(w, http.StatusOK, map[string]string{
			"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "resource": resource, "access_token": token,
			"expires_on": strconv.FormatInt(now.Add(life).Unix(), 10), "not_before": strconv.FormatInt(now.Unix(), 10),
		})
		return
	}
	write(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(life.Seconds()), "ext_expires_in": int(life.Seconds()), "access_token": token,
	})
}

// errNoTenant says that the tenant of a path is not set up or is disabled.
var errNoTenant = badRequest("The tenant is not set up here.")

// tenant finds the tenant that the path names.
func (i *Issuer) tenant(ctx context.Context, ref string) (tocsin.Tenant, error) {
	name, err := url.PathUnescape(ref)
	if err != nil || !tocsin.IsGUID(name) && !tocsin.IsDomain(name) {
		return tocsin.Tenant{}, badRequest("The tenant is neither a GUID nor a domain.")
	}
	tenant, err := i.tenants.Tenant(ctx, name)
	if errors.Is(err, tocsin.ErrNotFound) || err == nil && tenant.Disabled {
		return tocsin.Tenant{}, errNoTenant
	}
	if err != nil {
		return tocsin.Tenant{}, notNow("The tenant cannot be looked up now.")
	}
	return tenant, nil
}

func (i *Issuer) serveDiscovery(w http.ResponseWriter, r *http.Request, ref string, v2 bool) {
	tenant, err := i.tenant(r.Context(), ref)
	if f, ok := errors.AsType[*refusal](err); ok {
		i.refuse(w, f.status, f.code, f.text)
		return
	}
	root := i.names.For(r.Host) + "/" + tenant.ID
	issuer, token := root+"/", root+"/oauth2/token"
	if v2 {
		issuer, token = root+"/v2.0", root+"/oauth2/v2.0/token"
	}
	write(w, http.StatusOK, map[string]any{
		"issuer": issuer, "token_endpoint": token, "jwks_uri": root + "/discovery/v2.0/keys",
		"authorization_endpoint":                           root + "/oauth2/v2.0/authorize",
		"grant_types_supported":                            []string{"client_credentials"},
		"token_endpoint_auth_methods_supported":            []string{"client_secret_post", "client_secret_basic", "private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"RS256", "PS256", "ES256"},
		"id_token_signing_alg_values_supported":            []string{"ES256"},
		"response_types_supported":                         []string{"none"},
		"subject_types_supported":                          []string{"pairwise"},
	})
}

// serveKeys publishes every key whose tokens may still be valid.
func (i *Issuer) serveKeys(w http.ResponseWriter, r *http.Request) {
	keys, err := i.storage.SigningKeys(r.Context())
	if err != nil {
		i.refuse(w, http.StatusServiceUnavailable, "temporarily_unavailable", "The keys cannot be read now.")
		return
	}
	list := []json.RawMessage{}
	for _, k := range keys {
		if !i.expired(k) {
			list = append(list, k.Public)
		}
	}
	write(w, http.StatusOK, map[string]any{"keys": list})
}

// refuse answers in the form of RFC 6749 with the members that clients of the
// provider's endpoint expect.
func (i *Issuer) refuse(w http.ResponseWriter, status int, code, text string) {
	write(w, status, map[string]any{
		"error": code, "error_description": text, "error_codes": []int{}, "timestamp": i.now().UTC().Format("2006-01-02 15:04:05Z"),
	})
}

func write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has left needs no answer
}
