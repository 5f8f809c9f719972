package fakegraph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// graphLists maps the lists of serviceAnnouncement to the kinds they hold.
func graphLists(name string) (tocsin.Kind, bool) {
	switch name {
	case "healthOverviews":
		return tocsin.KindOverview, true
	case "issues":
		return tocsin.KindIssue, true
	case "messages":
		return tocsin.KindMessage, true
	}
	return "", false
}

// graphContext is the base of "@odata.context", which names the public host
// whatever host was asked.
const graphContext = "https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement/"

// graph answers GET /v1.0/admin/serviceAnnouncement/….
func (s *Server) graph(x *exchange, path []string) {
	if !s.signIn(x) {
		s.send(x, graphError(x, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is missing, expired or not valid."))
		return
	}
	s.before(x)
	if wait := s.admit(x); wait > 0 {
		s.send(x, s.tooMany(x, wait))
		return
	}
	if len(path) == 0 || len(path) > 2 {
		s.send(x, graphError(x, http.StatusNotFound, "UnknownError", ""))
		return
	}
	kind, ok := graphLists(path[0])
	switch {
	case !ok:
		s.send(x, graphError(x, http.StatusNotFound, "UnknownError", ""))
	case x.r.Method != http.MethodGet:
		s.send(x, graphError(x, http.StatusMethodNotAllowed, "MethodNotAllowed", "Only GET is served."))
	case len(path) == 2:
		s.graphItem(x, path[0], kind, path[1])
	default:
		s.graphList(x, path[0], kind)
	}
}

// graphItem answers for one item. Overviews are keyed by service name.
func (s *Server) graphItem(x *exchange, list string, kind tocsin.Kind, key string) {
	x.fault = s.takeFault(x.tenant.ID, x.r.URL.RequestURI(), 1)
	for _, it := range s.world.listed(x.tenant.ID, kind, x.now) {
		if it.id != key && it.facts.Service != key || kind != tocsin.KindOverview && it.id != key {
			continue
		}
		body := fmt.Appendf(nil, `{"@odata.context":%s,`, quote(graphContext+list+"/$entity"))
		s.send(x, answer{http.StatusOK, graphHeader(), append(body, s.noisy(x, it.body)[1:]...)})
		return
	}
	s.send(x, graphError(x, http.StatusNotFound, "ResourceNotFound", "The item does not exist in the tenant."))
}

// A page is one part of a list on its way to the wire.
type page struct {
	bodies [][]byte
	count  int    // of the whole list
	next   string // next link; empty on the last page
}

func (s *Server) graphList(x *exchange, list string, kind tocsin.Kind) {
	q, err := readQuery(x.r.URL.RawQuery, list)
	if err == nil && kind == tocsin.KindOverview && !q.after.IsZero() {
		err = fmt.Errorf("could not find a property named 'lastModifiedDateTime'")
	}
	if err != nil {
		s.send(x, graphError(x, http.StatusBadRequest, "BadRequest", upperFirst(err.Error())+"."))
		return
	}
	size, applied := pageSizeOf(x.r.Header.Values("Prefer"), s.cfg.PageSize)
	x.fault = s.takeFault(x.tenant.ID, x.r.URL.RequestURI(), q.skip/size+1)

	items := s.world.listed(x.tenant.ID, kind, x.now)
	items = slices.DeleteFunc(items, func(it *item) bool {
		at := it.facts.ModifiedAt
		return !q.after.IsZero() && !at.After(q.after) && !(q.equal && at.Equal(q.after))
	})
	items = x.fault.thin(items)
	p := s.cut(x, q, size, items)
	if q.expand {
		s.expandIssues(x, &p)
	}
	x.fault.bend(s, x, &p, items[:min(q.skip, len(items))])

	a := answer{http.StatusOK, graphHeader(), renderPage(p, list, q)}
	if applied {
		a.header.Set("Preference-Applied", "odata.maxpagesize="+strconv.Itoa(size))
	}
	s.send(x, a)
}

// cut takes one page out of the items. $top is a limit set by the client: the
// next link carries what is left of it.
func (s *Server) cut(x *exchange, q query, size int, items []*item) page {
	p := page{count: len(items)}
	items = items[min(q.skip, len(items)):]
	left := len(items)
	if q.top >= 0 {
		left = min(left, q.top)
	}
	n := min(left, size)
	for _, it := range items[:n] {
		p.bodies = append(p.bodies, s.noisy(x, it.body))
	}
	if n == left {
		return p
	}
	options := slices.Clone(q.kept)
	if q.top >= 0 {
		options = append(options, fmt.Sprintf("$top=%d", q.top-n))
	}
	if s.cfg.SkipToken {
		options = append(options, "$skiptoken="+skipToken(q.skip+n))
	} else {
		options = append(options, fmt.Sprintf("$skip=%d", q.skip+n))
	}
	p.next = origin(x.r) + x.r.URL.EscapedPath() + "?" + strings.Join(options, "&")
	return p
}

// expandIssues puts each service's issues into its overview.
func (s *Server) expandIssues(x *exchange, p *page) {
	issues := s.world.listed(x.tenant.ID, tocsin.KindIssue, x.now)
	for n, body := range p.bodies {
		var overview tocsin.Overview
		if json.Unmarshal(body, &overview) != nil {
			continue // put in raw, to be served as it is
		}
		var nested [][]byte
		for _, issue := range issues {
			if issue.facts.ServiceID == overview.ServiceID {
				nested = append(nested, issue.body)
			}
		}
		out := bytes.TrimSuffix(slices.Clone(body), []byte("}"))
		out = append(out, `,"issues":[`...)
		out = append(out, bytes.Join(nested, []byte(","))...)
		p.bodies[n] = append(out, "]}"...)
	}
}

func renderPage(p page, list string, q query) []byte {
	if q.expand {
		list += "(issues())"
	}
	out := fmt.Appendf(nil, `{"@odata.context":%s`, quote(graphContext+list))
	if q.count {
		out = fmt.Appendf(out, `,"@odata.count":%d`, p.count)
	}
	if p.next != "" {
		out = fmt.Appendf(out, `,"@odata.nextLink":%s`, quote(p.next))
	}
	out = append(out, `,"value":[`...)
	out = append(out, bytes.Join(p.bodies, []byte(","))...)
	return append(out, "]}"...)
}

// featureClock finds the clock in the detail FeatureStatusJson, a JSON text
// within JSON.
var featureClock = regexp.MustCompile(`(\\"LastUpdateTime\\":\\")[^"\\]*(\\")`)

// noisy writes the clock of the answer into the body, if the server makes
// noise.
func (s *Server) noisy(x *exchange, body []byte) []byte {
	if !s.cfg.Noise || !bytes.Contains(body, []byte("FeatureStatusJson")) {
		return body
	}
	clock := x.now.Format("2006-01-02T15:04:05.0000000Z")
	return featureClock.ReplaceAll(body, []byte("${1}"+clock+"${2}"))
}

func quote(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // "&" of links stays readable, as upstream
	_ = encoder.Encode(text)     // a string always encodes
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
