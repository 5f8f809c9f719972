package graph

import (
	"net/url"
	"strconv"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
)

// list answers for a list or its length.
func (x *exchange) list() error {
	l := x.schema().listing(x.to.list)
	var only *readmodel.Service
	if x.to.service != "" {
		var ok bool
		if only, ok = x.snapshot.ServiceNamed(x.to.service); !ok {
			return notFound("service")
		}
	}
	if x.to.kind == kindCount {
		return x.count(l, only)
	}
	k, keep := x.listKey(only)
	if a, ok := x.kept(k, keep); ok {
		return x.deliver(a)
	}
	named := k
	x.asked = x.query
	if rest, ok := l.list.WithoutIgnored(x.query); ok && keep {
		x.asked, k.query = rest, rest
		if a, ok := x.kept(k, keep); ok {
			return x.varied(a, l, named)
		}
	}
	var pieces pieces
	pieces.wanted = x.zips()
	p, keep, err := x.read(l, only, keep, &pieces)
	if err != nil {
		return err
	}
	if keep && (x.asked == "" || x.comesAgain(k)) { // plain lists are asked for again
		a := x.keepWhole(k, x.headed(l, p, x.asked), x.jsonTypes())
		x.api.buffers.Put(p.body)
		if x.asked != x.query {
			return x.varied(a, l, named)
		}
		return x.deliver(a)
	}
	a := x.whole(p, x.jsonTypes())
	x.join(a, &pieces)
	err = x.deliver(a)
	x.api.buffers.Put(p.body)
	if a.joined {
		x.api.buffers.Put(a.zipped)
	}
	return err
}

// read makes the page that is asked for, and tells whether it may be kept.
func (x *exchange) read(l *listing, only *readmodel.Service, keep bool, parts *pieces) (*page, bool, error) {
	opts, err := x.parseQuery(l.list, x.asked)
	if err != nil && x.asked != x.query {
		_, err = x.parse(l.list) // says where in what was sent
	}
	if err != nil {
		return nil, false, err
	}
	path := x.listPath(only)
	from, err := x.openPosition(path, opts)
	if err != nil {
		return nil, false, err
	}
	p, err := x.page(l, only, opts, from, path, parts)
	return p, keep && !x.expandsFiles(opts), err
}

// listKey names the answer to x in the present state of what it is made of.
func (x *exchange) listKey(only *readmodel.Service) (answerKey, bool) {
	k, keep := x.key()
	if only != nil {
		k.part = only.ID
	}
	switch {
	case x.to.list == listMessages:
		k.list = x.snapshot.MessageIndex.Generation
	case x.to.list == listOverviews || only != nil:
		k.list, k.services = x.snapshot.IssueIndex.Generation, x.snapshot.ServiceGeneration
	default:
		k.list = x.snapshot.IssueIndex.Generation
	}
	return k, keep
}

// reading is what cursors need to read texts.
func (x *exchange) reading() *reading {
	return &reading{ctx: x.ctx, api: x.api, now: readmodel.InstantOf(x.now()), unknown: x.prefer.unknown}
}

// listPath is the canonical path of a list below the root of the version.
func (x *exchange) listPath(only *readmodel.Service) string {
	if only != nil {
		return root + "/" + listOverviews + "/" + url.PathEscape(only.ID) + "/" + listIssues
	}
	return root + "/" + x.to.list
}

// finder looks among the rows of a list, of one service if only is given.
func (x *exchange) finder(l *listing, only *readmodel.Service, opts *odata.Options) (finder, error) {
	f := finder{ctx: x.ctx, opts: opts, list: l, size: x.pageSize()}
	r := x.reading()
	switch l.name {
	case listOverviews:
		f.rows = &overviewCursor{reading: r, services: x.snapshot.Services}
		return f, nil
	case listMessages:
		var err error
		r.views, err = x.viewpoints()
		f.rows, f.groups = r.messages(), x.snapshot.MessageIndex.Groups()
		return f, err
	}
	f.rows = r.issues()
	if only != nil {
		f.groups = x.snapshot.IssueIndex.OfService(only.ID)
	} else {
		f.groups = groupsOf(x.snapshot.IssueIndex, opts.Filter)
	}
	return f, nil
}

// groupsOf are the groups in which issues are that match: those of the services
// that the filter names, or all.
func groupsOf(index *readmodel.Index, filter *odata.Filter) []*readmodel.Group {
	for _, c := range filter.Conjuncts() {
		if c.Path != "service" || c.Any || c.Fold || c.Op != "eq" || len(c.Values) != 1 {
			continue
		}
		if name, ok := c.Values[0].Any().(string); ok {
			return index.Named(name)
		}
	}
	return index.Groups()
}

func (x *exchange) pageSize() int {
	if x.prefer.pageSize > 0 {
		return x.prefer.pageSize
	}
	return defaultPage
}

// count answers `$count`: a number, which $top and $skip do not change.
func (x *exchange) count(l *listing, only *readmodel.Service) error {
	opts, err := x.parse(l.list)
	if err != nil {
		return err
	}
	if _, err := x.openPosition(x.listPath(only), opts); err != nil {
		return err
	}
	f, err := x.finder(l, only, &odata.Options{Filter: opts.Filter, Search: opts.Search, Count: true, HasTop: true})
	if err != nil {
		return err
	}
	r, err := f.find()
	if err != nil {
		return err
	}
	x.fleeting = x.personal() || x.timed()
	return x.plain(strconv.AppendInt(nil, int64(r.count), 10))
}

// countDigest is of a number, which is the same in many answers, with what was
// asked.
func (x *exchange) countDigest(number []byte) httpserver.Digest {
	asked := strings.Join(x.header.Values("Accept"), ",") + "\x00" + x.path + "?" + x.query + "\x00"
	return httpserver.DigestOf(append([]byte(asked), number...))
}

// A summary collects what is known of each entity of a page, so that the page has
// a digest without anybody reading all of it again.
type summary struct {
	text  []byte
	whole bool // too much is written beside the entities
	parts *pieces
	// columns are the selected properties, nil where more has to be known.
	columns []int
}

func (x *exchange) summary(opts *odata.Options) *summary {
	d := &summary{whole: len(opts.Expand) > 0 || x.level == odata.MetadataFull}
	if !d.whole {
		d.text = make([]byte, 0, 2048)
	}
	return d
}

func (d *summary) add(e *entity) {
	if d != nil && !d.whole {
		d.text = append(d.text, e.sum[:]...)
		d.parts.add(e)
	}
}

// about is the options that a page is written by, and a digest of its entities,
// which are written in rest.
func (d *summary) about(level odata.Level, opts *odata.Options, rest []byte) []byte {
	to := append(make([]byte, 0, 64), 0, byte(level))
	for _, part := range selectionText(opts.Select) {
		to = append(append(to, part...), ',')
	}
	if !d.whole {
		rest = d.text
	}
	sum := httpserver.DigestOf(rest)
	return append(to, sum[:]...)
}

// object writes row i of a list as a JSON object.
func (x *exchange) object(to []byte, l *listing, rows cursor, i int, opts *odata.Options, d *summary) ([]byte, error) {
	rows.at(i)
	e, err := rows.entity()
	if err != nil {
		return nil, err
	}
	if m, ok := rows.(*messageCursor); ok && m.views != nil {
		e = withViewpoint(e, m.views[rows.id(i)])
	}
	d.add(e)
	to = append(to, '{')
	to = x.control(to, l, rows.id(i), e)
	start := len(to)
	if d != nil && d.columns != nil {
		to = e.members(to, d.columns)
	} else {
		to = l.write(to, e, opts.Select, x.level)
	}
	for _, expansion := range opts.Expand {
		if len(to) > start {
			to = append(to, ',')
		}
		if l.name == listMessages {
			to, err = x.expandFiles(to, rows.id(i), expansion.Options)
		} else {
			to, err = x.expand(to, rows.id(i), expansion.Options)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(to) == start && to[start-1] == ',' {
		to = to[:start-1]
	}
	return append(to, '}'), nil
}

// control writes the annotations of an entity that only full metadata has.
func (x *exchange) control(to []byte, l *listing, id string, e *entity) []byte {
	if x.level != odata.MetadataFull {
		return to
	}
	address := root + "/" + l.name + "('" + url.PathEscape(strings.ReplaceAll(id, "'", "''")) + "')"
	to = appendString(append(to, `"@odata.type":`...), "#microsoft.graph."+l.typ.Name)
	to = appendString(append(to, `,"@odata.id":`...), x.at(address))
	to = appendString(append(to, `,"@odata.etag":`...), "W/"+x.tag(e.sum, false))
	if l.name == listOverviews {
		to = appendString(append(to, `,"issues@odata.navigationLink":`...), x.at(address+"/issues"))
	}
	return append(to, ',')
}

// maxExpanded bounds the issues of one service that one answer holds; more
// are behind a next link, and then open issues come first.
const maxExpanded = 1000

// expand writes the issues of a service as a member.
func (x *exchange) expand(to []byte, serviceID string, opts *odata.Options) ([]byte, error) {
	l := x.schema().listing(listIssues)
	c := x.reading().issues()
	groups, rows := x.snapshot.IssueIndex.OfService(serviceID), 0
	for _, g := range groups {
		rows += g.Len()
	}
	if rows > maxExpanded && len(opts.OrderBy) == 0 {
		sorted, err := l.list.Parse("$orderby=endDateTime", x.now())
		if err != nil {
			return nil, err
		}
		changed := *opts
		changed.OrderBy = sorted.OrderBy
		opts = &changed
	}
	f := finder{ctx: x.ctx, rows: c, groups: groups, opts: opts, list: l, size: maxExpanded}
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
