package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.org/tocsin/internal/access"
)

// A HandlerFunc serves a request or returns why it could not. It must not
// write a response and return an error.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// A Route is one thing that can be asked for.
type Route struct {
	Pattern string            // as in [http.ServeMux], with a method: "GET /issues/{id}"
	Needs   access.Permission // never empty
	Handle  HandlerFunc       // nil in the table of a [Subtree]
	Streams bool              // Handle takes the connection over, or answers without end
	AnyHost bool              // is also for probes, which name no host or another one
	MaxBody int64             // bytes of a body that are taken; 0 for 64 KiB
}

// A Subtree serves all paths under a prefix, in the spelling that they came in.
type Subtree struct {
	Name   string // of metrics, such as "graph"; unique
	Prefix string // such as "/v1.0/", which also takes "/v1.0"
	// Match takes the place of Prefix where one does not tell, and is given
	// what [RawPath] returns.
	Match func(path string) bool
	// Near reports whether a path that nobody serves was meant for the subtree,
	// and which one is right, empty if that cannot be told. It is given what
	// [Tidy] returns. Nil for a subtree that nothing is near to.
	Near   func(tidy string) (meant string, near bool)
	Routes []Route // what Handle serves, for the table: Handle itself asks for permission
	Handle HandlerFunc
	Errors ErrorWriter
	// ChecksBody says that Handle calls [CheckBody] itself: an API that must
	// refuse strangers before it looks at what they send.
	ChecksBody bool
}

func (s Subtree) takes(path string) bool {
	if s.Match != nil {
		return s.Match(path)
	}
	return strings.HasPrefix(path, s.Prefix) || path == strings.TrimSuffix(s.Prefix, "/")
}

// RawPath is the path of a request exactly as it was sent, with its escapes,
// and without the query.
func RawPath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		return path
	}
	return r.URL.EscapedPath() // a full address, as proxies send it
}

// validate reports every problem of a table of routes at once.
func validate(routes []Route, subtrees []Subtree, gated bool) error {
	var problems []error
	seen := map[string]bool{}
	check := func(r Route, served bool) {
		switch {
		case r.Needs == "":
			problems = append(problems, fmt.Errorf("route %q says no permission", r.Pattern))
		case !r.Needs.Valid():
			problems = append(problems, fmt.Errorf("route %q needs an unknown permission %q", r.Pattern, r.Needs))
		case served && !gated && r.Needs != access.Public && r.Needs != access.Local:
			problems = append(problems, fmt.Errorf("route %q needs %q, and nobody is there to grant it", r.Pattern, r.Needs))
		}
		if served && r.Handle == nil {
			problems = append(problems, fmt.Errorf("route %q has no handler", r.Pattern))
		}
		if method, path, ok := strings.Cut(r.Pattern, " "); !ok || method == "" || !strings.HasPrefix(path, "/") {
			problems = append(problems, fmt.Errorf("route %q is no method and path", r.Pattern))
		}
		if seen[r.Pattern] {
			problems = append(problems, fmt.Errorf("route %q is there twice", r.Pattern))
		}
		seen[r.Pattern] = true
	}
	for _, r := range routes {
		check(r, true)
	}
	for _, s := range subtrees {
		switch {
		case s.Name == "" || s.Handle == nil || s.Errors == nil || len(s.Routes) == 0:
			problems = append(problems, fmt.Errorf("subtree %q lacks a name, handler, error writer or table", s.Name+s.Prefix))
		case s.Match == nil && (len(s.Prefix) < 3 || s.Prefix[0] != '/' || !strings.HasSuffix(s.Prefix, "/")):
			problems = append(problems, fmt.Errorf("subtree %q has no prefix such as /v1.0/", s.Name))
		}
		for _, r := range s.Routes {
			check(r, false)
		}
	}
	return errors.Join(problems...)
}

// table is every route of the program, by path.
func table(routes []Route, subtrees []Subtree) []Route {
	all := slices.Clone(routes)
	for _, s := range subtrees {
		all = append(all, s.Routes...)
	}
	path := func(r Route) string {
		method, path, _ := strings.Cut(r.Pattern, " ")
		return path + " " + method
	}
	slices.SortFunc(all, func(a, b Route) int { return strings.Compare(path(a), path(b)) })
	return all
}
