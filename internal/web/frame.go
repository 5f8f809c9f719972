package web

import (
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/readmodel"
)

// A frame is what surrounds every page: the side panel, the top bar and the
// banners. View models of pages begin with one, and hand it to the layout as
// .Frame, so that no member of a page can take the place of one of its own.
type Frame struct {
	Lang        string
	Theme       string // light, dark, or "" to follow the system
	Title       string
	Styles      string // the style sheet of the page beside the one of all, "" for none
	Demo        bool
	Home        string
	Here        string // the present address, for forms that come back
	Action      string // the same without its query, for forms that filter
	Tenant      string // name of the one that is looked at in addresses, "" on a desk without any
	TenantTitle string // its name as people write it
	Initial     string
	Tracked     int          // services of the tenant
	Tenants     []TenantLink // when there are several
	All         string       // address of the page of all tenants
	Nav         []navGroup
	Tabs        []NavLink
	Crumbs      []Crumb
	Languages   []LanguageLink
	Live        liveState
	Clock       clockView
	Find        string // address of the search
	Query       string // what was searched for
	Prefs       string
	Statement   string // address of what is said about accessibility
	Stale       string // that a source is not heard, "" while all is current
	StaleText   string
	Silences    []silenceNotice // that hold
	Events      string          // where a page with script listens for changes, "" for nowhere
	Part        string          // where a page that listens asks for what is new alone, "" where it asks for itself
	Refresh     int             // seconds after which a page without script reloads, 0 for never
	NoIndex     bool
	JumpID      string
	Person      person // who is signed in
}

// A TenantLink leads to a tenant, with how it is where that is told.
type TenantLink struct {
	Name, Initial, Href, State, Family, Glyph string
	Current                                   bool
}

type navGroup struct {
	Name  string
	Links []NavLink
}

// A NavLink is a link of a menu. Count is 0 where nothing is counted.
type NavLink struct {
	Name, Short, Href, Icon, Key string
	Count                        int
	CountWords                   string
	Down                         bool
	Current                      bool
}

// A Crumb is one step of the way to a page; Href is empty for the page itself.
type Crumb struct{ Name, Href string }

// A LanguageLink leads to the same page in a language.
type LanguageLink struct {
	Code, Name, Title, Href string
	Current                 bool
}

// liveState says how fresh the data is: "" for live, stale, off.
type liveState struct{ State, Text string }

// clockView is the time in the reader's zone and in UTC.
type clockView struct{ Time, City, UTC, Date, ISO string }

// Frame fills in what surrounds a page. Crumbs end with the page itself, whose
// title is the last one's name.
func (v *Request) Frame(crumbs ...Crumb) Frame {
	f := Frame{
		Lang: v.Code, Theme: v.Theme, Styles: v.pages.sheets[v.family], Demo: v.pages.config.Demo, Crumbs: crumbs, Home: v.Href("/"), Here: v.With("", ""), Action: PrefixOf(v.Code) + v.Path,
		Find: v.Href("/search"), Prefs: v.Href("/preferences"), Statement: v.Href("/accessibility"), Clock: v.clockView(), Person: v.person(),
	}
	if len(crumbs) > 0 {
		f.Title = crumbs[len(crumbs)-1].Name
	}
	f.Languages = v.LanguageLinks()
	s := v.Snapshot
	if s == nil {
		v.navigate(&f)
		return f
	}
	f.Tenant, f.TenantTitle, f.Initial, f.Tracked = s.Tenant.Name, s.Tenant.Title(), initial(s.Tenant.Title()), len(s.Services)
	if len(v.Tenants) > 1 {
		f.All = v.Href("/tenants")
		for _, t := range v.Tenants {
			f.Tenants = append(f.Tenants, TenantLink{
				Name: t.Title(), Initial: initial(t.Title()), Href: AddressOf(v.Code, "/", t.Name), Current: t.ID == s.Tenant.ID,
			})
		}
	}
	v.navigate(&f)
	f.Live, f.Events = v.liveState(s), v.eventsOf()
	f.Stale, f.StaleText = v.StaleTitle(), v.StaleReason()
	f.Silences = v.silences()
	return f
}

func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return ""
}

// LanguageLinks returns links to the same page in each language.
func (v *Request) LanguageLinks() []LanguageLink {
	var links []LanguageLink
	for _, l := range []struct{ code, name, title string }{{"en", "EN", "English"}, {"fr", "FR", "Français"}, {"ja", "日本語", ""}} {
		href := PrefixOf(l.code) + v.Path
		if v.R.URL.RawQuery != "" {
			href += "?" + v.R.URL.RawQuery
		}
		links = append(links, LanguageLink{l.code, l.name, l.title, href, l.code == v.Code})
	}
	return links
}

// opens reports whether the visitor may open a page of the side panel. One that
// does not exist nobody may.
func (v *Request) opens(path string) bool {
	if path == "/" {
		path = "/{$}"
	}
	needs, ok := v.pages.needs[path]
	return ok && access.VisitorOf(v.R.Context()).Somewhere(needs)
}

// navigate fills in the side panel.
func (v *Request) navigate(f *Frame) {
	for i := range v.pages.links {
		row := &v.pages.links[i]
		if v.Snapshot == nil && !row.Bare || !v.opens(row.Path) || row.Shown != nil && !row.Shown(v) {
			continue
		}
		link := NavLink{
			Name: v.Text(row.Text), Href: v.Href(row.Path), Icon: row.Icon, Key: row.Key,
			Current: row.Path == v.Path || row.Path != "/" && strings.HasPrefix(v.Path, row.Path+"/"),
		}
		if row.Count != nil {
			link.Count, link.Down = row.Count(v)
			link.CountWords = v.Text(row.Text+".count", "n", link.Count)
		}
		group := v.Text("nav.group." + row.Group)
		if n := len(f.Nav); n == 0 || f.Nav[n-1].Name != group {
			f.Nav = append(f.Nav, navGroup{Name: group})
		}
		if row.Short != "" {
			link.Short = v.Text(row.Short)
			if len(f.Tabs) < maxTabs {
				f.Tabs = append(f.Tabs, link)
			}
		}
		last := &f.Nav[len(f.Nav)-1]
		last.Links = append(last.Links, link)
	}
}

// maxTabs is how many links the bar of a small screen has room for.
const maxTabs = 5

func (v *Request) clockView() clockView {
	local, utc := v.Now.In(v.Zone), v.Now.UTC()
	view := clockView{Time: v.HM(local), City: v.City(), Date: v.TopDate(local), ISO: utc.Format(time.RFC3339)}
	if v.IsUTC(v.Now) {
		view.City = "UTC"
		return view
	}
	view.UTC = v.HM(utc) + " UTC"
	if !lang.SameDay(local, utc) {
		view.UTC = v.ShortDate(utc) + " " + view.UTC
	}
	return view
}

func (v *Request) liveState(s *readmodel.Snapshot) liveState {
	switch {
	case s.Stale && s.StaleSince.IsZero():
		return liveState{"stale", v.Text("live.never")}
	case s.Stale:
		return liveState{"stale", v.Text("live.stale", "time", v.Stamp(s.StaleSince.In(v.Zone)))}
	case s.CheckedAt.IsZero():
		return liveState{"off", v.Text("live.off")}
	}
	d := v.Now.Sub(s.CheckedAt)
	if d < time.Minute {
		return liveState{"", v.Text("live.seconds", "n", max(0, int(d.Seconds())))}
	}
	return liveState{"", v.Text("live.ago", "d", v.Length(d))}
}

// requestID is how the operator finds this request in the log.
func (v *Request) requestID() string { return httpserver.RequestID(v.R.Context()) }

// person is who is signed in, as every page shows it.
type person struct {
	Name, Initial           string
	Account, SignOut, Enter string // addresses; Enter is where a stranger signs in
}

// person tells who asks.
func (v *Request) person() person {
	visitor := access.VisitorOf(v.R.Context())
	switch {
	case v.pages.config.Door == nil:
		return person{}
	case !visitor.SignedIn():
		return person{Enter: v.Href("/login")}
	}
	return person{Name: visitor.User.Display, Initial: initial(visitor.User.Display), Account: v.Href("/account"), SignOut: v.Href("/logout")}
}
