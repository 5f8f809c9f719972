package web

import (
	"strings"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/readmodel"
)

// A frame is what surrounds every page: the side panel, the top bar and the
// banners. View models of pages begin with one.
type frame struct {
	Lang        string
	Theme       string // light, dark, or "" to follow the system
	Title       string
	Demo        bool
	Home        string
	Here        string // the present address, for forms that come back
	Action      string // the same without its query, for forms that filter
	Tenant      string // name of the one that is looked at in addresses, "" on a desk without any
	TenantTitle string // its name as people write it
	Initial     string
	Tracked     int          // services of the tenant
	Tenants     []tenantLink // when there are several
	All         string       // address of the page of all tenants
	Nav         []navGroup
	Tabs        []navLink
	Crumbs      []crumb
	Languages   []languageLink
	Live        liveState
	Clock       clockView
	Find        string // address of the search
	Query       string // what was searched for
	Prefs       string
	Stale       string // that a source is not heard, "" while all is current
	StaleText   string
	Events      string // where a page with script listens for changes, "" for nowhere
	Refresh     int    // seconds after which a page without script reloads, 0 for never
	NoIndex     bool
	JumpID      string
	Person      person // who is signed in
}

// Frame is the frame of the page that embeds it. Templates of the layout are
// given this, so that no member of a page can take the place of one of theirs.
func (f frame) Frame() frame { return f }

type tenantLink struct {
	Name, Initial, Href, State, Family, Glyph string
	Current                                   bool
}

type navGroup struct {
	Name  string
	Links []navLink
}

type navLink struct {
	Name, Short, Href, Icon, Key string
	Count                        int
	CountWords                   string
	Down                         bool
	Current                      bool
}

type crumb struct{ Name, Href string }

type languageLink struct {
	Code, Name, Title, Href string
	Current                 bool
}

// liveState says how fresh the data is: "" for live, stale, off.
type liveState struct{ State, Text string }

// clockView is the time in the reader's zone and in UTC.
type clockView struct{ Time, City, UTC, Date, ISO string }

// frame fills in what surrounds a page. Crumbs end with the page itself, whose
// title is the last one's name.
func (v *visit) frame(crumbs ...crumb) frame {
	f := frame{
		Lang: v.code, Theme: v.theme, Demo: v.pages.config.Demo, Crumbs: crumbs, Home: v.href("/"), Here: v.with("", ""), Action: prefixOf(v.code) + v.path,
		Find: v.href("/search"), Prefs: v.href("/preferences"), Clock: v.clockView(), Person: v.person(),
	}
	if len(crumbs) > 0 {
		f.Title = crumbs[len(crumbs)-1].Name
	}
	f.Languages = v.languageLinks()
	s := v.snapshot
	if s == nil {
		v.navigate(&f)
		return f
	}
	f.Tenant, f.TenantTitle, f.Initial, f.Tracked = s.Tenant.Name, s.Tenant.Title(), initial(s.Tenant.Title()), len(s.Services)
	if len(v.tenants) > 1 {
		f.All = v.href("/tenants")
		for _, t := range v.tenants {
			f.Tenants = append(f.Tenants, tenantLink{
				Name: t.Title(), Initial: initial(t.Title()), Href: addressOf(v.code, "/", t.Name), Current: t.ID == s.Tenant.ID,
			})
		}
	}
	v.navigate(&f)
	f.Live, f.Events = v.liveState(s), v.eventsOf()
	f.Stale, f.StaleText = v.staleTitle(), v.staleReason()
	return f
}

func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return ""
}

func (v *visit) languageLinks() []languageLink {
	var links []languageLink
	for _, l := range []struct{ code, name, title string }{{"en", "EN", "English"}, {"fr", "FR", "Français"}, {"ja", "日本語", ""}} {
		href := prefixOf(l.code) + v.path
		if v.r.URL.RawQuery != "" {
			href += "?" + v.r.URL.RawQuery
		}
		links = append(links, languageLink{l.code, l.name, l.title, href, l.code == v.code})
	}
	return links
}

// opens reports whether the visitor may open a page of the side panel. One that
// does not exist nobody may.
func (v *visit) opens(path string) bool {
	if path == "/" {
		path = "/{$}"
	}
	needs, ok := v.pages.needs[path]
	return ok && access.VisitorOf(v.r.Context()).Somewhere(needs)
}

// navigate fills in the side panel.
func (v *visit) navigate(f *frame) {
	for i := range v.pages.links {
		row := &v.pages.links[i]
		if v.snapshot == nil && !row.Bare || !v.opens(row.Path) || row.Shown != nil && !row.Shown(v) {
			continue
		}
		link := navLink{
			Name: v.text(row.Text), Href: v.href(row.Path), Icon: row.Icon, Key: row.Key,
			Current: row.Path == v.path || row.Path != "/" && strings.HasPrefix(v.path, row.Path+"/"),
		}
		if row.Count != nil {
			link.Count, link.Down = row.Count(v)
			link.CountWords = v.text(row.Text+".count", "n", link.Count)
		}
		group := v.text("nav.group." + row.Group)
		if n := len(f.Nav); n == 0 || f.Nav[n-1].Name != group {
			f.Nav = append(f.Nav, navGroup{Name: group})
		}
		if row.Short != "" {
			link.Short = v.text(row.Short)
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

func (v *visit) clockView() clockView {
	local, utc := v.now.In(v.zone), v.now.UTC()
	view := clockView{Time: v.hm(local), City: v.city(), Date: v.topDate(local), ISO: utc.Format(time.RFC3339)}
	if v.isUTC(v.now) {
		view.City = "UTC"
		return view
	}
	view.UTC = v.hm(utc) + " UTC"
	if !sameDay(local, utc) {
		view.UTC = v.shortDate(utc) + " " + view.UTC
	}
	return view
}

func (v *visit) liveState(s *readmodel.Snapshot) liveState {
	switch {
	case s.Stale && s.StaleSince.IsZero():
		return liveState{"stale", v.text("live.never")}
	case s.Stale:
		return liveState{"stale", v.text("live.stale", "time", v.stamp(s.StaleSince.In(v.zone)))}
	case s.CheckedAt.IsZero():
		return liveState{"off", v.text("live.off")}
	}
	d := v.now.Sub(s.CheckedAt)
	if d < time.Minute {
		return liveState{"", v.text("live.seconds", "n", max(0, int(d.Seconds())))}
	}
	return liveState{"", v.text("live.ago", "d", v.length(d))}
}

// requestID is how the operator finds this request in the log.
func (v *visit) requestID() string { return httpserver.RequestID(v.r.Context()) }

// person is who is signed in, as every page shows it.
type person struct {
	Name, Initial           string
	Account, SignOut, Enter string // addresses; Enter is where a stranger signs in
}

// person tells who visits.
func (v *visit) person() person {
	visitor := access.VisitorOf(v.r.Context())
	switch {
	case v.pages.config.Door == nil:
		return person{}
	case !visitor.SignedIn():
		return person{Enter: v.href("/login")}
	}
	return person{Name: visitor.User.Display, Initial: initial(visitor.User.Display), Account: v.href("/account"), SignOut: v.href("/logout")}
}
