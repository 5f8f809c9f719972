package httpserver

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// Tidy is a raw path as its sender probably meant it: decoded once, without
// repeated slashes, dots and a slash at the end. It is good for explanations
// only: what it names is not what was asked for.
func Tidy(raw string) string {
	text, err := url.PathUnescape(raw)
	if err != nil {
		text = raw
	}
	return path.Clean("/" + strings.ReplaceAll(text, `\`, "/"))
}

// maxHint bounds an address that an error repeats, in bytes.
const maxHint = 150

// Nowhere says that a path leads nowhere, and which one was probably meant if
// that is known. Braces stand for what the sender has to put in.
func Nowhere(meant string) string {
	const text = "There is nothing at this address."
	if meant == "" {
		return text
	}
	escaped := strings.NewReplacer("%7B", "{", "%7D", "}").Replace((&url.URL{Path: meant}).EscapedPath())
	if len(escaped) > maxHint {
		return text
	}
	return fmt.Sprintf("%s Did you mean %s?", text, escaped)
}

// astray finds who explains that nobody serves a path: the subtree that it was
// meant for, or an operation of the desk. A sender who puts one slash too many
// in front is a program, and reads no page.
func astray(branches []branch, operations http.Handler) func(*http.Request) http.Handler {
	return func(r *http.Request) http.Handler {
		tidy := Tidy(RawPath(r))
		if slices.Contains(operationPaths(), strings.ToLower(tidy)) {
			return operations
		}
		for _, b := range branches {
			if b.Near == nil {
				continue
			}
			if _, near := b.Near(tidy); near {
				return b.lost
			}
		}
		return nil
	}
}

// explain says where the subtree has what a path was meant for.
func (s Subtree) explain(_ http.ResponseWriter, r *http.Request) error {
	meant, _ := s.Near(Tidy(RawPath(r)))
	return Errorf(http.StatusNotFound, "%s", Nowhere(meant))
}

func operationPaths() []string {
	return []string{"/health", "/healthz", "/readyz", "/metrics", "/version"}
}

// forClients explains errors to programs that take JSON and no page in another
// form than to people.
func forClients(people, programs ErrorWriter) ErrorWriter {
	if programs == nil {
		return people
	}
	return func(w http.ResponseWriter, r *http.Request, status int, err *tocsin.Error) {
		if wantsJSON(r.Header) {
			programs(w, r, status, err)
			return
		}
		people(w, r, status, err)
	}
}

// wantsJSON reports whether a client names JSON, and no page, among what it
// accepts.
func wantsJSON(header http.Header) bool {
	named := false
	for part := range strings.SplitSeq(strings.Join(header["Accept"], ","), ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if q, bad := strconv.ParseFloat(parameters["q"], 64); err != nil || bad == nil && q == 0 {
			continue
		}
		if kind == "text/html" || kind == "application/xhtml+xml" {
			return false
		}
		named = named || strings.HasSuffix(kind, "/json") || strings.HasSuffix(kind, "+json")
	}
	return named
}
