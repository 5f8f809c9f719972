package own

import (
	"net/http"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// listPage is everything that the team wrote about its own services.
type listPage struct {
	web.Frame
	Services []serviceLine
	Issues   []issueLine // open ones first, then the latest
	Work     []issueLine
	NewIssue string // addresses of the forms
	NewWork  string
	NewOne   string
	Empty    web.EmptyView
}

type serviceLine struct {
	web.Look
	Name, Href, Edit, Report string
}

type issueLine struct {
	web.Look
	ID, Title, Href, Service, ClassWords string
	Begins, Ends, Updated                *lang.Moment
	Update, Edit                         string
	Over                                 bool
}

// listed is how many issues, and how many planned works, are listed.
const listed = 50

// home leads to the list.
func (v *view) home() web.Crumb {
	return web.Crumb{Name: v.Text("nav.own"), Href: v.Href("/own")}
}

// list serves GET /own.
func (p *Pages) list(v *view) error {
	page := listPage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav.own")}), NewOne: v.Href("/own/services/new"), NewIssue: v.Href("/own/issues/new"), NewWork: v.Href("/own/work/new"),
	}
	page.Empty = web.EmptyView{Title: v.Text("own.none"), Text: v.Text("own.none.text"), Href: page.NewOne, Action: v.Text("own.service.new")}
	open, err := v.OpenLines()
	if err != nil {
		return err
	}
	for i := range open.Report.Services {
		s := &open.Report.Services[i]
		if s.Own() {
			page.Services = append(page.Services, serviceLine{
				Look: v.Severity(s.Severity), Name: s.Name, Href: v.There("/services/" + web.EscapeID(s.ID)), Edit: v.Href("/own/services/" + web.EscapeID(s.ID)),
				Report: v.Href("/own/issues/new?service=" + web.EscapeID(s.ID)),
			})
		}
	}
	if page.Issues, page.Work, err = v.authored(); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "own-list", page)
}

// authored lists the issues of the team, and its planned work.
func (v *view) authored() (issues, work []issueLine, err error) {
	list, _, err := v.pages.config.Archive.Items(v.R.Context(), v.Snapshot.Tenant.ID, archive.ItemsQuery{Kind: tocsin.KindIssue, Source: tocsin.SourceOwn, Limit: 4 * listed})
	if err != nil {
		return nil, nil, err
	}
	var over []issueLine
	for _, item := range list {
		line := v.issueLine(item)
		switch {
		case item.Course().Maintenance():
			if len(work) < listed {
				work = append(work, line)
			}
		case line.Over:
			over = append(over, line)
		default:
			issues = append(issues, line)
		}
	}
	issues = append(issues, over...)
	return issues[:min(len(issues), listed)], work, nil
}

func (v *view) issueLine(item archive.Item) issueLine {
	at := "/own/issues/" + web.EscapeID(item.ID)
	return issueLine{
		Look: v.LookWhen(item.Course(), v.Now), ID: item.ID, Title: item.Title, Href: v.There("/issues/" + web.EscapeID(item.ID)), Service: item.Service, ClassWords: v.ClassWord(item.Class),
		Begins: v.Moment(item.StartAt), Ends: v.Moment(item.EndAt), Updated: v.Moment(item.ModifiedAt), Update: v.Href(at), Edit: v.Href(at + "/edit"), Over: item.Course().Over(v.Now),
	}
}
