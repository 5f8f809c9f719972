package status

import (
	"cmp"
	"strconv"
	"time"

	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// feed is what changed, parted by the reading mark: what the reader has not
// seen yet, and what they have.
type feed struct {
	New, Seen []part.FeedLine
	Rule      string // between the two
	Mark      bool   // whether there is something to mark as seen
	More      bool   // whether there may be more that is new than is shown
	MarkHref  string
	All       string // address of the page of all changes
	Eve       string // address of those since the end of yesterday's working day
	EveName   string
	Cookie    string // the reading mark that the script moves
	Now       int64
}

// feedLines is how many changes the overview shows, and dueLines how many
// deadlines.
const (
	feedLines = 8
	dueLines  = 5
)

// seen serves POST /seen: everything up to now has been seen, or up to when the
// page was made that sends it.
func (p *Pages) seen(v *view) error {
	if err := web.SameOrigin(v.R); err != nil {
		return err
	}
	to := v.Now
	if at := v.R.PostFormValue("at"); at != "" {
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil || seconds <= 0 {
			return tocsin.Invalidf("at", "%q is no instant in seconds.", tocsin.Clip(at, 40))
		}
		to = time.Unix(seconds, 0)
	}
	if err := v.MoveMark(to); err != nil {
		return err
	}
	return v.Redirect(cmp.Or(v.R.PostFormValue("back"), v.Href("/")))
}

// feed reads what changed last.
func (v *view) feed(limit int, mine web.Mine) (feed, error) {
	happenings, err := v.happenings(limit, v.namesOf(mine))
	if err != nil {
		return feed{}, err
	}
	mark := v.SeenAt()
	f := feed{MarkHref: v.Href("/seen"), All: v.Href("/changes"), Eve: v.Href("/changes?since=yesterday"), EveName: v.spanName("yesterday"), Cookie: v.MarkCookie(), Now: v.Now.Unix()}
	if !mark.IsZero() {
		f.Rule = v.Text("feed.rule", "time", v.Stamp(mark.In(v.Zone)))
	}
	for _, h := range happenings {
		line := v.feedLine(h)
		if !mark.IsZero() && h.At.After(mark) {
			f.New = append(f.New, line)
		} else {
			f.Seen = append(f.Seen, line)
		}
	}
	f.Mark, f.More = len(f.New) > 0, len(f.New) == limit
	return f, nil
}
