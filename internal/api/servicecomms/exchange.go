package servicecomms

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// exchange is one request with its answer.
type exchange struct {
	api      *API
	base     string // the desk's address that was asked
	w        http.ResponseWriter
	r        *http.Request
	now      time.Time // the instant that the whole answer is about
	id       string
	identity access.Identity
	tenant   string // as it was sent
	place    place  // below the operation
	shape    tocsin.Shape
	snapshot *readmodel.Snapshot
	level    odata.Level
	course   course
}

func (a *API) exchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{api: a, base: a.names.For(r.Host), w: w, r: r, now: a.now().UTC(), id: httpserver.RequestID(r.Context())}
	if x.id == "" {
		x.id = tocsin.NewGUID()
	}
	header := w.Header()
	names := [...]string{ // as [http.Header] spells them
		"Odata-Version", "X-Activity-Id", "Cache-Control", "Pragma", "Expires", "Vary", "X-Content-Type-Options",
		"X-Instance-Name", "Server", "X-Aspnet-Version", "X-Powered-By",
	}
	values := []string{
		"4.0", x.id, "private, no-store", "no-cache", "-1", "Authorization, Accept, Accept-Language, OData-MaxVersion, Accept-Encoding", "nosniff",
		"tocsin", "Tocsin", "Tocsin", "Tocsin",
	}
	for i, name := range names {
		header[name] = values[i : i+1 : i+1]
	}
	if id := httpserver.ClientRequestID(r.Header); id != "" {
		header.Set("Client-Request-Id", id)
	}
	return x
}

// serve checks in the order that all APIs keep: who asks, for which tenant,
// with which permission, what and how, and only then with which options.
func (x *exchange) serve() error {
	if operation, public := x.public(); public {
		return x.servePublic(operation)
	}
	identity, refusal := x.api.admission.Admit(x.r, x.base, x.now, x.api.audiences...)
	if refusal != nil {
		return refused(refusal)
	}
	x.identity = identity
	operation, err := x.path()
	if err != nil {
		return err
	}
	if err := x.checkTenant(); err != nil {
		return err
	}
	if !x.identity.May(access.ReadLegacy) {
		f := failf(http.StatusForbidden, codeNoPermission, "The token needs %s.", tocsin.ScopeServiceHealth)
		f.header = httpserver.ScopeChallenge(x.base, tocsin.ScopeServiceHealth)
		return f
	}
	endpoint, ok := x.api.endpoints[operation]
	if !ok {
		return failf(http.StatusNotFound, codeNotFound, "The operations are Services, CurrentStatus, HistoricalStatus and Messages.")
	}
	if err := x.checkMethod(); err != nil {
		return err
	}
	if err := x.checkForm(); err != nil {
		return err
	}
	if x.place.keyed {
		return x.addressed(operation)
	}
	options, err := x.options(endpoint)
	if err != nil {
		return err
	}
	return x.operate(operation, options)
}

func (x *exchange) checkMethod() error {
	if x.r.Method == http.MethodGet || x.r.Method == http.MethodHead {
		return nil
	}
	f := failf(http.StatusMethodNotAllowed, codeMethod, "Ask with GET.")
	f.header = [2]string{"Allow", "GET, HEAD"}
	return f
}

// checkForm checks body and version. A body with a GET has no meaning, but
// several clients send one.
func (x *exchange) checkForm() error {
	if x.r.ContentLength > maxBody {
		return failf(http.StatusRequestEntityTooLarge, codeTooLarge, "Send no body.")
	}
	if httpserver.CheckBody(x.r) != nil {
		return failf(http.StatusUnsupportedMediaType, codeMediaType, "Send no body.")
	}
	if text := strings.TrimSpace(x.r.Header.Get("Odata-Version")); text != "" && text != "4.0" && text != "4.01" {
		return failf(http.StatusBadRequest, codeVersion, "Requests are in OData 4.0.")
	}
	if text := strings.TrimSpace(x.r.Header.Get("Odata-MaxVersion")); text != "" {
		major, _, _ := strings.Cut(text, ".")
		if n, err := strconv.Atoi(major); err != nil || n < 4 {
			return failf(http.StatusBadRequest, codeVersion, "Answers are in OData 4.0.")
		}
	}
	return nil
}

// maxBody is the largest body that is passed over, in bytes.
const maxBody = 64 << 10

// options reads the query and settles the level of metadata. What the client
// accepts is judged before its options, unless one of them overrides it.
func (x *exchange) options(endpoint *odata.Endpoint) (*odata.Options, error) {
	options, err := endpoint.Parse(x.r.URL.RawQuery, x.now)
	format := ""
	if err == nil {
		format = options.Format
		x.course.fleeting = x.course.fleeting || options.Timed()
	}
	if format == "" && x.place.text() && odata.AcceptsText(x.accept()) {
		return options, err
	}
	level, unacceptable := odata.Negotiate(x.accept(), format, odata.MetadataNone)
	if unacceptable != nil {
		return nil, unacceptable
	}
	x.level = level
	return options, err
}

func (x *exchange) accept() string { return strings.Join(x.r.Header.Values("Accept"), ",") }

// operate answers one operation.
func (x *exchange) operate(operation string, options *odata.Options) error {
	if operation == opRoot {
		return x.serviceDocument()
	}
	if x.snapshot.Stale {
		since := "never"
		if !x.snapshot.StaleSince.IsZero() {
			since = tocsin.FormatTime(x.snapshot.StaleSince)
		}
		x.w.Header().Set("X-Tocsin-Stale-Since", since)
	}
	switch operation {
	case opServices:
		return x.services(options)
	case opCurrent:
		return x.currentStatus(options)
	case opHistorical:
		return x.historicalStatus(options)
	}
	return x.messages(options)
}

func (x *exchange) serviceDocument() error {
	context := ""
	if x.level != odata.MetadataNone {
		context = x.address(opMetadata)
	}
	body, err := x.api.schema.model.ServiceDocument(context)
	if err != nil {
		return fmt.Errorf("service document: %w", err)
	}
	return x.deliver(x.levelType(), body)
}

// address is that of an operation, with the tenant as it was sent.
func (x *exchange) address(operation string) string {
	return x.base + Prefix + x.tenant + "/" + operation
}

// jsonType is the content type of what has no level of metadata.
const jsonType = "application/json;charset=utf-8"

func (x *exchange) levelType() string {
	return "application/json;odata.metadata=" + x.level.String() + ";odata.streaming=true;charset=utf-8"
}

// fail answers with an error.
func (x *exchange) fail(err error) {
	f := failureOf(err)
	if f.cause != nil && x.r.Context().Err() == nil {
		x.api.log.ErrorContext(x.r.Context(), "request failed", "request_id", x.id, "status", f.status, "err", f.cause)
	}
	if f.header[0] != "" {
		x.w.Header().Set(f.header[0], f.header[1])
	}
	x.w.Header().Set("Content-Language", "en")
	x.w.Header().Del("ETag")
	x.send(f.status, jsonType, f.body())
}

func (x *exchange) send(status int, kind string, body []byte) {
	header := x.w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.setTaken()
	if x.r.Method == http.MethodHead {
		x.w.WriteHeader(status)
		return
	}
	httpserver.WriteWhole(x.r.Context(), x.w, status, body)
}

// setTaken says how long the answer took, in milliseconds, and reports whether it
// took less than one, as one that is sent again does.
func (x *exchange) setTaken() (quick bool) {
	taken := max(x.api.now().Sub(x.now).Milliseconds(), 0)
	x.w.Header().Set("X-Time-Taken", strconv.FormatInt(taken, 10))
	return taken == 0
}
