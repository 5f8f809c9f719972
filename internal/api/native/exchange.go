package native

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/author"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// An exchange is one request of a known caller and its answer.
type exchange struct {
	api      *API
	w        http.ResponseWriter
	r        *http.Request
	asked    *http.Request // as it came
	now      time.Time
	identity access.Identity
	tenant   tocsin.Tenant // the one in the path, or else that of the token
	op       *operation
	basis    *basis // nil for an answer that is made anew each time
}

type exchangeKey struct{}

// exchangeOf is the exchange that a handler serves.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// admit refuses a request, or leaves one behind that the multiplexer and huma
// can be trusted with.
func (x *exchange) admit() error {
	identity, refusal := x.api.admission.Admit(x.r, x.api.names.For(x.r.Host), x.now, x.api.audiences...)
	if refusal != nil {
		p := problemOf(refusal.Err)
		if refusal.Throttled() {
			p = problemf(http.StatusTooManyRequests, "The client sends too many requests.")
		}
		return p.with(refusal.Header)
	}
	x.identity = identity
	x.begin()
	switch err := httpserver.CheckBody(x.r); {
	case err == nil:
	case httpserver.StatusOf(err) == http.StatusUnsupportedMediaType:
		return problemf(http.StatusUnsupportedMediaType, "Send the body without compression.")
	default:
		return problemf(http.StatusRequestEntityTooLarge, "The body has more than 64 KB.")
	}
	segments, err := x.path()
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return x.openTenant(segments) }, x.permit, func() error { return x.withhold(segments) }, x.checkMedia, x.checkQuery, x.readBody,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// path takes the path apart, each segment decoded once. Empty segments, dots
// and encoded slashes name nothing: a proxy and we could disagree about what
// they mean. The multiplexer gets the path that it was read as.
func (x *exchange) path() ([]string, error) {
	raw := strings.TrimPrefix(httpserver.RawPath(x.r), strings.TrimSuffix(Prefix, "/"))
	segments := strings.Split(strings.TrimPrefix(raw, "/"), "/")
	if raw == "" || raw == "/" {
		segments = nil
	}
	ok := true
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return nil, problemf(http.StatusBadRequest, "The path holds a percent sign that is not followed by two hexadecimal digits.")
		}
		if text == "" || text == "." || text == ".." || strings.ContainsAny(text, `/\`) || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			ok = false
		}
		segments[i] = text
	}
	if !ok {
		segments = []string{"!"} // no route
	}
	x.r = x.r.Clone(x.r.Context())
	x.r.URL.Path, x.r.URL.RawPath = Prefix+strings.Join(segments, "/"), ""
	_, pattern := x.api.mux.Handler(x.r)
	x.op = x.api.operations[pattern]
	return segments, nil
}

// openTenant finds the tenant that a request is about. Whoever may not see
// another one is refused alike whether it exists or not.
func (x *exchange) openTenant(segments []string) error {
	ctx, archive := x.r.Context(), x.api.archive
	tenant, err := archive.Tenant(ctx, x.identity.TenantID)
	if errors.Is(err, tocsin.ErrNotFound) {
		return problemf(http.StatusNotFound, "The tenant of the token is not set up here.")
	}
	if err != nil {
		return err
	}
	x.tenant = tenant
	everywhere := x.identity.May(access.ManageAll) && x.op != nil && x.op.across
	if len(segments) > 1 && segments[0] == "tenants" {
		ref := strings.ToLower(segments[1])
		if ref != tenant.ID && ref != tenant.Name && !slices.Contains(tenant.Domains, ref) {
			if !everywhere {
				return problemf(http.StatusForbidden, "The token is for another tenant.")
			}
			if x.tenant, err = archive.Tenant(ctx, ref); err != nil {
				return err
			}
		}
	}
	if x.tenant.Disabled && !everywhere {
		return problemf(http.StatusForbidden, "The tenant is disabled.")
	}
	return nil
}

// permit asks for what the route needs, if there is one.
func (x *exchange) permit() error {
	if x.op == nil {
		return x.unserved()
	}
	if err := x.identity.Require(x.op.needs); err != nil {
		return problemOf(err).with(httpserver.ScopeChallenge(x.api.names.For(x.r.Host), x.op.needs.Scope()))
	}
	return nil
}

// withhold answers about a message on data privacy as if there were none,
// whatever is asked of it, unless the caller may read it.
func (x *exchange) withhold(segments []string) error {
	if len(segments) < 4 || segments[2] != "messages" || x.identity.May(access.ReadPrivacy) {
		return nil
	}
	ref := tocsin.Ref{Kind: tocsin.KindMessage, ID: itemID(segments[3])}
	held, err := x.api.archive.Held(x.r.Context(), x.tenant.ID, ref, 0)
	if errors.Is(err, tocsin.ErrNotFound) {
		return nil // said by the route, in the order of its own checks
	}
	if err != nil {
		return err
	}
	message, err := decode[tocsin.Message](held)
	if err == nil && message.Private() {
		return tocsin.NotFoundf("There is no %s %q.", ref.Kind, tocsin.Clip(ref.ID, 80))
	}
	return err
}

// unserved says why no route takes the request: no such path, or another
// method.
func (x *exchange) unserved() error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := x.r.Clone(x.r.Context())
		probe.Method = method
		if _, pattern := x.api.mux.Handler(probe); x.api.operations[pattern] != nil {
			if allowed = append(allowed, method); method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	if allowed == nil {
		meant, _ := x.api.near(httpserver.Tidy(httpserver.RawPath(x.r)))
		return problemf(http.StatusNotFound, "%s", httpserver.Nowhere(meant))
	}
	p := problemf(http.StatusMethodNotAllowed, "Only %s is served here.", strings.Join(allowed, ", "))
	p.set("Allow", strings.Join(allowed, ", "))
	return p
}

// checkMedia settles which forms are sent and wanted: JSON.
func (x *exchange) checkMedia() error {
	if accept := x.r.Header.Values("Accept"); len(accept) > 0 && !accepts(strings.Join(accept, ",")) {
		return problemf(http.StatusNotAcceptable, "Answers are application/json.")
	}
	if x.op.RequestBody == nil {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "application/merge-patch+json" {
		return problemf(http.StatusUnsupportedMediaType, "Send application/json.")
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return problemf(http.StatusUnsupportedMediaType, "JSON is UTF-8.")
	}
	x.r.Header.Set("Content-Type", "application/json")
	return nil
}

// accepts reports whether a client takes JSON (RFC 9110, 12.5.1).
func accepts(header string) bool {
	best, rank := false, -1
	for part := range strings.SplitSeq(header, ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			if strings.TrimSpace(part) == "" {
				best, rank = true, max(rank, 0)
			}
			continue
		}
		specific := slices.Index([]string{"*/*", "application/*", "application/json", "application/problem+json"}, kind)
		if specific < 0 || specific < rank {
			continue
		}
		q, err := strconv.ParseFloat(parameters["q"], 64)
		best, rank = parameters["q"] == "" || err == nil && q > 0, specific
	}
	return best
}

// checkQuery refuses what the library's parser would drop or guess: bad
// escapes, semicolons, control characters, unknown and repeated parameters.
func (x *exchange) checkQuery() error {
	seen := map[string]bool{}
	for part := range strings.SplitSeq(x.r.URL.RawQuery, "&") {
		if part == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		if err != nil || err2 != nil || strings.Contains(part, ";") || !utf8.ValidString(name+value) || strings.ContainsFunc(name+value, unicode.IsControl) {
			return problemf(http.StatusBadRequest, "The query is malformed.").at("query", "It holds a bad escape, a semicolon or a control character.")
		}
		if !x.op.parameters[name] {
			return problemf(http.StatusBadRequest, "The query parameter %q is unknown here.", tocsin.Clip(name, 40)).at("query."+tocsin.Clip(name, 40), "It is unknown here.")
		}
		if seen[name] {
			return problemf(http.StatusBadRequest, "The query parameter %q is given twice.", name).at("query."+name, "It is given twice.")
		}
		seen[name] = true
	}
	return nil
}

// readBody reads what is sent, checks it and puts it back.
func (x *exchange) readBody() error {
	if x.r.Body == nil || x.r.Method == http.MethodGet || x.r.Method == http.MethodHead {
		return nil
	}
	body, err := io.ReadAll(x.r.Body)
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return problemf(http.StatusRequestEntityTooLarge, "The body has more than 64 KB.")
		}
		return problemf(http.StatusBadRequest, "The body did not arrive whole.")
	}
	if x.op.RequestBody == nil {
		if len(bytes.TrimSpace(body)) > 0 {
			return problemf(http.StatusBadRequest, "Nothing is to be sent here.").at("body", "It is not empty.")
		}
		body = nil
	} else if err := checkJSON(body, x.api.members); err != nil {
		return problemf(http.StatusBadRequest, "The body is not valid.").at("body", err.Error())
	}
	x.r.Body, x.r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// act says for whom and on what conditions something is written.
func (x *exchange) act(c Conditions) (author.Act, error) {
	act := author.Act{TenantID: x.tenant.ID, By: x.sender(), Key: strings.Trim(c.Key, `"`)}
	tag := strings.TrimSpace(c.IfMatch)
	if tag == "" || tag == "*" {
		return act, nil
	}
	if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' || strings.Contains(tag, ",") {
		return act, problemf(http.StatusBadRequest, "If-Match names one version as ETag did.").at("header.If-Match", `It is no tag such as "3-0123456789abcdef".`)
	}
	act.IfMatch = tag[1 : len(tag)-1]
	return act, nil
}

// sender is who sends the request, as logs and versions name them.
func (x *exchange) sender() string {
	name := x.identity.ClientID
	if x.identity.Delegated {
		name = x.identity.Subject
	}
	if x.identity.Issuer != "" {
		name = x.identity.Issuer + "/" + name
	}
	return name
}

// actor is the sender for the audit log.
func (x *exchange) actor() tocsin.Actor {
	host, _, err := net.SplitHostPort(x.r.RemoteAddr)
	if err != nil {
		host = x.r.RemoteAddr
	}
	return tocsin.Actor{Name: "client " + x.sender(), Address: host}
}

// fail answers with a problem.
func (x *exchange) fail(err error) {
	p := x.explain(err)
	for name, values := range p.header {
		x.w.Header()[name] = values
	}
	x.w.Header().Set("Content-Type", problemType)
	x.w.WriteHeader(p.Status)
	_, _ = x.w.Write(p.encode()) // the client is gone: nobody to tell
}

// explain makes a problem of err, with the name of the request, and logs what
// only the log may know.
func (x *exchange) explain(err error) *problem {
	p := problemOf(err)
	p.name(httpserver.RequestID(x.r.Context()))
	if p.Status >= http.StatusInternalServerError && p.cause != nil && x.r.Context().Err() == nil {
		x.api.log.ErrorContext(x.r.Context(), "request failed", "request_id", httpserver.RequestID(x.r.Context()), "status", p.Status, "err", p.cause)
	}
	return p
}
