package graph

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
)

// list answers for a list or its length.
func (x *exchange) list() error {
	l := x.schema().listing(x.to.list)
	var only *readmodel.Service
	if x.to.service != "" {
		var ok bool
		if only, ok = serviceOf(x.snapshot, x.to.service); !ok {
			return notFound("service")
		}
	}
	if x.unchanged() {
		return nil
	}
	if x.query == "" && only == nil && x.firstPage(l) {
		return nil
	}
	opts, err := x.parse(l.list)
	if err != nil {
		return err
	}
	path := x.listPath(only)
	from, err := x.openPosition(path, opts)
	if err != nil {
		return err
	}
	rows, err := x.cursor(l, only)
	if err != nil {
		return err
	}
	if x.to.kind == kindCount {
		return x.count(l, rows, opts)
	}
	body, err := x.page(l, rows, opts, from, path)
	if err != nil {
		return err
	}
	if applied := x.prefer.applied(); applied != "" {
		x.w.Header().Set("Preference-Applied", applied)
	}
	x.sendJSON(body)
	x.api.buffers.put(body)
	return nil
}

// listPath is the canonical path of a list below the root of the version.
func (x *exchange) listPath(only *readmodel.Service) string {
	if only != nil {
		return root + "/" + listOverviews + "/" + url.PathEscape(only.ID) + "/" + listIssues
	}
	return root + "/" + x.to.list
}

// cursor walks over the rows of a list, of one service if only is given.
func (x *exchange) cursor(l *listing, only *readmodel.Service) (cursor, error) {
	r := &reading{ctx: x.ctx, api: x.api, unknown: x.prefer.unknown}
	switch l.name {
	case listOverviews:
		return &overviewCursor{reading: r, services: x.snapshot.Services}, nil
	case listMessages:
		var err error
		r.views, err = x.viewpoints()
		return &messageCursor{reading: r, rows: x.snapshot.Messages}, err
	}
	rows := x.snapshot.Issues
	if only != nil {
		rows = issuesOf(rows)[only.ID]
	}
	return &issueCursor{reading: r, rows: rows}, nil
}

// issuesOf sorts issues by the service that they are about.
func issuesOf(rows []*readmodel.Row) map[string][]*readmodel.Row {
	byService := map[string][]*readmodel.Row{}
	for _, row := range rows {
		byService[row.ServiceID] = append(byService[row.ServiceID], row)
	}
	return byService
}

// generation is the state of the list that is asked for, nil if it is no whole
// list of rows.
func (x *exchange) generation() *generation {
	now := x.api.generations.of(x.snapshot)
	switch {
	case x.to.list == listMessages:
		return now.messages
	case x.to.list == listIssues && x.to.service == "":
		return now.issues
	}
	return nil
}

func (x *exchange) pageSize() int {
	if x.prefer.pageSize > 0 {
		return x.prefer.pageSize
	}
	return defaultPage
}

// count answers `$count`: a number, which $top and $skip do not change.
func (x *exchange) count(l *listing, rows cursor, opts *odata.Options) error {
	only := &odata.Options{Filter: opts.Filter, Search: opts.Search, Count: true, HasTop: true}
	f := finder{ctx: x.ctx, rows: rows, opts: only, list: l, generation: x.generation()}
	r, err := f.find()
	if err != nil {
		return err
	}
	x.send(http.StatusOK, "text/plain; charset=utf-8", strconv.AppendInt(nil, int64(r.count), 10))
	return nil
}

// page writes one page of a list.
func (x *exchange) page(l *listing, rows cursor, opts *odata.Options, from *position, path string) ([]byte, error) {
	f := finder{ctx: x.ctx, rows: rows, opts: opts, list: l, size: x.pageSize(), from: from, generation: x.generation()}
	r, err := f.find()
	if err != nil {
		return nil, err
	}
	to := append(x.api.buffers.get(), '{')
	if x.level != odata.MetadataNone {
		to = append(to, `"@odata.context":`...)
		to = append(appendString(to, x.context(l.fragment(opts))), ',')
	}
	if opts.Count {
		to = append(to, `"@odata.count":`...)
		to = append(strconv.AppendInt(to, int64(r.count), 10), ',')
	}
	if r.more {
		to = append(to, `"@odata.nextLink":`...)
		to = append(appendString(to, x.nextLink(path, opts, r.next)), ',')
	}
	to = append(to, `"value":[`...)
	byService := x.expandable(opts)
	for i, row := range r.rows {
		if i > 0 {
			to = append(to, ',')
		}
		if to, err = x.object(to, l, rows, row, opts, byService); err != nil {
			return nil, err
		}
	}
	return append(to, "]}"...), nil
}

// expandable are the issues of each service if any are asked for.
func (x *exchange) expandable(opts *odata.Options) map[string][]*readmodel.Row {
	if len(opts.Expand) == 0 {
		return nil
	}
	return issuesOf(x.snapshot.Issues)
}

// object writes row i of a list as a JSON object.
func (x *exchange) object(to []byte, l *listing, rows cursor, i int, opts *odata.Options, byService map[string][]*readmodel.Row) ([]byte, error) {
	rows.at(i)
	e, err := rows.entity()
	if err != nil {
		return nil, err
	}
	if m, ok := rows.(*messageCursor); ok && m.views != nil {
		e = withViewpoint(e, m.views[rows.id(i)])
	}
	to = append(to, '{')
	to = x.control(to, l, rows.id(i))
	start := len(to)
	to = l.write(to, e, opts.Select, x.level)
	for _, expansion := range opts.Expand {
		if len(to) > start {
			to = append(to, ',')
		}
		if to, err = x.expand(to, rows.id(i), byService[rows.id(i)], expansion.Options); err != nil {
			return nil, err
		}
	}
	if len(to) == start && to[start-1] == ',' {
		to = to[:start-1]
	}
	return append(to, '}'), nil
}

// control writes the annotations of an entity that only full metadata has.
func (x *exchange) control(to []byte, l *listing, id string) []byte {
	if x.level != odata.MetadataFull {
		return to
	}
	address := root + "/" + l.name + "('" + url.PathEscape(strings.ReplaceAll(id, "'", "''")) + "')"
	to = appendString(append(to, `"@odata.type":`...), "#microsoft.graph."+l.typ.Name)
	to = appendString(append(to, `,"@odata.id":`...), x.at(address))
	to = appendString(append(to, `,"@odata.etag":`...), x.etag(id))
	if l.name == listOverviews {
		to = appendString(append(to, `,"issues@odata.navigationLink":`...), x.at(address+"/issues"))
	}
	return append(to, ',')
}

// maxExpanded bounds the issues of one service that one answer holds; more
// are behind a next link, and then open issues come first.
const maxExpanded = 1000

// expand writes the issues of a service as a member.
func (x *exchange) expand(to []byte, serviceID string, rows []*readmodel.Row, opts *odata.Options) ([]byte, error) {
	l := x.schema().listing(listIssues)
	c := &issueCursor{reading: &reading{ctx: x.ctx, api: x.api, unknown: x.prefer.unknown}, rows: rows}
	if len(rows) > maxExpanded && len(opts.OrderBy) == 0 {
		sorted, err := l.list.Parse("$orderby=endDateTime", x.now())
		if err != nil {
			return nil, err
		}
		changed := *opts
		changed.OrderBy = sorted.OrderBy
		opts = &changed
	}
	f := finder{ctx: x.ctx, rows: c, opts: opts, list: l, size: maxExpanded}
	r, err := f.find()
	if err != nil {
		return nil, err
	}
	if opts.Count {
		to = append(to, `"issues@odata.count":`...)
		to = append(strconv.AppendInt(to, int64(r.count), 10), ',')
	}
	if r.more {
		link, err := x.expandedLink(serviceID, opts, len(r.rows))
		if err != nil {
			return nil, err
		}
		to = append(appendString(append(to, `"issues@odata.nextLink":`...), link), ',')
	}
	to = append(to, `"issues":[`...)
	for i, row := range r.rows {
		if i > 0 {
			to = append(to, ',')
		}
		if to, err = x.object(to, l, c, row, &odata.Options{Select: opts.Select}, nil); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

// expandedLink leads to the issues of a service that an expansion left out.
func (x *exchange) expandedLink(serviceID string, opts *odata.Options, served int) (string, error) {
	set := []odata.Option{{Name: "$skip", Value: strconv.Itoa(opts.Skip + served)}}
	if opts.HasTop {
		set = append(set, odata.Option{Name: "$top", Value: strconv.Itoa(opts.Top - served)})
	}
	query := opts.Link(set...)
	if !strings.Contains(query, "orderby") {
		query += "&$orderby=endDateTime"
	}
	return x.at(root + "/" + listOverviews + "/" + url.PathEscape(serviceID) + "/" + listIssues + "?" + query), nil
}

// etag names a state of what x asks for: the tenant, its data, the address,
// what the answer is written like, and whose it is.
func (x *exchange) etag(part string) string {
	h := sha256.New()
	add := func(texts ...string) {
		for _, text := range texts {
			var size [4]byte
			binary.BigEndian.PutUint32(size[:], uint32(len(text)))
			h.Write(size[:])
			_, _ = io.WriteString(h, text)
		}
	}
	add(x.identity.TenantID, x.path, x.query, part, strings.Join(x.header.Values("Accept"), ","), strconv.Itoa(x.prefer.pageSize),
		strconv.FormatBool(x.prefer.unknown), x.api.base)
	now := x.api.generations.of(x.snapshot)
	if x.to.list == listMessages {
		add(strconv.FormatInt(now.messages.seq, 10))
	} else {
		add(strconv.FormatInt(now.issues.seq, 10))
	}
	if x.to.list == listOverviews || x.to.service != "" {
		for i := range x.snapshot.Services {
			s := &x.snapshot.Services[i]
			add(s.ID, nameOf(s), string(s.Overview.Status))
		}
	}
	return `W/"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]) + `"`
}

// unchanged sets the entity tag and answers 304 to a client that has this
// state. What depends on the clock or on a person has no tag.
func (x *exchange) unchanged() bool {
	if x.identity.Delegated && x.to.list == listMessages || strings.Contains(strings.ToLower(x.query), "now") {
		return false
	}
	tag := x.etag("")
	x.w.Header()["Etag"] = []string{tag}
	for _, line := range x.header.Values("If-None-Match") {
		for given := range strings.SplitSeq(line, ",") {
			if strings.TrimPrefix(strings.TrimSpace(given), "W/") == tag[2:] {
				x.w.WriteHeader(http.StatusNotModified)
				return true
			}
		}
	}
	return false
}

// firstPage answers a list that is asked for without options from the bytes
// of the last such answer. It reports false where that cannot be.
func (x *exchange) firstPage(l *listing) bool {
	personal := l.name == listMessages && x.identity.Delegated
	if l.name == listOverviews || x.to.kind != kindList || personal || x.prefer != (preferences{}) {
		return false
	}
	if x.negotiate("") != nil || x.level != odata.MetadataMinimal {
		return false
	}
	key := pageKey{x.generation(), x.to.version}
	p, ok := x.api.pages.get(key)
	if !ok {
		rows, err := x.cursor(l, nil)
		if err != nil {
			return false
		}
		if p.plain, err = x.page(l, rows, &odata.Options{}, nil, x.listPath(nil)); err != nil {
			return false // asked again without the shortcut, to be explained
		}
		p = page{plain: bytes.Clone(p.plain), zipped: zip(p.plain)}
		x.api.pages.put(key, p, len(p.plain)+len(p.zipped))
	}
	if len(p.plain) > smallest && acceptsGzip(x.header) && !x.batched {
		x.w.Header()["Content-Encoding"] = []string{"gzip"}
		x.sendJSON(p.zipped)
		return true
	}
	x.sendJSON(p.plain)
	return true
}

// smallest is the size in bytes below which compression gains nothing.
const smallest = 1024

func zip(plain []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, 5) // a valid level
	_, _ = w.Write(plain)                // memory takes everything
	_ = w.Close()
	return out.Bytes()
}

// acceptsGzip reports whether the client named gzip without refusing it.
func acceptsGzip(header http.Header) bool {
	for _, line := range header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(part, ";")
			if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") && name != "*" {
				continue
			}
			q := strings.ReplaceAll(strings.ToLower(params), " ", "")
			weight, err := strconv.ParseFloat(strings.TrimPrefix(q, "q="), 64)
			if !strings.HasPrefix(q, "q=") || err == nil && weight > 0 {
				return true
			}
		}
	}
	return false
}
