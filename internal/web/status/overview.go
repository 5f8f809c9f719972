package status

import (
	"html/template"
	"net/http"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// overviewPage is the first page: what is broken now, the services, what
// changed since the reader last looked, and what is due.
type overviewPage struct {
	web.Frame
	*part.State
	Healthy   template.HTML // the panel of the working services
	AllIssues string        // address of the list of all of them
	None      string        // what it means that no issue is open
	Unread    bool          // whether nothing was ever read
	Feed      feed
	Mine      web.Mine
	Due       part.DueList
	Planned   []plannedLine // maintenance to come
}

// overview serves /. The first request sets the reading mark, so that the next
// one has something to compare with.
func (p *Pages) overview(v *view) error {
	page, err := v.Shared("overview", func() (any, error) { return v.fillOverview() })
	if err != nil {
		return err
	}
	if v.SeenAt().IsZero() {
		if err := v.MoveMark(v.Now); err != nil {
			return err
		}
	} else {
		v.LastsASecond()
	}
	v.Answer(http.StatusOK, page)
	return nil
}

func (v *view) fillOverview() (any, error) {
	page := overviewPage{Frame: v.Frame(web.Crumb{Name: v.Text("nav.overview")})}
	page.Refresh = 60
	var err error
	if page.State, err = v.State(); err != nil {
		return nil, err
	}
	if page.Mine, err = v.Mine(); err != nil {
		return nil, err
	}
	page.Title = v.AnswerTitle(page.Verdict)
	page.AllIssues = v.Href("/issues")
	page.None, page.Unread = v.NoneOpen(), v.Unread()
	working := v.Fragment
	if page.Mine.On {
		page.None, working = v.Text("overview.none.mine"), v.Partial
		v.Only(page.State, page.Mine)
	}
	v.Workarounds(page.Affected)
	if page.Healthy, err = working("working", page); err != nil {
		return nil, err
	}
	if v.Reads(access.ReadMessages) {
		if page.Due, err = v.Due(dueLines, page.Mine); err != nil {
			return nil, err
		}
	}
	if page.Feed, err = v.feed(feedLines, page.Mine); err != nil {
		return nil, err
	}
	if page.Planned, err = v.planned(plannedLines); err != nil {
		return nil, err
	}
	return page, nil
}
