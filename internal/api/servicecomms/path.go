package servicecomms

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// Prefix is where the API lives.
const Prefix = "/api/v1.0/"

// What can be asked for below a tenant. The real service said "$metadata"
// right below the tenant in its contexts, so that is served as well.
const (
	opRoot       = "ServiceComms"
	opServices   = "ServiceComms/Services"
	opCurrent    = "ServiceComms/CurrentStatus"
	opHistorical = "ServiceComms/HistoricalStatus"
	opMessages   = "ServiceComms/Messages"
	opMetadata   = "ServiceComms/$metadata"
	opShortcut   = "$metadata"
)

func operations() []string {
	return []string{opShortcut, opRoot, opMetadata, opCurrent, opHistorical, opMessages, opServices}
}

// path takes the raw path apart: tenant and operation. Each segment is decoded
// once. Empty segments, dots and encoded slashes name nothing: a proxy and we
// could disagree about what they mean.
func (x *exchange) path() (operation string, err error) {
	raw, ok := strings.CutPrefix(httpserver.RawPath(x.r), Prefix)
	segments := strings.Split(strings.TrimSuffix(raw, "/"), "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return "", failf(http.StatusBadRequest, codeMalformed, "The path holds a percent sign that is not followed by two hexadecimal digits.")
		}
		if text == "" || text == "." || text == ".." || strings.ContainsAny(text, `/\`) || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			ok = false
		}
		segments[i] = text
	}
	if !ok {
		meant, _ := near(httpserver.Tidy(httpserver.RawPath(x.r)))
		return "", failf(http.StatusNotFound, codeNotFound, "%s", httpserver.Nowhere(meant))
	}
	x.tenant = segments[0]
	if !tocsin.IsGUID(x.tenant) && !tocsin.IsDomain(x.tenant) {
		return "", failf(http.StatusBadRequest, codeBadTenant, "Name the tenant by its GUID or by one of its domains.")
	}
	return x.operation(segments[1:])
}

// operation reads what stands behind the tenant: an operation and, below one
// of its lists, a place.
func (x *exchange) operation(segments []string) (string, error) {
	if len(segments) < 2 {
		return strings.Join(segments, "/"), nil
	}
	var ok bool
	if segments[1], x.place.key, x.place.keyed, ok = odata.SplitKey(segments[1], "Id", false); !ok {
		return "", failf(http.StatusNotFound, codeNotFound, "A key is written as in Messages('EX1').")
	}
	name := strings.Join(segments[:2], "/")
	x.place.below = segments[2:]
	isList := name != opMetadata
	if !x.place.plain() && (!isList || !x.place.keyed && !x.place.counts()) {
		return strings.Join(segments, "/"), nil // nothing that is offered
	}
	return name, nil
}

// checkTenant compares the tenant in the path with that of the token. Who asks
// for another tenant gets one answer, whether or not it exists.
func (x *exchange) checkTenant() error {
	snapshot, err := x.api.model.Snapshot(x.r.Context(), x.identity.TenantID)
	if err != nil && !errors.Is(err, tocsin.ErrNotFound) {
		return err
	}
	own := strings.EqualFold(x.tenant, x.identity.TenantID)
	if err == nil && !own {
		own = slices.ContainsFunc(snapshot.Tenant.Domains, func(domain string) bool { return strings.EqualFold(domain, x.tenant) })
	}
	switch {
	case !own:
		return failf(http.StatusForbidden, codeOtherTenant, "Ask for the tenant that the token was issued for.")
	case err != nil:
		return failf(http.StatusNotFound, codeNoTenant, "The tenant is not set up here.")
	case snapshot.Tenant.Disabled:
		return failf(http.StatusForbidden, codeTenantDisabled, "The tenant is kept, but not served.")
	}
	x.snapshot = snapshot
	x.shape = x.identity.Shape
	if x.shape == "" {
		x.shape = snapshot.Tenant.Shape
	}
	return nil
}

// near finds the path that one which nobody serves was meant to be: below
// another root, with a part left out, in other letters, or spoilt on its way.
func near(tidy string) (meant string, ok bool) {
	segments := strings.Split(strings.TrimPrefix(tidy, "/"), "/")
	at := slices.IndexFunc(segments, func(s string) bool { return strings.EqualFold(s, opRoot) })
	switch {
	case at >= 0:
	case !strings.EqualFold(segments[0], "api"), len(segments) > 1 && !isVersion(segments[1]):
		return "", false
	default:
		return Prefix + "{tenant}/" + opRoot, true
	}
	tenant := "{tenant}"
	if at > 0 && (tocsin.IsGUID(segments[at-1]) || tocsin.IsDomain(segments[at-1])) && !strings.EqualFold(segments[at-1], "v1.0") {
		tenant = segments[at-1]
	}
	meant = opRoot
	for _, operation := range operations() {
		if strings.EqualFold(operation, strings.Join(segments[at:], "/")) {
			meant = operation
		}
	}
	return Prefix + tenant + "/" + meant, true
}

// isVersion reports whether a segment looks like the version of an API.
func isVersion(segment string) bool {
	return len(segment) > 1 && segment[0]|0x20 == 'v' && '0' <= segment[1] && segment[1] <= '9'
}
