package status

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"time"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/history"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// A happening is what one line of the feed tells: the changes of one item
// within a minute.
type happening struct {
	tocsin.Change      // the newest; new when one of them is
	from          int  // the version before them, 0 for none
	read          bool // event is known
	event         tocsin.Event
	words         template.HTML // of a support request or an incident room: what became of it
}

// together is how far apart changes of one item are told as one.
const together = time.Minute

// gather puts what changes tell, newest first, together. What several changes
// tell together has still to be read.
func gather(told []archive.Told) []happening {
	var list []happening
	for _, c := range told {
		i := slices.IndexFunc(list, func(h happening) bool {
			return h.Kind == c.Kind && h.ID == c.ID && h.At.Sub(c.At) <= together && h.What.Versioned() && c.What.Versioned()
		})
		if i < 0 {
			list = append(list, happening{Change: c.Change, from: c.N - 1, read: c.Read, event: c.Event})
			continue
		}
		list[i].from, list[i].read = c.N-1, false
		if c.What == tocsin.WhatNew {
			list[i].What = tocsin.WhatNew
		}
	}
	return list
}

// kinds are those of the items whose changes the visitor may read.
func (v *view) kinds() []tocsin.Kind {
	list := []tocsin.Kind{tocsin.KindService, tocsin.KindOverview, tocsin.KindIssue, tocsin.KindSource}
	if v.Reads(access.ReadMessages) {
		list = append(list, tocsin.KindMessage)
	}
	return list
}

// happenings are the newest things that happened in the tenant, of what the
// visitor may read; about some services where they are named.
func (v *view) happenings(limit int, services []string) ([]happening, error) {
	q := archive.LatestQuery{Kinds: v.kinds(), Private: v.Reads(access.ReadPrivacy), Services: services, Limit: 4 * limit}
	return part.Remembered(v.View, fmt.Sprint("happenings ", q), func(*history.Past) ([]happening, error) {
		told, err := v.pages.config.Archive.LatestEvents(v.R.Context(), v.Snapshot.Tenant.ID, q)
		if err != nil {
			return nil, err
		}
		return v.tell(v.only(told, services), limit)
	})
}

// tell puts together what happened, newest first, up to so many things.
func (v *view) tell(told []archive.Told, limit int) ([]happening, error) {
	var list []happening
	for _, h := range gather(told) {
		if len(list) == limit {
			break
		}
		if !h.read {
			var err error
			if h.event, err = v.eventOf(h); err != nil {
				return nil, err
			}
		}
		h.event.Members = slices.DeleteFunc(slices.Clone(h.event.Members), func(member string) bool { return !v.tellsOf(h.Kind, member) })
		if h.What == tocsin.WhatUpdated && h.event.Empty() {
			continue
		}
		list = append(list, h)
	}
	return list, nil
}

// eventOf tells in which parts the version that holds after a happening differs
// from the one before it, and the state of the item at that moment. It serves
// changes that the event log has not come to, and several that are told as one.
func (v *view) eventOf(h happening) (tocsin.Event, error) {
	e := tocsin.Event{Change: h.Change}
	row, known := v.Snapshot.Issue(h.ID)
	if h.What != tocsin.WhatUpdated && h.Kind == tocsin.KindIssue && known && int(row.N) == h.N {
		e.Status = row.Status // nothing has to be read
		return e, nil
	}
	if h.What != tocsin.WhatUpdated && h.Kind != tocsin.KindIssue && h.Kind != tocsin.KindOverview || h.Kind == tocsin.KindSource {
		return e, nil
	}
	key := toldKey{v.Snapshot.Tenant.ID, tocsin.Ref{Kind: h.Kind, ID: h.ID}, h.What, h.from, h.N}
	if e, ok := v.pages.told.Get(key); ok {
		e.Change = h.Change
		return e, nil
	}
	e, err := v.compared(h)
	if err == nil {
		v.pages.told.Put(key, e, 0)
	}
	return e, err
}

// toldKey names what happened between two versions of an item, which never
// change.
type toldKey struct {
	tenant string
	ref    tocsin.Ref
	what   tocsin.What
	from   int
	n      int
}

// maxTold is how many of them are remembered in one of two generations.
const maxTold = 1000

// compared compares the versions before and after a happening.
func (v *view) compared(h happening) (tocsin.Event, error) {
	e := tocsin.Event{Change: h.Change}
	ref := tocsin.Ref{Kind: h.Kind, ID: h.ID}
	wanted, bodies := []int{h.N, h.from}, [2][]byte{}
	if h.What != tocsin.WhatUpdated {
		wanted = wanted[:1]
	}
	for i, n := range wanted {
		body, err := v.pages.config.Archive.BodyUpTo(v.R.Context(), v.Snapshot.Tenant.ID, ref, n)
		switch {
		case errors.Is(err, tocsin.ErrNotFound):
			return e, nil
		case err != nil:
			return e, err
		}
		bodies[i] = body
	}
	return event.Of(h.Change, bodies[1], bodies[0])
}

// tellsOf leaves out members that change with every version, and of services
// all that has no word.
func (v *view) tellsOf(kind tocsin.Kind, member string) bool {
	return v.HasText("member."+member) && member != "lastModifiedDateTime" && (kind == tocsin.KindIssue || kind == tocsin.KindMessage)
}

// feedLine tells what happened.
func (v *view) feedLine(h happening) part.FeedLine {
	line := part.FeedLine{At: v.Moment(h.At), Icon: "messages"}
	switch h.Kind {
	case tocsin.KindOverview, tocsin.KindService:
		line.Text = v.serviceLineOf(h, &line)
	case tocsin.KindIssue:
		line.Text = v.issueHappening(h, &line)
	case tocsin.KindRequest:
		line.Icon, line.Text = "request", h.words
	case tocsin.KindIncident, tocsin.KindStep:
		line.Icon, line.Text = "room", h.words
		if h.What == tocsin.WhatLate {
			line.Icon = "clock"
		}
	case tocsin.KindSource:
		line.Icon = ""
		if h.What == tocsin.WhatStale {
			line.Family, line.Glyph = web.FamilyOf(tocsin.StatusUnknown)
		} else {
			line.Icon = "clock"
		}
		line.Text = v.Rich("change.source."+string(h.What), "source", bold(v.Snapshot.Provider(h.ID)))
	default:
		line.Text = v.Rich("change.message."+string(h.What), "id", part.IDLink(v.MessageHref(h.ID), h.ID)) + v.partWords(h.event)
	}
	return line
}

func (v *view) issueHappening(h happening, line *part.FeedLine) template.HTML {
	id := part.IDLink(v.IssueHref(h.ID), h.ID)
	row, ok := v.Snapshot.Issue(h.ID)
	if !ok {
		return v.Rich("change.issue."+string(h.What), "id", id)
	}
	then := row.Course() // of that moment
	then.Status = cmp.Or(h.event.Status, then.Status)
	look := v.LookWhen(then, h.At)
	line.Family, line.Glyph = look.Family, look.Glyph
	if h.event.Was == "" && h.event.Status != "" {
		line.State = look.Words
	}
	key := "change.issue." + string(h.What) + ".of"
	if h.What == tocsin.WhatNew && row.Own() {
		key += ".own"
	}
	return v.Rich(key, "id", id, "service", row.Service) + v.partWords(h.event)
}

// partWords adds what is another in a later version, "" for nothing.
func (v *view) partWords(e tocsin.Event) template.HTML {
	var words []string
	if e.Posts > 0 {
		words = append(words, v.Text("change.posts", "n", e.Posts))
	}
	switch {
	case e.Edited > 0 && e.Posts > 0:
		words = append(words, v.Text("change.edited", "n", e.Edited))
	case e.Edited > 0:
		words = append(words, v.Text("change.edited.only", "n", e.Edited))
	}
	if e.Was != "" {
		words = append(words, v.Text("change.now", "status", v.Look(e.Status).Words))
	}
	if len(words) == 0 {
		for _, name := range e.Members {
			words = append(words, v.MemberName(name))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return v.Rich("change.parts", "parts", v.Join(words))
}

// serviceLineOf says from what to what a service changed.
func (v *view) serviceLineOf(h happening, line *part.FeedLine) template.HTML {
	name, now := h.ID, h.event.Status
	if service, ok := v.Snapshot.Service(h.ID); ok {
		if name = service.Name; h.Kind == tocsin.KindOverview {
			now = cmp.Or(now, service.Overview.Status)
		}
		if now != "" {
			line.Family, line.Glyph = web.FamilyOf(now)
		}
	}
	if h.event.Was != "" {
		return v.Rich("change.from", "service", bold(name), "old", v.Look(h.event.Was).Words, "status", v.Look(now).Words)
	}
	if h.Kind == tocsin.KindOverview && h.What == tocsin.WhatNew {
		return v.Rich("change.status", "service", bold(name), "status", v.Look(now).Words)
	}
	return v.Rich("change.service."+string(h.What), "service", bold(name))
}

func bold(text string) template.HTML {
	return template.HTML("<b>" + template.HTMLEscapeString(text) + "</b>") //nolint:gosec // escaped
}
