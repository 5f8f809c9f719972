package web

import (
	"html/template"
	"net/http"
	"strconv"

	"example.org/tocsin/internal/access"
)

// overviewPage is the first page: what is broken now, the services, what
// changed since the reader last looked, and what is due.
type overviewPage struct {
	frame
	*state
	Healthy template.HTML // the panel of the working services
	None    string        // what it means that no issue is open
	Unread  bool          // whether nothing was ever read
	Feed    feed
	Due     dueList
	Planned []plannedLine // maintenance to come
}

// overview serves /. A first visit sets the reading mark, so that the next one
// has something to compare with.
func (p *Pages) overview(v *visit) error {
	page, err := v.shared("overview", func() (any, error) { return v.fillOverview() })
	if err != nil {
		return err
	}
	if v.seenAt().IsZero() {
		v.setCookie(v.seenCookie(), strconv.FormatInt(v.now.Unix(), 10), cookieLife)
	}
	v.answer(http.StatusOK, page)
	return nil
}

func (v *visit) fillOverview() (any, error) {
	page := overviewPage{frame: v.frame(crumb{Name: v.text("nav.overview")})}
	page.Refresh = 60
	var err error
	if page.state, err = v.state(); err != nil {
		return nil, err
	}
	page.None, page.Unread = v.noneOpen(), v.unread()
	if page.Healthy, err = v.fragment("working", page); err != nil {
		return nil, err
	}
	if v.reads(access.ReadMessages) {
		if page.Due, err = v.due(dueLines); err != nil {
			return nil, err
		}
	}
	if page.Feed, err = v.feed(feedLines); err != nil {
		return nil, err
	}
	if page.Planned, err = v.planned(plannedLines); err != nil {
		return nil, err
	}
	return page, nil
}
