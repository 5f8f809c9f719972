package upstream

import (
	"cmp"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Bounds of evidence.
const (
	maxQuote    = 200       // characters
	maxRefusal  = 256 << 10 // bytes of an answer that is read for its words
	maxInner    = 5         // errors within errors that are looked into
	leastSecret = 4         // bytes of a secret that can be told from other text
)

// evidence keeps of an answer what helps to find the cause, cleaned of what
// must not be shown.
func (s *Session) evidence(answer *httpclient.Answer) *tocsin.Evidence {
	e := &tocsin.Evidence{
		Status: answer.Status, RequestID: firstID(answer.Header, "request-id", "x-ms-request-id"),
		ClientRequestID: firstID(answer.Header, "client-request-id"), CorrelationID: firstID(answer.Header, "x-ms-correlation-id"),
	}
	if len(answer.Wire) > maxRefusal {
		return e
	}
	body, err := answer.Body()
	if err != nil || len(body) > maxRefusal {
		return e
	}
	said, ok := readRefusal(body)
	if !ok {
		said.Description = string(body)
	}
	e.Code, e.Inner = s.name(said.Code), s.name(said.Inner)
	e.Number = number(said)
	e.RequestID = cmp.Or(e.RequestID, id(said.RequestID), idAfter(said.Description, traceName))
	e.ClientRequestID = cmp.Or(e.ClientRequestID, id(said.ClientRequestID))
	e.CorrelationID = cmp.Or(e.CorrelationID, id(said.CorrelationID), idAfter(said.Description, correlationName))
	e.Quote = s.quote(said.Description)
	return e
}

// A refusal is what an answer says about itself, uncleaned.
type refusal struct {
	Code, Inner, Description                  string
	Number                                    json.Number
	RequestID, ClientRequestID, CorrelationID string
}

// wireError is the object error of Graph (OData JSON 4.01, 21) and of the
// legacy API.
type wireError struct {
	Code       string     `json:"code"`
	Message    any        `json:"message"` // a string; an object with value in OData 3
	InnerError *wireInner `json:"innerError"`
}

type wireInner struct {
	Code            string     `json:"code"`
	RequestID       string     `json:"request-id"`
	ClientRequestID string     `json:"client-request-id"`
	InnerError      *wireInner `json:"innerError"` // also innererror: names are read in any case
}

// readRefusal reads the forms of errors of OAuth, Graph and the legacy API. ok
// is false for what is none of them.
func readRefusal(body []byte) (r refusal, ok bool) {
	var reply struct {
		Error            json.RawMessage `json:"error"`
		ODataError       json.RawMessage `json:"odata.error"`
		ErrorDescription string          `json:"error_description"`
		ErrorCodes       []json.Number   `json:"error_codes"`
		TraceID          string          `json:"trace_id"`
		CorrelationID    string          `json:"correlation_id"`
		Message          string          `json:"message"`
	}
	if json.Unmarshal(body, &reply) != nil {
		return refusal{}, false
	}
	r = refusal{Description: reply.ErrorDescription, RequestID: reply.TraceID, CorrelationID: reply.CorrelationID}
	if len(reply.ErrorCodes) > 0 {
		r.Number = reply.ErrorCodes[0]
	}
	if reply.Error == nil {
		reply.Error = reply.ODataError
	}
	if reply.Error == nil {
		r.Description = reply.Message
		return r, reply.Message != ""
	}
	if json.Unmarshal(reply.Error, &r.Code) == nil {
		return r, true
	}
	var e wireError
	if json.Unmarshal(reply.Error, &e) != nil {
		return r, false
	}
	r.Code = e.Code
	switch message := e.Message.(type) {
	case string:
		r.Description = message
	case map[string]any:
		r.Description, _ = message["value"].(string)
	}
	for inner, n := e.InnerError, 0; inner != nil && n < maxInner; inner, n = inner.InnerError, n+1 {
		r.Inner, r.RequestID, r.ClientRequestID = cmp.Or(inner.Code, r.Inner), cmp.Or(inner.RequestID, r.RequestID), cmp.Or(inner.ClientRequestID, r.ClientRequestID)
	}
	return r, true
}

var (
	idForm   = regexp.MustCompile(`^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$`)
	nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)
	entra    = regexp.MustCompile(`AADSTS([0-9]{4,9})`)
	guidForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// id is the text when it is a GUID: a request id that is none could be
// anything.
func id(text string) string {
	if idForm.MatchString(text) {
		return text
	}
	return ""
}

// What Entra's descriptions call the ids that they end with.
const (
	traceName       = "Trace ID: "
	correlationName = "Correlation ID: "
)

// idAfter is the id that follows a name in a text, "" for none.
func idAfter(text, name string) string {
	_, rest, found := strings.Cut(text, name)
	if !found {
		return ""
	}
	return id(strings.Fields(rest + " .")[0])
}

func firstID(header http.Header, names ...string) string {
	for _, name := range names {
		if text := id(header.Get(name)); text != "" {
			return text
		}
	}
	return ""
}

// name is the text when it looks like the name of an error and holds no secret.
func (s *Session) name(text string) string {
	if nameForm.MatchString(text) && s.conceal(text) == text {
		return text
	}
	return ""
}

// number is that of Microsoft Entra, which its description begins with.
func number(r refusal) string {
	if found := entra.FindString(r.Description); found != "" {
		return found
	}
	if n, err := strconv.ParseUint(string(r.Number), 10, 32); err == nil && n > 0 {
		return "AADSTS" + strconv.FormatUint(n, 10)
	}
	return ""
}

// What is taken out of an upstream's words.
var (
	hidden = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)\s*>|<!--.*?-->`)
	markup = regexp.MustCompile(`(?s)<[^>]*>`)
	// trailer is what Entra's descriptions end with; the ids are kept apart.
	trailer = regexp.MustCompile(`(?i)\s*\b(Trace ID|Correlation ID|Timestamp): \S+( [0-9:]+Z)?`)
	named   = regexp.MustCompile(`(?i)\b((bearer|basic)\s+|(client_secret|client_assertion|password|pwd|secret|access_token|refresh_token|id_token|token|sig|signature|cookie|authorization|api-?key)["']?\s*[=:]\s*["']?)[^\s"',;<]+`)
	query   = regexp.MustCompile(`\?[^\s"'<>]+`)
	token   = regexp.MustCompile(`\beyJ[A-Za-z0-9_.-]{5,}`)
	opaque  = regexp.MustCompile(`[A-Za-z0-9+=~_-]{20,}`)
)

const concealed = "***"

// quote cleans and clips an upstream's words: markup, control characters and
// marks of direction go first, so that they cannot split what is looked for;
// then whatever is or looks like a secret.
func (s *Session) quote(text string) string {
	text = markup.ReplaceAllString(hidden.ReplaceAllString(text, " "), " ")
	text = strings.Join(strings.Fields(strings.Map(shown, html.UnescapeString(text))), " ")
	text = markup.ReplaceAllString(text, "") // also what entities hid
	if text = s.withoutOwn(trailer.ReplaceAllString(text, "")); s.scattered(text) {
		return concealed
	}
	text = withoutOthers(text)
	runes := []rune(strings.TrimSpace(text))
	if len(runes) > maxQuote {
		return string(runes[:maxQuote]) + "…"
	}
	return string(runes)
}

// scattered reports whether the app's secret can be read in the text when all
// but letters and digits is left out.
func (s *Session) scattered(text string) bool {
	bare := func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}
	secret := strings.Map(bare, s.config.Secret)
	return len(secret) >= leastSecret && strings.Contains(strings.Map(bare, text), secret)
}

// shown is the rune, a blank for a control character, and nothing for what
// shows nothing but changes how the rest is read.
func shown(r rune) rune {
	switch {
	case unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
		return -1
	case unicode.IsControl(r), unicode.IsSpace(r), !unicode.IsGraphic(r):
		return ' '
	}
	return r
}

// conceal takes out the app's own secrets and what looks like somebody's.
func (s *Session) conceal(text string) string { return withoutOthers(s.withoutOwn(text)) }

func (s *Session) withoutOwn(text string) string {
	for _, secret := range []string{s.config.Secret, s.bearer} {
		if len(secret) < leastSecret {
			continue
		}
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			text = strings.ReplaceAll(text, form, concealed)
		}
	}
	return text
}

func withoutOthers(text string) string {
	text = named.ReplaceAllString(text, "${1}"+concealed)
	text = query.ReplaceAllString(text, "?"+concealed)
	text = token.ReplaceAllString(text, concealed)
	return opaque.ReplaceAllStringFunc(text, func(run string) string {
		if !guidForm.MatchString(run) && strings.ContainsAny(run, "0123456789") && slices.ContainsFunc([]rune(run), unicode.IsLetter) {
			return concealed
		}
		return run
	})
}
