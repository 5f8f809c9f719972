package httpserver

import (
	"net/http"
	"strconv"
	"strings"
)

// AcceptsGzip reports whether a client takes compressed answers. What it says
// of gzip weighs more than what it says of all codings (RFC 9110, 12.5.3).
func AcceptsGzip(header http.Header) bool {
	any := false
	for _, line := range header["Accept-Encoding"] {
		for part := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"):
				return wanted(parameters)
			case name == "*":
				any = wanted(parameters)
			}
		}
	}
	return any
}

// wanted reports whether the parameters of a coding leave it a weight.
func wanted(parameters string) bool {
	name, value, _ := strings.Cut(parameters, "=")
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return true
	}
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && weight > 0
}

// GzipTag ends the entity tag of a compressed answer, whose bytes are others.
const GzipTag = "-gzip"

// HasTag reports whether lines of If-None-Match name the entity tag with this
// text, or the tag of the same answer compressed: they compare weakly (RFC
// 9110, 13.1.2).
func HasTag(lines []string, tag string) bool {
	for _, line := range lines {
		for given := range strings.SplitSeq(line, ",") {
			given = strings.TrimPrefix(strings.TrimSpace(given), "W/")
			if len(given) >= 2 && given[0] == '"' && given[len(given)-1] == '"' && strings.TrimSuffix(given[1:len(given)-1], GzipTag) == tag {
				return true
			}
		}
	}
	return false
}

// Matches reports whether lines of If-Match name the entity tag in quotes, or
// any answer. Tags compare strongly (RFC 9110, 13.1.1), but that an answer is
// compressed makes no difference. An empty tag is that of an answer without one.
func Matches(lines []string, tag string) bool {
	bare := func(tag string) string { return strings.TrimSuffix(strings.Trim(tag, `"`), GzipTag) }
	for _, line := range lines {
		for given := range strings.SplitSeq(line, ",") {
			given = strings.TrimSpace(given)
			if given == "*" || tag != "" && len(given) > 2 && given[0] == '"' && given[len(given)-1] == '"' && bare(given) == bare(tag) {
				return true
			}
		}
	}
	return false
}
