package graph

import "strings"

// near finds the path that one which nobody serves was meant to be: without a
// version, with one that does not exist, or spoilt on its way.
func near(tidy string) (meant string, ok bool) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(tidy, "/"), "/")
	lower := strings.ToLower(tidy) + "/"
	switch {
	case strings.EqualFold(first, "v1.0"), strings.EqualFold(first, "beta"):
		return right(tidy), true
	case strings.Contains(lower, "/.well-known/"), strings.Contains(lower, "/oauth2/"):
		return "", false // the token issuer's
	case isVersion(first):
		return right("/v1.0/" + rest), true
	case strings.HasPrefix(lower, "/admin/serviceannouncement/"), strings.HasPrefix(lower, "/$metadata/"), strings.HasPrefix(lower, "/$batch/"):
		return right("/v1.0" + tidy), true
	case strings.HasPrefix(lower, "/serviceannouncement/"):
		return right("/v1.0/admin" + tidy), true
	}
	return "", false
}

// isVersion reports whether a segment looks like the version of an API.
func isVersion(segment string) bool {
	lower := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(segment), "v"), "beta")
	return len(lower) < len(segment) && strings.Trim(lower, "0123456789.") == "" && segment != "v"
}

// right is a path if it leads somewhere, else the root of the API.
func right(path string) string {
	if _, ok := resolve(path); ok {
		return path
	}
	return "/v1.0/" + root
}
