package public

import (
	"context"
	"errors"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/feed"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web"
)

// progress says how far an update is translated.
type progress interface {
	Progress(ctx context.Context, change tocsin.Change, language string) (translate.Progress, error)
}

// entries is the part of the store that keeps what entries in other languages
// said when they were told.
type entries interface {
	FeedEntries(ctx context.Context, tenantID, language string, wanted []tocsin.FeedEntry) ([]tocsin.FeedEntry, error)
	KeepFeedEntries(ctx context.Context, tenantID, language string, told []tocsin.FeedEntry, now time.Time) error
}

// entryPage is an update as the entry of a feed.
type entryPage struct {
	Content    string
	Change     change
	Facts      []factLine
	Posts      []saidPost
	Translated bool
}

// feedEntries makes the entries of updates. One that waits for its translation
// is left out until it is there, or has waited long enough, and what it says then
// stays.
func (v *view) feedEntries(updates []publish.Update) (list []feed.Entry, waiting bool, err error) {
	told, err := v.toldEntries(updates)
	if err != nil {
		return nil, false, err
	}
	var fresh []tocsin.FeedEntry
	for _, u := range updates {
		if _, ok := told[entryName(u)]; ok {
			continue
		}
		ready, err := v.ready(u)
		if err != nil {
			return nil, false, err
		}
		if !ready {
			waiting = true
			continue
		}
		one, err := v.writeEntry(u)
		if errors.Is(err, tocsin.ErrNotFound) {
			continue // it has become private, or is no longer published
		}
		if err != nil {
			return nil, false, err
		}
		fresh, told[entryName(u)] = append(fresh, one), one
	}
	if len(fresh) > 0 && v.keepsEntries() {
		if err := v.pages.config.Entries.KeepFeedEntries(v.R.Context(), v.edition.Tenant.ID, v.Content, fresh, v.Now); err != nil {
			return nil, false, err
		}
		if told, err = v.toldEntries(updates); err != nil { // somebody else may have been first
			return nil, false, err
		}
	}
	for _, u := range updates {
		if one, ok := told[entryName(u)]; ok {
			list = append(list, v.entry(u, one))
		}
	}
	return list, waiting, nil
}

// keepsEntries reports whether what entries say is kept: what was translated can
// be said better later.
func (v *view) keepsEntries() bool { return v.translated() && v.pages.config.Entries != nil }

func entryName(u publish.Update) tocsin.FeedEntry {
	return tocsin.FeedEntry{Ref: u.Ref, N: u.N}
}

// toldEntries are those that were told before, by their names.
func (v *view) toldEntries(updates []publish.Update) (map[tocsin.FeedEntry]tocsin.FeedEntry, error) {
	told := map[tocsin.FeedEntry]tocsin.FeedEntry{}
	if !v.keepsEntries() || len(updates) == 0 {
		return told, nil
	}
	wanted := make([]tocsin.FeedEntry, len(updates))
	for i, u := range updates {
		wanted[i] = entryName(u)
	}
	list, err := v.pages.config.Entries.FeedEntries(v.R.Context(), v.edition.Tenant.ID, v.Content, wanted)
	for _, one := range list {
		told[tocsin.FeedEntry{Ref: one.Ref, N: one.N}] = one
	}
	return told, err
}

// wait is how long an entry waits for its translation at most.
func (v *view) wait() time.Duration {
	if v.pages.config.Progress == nil {
		return 0
	}
	return v.pages.config.Wait
}

// ready reports whether an update is translated as far as it will be for now.
func (v *view) ready(u publish.Update) (bool, error) {
	if !v.translated() || v.wait() == 0 || v.Now.Sub(u.SeenAt) >= v.wait() {
		return true, nil
	}
	p, err := v.pages.config.Progress.Progress(v.R.Context(), tocsin.Change{TenantID: v.edition.Tenant.ID, Kind: u.Kind, ID: u.ID, N: u.N, At: u.SeenAt}, v.Content)
	return p.Complete, err
}

// writeEntry makes what an entry says.
func (v *view) writeEntry(u publish.Update) (tocsin.FeedEntry, error) {
	one, err := v.pages.config.Press.Publication(v.R.Context(), v.edition, u.ID, u.N)
	if err != nil {
		return tocsin.FeedEntry{}, err
	}
	made, err := v.sayEntry(one)
	made.Ref, made.N = u.Ref, u.N
	return made, err
}

// Draft returns the title and the text that an entry of a feed would have about
// an update of an issue that is stored nowhere; before and after are as
// [publish.Draft] reads them. Whoever asks may read all of the tenant.
func (p *Pages) Draft(r *web.Request, before, after []byte) (title string, html template.HTML, err error) {
	spoken := r.Speaking(translate.Source)
	spoken.Absolute = true
	v := p.view(spoken)
	v.edition, err = p.config.Press.Whole(r.R.Context(), r.Snapshot.Tenant.ID)
	if err != nil {
		return "", "", err
	}
	one, err := publish.Draft(before, after)
	if err != nil {
		return "", "", err
	}
	v.places = insidePlaces{spoken}
	made, err := v.sayEntry(one)
	return made.Title, template.HTML(made.HTML), err //nolint:gosec // the template has escaped it
}

// sayEntry makes what an entry about an update says, without its name.
func (v *view) sayEntry(one *publish.Publication) (made tocsin.FeedEntry, err error) {
	bracket, title := one.Class, one.Title
	if one.Kind == tocsin.KindIssue {
		bracket = string(one.Status)
	}
	halves, err := v.halves(one)
	if err != nil {
		return tocsin.FeedEntry{}, err
	}
	if row := halves.line(one.Title); row != nil {
		translated := ""
		for _, piece := range row.Target {
			translated += piece.Text
		}
		if translated != "" {
			title = translated
		}
	}
	page := entryPage{Content: v.Content, Change: v.change(one), Translated: v.translated()}
	facts := publicationPage{}
	facts.state(v, one, halves)
	page.Facts = facts.Facts
	for _, said := range one.Posts {
		page.Posts = append(page.Posts, saidPost{v.Moment(said.CreatedAt), halves[said.Join()]})
	}
	var html template.HTML
	if html, err = v.Partial("feed-entry", page); err != nil {
		return tocsin.FeedEntry{}, err
	}
	made.Title, made.HTML = "["+bracket+"] "+strings.Join([]string{one.ID, strings.Join(one.Services, ", "), title}, " | "), strings.TrimSpace(string(html))
	return made, nil
}

// entry is an update as an entry with the words that were told. Its id holds
// tenant, item and number, and is an ASCII URI whatever the provider calls the
// item.
func (v *view) entry(u publish.Update, told tocsin.FeedEntry) feed.Entry {
	e := feed.Entry{
		ID:    "urn:tocsin:" + v.edition.Tenant.ID + ":" + string(u.Kind) + ":" + url.QueryEscape(u.ID) + ":" + strconv.Itoa(u.N),
		Title: told.Title, Link: v.base() + v.places.update(v.Content, u.ID, u.N), At: u.At, Categories: append([]string{}, u.Services...), HTML: told.HTML,
	}
	if u.Class != "" {
		e.Categories = append(e.Categories, u.Class)
	}
	return e
}
