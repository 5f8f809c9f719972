package fakegraph

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A FaultKind is one way in which an upstream misbehaves.
type FaultKind string

// The faults. The comment names the fields of [Fault] that each one reads.
const (
	FaultAnswer        FaultKind = "answer"         // Status, RetryAfter, ContentType, Body: this answer instead
	FaultHTML          FaultKind = "html"           // a page with status 200, as a proxy sends
	FaultContentType   FaultKind = "content type"   // ContentType on the right body
	FaultRedirect      FaultKind = "redirect"       // Status, Location
	FaultEmpty         FaultKind = "empty"          // {"value":[]}
	FaultShort         FaultKind = "short"          // Share of the items missing, the same ones each time
	FaultDuplicates    FaultKind = "duplicates"     // the page starts with the last item of the page before and ends with its own first
	FaultReversed      FaultKind = "reversed"       // the page in descending order
	FaultNextLink      FaultKind = "next link"      // Location
	FaultInvalidUTF8   FaultKind = "invalid UTF-8"  // within the first title
	FaultDeep          FaultKind = "deep"           // Count arrays within each other, a million when 0
	FaultSlow          FaultKind = "slow"           // Count bytes, 1 when 0, every Delay
	FaultHang          FaultKind = "hang"           // no answer until the client leaves
	FaultCut           FaultKind = "cut"            // Count bytes of the body, then the connection closes
	FaultTruncatedGzip FaultKind = "truncated gzip" // half of the compressed body as if it were all
	FaultReset         FaultKind = "reset"          // the connection is reset without an answer
	FaultEndless       FaultKind = "endless"        // Count bytes of a list, until the client leaves when 0
	FaultGzipBomb      FaultKind = "gzip bomb"      // Count bytes when inflated, 4 GiB when 0
	FaultTokenExpiry   FaultKind = "token expiry"   // Body is the JSON of expires_in, left out when empty
)

// A Fault goes wrong for the next requests that match it.
type Fault struct {
	Kind FaultKind

	Tenant       string  // GUID; empty for all tenants
	PathContains string  // a part of path and query; empty for all, "oauth2" for tokens
	Page         int     // page of a list from 1 on; 0 for any
	Times        int     // for so many requests; 0 until [Server.ClearFaults]
	Chance       float64 // of a request to be hit, between 0 and 1; 0 for always

	Status      int
	RetryAfter  string // sent as it is
	ContentType string
	Body        string
	// Location is sent as it is, except that {self} stands for the address of
	// the request, {origin} for its scheme and host, {next} for the next link
	// that would have been sent, {path} for the path and query of the latter,
	// and {fresh} for a token that was never sent before.
	Location string
	Share    float64
	Count    int64
	Delay    time.Duration

	left int
}

// Inject adds faults. A request meets the first one that matches it.
func (s *Server) Inject(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		f.left = f.Times
		s.faults = append(s.faults, &f)
	}
}

// ClearFaults makes the upstream behave from now on.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault finds what goes wrong with a request, nil for nothing, and counts
// it as used.
func (s *Server) takeFault(tenantID, target string, page int) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, f := range s.faults {
		if f.Tenant != "" && !strings.EqualFold(f.Tenant, tenantID) ||
			!strings.Contains(target, f.PathContains) ||
			f.Page != 0 && f.Page != page ||
			f.Chance > 0 && s.chance.Float64() >= f.Chance {
			continue
		}
		if f.Times > 0 {
			if f.left--; f.left == 0 {
				s.faults = slices.Delete(s.faults, n, n+1)
			}
		}
		return f
	}
	return nil
}

func (f *Fault) is(kind FaultKind) bool { return f != nil && f.Kind == kind }

// thin takes items off a list before it is cut into pages. Whether an item is
// missing depends on its id alone, so that pages agree.
func (f *Fault) thin(items []*item) []*item {
	if !f.is(FaultShort) {
		return items
	}
	return slices.DeleteFunc(items, func(it *item) bool {
		h := fnv.New32a()
		_, _ = h.Write([]byte(it.id)) // never fails
		return float64(h.Sum32()%10_000) < f.Share*10_000
	})
}

// bend changes one page of a list; earlier are the items of the pages before.
func (f *Fault) bend(s *Server, x *exchange, p *page, earlier []*item) {
	if f == nil {
		return
	}
	switch f.Kind {
	case FaultDuplicates:
		if len(p.bodies) > 0 {
			p.bodies = append(p.bodies, p.bodies[0])
		}
		if len(earlier) > 0 {
			p.bodies = slices.Insert(p.bodies, 0, earlier[len(earlier)-1].body)
		}
	case FaultReversed:
		slices.Reverse(p.bodies)
	case FaultNextLink:
		p.next = f.location(s, x, p.next)
	}
}

func (f *Fault) location(s *Server, x *exchange, next string) string {
	self := origin(x.r) + x.r.URL.RequestURI()
	if next == "" {
		next = self
	}
	return strings.NewReplacer(
		"{self}", self,
		"{origin}", origin(x.r),
		"{next}", next,
		"{path}", strings.TrimPrefix(next, origin(x.r)),
		"{fresh}", freshToken+s.nextID(),
	).Replace(f.Location)
}

// spoil replaces or damages an answer before it is compressed.
func (f *Fault) spoil(x *exchange, a answer) answer {
	if f == nil {
		return a
	}
	switch f.Kind {
	case FaultAnswer:
		return f.instead(x)
	case FaultHTML:
		return answer{
			http.StatusOK,
			http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			[]byte("<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Sign in to the network to go on.</p></body></html>"),
		}
	case FaultRedirect:
		return answer{f.Status, http.Header{"Location": {strings.NewReplacer(
			"{self}", origin(x.r)+x.r.URL.RequestURI(), "{origin}", origin(x.r)).Replace(f.Location)}}, nil}
	case FaultContentType:
		a.header.Set("Content-Type", f.ContentType)
	case FaultEmpty:
		a.body = []byte(`{"value":[]}`)
	case FaultDeep:
		depth := int(f.Count)
		if depth == 0 {
			depth = 1_000_000
		}
		a.body = slices.Concat([]byte(`{"value":`), bytes.Repeat([]byte("["), depth), bytes.Repeat([]byte("]"), depth), []byte("}"))
	case FaultInvalidUTF8:
		a.body = bytes.Replace(a.body, []byte(`"title":"`), []byte("\"title\":\"\xff\xfe"), 1)
	}
	return a
}

// instead is the answer that a FaultAnswer spells out. Without a body it is
// the error body that the real service documents for the status.
func (f *Fault) instead(x *exchange) answer {
	var a answer
	switch {
	case f.Body != "" || f.Status < http.StatusBadRequest:
		a = answer{f.Status, http.Header{"Content-Type": {"application/json"}}, []byte(f.Body)}
	case f.Status == http.StatusTooManyRequests:
		a = throttledAnswer(x)
	case f.Status == http.StatusUnauthorized:
		a = graphError(x, f.Status, "InvalidAuthenticationToken", "Access token is missing, expired or not valid.")
	case f.Status == http.StatusForbidden:
		a = graphError(x, f.Status, "Forbidden", "The app has no permission to read this.")
	default:
		a = graphError(x, f.Status, strings.ReplaceAll(http.StatusText(f.Status), " ", ""), fmt.Sprintf("The request failed with status %d.", f.Status))
	}
	if f.ContentType != "" {
		a.header.Set("Content-Type", f.ContentType)
	}
	if f.RetryAfter != "" {
		a.header.Set("Retry-After", f.RetryAfter)
	}
	return a
}
