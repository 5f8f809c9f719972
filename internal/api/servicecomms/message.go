package servicecomms

import (
	"crypto/sha256"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

const (
	maxTop = 100     // the default and the largest $top, as the reference says
	window = 7 * day // how far back an answer without a time filter reaches
)

// messages answers /Messages.
func (x *exchange) messages(options *odata.Options) error {
	top := maxTop
	if options.HasTop {
		top = options.Top
	}
	if top > maxTop {
		return failf(http.StatusBadRequest, codeInvalidValue, "$top is at most %d.", maxTop)
	}
	if x.place.counts() {
		options.Count, options.OrderBy = true, nil
		_, total, err := x.find(indexOf(x.snapshot), options, 0)
		if err != nil {
			return err
		}
		return x.plain(strconv.Itoa(total))
	}
	list, total, err := x.find(indexOf(x.snapshot), options, options.Skip+top)
	if err != nil {
		return err
	}
	count := -1
	if options.Count {
		count = total
	}
	a := x.begin("Messages", x.api.schema.message, options, count)
	if a.wanted.plain() {
		a.said = sha256.New()
		a.said.Write(a.body)
		if httpserver.AcceptsGzip(x.r.Header) {
			a.joins = &joins{}
		}
	}
	for _, n := range list[min(options.Skip, len(list)):min(options.Skip+top, len(list))] {
		if err := a.notice(n); err != nil {
			return err
		}
	}
	next := ""
	if !options.HasTop && total > options.Skip+top {
		next = x.address(opMessages) + "?" + options.Link(odata.Option{Name: "$skip", Value: strconv.Itoa(options.Skip + top)})
	}
	return a.end(next)
}

// notice writes one message. What looks the same in every answer is encoded
// once for each stored document.
func (a *answer) notice(n *notice) error {
	kind := typeMessage
	if n.message {
		kind = typeMessageCenter
	}
	form := form{a.wanted.show, n.naming()}
	shared := a.wanted.plain() && !n.reviewed()
	f, ok := a.x.api.encoded.Get(form.of(n.of.Document))
	ok = ok && f.form == form // two may have the same hash
	if !ok || !shared {
		entity, err := n.read()
		if err != nil {
			return err
		}
		if err := a.x.linkReview(n, entity); err != nil {
			return err
		}
		f.form, f.text = form, appendFields(nil, entity, a.wanted)
		if a.wanted.plain() {
			f.sum = httpserver.DigestOf(f.text)
		}
		if shared {
			a.x.api.encoded.Put(form.of(n.of.Document), f, len(f.text))
		}
	}
	if a.said != nil {
		a.said.Write(f.sum[:])
	}
	empty := a.open(kind)
	from := len(a.body)
	a.body = append(a.body, f.text...)
	a.joins.add(f, form.of(n.of.Document), shared, from, len(a.body))
	a.close(empty)
	return nil
}

// naming is what, beside the document, decides how a message is written: the
// tenant's own id of the service that an issue is about, or of all names that a
// post may be about.
func (n *notice) naming() string {
	if n.message {
		return n.x.snapshot.Naming()
	}
	return n.of.ServiceID
}

// reviewed tells that an issue may have a document, which one tenant holds and
// another does not: what is written of it is not shared.
func (n *notice) reviewed() bool { return !n.message && n.of.Status == tocsin.StatusReviewPublished }

// linkReview tells where the review of an issue is, if the desk holds it and
// the source named no place.
func (x *exchange) linkReview(n *notice, o object) error {
	const field = "PostIncidentDocumentUrl"
	if !n.reviewed() || o.value(field) != nil {
		return nil
	}
	x.course.fleeting = true // the document may come any time
	held, err := x.api.archive.Files(x.r.Context(), x.snapshot.Tenant.ID, tocsin.Ref{Kind: tocsin.KindIssue, ID: n.of.ID})
	if err == nil && len(held) > 0 {
		o.set(field, x.base+"/v1.0/admin/serviceAnnouncement/issues/"+url.PathEscape(n.of.ID)+"/incidentReport")
	}
	return err
}

// find picks the messages that a request wants, in the order of answers. It
// returns the first limit of them, and how many match: all, if that is asked
// for, else limit and one more at most.
func (x *exchange) find(index index, options *odata.Options, limit int) (list []*notice, total int, err error) {
	everything := options.Count || len(options.OrderBy) > 0
	since, windowed := x.since(options.Filter)
	candidates := x.candidates(index, options.Filter, since)
	scratch := &notice{}
	for row, message := candidates.next(); row != nil; row, message = candidates.next() {
		*scratch = notice{x: x, of: row, message: message}
		if windowed && row.Last() < since || !options.Filter.Match(scratch) {
			if scratch.failed != nil {
				return nil, 0, scratch.failed
			}
			continue
		}
		if windowed && row.Last() != math.MaxInt64 {
			x.course.until(row.Last()+readmodel.Instant(window/time.Microsecond), readmodel.InstantOf(x.now))
		}
		if total++; total <= limit || len(options.OrderBy) > 0 {
			kept := *scratch
			list = append(list, &kept)
		}
		if total > limit && !everything {
			break
		}
	}
	if len(options.OrderBy) > 0 {
		slices.SortStableFunc(list, func(a, b *notice) int { return options.OrderBy.Compare(a, b) })
		for _, n := range list {
			if n.failed != nil {
				return nil, 0, n.failed
			}
		}
	}
	return list, total, nil
}

// since is from when on something must have happened about a message: what the
// filter demands, or the default window, which windowed tells.
func (x *exchange) since(f *odata.Filter) (at readmodel.Instant, windowed bool) {
	times := []string{"StartTime", "EndTime", "LastUpdatedTime"}
	for _, c := range f.Conjuncts() {
		if !slices.Contains(times, c.Path) || c.Op != "eq" && c.Op != "ge" && c.Op != "gt" || len(c.Values) != 1 {
			continue
		}
		if us, ok := c.Values[0].Any().(int64); ok {
			at = max(at, readmodel.Instant(us))
		}
	}
	if slices.ContainsFunc(append(times, "ActionRequiredByDate", "MilestoneDate", "Id", "Name"), f.Mentions) {
		return at, false
	}
	return readmodel.InstantOf(x.now.Add(-window)), true
}

// candidates narrows down where to look: by id, else by service and by time.
func (x *exchange) candidates(index index, f *odata.Filter, since readmodel.Instant) *candidates {
	if ids, open := textsOf(f, "Id"); !open {
		return index.named(ids)
	}
	services, every := textsOf(f, "Workload")
	return index.of(services, every, since)
}

// notice is one message as filters see it: columns first, the text when a
// filter asks for it.
type notice struct {
	x       *exchange
	of      *readmodel.Row
	message bool
	entity  object // once read
	failed  error
}

// Value gives filters and orders the fields that they can use.
func (n *notice) Value(prop int) odata.Value {
	switch prop {
	case propID:
		return odata.Text(n.of.ID)
	case propWorkload:
		return textValue(n.of.ServiceID)
	case propWorkloadName:
		return textValue(n.workloadName())
	case propStatus:
		return odata.Text(n.status())
	case propStart:
		return instantValue(n.of.StartAt)
	case propEnd:
		return instantValue(n.of.EndAt)
	case propUpdated:
		return instantValue(n.of.ModifiedAt)
	case propType:
		return odata.Text(n.messageType())
	case propClass:
		return textValue(n.class())
	case propFeature:
		return textValue(n.of.Feature)
	case propFeatureName:
		return textValue(n.of.FeatureSet)
	}
	switch v := n.slow(prop).(type) {
	case string:
		return odata.Text(v)
	case bool:
		return odata.Bool(v)
	case int:
		return odata.Int(int64(v))
	case time.Time:
		return odata.Instant(v)
	}
	return odata.Value{}
}

// Len and Item give filters the lists of texts.
func (n *notice) Len(prop int) int {
	list, _ := n.slow(prop).([]string)
	return len(list)
}

// Item is one text of a list.
func (n *notice) Item(prop, i int) odata.Value {
	list, _ := n.slow(prop).([]string)
	return odata.Text(list[i])
}

// slow reads the text for a field that is no column.
func (n *notice) slow(prop int) any {
	if prop < propSlow || prop-propSlow >= len(n.x.api.schema.slow) {
		return nil
	}
	entity, err := n.read()
	if err != nil {
		return nil
	}
	return entity.value(n.x.api.schema.slow[prop-propSlow])
}

func textValue(s string) odata.Value {
	if s == "" {
		return odata.Value{}
	}
	return odata.Text(s)
}

func instantValue(i readmodel.Instant) odata.Value {
	if i == 0 {
		return odata.Value{}
	}
	return odata.Micros(int64(i))
}

// read makes the entity.
func (n *notice) read() (object, error) {
	if n.entity != nil || n.failed != nil {
		return n.entity, n.failed
	}
	if n.message {
		var m tocsin.Message
		if m, n.failed = n.x.api.model.Message(n.x.r.Context(), n.of); n.failed == nil {
			n.entity = n.fromMessage(&m)
		}
	} else {
		var i tocsin.Issue
		if i, n.failed = n.x.api.model.Issue(n.x.r.Context(), n.of); n.failed == nil {
			n.entity = n.fromIssue(&i)
		}
	}
	return n.entity, n.failed
}

// workloadName is the display name of the one service of an issue.
func (n *notice) workloadName() string {
	if n.message {
		return ""
	}
	return n.of.Service
}

// status is in words: unlike in CurrentStatus, and empty for posts.
func (n *notice) status() string {
	if n.message {
		return ""
	}
	return n.of.Status.Words()
}

// The values of MessageType.
const (
	typeIncident    = "Incident"
	typePost        = "MessageCenter"
	typeMaintenance = "PlannedMaintenance"
)

func (n *notice) messageType() string {
	switch {
	case n.message:
		return typePost
	case n.maintenance():
		return typeMaintenance
	}
	return typeIncident
}

// maintenance tells that an issue announces work. Graph knows no such thing,
// so it can only come from a source that says so in the classification.
func (n *notice) maintenance() bool { return strings.EqualFold(n.of.Class, typeMaintenance) }

// class is the Classification, which knows incidents and advisories only.
func (n *notice) class() string {
	if n.message || n.maintenance() {
		return "Advisory"
	}
	return capital(n.of.Class)
}
