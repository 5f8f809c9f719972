package status

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// logPage is what changed, day by day, the newest first.
type logPage struct {
	web.Frame
	Spans           []web.Chip // from when on, at one press
	Kinds, Services []web.Choice
	Span            string // the one that is chosen, "" for none
	From, To        string // days, "" for no bound
	Result, Clear   string // what is listed, in words; where everything is
	Days            []logDay
	Mark            bool // whether there is something to mark as seen
	MarkHref        string
	Cookie          string // the reading mark that the script moves
	Now             int64
	Earlier         string // address of what is older, "" at the end
	Newest          string // address of the newest, "" there
	Mine            web.Mine
	Empty           *web.EmptyView
}

// A logDay is what happened on one day of the reader's zone, parted by the
// reading mark.
type logDay struct {
	ID, Name  string
	N         int
	New, Seen []part.FeedLine
	Rule      string // between the two, "" on all days but one
}

// logChanges is how many changes are on one page of the log.
const logChanges = 200

// A logQuery is which part of the log a visitor asks for.
type logQuery struct {
	archive.LatestQuery
	span, kind, service string
	from, to            string
	mine                web.Mine
	words               string // for the span of time
}

// changes serves /changes?since=&from=&to=&kind=&service=&before=.
func (p *Pages) changes(v *view) error {
	q, err := v.logAsked()
	if err != nil {
		return err
	}
	told, err := p.config.Archive.LatestEvents(v.R.Context(), v.Snapshot.Tenant.ID, q.LatestQuery)
	if err != nil {
		return err
	}
	page := logPage{Frame: v.Frame(web.Crumb{Name: v.Text("changes.title")}), Span: q.span, From: q.from, To: q.to, MarkHref: v.Href("/seen"), Cookie: v.MarkCookie(), Now: v.Now.Unix()}
	page.Refresh = 60
	if len(told) > logChanges {
		told = told[:logChanges]
		last := told[logChanges-1]
		page.Earlier = v.With("before", fmt.Sprintf("%d-%d", tocsin.Micros(last.At), last.Seq))
	}
	if q.Before != (archive.Place{}) {
		page.Newest, page.Refresh = v.With("before", ""), 0
	}
	requests, err := v.requestsIn(told)
	if err != nil {
		return err
	}
	rooms, err := v.roomsIn(told)
	if err != nil {
		return err
	}
	list, err := v.tell(rooms.seen(requests.seen(v.only(told, q.Services))), len(told))
	if err != nil {
		return err
	}
	for i, h := range list {
		switch h.Kind {
		case tocsin.KindRequest:
			list[i].words = v.requestLine(h, requests)
		case tocsin.KindIncident, tocsin.KindStep:
			list[i].words = v.roomLine(h, rooms)
		}
	}
	page.fill(v, list)
	page.describe(v, q, len(list))
	return v.Render(http.StatusOK, "changes", page)
}

// fill puts what happened under its days.
func (page *logPage) fill(v *view, list []happening) {
	mark, seen := v.SeenAt(), false
	for _, h := range list {
		local := h.At.In(v.Zone)
		id := "d-" + local.Format(time.DateOnly)
		if n := len(page.Days); n == 0 || page.Days[n-1].ID != id {
			page.Days = append(page.Days, logDay{ID: id, Name: v.dayName(local)})
		}
		day := &page.Days[len(page.Days)-1]
		line := v.feedLine(h)
		at := *line.At
		line.At, at.Text = &at, v.HM(local)
		day.N++
		if !mark.IsZero() && h.At.After(mark) {
			day.New, page.Mark = append(day.New, line), true
			continue
		}
		if !mark.IsZero() && !seen {
			seen, day.Rule = true, v.Text("feed.rule", "time", v.Stamp(mark.In(v.Zone)))
		}
		day.Seen = append(day.Seen, line)
	}
}

// dayName is a day as the head of what happened on it.
func (v *view) dayName(local time.Time) string {
	now := v.Now.In(v.Zone)
	switch {
	case lang.SameDay(local, now):
		return v.Text("log.day.today", "date", v.LongDate(local))
	case lang.SameDay(local, now.AddDate(0, 0, -1)):
		return v.Text("log.day.yesterday", "date", v.LongDate(local))
	}
	return v.LongDate(local)
}

// describe offers the filters, and says what they leave over.
func (page *logPage) describe(v *view, q logQuery, n int) {
	spans := []string{"seen", "today", "yesterday", "7d", "30d", ""}
	if v.SeenAt().IsZero() {
		spans = spans[1:]
	}
	for _, span := range spans {
		query := v.R.URL.Query()
		for _, name := range []string{"from", "to", "before", "since", "tenant"} { // not what is asked for beside the time
			query.Del(name)
		}
		if span != "" {
			query.Set("since", span)
		}
		path := "/changes"
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		on := span == q.span && q.from == "" && q.to == ""
		page.Spans = append(page.Spans, web.Chip{Name: v.spanName(span), Href: v.Href(path), On: on})
	}
	for _, value := range []string{"", "service", "issue", "message", "source", "room", "request"} {
		if value == "message" && !v.Reads(access.ReadMessages) || value == "room" && !v.Reads(access.WorkIncidents) || value == "request" && !v.Reads(access.HandleRequests) {
			continue
		}
		name := "log.kind." + value
		if value == "" {
			name = "log.kind.all"
		}
		page.Kinds = append(page.Kinds, web.Choice{Value: value, Name: v.Text(name), On: value == q.kind})
	}
	page.Services, page.Mine = v.serviceChoices(q.service), q.mine
	filtered := q.mine.On || q.span != "" || q.kind != "" || q.service != "" || q.from != "" || q.to != ""
	if page.Result = v.Text("log.result", "n", n); page.Earlier != "" {
		page.Result = v.Text("log.result.more", "n", n)
	}
	if q.words != "" {
		page.Result = v.Text("log.result.span", "result", page.Result, "span", q.words)
	}
	if filtered {
		page.Clear = v.Href("/changes")
	}
	switch {
	case n > 0:
	case filtered || q.Before != (archive.Place{}):
		page.Empty = &web.EmptyView{Title: v.Text("log.none"), Text: page.Result, Href: v.Href("/changes"), Action: v.Text("empty.filter.clear")}
	default:
		page.Empty = &web.EmptyView{Title: v.Text("feed.empty"), Text: v.Text("log.empty.text")}
	}
}

// spanName is a choice of from when on changes are listed.
func (v *view) spanName(span string) string {
	if days, ok := strings.CutSuffix(span, "d"); ok {
		n, _ := strconv.Atoi(days)
		return v.Text("filter.days", "n", n)
	}
	switch span {
	case "":
		return v.Text("log.since.all")
	case "yesterday":
		return v.Text("log.since.yesterday", "time", v.HM(v.eveBefore()))
	}
	return v.Text("log.since." + span)
}

// dayEnds is the hour at which a working day ends.
const dayEnds = 17

// eveBefore is the end of yesterday's working day where the reader is.
func (v *view) eveBefore() time.Time {
	now := v.Now.In(v.Zone)
	return time.Date(now.Year(), now.Month(), now.Day()-1, dayEnds, 0, 0, 0, v.Zone)
}

// logAsked reads what the address asks for. A filter that cannot be read is
// refused: nobody takes another part of the log for the one they asked for.
func (v *view) logAsked() (q logQuery, err error) {
	query := v.R.URL.Query()
	may := v.kinds()
	if v.Reads(access.WorkIncidents) {
		may = append(may, tocsin.KindIncident, tocsin.KindStep)
	}
	if v.Reads(access.HandleRequests) {
		may = append(may, tocsin.KindRequest)
	}
	q.LatestQuery = archive.LatestQuery{Kinds: may, Private: v.Reads(access.ReadPrivacy), Limit: logChanges + 1}
	q.span, q.kind, q.service, q.from, q.to = query.Get("since"), query.Get("kind"), query.Get("service"), query.Get("from"), query.Get("to")
	if err := v.logSpan(&q); err != nil {
		return q, err
	}
	wanted := map[string][]tocsin.Kind{
		"": q.Kinds, "service": {tocsin.KindService, tocsin.KindOverview}, "issue": {tocsin.KindIssue}, "message": {tocsin.KindMessage}, "source": {tocsin.KindSource},
		"room": {tocsin.KindIncident, tocsin.KindStep}, "request": {tocsin.KindRequest},
	}[q.kind]
	if wanted == nil {
		return q, tocsin.Invalidf("kind", "%q is none of service, issue, message, source, room, request.", tocsin.Clip(q.kind, 64))
	}
	q.Kinds = slices.DeleteFunc(wanted, func(k tocsin.Kind) bool { return !slices.Contains(may, k) })
	if len(q.Kinds) == 0 {
		return q, &tocsin.Error{Kind: tocsin.ErrForbidden, Message: "These changes need another permission."}
	}
	if q.mine, err = v.Mine(); err != nil {
		return q, err
	}
	if q.Services = v.namesOf(q.mine); q.service != "" {
		q.Services = v.serviceNames(q.service)
	}
	if before := query.Get("before"); before != "" {
		var at int64
		if n, err := fmt.Sscanf(before, "%d-%d", &at, &q.Before.Seq); err != nil || n != 2 || at <= 0 {
			return q, tocsin.Invalidf("before", "%q is no place in the log: follow the links below it.", tocsin.Clip(before, 64))
		}
		q.Before.At = tocsin.FromMicros(at)
	}
	return q, nil
}

// logSpan reads the time that is asked for, in the reader's zone.
func (v *view) logSpan(q *logQuery) (err error) {
	today := lang.StartOfDay(v.Now.In(v.Zone))
	switch q.span {
	case "":
	case "seen":
		q.Since = v.SeenAt()
	case "today":
		q.Since = today
	case "yesterday":
		q.Since = v.eveBefore()
	case "7d", "30d":
		q.Since, _ = v.Period(q.span)
	default:
		return tocsin.Invalidf("since", "%q is none of seen, today, yesterday, 7d, 30d.", tocsin.Clip(q.span, 64))
	}
	from, err := v.dayAsked("from", q.from)
	if err != nil {
		return err
	}
	to, err := v.dayAsked("to", q.to)
	if err != nil {
		return err
	}
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		return tocsin.Invalidf("to", "The last day is before the first.")
	}
	if q.Since.Before(from) {
		q.Since = from
	}
	if !to.IsZero() {
		q.Until = to.AddDate(0, 0, 1)
	}
	switch {
	case !q.Since.IsZero() && !to.IsZero():
		q.words = v.Text("log.span.both", "from", v.sinceWords(q.Since), "to", v.Date(to))
	case !q.Since.IsZero():
		q.words = v.Text("log.span.since", "from", v.sinceWords(q.Since))
	case !to.IsZero():
		q.words = v.Text("log.span.until", "to", v.Date(to))
	}
	return nil
}

// sinceWords is an instant, or a day that begins then.
func (v *view) sinceWords(t time.Time) string {
	local := t.In(v.Zone)
	if local.Equal(lang.StartOfDay(local)) {
		return v.Date(local)
	}
	return v.Full(local)
}

// dayAsked is a day of the reader's zone, zero for none.
func (v *view) dayAsked(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, v.Zone)
	if err != nil || day.Year() < 1900 || day.Year() > 2200 {
		return day, tocsin.Invalidf(name, "%q is no day such as 2026-11-28.", tocsin.Clip(text, 64))
	}
	return day, nil
}

// serviceNames are the names under which the log knows a service, and those of
// the suite, whose incidents hit each of its services.
func (v *view) serviceNames(id string) []string {
	s, ok := v.Snapshot.Service(id)
	if !ok {
		return []string{id}
	}
	names := []string{s.ID, s.Name, s.Listed()}
	if suite, ok := v.Snapshot.Service(v.Snapshot.SuiteID()); ok && !s.Own() && v.Snapshot.Provider(s.Source) == v.Snapshot.Provider(suite.Source) {
		names = append(names, suite.ID, suite.Name, suite.Listed())
	}
	return names
}

// namesOf are the names under which the log knows the services that concern the
// reader, none where they ask for all. Of who follows none there is one that
// nothing is called.
func (v *view) namesOf(mine web.Mine) []string {
	if !mine.On {
		return nil
	}
	names := []string{"-"}
	for _, id := range mine.IDs {
		names = append(names, v.serviceNames(id)...)
	}
	return names
}

// only leaves out changes that the event log has not come to and that are about
// none of some services.
func (v *view) only(told []archive.Told, services []string) []archive.Told {
	return slices.DeleteFunc(told, func(one archive.Told) bool { return !one.Read && !v.concerns(one.Change, services) })
}

// concerns reports whether a change that the event log has not come to is about
// one of some services, as far as is known now; any is when there are none.
func (v *view) concerns(c tocsin.Change, services []string) bool {
	if len(services) == 0 {
		return true
	}
	names := []string{c.ID}
	var row *readmodel.Row
	switch c.Kind {
	case tocsin.KindIssue:
		row, _ = v.Snapshot.Issue(c.ID)
	case tocsin.KindMessage:
		row, _ = v.Snapshot.Message(c.ID)
	}
	if row != nil {
		names = append(strings.Split(row.Service, "\n"), row.ServiceID)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc(services, func(asked string) bool { return tocsin.NameKey(asked) == tocsin.NameKey(name) })
	})
}
