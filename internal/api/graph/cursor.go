package graph

import (
	"context"
	"slices"
	"strings"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A cursor is one row of a list at a time, as filters see it. Columns cost
// nothing; a text is read when it is first asked for. After an error every
// text is empty, and err tells.
type cursor interface {
	odata.Row
	len() int
	at(i int)
	id(i int) string
	// holds reports whether the row has a word in its title, name or id.
	holds(word string) bool
	entity() (*entity, error)
	document() int64 // number of the first row's text, 0 for none
	err() error
	clone() cursor
}

// A reading is what cursors need to read texts for one request.
type reading struct {
	ctx     context.Context //nolint:containedctx // filters have no way to pass one
	api     *API
	now     readmodel.Instant
	unknown bool // enum values that are not published are wanted
	views   map[string]tocsin.Viewpoint
}

// known is the value of an enum as filters see it.
func (r *reading) known(of *odata.Enum, value string) odata.Value {
	return odata.Text(published(of, value, r.unknown))
}

func instant(i readmodel.Instant) odata.Value {
	if i == 0 {
		return odata.Value{}
	}
	return odata.Micros(int64(i))
}

func textOrNull(s string) odata.Value {
	if s == "" {
		return odata.Value{}
	}
	return odata.Text(s)
}

func hasWord(word string, texts ...string) bool {
	word = strings.ToLower(word)
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return false
}

// An indexed cursor can be on any row of its list, and then shows only those
// that were found.
type indexed interface {
	cursor
	on(row *readmodel.Row)
	show(rows []*readmodel.Row)
	// agree reports whether all rows of a group have the same values for
	// everything that a group is about.
	agree(g *readmodel.Group) bool
}

// A walk goes over the rows of a list.
type walk struct {
	rows   []*readmodel.Row
	row    *readmodel.Row
	loaded bool // the text of the row has been read
	failed error
}

func (w *walk) len() int        { return len(w.rows) }
func (w *walk) at(i int)        { w.on(w.rows[i]) }
func (w *walk) id(i int) string { return w.rows[i].ID }
func (w *walk) err() error      { return w.failed }
func (w *walk) document() int64 { return w.rows[0].Document }

func (w *walk) on(row *readmodel.Row)      { w.row, w.loaded = row, false }
func (w *walk) show(rows []*readmodel.Row) { w.rows = rows }

// A texted walk reads the text of its row when it is first asked for.
type texted[T any] struct {
	*reading
	walk
	load func(*reading, *readmodel.Row) (T, error) // no method value, which would be made anew for each request
	text T
}

func (t *texted[T]) read() *T {
	if !t.loaded && t.failed == nil {
		t.text, t.failed = t.load(t.reading, t.row)
		t.loaded = true
	}
	if t.failed != nil {
		var none T
		t.text = none
	}
	return &t.text
}

// issueCursor walks over issues.
type issueCursor struct {
	texted[tocsin.Issue]
	judged *readmodel.Traits // whose status is judged below
	status standing
	before []standing // that were worked out for other rows: there are few
}

// A standing is what the status of an issue of a class says.
type standing struct {
	status                        tocsin.Status
	class                         string
	settled, healthy, known, work bool
}

func (r *reading) issues(rows ...*readmodel.Row) *issueCursor {
	return &issueCursor{texted: texted[tocsin.Issue]{reading: r, walk: walk{rows: rows}, load: (*reading).issue}}
}

func (r *reading) issue(row *readmodel.Row) (tocsin.Issue, error) {
	return r.api.model.Issue(r.ctx, row)
}

// agree reports whether all issues of a group are over, or none is, and no
// text is needed to tell.
func (c *issueCursor) agree(g *readmodel.Group) bool {
	c.judge(g.Traits)
	switch {
	case g.Endless:
		return c.status.known && !c.status.healthy
	case c.status.settled:
		return true
	case c.status.work && g.LastEnd() > c.now-readmodel.OverrunFor:
		return false
	}
	return c.status.healthy && g.LastEnd() <= c.now
}

func (c *issueCursor) clone() cursor {
	copied := *c
	copied.before = slices.Clip(c.before)
	return &copied
}

func (c *issueCursor) holds(word string) bool {
	return hasWord(word, c.row.ID, c.row.Service) || hasWord(word, c.read().Title)
}

func (c *issueCursor) entity() (*entity, error) {
	key := keyOf(c.row.Document, c.unknown, c.row.EndAt > c.now || c.overrun())
	if e, ok := c.api.entities.Get(key); ok {
		return e, nil
	}
	issue, err := c.api.model.Issue(c.ctx, c.row)
	if err != nil {
		return nil, err
	}
	issue.Resolved = c.resolved()
	e := encodeIssue(c.api.schema(c.unknown).enums, &issue, c.unknown)
	e.key = key
	c.api.entities.Put(key, e, len(e.json))
	return e, nil
}

// resolved tells whether an issue is over, from its columns and the clock when
// they agree. Only where end and status contradict each other does the word of
// the provider decide, so that no broken service is left out of a list of open
// issues. The legacy API and the desk itself have no such word: see
// [tocsin.Course.Over].
func (c *issueCursor) resolved() bool {
	c.judge(c.row.Traits)
	switch end := c.row.EndAt; {
	case c.overrun():
		return false
	case end == 0 && c.status.known && !c.status.healthy, end > c.now && !c.status.settled:
		return false
	case end > c.now, end != 0 && c.status.healthy:
		return true
	}
	if text := c.read(); text.Legacy == nil && !c.row.Own() {
		return text.Resolved
	}
	return c.row.Course().Over(c.now.Time())
}

// overrun reports whether the issue is work of which nobody knows whether it is
// done.
func (c *issueCursor) overrun() bool {
	c.judge(c.row.Traits)
	return c.status.work && c.row.EndAt <= c.now && c.row.Course().Overrun(c.now.Time())
}

func (c *issueCursor) judge(t *readmodel.Traits) {
	if c.judged == t {
		return
	}
	c.judged = t
	for i := range c.before {
		if c.before[i].status == t.Status && c.before[i].class == t.Class {
			c.status = c.before[i]
			return
		}
	}
	c.status = standing{t.Status, t.Class, t.Status.Settled(), t.Status.Healthy(), t.Status.Known(), (tocsin.Course{Class: t.Class}).Maintenance()}
	if len(c.before) < maxStandings {
		c.before = append(c.before, c.status)
	}
}

// maxStandings bounds what is looked through for each row.
const maxStandings = 32

// classOf is the classification of an issue. Work that a provider plans, which
// only the legacy API tells of, is an advisory; that of the desk has a value of
// its own.
func classOf(class string, own bool) string {
	if class == tocsin.ClassMaintenance && !own {
		return "advisory"
	}
	return class
}

func (c *issueCursor) Value(prop int) odata.Value {
	row, of := c.row, c.api.closed.enums
	switch prop {
	case propID:
		return odata.Text(row.ID)
	case propStart:
		return instant(row.StartAt)
	case propEnd:
		return instant(row.EndAt)
	case propModified:
		return instant(row.ModifiedAt)
	case issueService:
		return odata.Text(row.Service)
	case issueStatus:
		return c.known(of.status, string(row.Status))
	case issueClass:
		return c.known(of.class, classOf(row.Class, row.Own()))
	case issueFeature:
		return textOrNull(row.Feature)
	case issueFeatureGroup:
		return textOrNull(row.FeatureSet)
	case issueResolved:
		return odata.Bool(c.resolved())
	case propTitle:
		return odata.Text(c.read().Title)
	case issueImpact:
		return odata.Text(c.read().Impact)
	case issueOrigin:
		return c.known(of.origin, c.read().Origin)
	}
	return odata.Value{}
}

func (c *issueCursor) Len(prop int) int {
	switch prop {
	case propDetails:
		return len(c.read().Details)
	case issuePosts:
		return len(c.read().Posts)
	}
	return 0
}

func (c *issueCursor) Item(prop, i int) odata.Value {
	if prop == propDetails {
		return odata.Object(pairRow{detail: &c.read().Details[i]})
	}
	return odata.Object(postRow{post: &c.read().Posts[i], reading: c.reading})
}

// messageCursor walks over messages.
type messageCursor struct{ texted[tocsin.Message] }

func (r *reading) messages(rows ...*readmodel.Row) *messageCursor {
	return &messageCursor{texted[tocsin.Message]{reading: r, walk: walk{rows: rows}, load: (*reading).message}}
}

func (r *reading) message(row *readmodel.Row) (tocsin.Message, error) {
	return r.api.model.Message(r.ctx, row)
}

func (*messageCursor) agree(*readmodel.Group) bool { return true }

func (c *messageCursor) clone() cursor {
	copied := *c
	return &copied
}

func (c *messageCursor) holds(word string) bool {
	return hasWord(word, c.row.ID, c.row.Service) || hasWord(word, c.read().Title)
}

func (c *messageCursor) entity() (*entity, error) {
	key := keyOf(c.row.Document, c.unknown, false)
	if e, ok := c.api.entities.Get(key); ok {
		return e, nil
	}
	message, err := c.api.model.Message(c.ctx, c.row)
	if err != nil {
		return nil, err
	}
	e := encodeMessage(c.api.schema(c.unknown).enums, &message, c.unknown)
	e.key = key
	c.api.entities.Put(key, e, len(e.json))
	return e, nil
}

func (c *messageCursor) Value(prop int) odata.Value {
	row, of := c.row, c.api.closed.enums
	switch prop {
	case propID:
		return odata.Text(row.ID)
	case propStart:
		return instant(row.StartAt)
	case propEnd:
		return instant(row.EndAt)
	case propModified:
		return instant(row.ModifiedAt)
	case messageCategory:
		return c.known(of.category, row.Class)
	case messageViewpoint:
		return c.viewpoint()
	}
	text := c.read()
	switch prop {
	case propTitle:
		return odata.Text(text.Title)
	case messageSeverity:
		return c.known(of.severity, text.Severity)
	case messageMajor:
		return odata.Bool(text.MajorChange)
	case messageActionBy:
		return odata.Instant(text.ActionRequiredBy)
	case messageHasAttachments:
		return odata.Bool(text.HasAttachments)
	case messageBody:
		return odata.Object(bodyRow{contentType: text.ContentType, content: text.Content})
	}
	return odata.Value{}
}

// viewpoint is null for programs.
func (c *messageCursor) viewpoint() odata.Value {
	if c.views == nil {
		return odata.Value{}
	}
	return odata.Object(viewRow{view: c.views[c.row.ID]})
}

func (c *messageCursor) Len(prop int) int {
	switch prop {
	case messageServices:
		if c.row.Service == "" {
			return 0
		}
		return strings.Count(c.row.Service, "\n") + 1
	case messageTags:
		return len(c.read().Tags)
	case propDetails:
		return len(c.read().Details)
	}
	return 0
}

func (c *messageCursor) Item(prop, i int) odata.Value {
	switch prop {
	case messageServices:
		rest := c.row.Service
		for range i {
			_, rest, _ = strings.Cut(rest, "\n")
		}
		name, _, _ := strings.Cut(rest, "\n")
		return odata.Text(name)
	case messageTags:
		return odata.Text(c.read().Tags[i])
	}
	return odata.Object(pairRow{detail: &c.read().Details[i]})
}
