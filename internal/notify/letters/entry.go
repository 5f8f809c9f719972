package letters

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/notify"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
)

// Bounds of an entry.
const (
	maxPosts = 3  // whose words are told
	maxNames = 20 // of members that differ, and of tenants
)

// entry says what is told of one item.
func (l *letter) entry(ctx context.Context, one item) (notify.Entry, notify.Fact, error) {
	newest := one.changes[len(one.changes)-1]
	fact := notify.Fact{Kind: one.ref.Kind, ID: one.ref.ID, At: newest.At}
	for _, c := range one.changes {
		fact.Changes = append(fact.Changes, c.Seq)
	}
	if err := l.tenants(ctx, one, &fact); err != nil {
		return notify.Entry{}, fact, err
	}
	e := notify.Entry{At: newest.At}
	var err error
	switch one.ref.Kind {
	case tocsin.KindIncident: // in its own words, and in no others
		return l.incident(ctx, fact, newest)
	case tocsin.KindSource:
		l.source(&e, &fact, newest)
	case tocsin.KindStep:
		err = l.step(ctx, &e, &fact, newest)
	case tocsin.KindRequest:
		err = l.request(ctx, &e, &fact, one)
	default:
		err = l.publication(ctx, &e, &fact, one)
	}
	if err != nil {
		return e, fact, err
	}
	var names []string
	for i, t := range fact.Tenants {
		if i == maxNames {
			names = append(names, l.text("more", "n", l.Number(len(fact.Tenants)-i)))
			break
		}
		names = append(names, t.Name)
	}
	e.Blocks = append(e.Blocks, notify.Block{Kind: notify.BlockTenants, Label: l.text("tenants"), Lines: []notify.Line{l.own(strings.Join(names, ", "))}})
	e.Severity, e.Link = fact.Severity, fact.Link
	return e, fact, nil
}

// tenants notes whose changes are told.
func (l *letter) tenants(ctx context.Context, one item, fact *notify.Fact) error {
	for _, c := range one.changes {
		if slices.ContainsFunc(fact.Tenants, func(t notify.Tenant) bool { return t.ID == c.TenantID }) {
			continue
		}
		edition, err := l.Press.Whole(ctx, c.TenantID)
		if err != nil {
			return err
		}
		fact.Tenants = append(fact.Tenants, notify.Tenant{ID: c.TenantID, Name: edition.Tenant.Title()})
	}
	return nil
}

// source tells that a source is not heard, or is again.
func (l *letter) source(e *notify.Entry, fact *notify.Fact, c tocsin.Change) {
	fact.Class, fact.Severity, fact.Change, fact.Title = "source", tocsin.SeverityOK, string(c.What), l.text("source", "name", c.ID)
	if c.What == tocsin.WhatStale {
		fact.Severity = tocsin.SeverityUnknown
	}
	e.Heading, e.Title = "["+string(c.What)+"] "+notify.ASCII(c.ID), l.own(fact.Title)
	e.Blocks = []notify.Block{{Kind: notify.BlockChanged, Label: l.text("changed"), Lines: []notify.Line{l.own(l.text(string(c.What), "name", c.ID))}}}
}

// publication tells of an issue or a message: what its versions brought, one
// after the other.
func (l *letter) publication(ctx context.Context, e *notify.Entry, fact *notify.Fact, one item) error {
	var editions []*publish.Publication // the newest last
	var newest *publish.Publication
	tenant := ""
	for _, c := range one.changes {
		edition, err := l.Press.Whole(ctx, c.TenantID)
		if err != nil {
			return err
		}
		edition.Advisories, edition.Messages = true, true
		p := l.brought(c.Seq)
		if p == nil {
			if p, err = l.Press.Publication(ctx, edition, c.ID, c.N); err != nil {
				return err
			}
		}
		if l.calls && !p.Last() {
			if p, err = l.Press.Publication(ctx, edition, c.ID, p.Newest); err != nil {
				return err
			}
		}
		if newest == nil || p.At.After(newest.At) || p.At.Equal(newest.At) && c.TenantID == tenant && c.N > newest.N {
			newest, tenant = p, c.TenantID
			l.link(fact, edition, p)
		}
		if c.What.Versioned() && !l.calls && !slices.ContainsFunc(editions, func(other *publish.Publication) bool { return other.Content == p.Content }) {
			editions = append(editions, p)
		}
	}
	what := one.changes[len(one.changes)-1].What
	if l.calls {
		what = notify.ChangeEscalation
	}
	return l.fill(ctx, e, fact, told{what, tenant, newest, editions})
}

// link notes the page about an item, for those who sign in, in the language of
// the letter where the pages have it.
func (l *letter) link(fact *notify.Fact, edition publish.Edition, p *publish.Publication) {
	base := l.Base()
	if base == "" {
		return
	}
	path := "/issues/"
	if p.Kind == tocsin.KindMessage {
		path = "/messages/"
	}
	fact.Link = base + lang.Prefix(l.Code, lang.Languages()) + path + url.PathEscape(p.ID) + "?tenant=" + url.QueryEscape(edition.Tenant.Name)
}

// told is what is told of an issue or a message.
type told struct {
	what     tocsin.What
	tenant   string
	newest   *publish.Publication
	editions []*publish.Publication
}

func (l *letter) fill(ctx context.Context, e *notify.Entry, fact *notify.Fact, t told) error {
	p := t.newest
	l.state(fact, t)
	bracket := string(p.Status)
	if p.Kind == tocsin.KindMessage || planned(p) {
		bracket = p.Class
	}
	e.Heading, e.LinkLabel = "["+notify.ASCII(bracket)+"] "+notify.ASCII(p.ID), l.text("open", "id", p.ID)
	var newest post.Post
	if len(p.Posts) > 0 {
		newest = p.Posts[0]
	}
	impact := factOf(p, publish.FactUserImpact).Text
	if s, ok := newest.Find(post.KindUserImpact); ok {
		impact = s.Text
	}
	workaround, _ := newest.Find(post.KindWorkaround)
	texts := append([]string{p.Title, impact, workaround.Text}, said(t)...)
	lines, err := l.translate(ctx, t.tenant, texts)
	if err != nil {
		return err
	}
	if e.Title = l.own(p.ID); len(lines[0]) > 0 {
		e.Title = lines[0][0]
	}
	add := func(kind notify.BlockKind, list []notify.Line) {
		if len(list) > 0 {
			e.Blocks = append(e.Blocks, notify.Block{Kind: kind, Label: l.text(string(kind)), Lines: list})
		}
	}
	add(notify.BlockChanged, append(l.changes(t), slices.Concat(lines[3:]...)...))
	add(notify.BlockImpact, lines[1])
	add(notify.BlockWorkaround, lines[2])
	if !fact.NextUpdateBy.IsZero() {
		add(notify.BlockNext, []notify.Line{l.own(l.time(fact.NextUpdateBy, l.zone))})
	}
	if len(p.Services) > 0 {
		add(notify.BlockServices, []notify.Line{{Text: strings.Join(p.Services, ", "), Language: translate.Source}})
	}
	return nil
}

// planned reports whether an update announces work and has the status of a service,
// which says nothing of how far the work is.
func planned(p *publish.Publication) bool {
	return p.Status.Stage() == "" && (tocsin.Course{Class: p.Class}).Maintenance()
}

// window says when announced work is done.
func (l *letter) window(p *publish.Publication) notify.Line {
	start, end := factOf(p, publish.FactStartTime).At, factOf(p, publish.FactEndTime).At
	if end.IsZero() {
		return l.own(l.text("windowFrom", "start", l.time(start, l.zone)))
	}
	return l.own(l.text("window", "start", l.time(start, l.zone), "end", l.time(end, l.zone)))
}

func factOf(p *publish.Publication, name publish.FactName) publish.Fact {
	i := slices.IndexFunc(p.Facts, func(f publish.Fact) bool { return f.Name == name })
	if i < 0 {
		return publish.Fact{}
	}
	return p.Facts[i]
}

// state fills in what programs are told.
func (l *letter) state(fact *notify.Fact, t told) {
	p := t.newest
	fact.N, fact.Title, fact.Class, fact.Status, fact.Severity = p.N, p.Title, p.Class, p.Status, p.Status.Severity()
	fact.StartAt, fact.EndAt = factOf(p, publish.FactStartTime).At, factOf(p, publish.FactEndTime).At
	switch {
	case p.Kind == tocsin.KindMessage:
		fact.Class, fact.Category, fact.Severity = "message", p.Class, tocsin.SeverityOK
		fact.Tags = factOf(p, publish.FactTags).List
	case strings.EqualFold(p.Class, "advisory") && !p.Status.Healthy():
		fact.Severity = tocsin.SeverityAdvisory
	}
	for _, name := range p.Services {
		id, _ := tocsin.ServiceIDOf(name)
		fact.Services = append(fact.Services, notify.Service{ID: id, Name: name})
	}
	for _, e := range t.editions {
		if fact.Was == "" {
			fact.Was = e.Change.Was
		}
	}
	fact.Change = changeWord(t, fact.Was)
	if p.Kind == tocsin.KindIssue && !p.Status.Settled() {
		for _, one := range post.PromisesOf(p.Posts[:min(1, len(p.Posts))], l.Now()) {
			if one.What == post.PromisedUpdate && one.State == post.StatePending {
				fact.NextUpdateBy = one.DueAt
			}
		}
	}
}

// changeWord says in one word what matters most, as labels of events do.
func changeWord(t told, was tocsin.Status) string {
	if !t.what.Versioned() {
		return string(t.what)
	}
	posts := slices.ContainsFunc(t.editions, func(p *publish.Publication) bool { return p.Change.Posts+p.Change.Edited > 0 })
	switch {
	case slices.ContainsFunc(t.editions, func(p *publish.Publication) bool { return p.Change.First }):
		return notify.ChangeOpened
	case was != "" && was.Settled() && t.newest.Status == tocsin.StatusReviewPublished:
		return notify.ChangeReview
	case was != "" && t.newest.Status.Settled():
		return notify.ChangeResolved
	case was != "":
		return notify.ChangeStatus
	case posts:
		return notify.ChangePost
	}
	return notify.ChangeUpdated
}

// changes are the words of the desk about what changed.
func (l *letter) changes(t told) (lines []notify.Line) {
	add := func(key string, pairs ...string) { lines = append(lines, l.own(l.text(key, pairs...))) }
	if t.what == tocsin.WhatRepeat {
		lines = append(lines, l.goesOn(t))
	} else if l.calls {
		add(notify.ChangeEscalation)
		lines = append(lines, l.goesOn(t))
	} else if !t.what.Versioned() {
		add(string(t.what))
	}
	first, edited := false, false
	var was tocsin.Status
	var members []string
	for _, p := range t.editions {
		first, edited = first || p.Change.First, edited || p.Change.Edited > 0
		if was == "" {
			was = p.Change.Was
		}
		for _, m := range p.Change.Members {
			if !slices.Contains(members, m.Name) && len(members) < maxNames {
				members = append(members, m.Name)
			}
		}
	}
	if first {
		add("opened")
	}
	switch now := t.newest.Status; {
	case t.newest.Kind == tocsin.KindMessage:
	case planned(t.newest):
		if !factOf(t.newest, publish.FactStartTime).At.IsZero() {
			lines = append(lines, l.window(t.newest))
		}
	case was != "" && was != now:
		add("status", "was", l.status(was), "now", l.status(now))
	case first:
		add("statusNow", "now", l.status(now))
	}
	if edited && t.newest.Kind == tocsin.KindIssue {
		add("edited")
	}
	if len(members) > 0 && len(t.editions) > 0 && !first && len(said(t)) == 0 && was == "" {
		add("other", "names", strings.Join(members, ", "))
	}
	return lines
}

// goesOn says that an issue is told again, and that nothing has changed.
func (l *letter) goesOn(t told) notify.Line {
	start := factOf(t.newest, publish.FactStartTime).At
	if start.IsZero() {
		start = t.newest.At
	}
	last := t.newest.At
	if len(t.newest.Posts) > 0 {
		last = t.newest.Posts[0].CreatedAt
	}
	return l.own(l.text("repeat", "since", l.time(start, l.zone), "last", l.time(last, l.zone)))
}

// said are the words of the provider that are new, the newest first: of its posts
// what stands in no block of its own.
func said(t told) (texts []string) {
	seen := map[time.Time]bool{}
	for _, p := range slices.Backward(t.editions) {
		if !p.Change.First && p.Change.Posts+p.Change.Edited == 0 {
			continue
		}
		for _, one := range p.Posts {
			if seen[one.CreatedAt] || len(seen) == maxPosts {
				continue
			}
			seen[one.CreatedAt] = true
			for _, s := range one.Sections {
				switch s.Kind {
				case post.KindTitle, post.KindUserImpact, post.KindWorkaround, post.KindNextUpdate:
				default:
					if text := strings.TrimSpace(s.Text); text != "" {
						texts = append(texts, text)
					}
				}
			}
		}
	}
	return texts
}

// translate returns texts of the provider as lines, one list each.
func (l *letter) translate(ctx context.Context, tenant string, texts []string) ([][]notify.Line, error) {
	lists := make([][]notify.Line, len(texts))
	if l.Code == translate.Source || l.Translator == nil {
		for i, text := range texts {
			lists[i] = paragraphs(text, translate.Source)
		}
		return lists, nil
	}
	made, err := l.Translator.RenderAll(ctx, tenant, l.Code, texts)
	if err != nil {
		return nil, err
	}
	for i := range texts {
		lists[i] = l.lines(made[i])
	}
	return lists, nil
}

// paragraphs cuts a text into lines.
func paragraphs(text, language string) (lines []notify.Line) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, notify.Line{Text: line, Language: language})
		}
	}
	return lines
}

// lines are a translation as lines. One that is in part an engine's is marked so;
// one of which nothing was translated is in English.
func (l *letter) lines(t translate.Translation) (lines []notify.Line) {
	var b strings.Builder
	original, machine := true, false
	end := func() {
		if text := strings.TrimSpace(b.String()); text != "" {
			line := notify.Line{Text: text, Language: l.Code}
			if original {
				line.Language = translate.Source
			} else if machine {
				line.Origin = l.book.UI(l.Code, "mt_badge")
			}
			lines = append(lines, line)
		}
		b.Reset()
		original, machine = true, false
	}
	for _, one := range t.Lines {
		lead := one.Lead
		if i := strings.LastIndexByte(lead, '\n'); i >= 0 {
			end()
			lead = lead[i+1:]
		}
		if l.Code == "ja" && one.Origin != translate.OriginOriginal && strings.TrimSpace(lead) == "" {
			lead = ""
		}
		b.WriteString(strings.ReplaceAll(lead, "\t", " | "))
		b.WriteString(one.Target)
		original = original && one.Origin == translate.OriginOriginal
		machine = machine || one.Origin == translate.OriginEngine || one.Origin == translate.OriginMemory
	}
	end()
	return lines
}
