package web

import "strconv"

// feed is what changed, parted by the reading mark: what the reader has not
// seen yet, and what they have.
type feed struct {
	New, Seen []feedLine
	Rule      string // between the two
	Mark      bool   // whether there is something to mark as seen
	MarkHref  string
	All       string // address of the page of all changes
	Cookie    string // the reading mark that the script moves
	Now       int64
}

// feedLines is how many changes the overview shows, and dueLines how many
// deadlines.
const (
	feedLines = 12
	dueLines  = 5
)

// seen serves POST /seen: everything up to now has been seen.
func (p *Pages) seen(v *visit) error {
	if err := sameOrigin(v.r); err != nil {
		return err
	}
	v.setCookie(v.seenCookie(), strconv.FormatInt(v.now.Unix(), 10), cookieLife)
	return v.redirect(v.href("/"))
}

// feed reads what changed last.
func (v *visit) feed(limit int) (feed, error) {
	happenings, err := v.happenings(limit)
	if err != nil {
		return feed{}, err
	}
	mark := v.seenAt()
	f := feed{MarkHref: v.href("/seen"), All: v.href("/changes"), Cookie: v.seenCookie(), Now: v.now.Unix()}
	if !mark.IsZero() {
		f.Rule = v.text("feed.rule", "time", v.stamp(mark.In(v.zone)))
	}
	for _, h := range happenings {
		line := v.feedLine(h)
		if !mark.IsZero() && h.At.After(mark) {
			f.New = append(f.New, line)
		} else {
			f.Seen = append(f.Seen, line)
		}
	}
	f.Mark = len(f.New) > 0
	return f, nil
}
