package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A happening is what one line of the feed tells: the changes of one item
// within a minute.
type happening struct {
	tocsin.Change       // the newest; new when one of them is
	from          int   // the version before them, 0 for none
	parts         parts // in which the versions differ
}

// parts are what differs between two versions of an item.
type parts struct {
	posts    int // that came
	old, now tocsin.Status
	members  []string // names of the others
}

// together is how far apart changes of one item are told as one.
const together = time.Minute

// gather puts changes, newest first, together.
func gather(changes []tocsin.Change) []happening {
	var list []happening
	for _, c := range changes {
		i := slices.IndexFunc(list, func(h happening) bool {
			return h.Kind == c.Kind && h.ID == c.ID && h.At.Sub(c.At) <= together && tells(h.What) && tells(c.What)
		})
		if i < 0 {
			list = append(list, happening{Change: c, from: c.N - 1})
			continue
		}
		list[i].from = c.N - 1
		if c.What == tocsin.WhatNew {
			list[i].What = tocsin.WhatNew
		}
	}
	return list
}

// tells reports whether a change has a version of its own.
func tells(w tocsin.What) bool { return w == tocsin.WhatNew || w == tocsin.WhatUpdated }

// happenings are the newest things that happened in the tenant, of what the
// visitor may read.
func (v *visit) happenings(limit int) ([]happening, error) {
	q := store.LatestQuery{Kinds: []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue}, Private: v.reads(access.ReadPrivacy), Limit: 4 * limit}
	if v.reads(access.ReadMessages) {
		q.Kinds = append(q.Kinds, tocsin.KindMessage)
	}
	return remembered(v, fmt.Sprint("happenings ", q), func(*history.Past) ([]happening, error) {
		changes, err := v.pages.config.Archive.LatestChanges(v.r.Context(), v.snapshot.Tenant.ID, q)
		if err != nil {
			return nil, err
		}
		var list []happening
		for _, h := range gather(changes) {
			if len(list) == limit {
				break
			}
			if h.What == tocsin.WhatUpdated {
				if h.parts, err = v.partsOf(h); err != nil {
					return nil, err
				}
				if h.parts.empty() {
					continue
				}
			}
			list = append(list, h)
		}
		return list, nil
	})
}

func (p parts) empty() bool { return p.posts == 0 && p.now == "" && len(p.members) == 0 }

// partsOf compares the version that holds after a happening with the one
// before it.
func (v *visit) partsOf(h happening) (parts, error) {
	var p parts
	versions, err := v.pages.config.Archive.Versions(v.r.Context(), v.snapshot.Tenant.ID, store.Ref{Kind: h.Kind, ID: h.ID})
	if err != nil {
		return p, err
	}
	bodies := [2][]byte{}
	for i, n := range []int{h.from, h.N} {
		at := slices.IndexFunc(versions, func(version tocsin.Version) bool { return version.N == n })
		if at < 0 {
			return p, nil
		}
		if bodies[i], err = v.pages.config.Archive.BodyOf(v.r.Context(), versions[at].Document); err != nil {
			return p, err
		}
	}
	members, err := section.Members(bodies[0], bodies[1])
	if err != nil {
		return p, fmt.Errorf("compare versions of %s: %w", h.ID, err)
	}
	for _, m := range members {
		switch {
		case m.Name == "status":
			p.old, p.now = tocsin.ParseStatus(m.Old), tocsin.ParseStatus(m.New)
		case m.Name == "posts" && len(m.AddedItems) > 0:
			p.posts = len(m.AddedItems)
		case v.tellsOf(h.Kind, m.Name):
			p.members = append(p.members, m.Name)
		}
	}
	return p, nil
}

// tellsOf leaves out members that change with every version, and of services
// all that has no word.
func (v *visit) tellsOf(kind tocsin.Kind, member string) bool {
	_, known := v.texts["member."+member]
	return known && member != "lastModifiedDateTime" && (kind == tocsin.KindIssue || kind == tocsin.KindMessage)
}

// feedLine tells what happened.
func (v *visit) feedLine(h happening) feedLine {
	line := feedLine{At: v.moment(h.At), Icon: "messages"}
	switch h.Kind {
	case tocsin.KindOverview, tocsin.KindService:
		line.Text = v.serviceLineOf(h, &line)
	case tocsin.KindIssue:
		line.Text = v.issueHappening(h, &line)
	default:
		line.Text = v.rich("change.message."+string(h.What), "id", idLink(v.messageHref(h.ID), h.ID)) + v.partWords(h.parts)
	}
	return line
}

func idLink(href, id string) template.HTML {
	return template.HTML(`<a class="id" href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(id) + `</a>`) //nolint:gosec // escaped
}

func (v *visit) issueHappening(h happening, line *feedLine) template.HTML {
	id := idLink(v.issueHref(h.ID), h.ID)
	row, ok := v.snapshot.Issue(h.ID)
	if !ok {
		return v.rich("change.issue."+string(h.What), "id", id)
	}
	line.Family, line.Glyph = familyOf(row.Status)
	key := "change.issue." + string(h.What) + ".of"
	if h.What == tocsin.WhatNew && row.Own() {
		key += ".own"
	}
	return v.rich(key, "id", id, "service", row.Service) + v.partWords(h.parts)
}

// partWords adds what is another in a later version, "" for nothing.
func (v *visit) partWords(p parts) template.HTML {
	var words []string
	if p.posts > 0 {
		words = append(words, v.text("change.posts", "n", p.posts))
	}
	if p.now != "" {
		words = append(words, v.text("change.now", "status", v.look(p.now).Words))
	}
	if len(words) == 0 {
		for _, name := range p.members {
			words = append(words, v.memberName(name))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return v.rich("change.parts", "parts", v.join(words))
}

// serviceLineOf says from what to what a service changed.
func (v *visit) serviceLineOf(h happening, line *feedLine) template.HTML {
	name, now := h.ID, h.parts.now
	if service, ok := v.snapshot.Service(h.ID); ok {
		name, now = service.Name, cmp.Or(now, service.Overview.Status)
		line.Family, line.Glyph = familyOf(now)
	}
	bold := template.HTML("<b>" + template.HTMLEscapeString(name) + "</b>") //nolint:gosec // escaped
	if h.parts.now != "" {
		return v.rich("change.from", "service", bold, "old", v.look(h.parts.old).Words, "status", v.look(h.parts.now).Words)
	}
	if h.Kind == tocsin.KindOverview && h.What == tocsin.WhatNew {
		return v.rich("change.status", "service", bold, "status", v.look(now).Words)
	}
	return v.rich("change.service."+string(h.What), "service", bold)
}

// changesPage is everything that changed lately, as one list.
type changesPage struct {
	frame
	Feed feed
}

// logLines is how many lines the page of all changes has.
const logLines = 200

// changes serves /changes.
func (p *Pages) changes(v *visit) error {
	page := changesPage{frame: v.frame(crumb{Name: v.text("changes.title")})}
	page.Refresh = 60
	var err error
	if page.Feed, err = v.feed(logLines); err != nil {
		return err
	}
	return v.render(http.StatusOK, "changes", page)
}
