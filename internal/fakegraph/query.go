package fakegraph

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// query is what a request for a list asks for.
type query struct {
	after  time.Time // lastModifiedDateTime filter; zero for none
	equal  bool      // the filter takes in the instant itself
	top    int       // -1 when not given
	skip   int
	count  bool
	expand bool     // $expand=issues
	kept   []string // the other options as sent, for the next link
}

// option is one name=value pair; known is its name in lower case without "$",
// which newer clients leave out.
type option struct{ raw, known, value string }

// splitQuery reads a raw query. net/url would drop a pair that it cannot read,
// and so answer more than was asked for.
func splitQuery(raw string) ([]option, error) {
	var options []option
	for _, pair := range strings.Split(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if err := errors.Join(nameErr, valueErr); err != nil {
			return nil, fmt.Errorf("read query: %w", err)
		}
		options = append(options, option{pair, strings.TrimPrefix(strings.ToLower(name), "$"), value})
	}
	return options, nil
}

// readQuery reads the options of a list. The error is a sentence for the
// client.
func readQuery(raw, list string) (query, error) {
	q := query{top: -1}
	options, err := splitQuery(raw)
	if err != nil {
		return q, err
	}
	for _, o := range options {
		switch o.known {
		case "filter":
			q.after, q.equal, err = readFilter(o.value)
		case "top":
			q.top, err = readCount(o.known, o.value)
		case "skip":
			q.skip, err = readCount(o.known, o.value)
		case "skiptoken":
			q.skip, err = readSkipToken(o.value)
		case "count":
			q.count = strings.EqualFold(o.value, "true")
		case "expand":
			if q.expand = list == "healthOverviews" && o.value == "issues"; !q.expand {
				err = fmt.Errorf("could not find a property named '%s' to expand", tocsin.Clip(o.value, 64))
			}
		default:
			if strings.HasPrefix(o.raw, "$") || strings.HasPrefix(o.raw, "%24") {
				err = fmt.Errorf("the query option '%s' is not supported", tocsin.Clip(o.known, 64))
			}
		}
		if err != nil {
			return q, err
		}
		if o.known != "top" && o.known != "skip" && o.known != "skiptoken" {
			q.kept = append(q.kept, o.raw)
		}
	}
	return q, nil
}

// readFilter reads the one filter that collectors use. Property names are not
// case-sensitive; a date alone is midnight UTC.
func readFilter(text string) (after time.Time, equal bool, err error) {
	words := strings.Fields(text)
	if len(words) != 3 {
		return after, false, fmt.Errorf("invalid filter clause: '%s'", tocsin.Clip(text, 100))
	}
	if !strings.EqualFold(words[0], "lastModifiedDateTime") {
		return after, false, fmt.Errorf("could not find a property named '%s'", tocsin.Clip(words[0], 64))
	}
	at, ok := tocsin.ParseTime(words[2])
	if !ok || words[1] != "ge" && words[1] != "gt" {
		return after, false, fmt.Errorf("invalid filter clause: '%s'", tocsin.Clip(text, 100))
	}
	return at, words[1] == "ge", nil
}

func readCount(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("invalid value '%s' for $%s", tocsin.Clip(text, 20), name)
	}
	return n, nil
}

// skipToken is an opaque spelling of an offset.
func skipToken(skip int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "skip:%d", skip))
}

// freshToken marks a next link that leads back to the first page for ever.
const freshToken = "fresh-"

func readSkipToken(text string) (int, error) {
	if strings.HasPrefix(text, freshToken) {
		return 0, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	number, ok := strings.CutPrefix(string(plain), "skip:")
	if err != nil || !ok {
		return 0, fmt.Errorf("invalid $skiptoken")
	}
	return readCount("skiptoken", number)
}

// pageSizeOf reads the page size that the client prefers; applied tells that
// it asked for one.
func pageSizeOf(prefer []string, fallback int) (size int, applied bool) {
	for _, header := range prefer {
		for _, part := range strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ';' }) {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			n, err := strconv.Atoi(strings.Trim(value, `"`))
			if strings.EqualFold(strings.TrimPrefix(name, "odata."), "maxpagesize") && err == nil && n > 0 {
				return min(n, maxPageSize), true
			}
		}
	}
	return fallback, false
}
