package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/event"
	"example.org/tocsin/internal/tocsin"
)

type issueWatchCmd struct {
	ofTenant
	ID    string        `arg:"" help:"Id of the issue. One that is not known yet is waited for."`
	Every time.Duration `help:"Time between two looks into the archive, 1s to 24h." default:"180s"`
	Until string        `help:"never, or resolved to end when the issue is over." enum:"never,resolved" default:"never"`
}

// Run looks until the issue is over or somebody ends it, which is no failure.
func (c *issueWatchCmd) Run(ctx context.Context, s *session) error {
	if c.Every < time.Second || c.Every > 24*time.Hour {
		return tocsin.Invalidf("every", "%v is not between 1s and 24h.", c.Every)
	}
	desk, tenant, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	w := &watch{session: s, desk: desk, tenant: tenant.ID, id: c.ID, untilOver: c.Until == "resolved"}
	ticker := time.NewTicker(c.Every)
	defer ticker.Stop()
	for {
		over, err := w.look(ctx, time.Now())
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil || over:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// A watch tells about one issue of the desk, each change once.
type watch struct {
	*session
	desk       *app.Rooms
	tenant, id string
	untilOver  bool
	seq        int64 // of the last change that was read
	known      bool  // the issue is in the archive
	waiting    bool  // it was said that it is not
}

// watchedJSON is a line of a watch. The first one tells how the issue is; the
// others what changed.
type watchedJSON struct {
	At      string   `json:"at"` // when the desk saw it
	ID      string   `json:"id"`
	What    string   `json:"what"` // is, then new, updated, left or returned
	Status  string   `json:"status"`
	Was     string   `json:"was,omitempty"` // its status before
	Title   string   `json:"title"`
	Version int      `json:"version"`
	Posts   int      `json:"newPosts"`
	Edited  int      `json:"editedPosts"`
	Changed []string `json:"changed"` // other members
}

// look prints what happened since the last look and reports whether nothing
// more is waited for.
func (w *watch) look(ctx context.Context, now time.Time) (over bool, err error) {
	if !w.known {
		if over, err = w.begin(ctx, now); err != nil || !w.known || over {
			return over, err
		}
	}
	const page = 1000
	for {
		changes, err := w.desk.Archive.TenantChangesAfter(ctx, w.tenant, w.seq, true, page)
		if err != nil {
			return false, err
		}
		for _, change := range changes {
			w.seq = change.Seq
			if change.Kind != tocsin.KindIssue || change.ID != w.id {
				continue
			}
			if over, err = w.change(ctx, change, now); err != nil {
				return false, err
			}
		}
		if len(changes) < page {
			return over && w.untilOver, nil
		}
	}
}

// begin finds the issue, under its id in any case, and tells how it is.
func (w *watch) begin(ctx context.Context, now time.Time) (over bool, err error) {
	seq, err := w.desk.Store.LastSeq(ctx)
	if err != nil {
		return false, err
	}
	for _, id := range []string{w.id, strings.ToUpper(w.id)} {
		held, err := w.desk.Archive.Held(ctx, w.tenant, tocsin.Ref{Kind: tocsin.KindIssue, ID: id}, 0)
		if errors.Is(err, tocsin.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		w.known, w.id, w.seq = true, id, seq
		over, err := w.tell(held, tocsin.Event{Change: tocsin.Change{What: "is", At: held.SeenAt}}, now)
		return over && w.untilOver, err
	}
	if !w.waiting {
		fmt.Fprintf(w.env.Stderr, "tocsin: the archive has no issue %s yet: waiting for it\n", oneLine(w.id))
		w.waiting = true
	}
	return false, nil
}

// change tells one change and reports whether the issue is over after it.
func (w *watch) change(ctx context.Context, change tocsin.Change, now time.Time) (over bool, err error) {
	ref := tocsin.Ref{Kind: tocsin.KindIssue, ID: w.id}
	held, err := w.desk.Archive.Held(ctx, w.tenant, ref, change.N)
	if err != nil {
		return false, err
	}
	var before []byte
	if change.What == tocsin.WhatUpdated && change.N > 1 {
		old, err := w.desk.Archive.Held(ctx, w.tenant, ref, change.N-1)
		if err != nil {
			return false, err
		}
		before = old.Body
	}
	told, err := event.Of(change, before, held.Body)
	if err != nil {
		return false, err
	}
	return w.tell(held, told, now)
}

// tell prints a line.
func (w *watch) tell(held tocsin.Held, told tocsin.Event, now time.Time) (over bool, err error) {
	doc, err := tocsin.ReadDocument(tocsin.KindIssue, held.Body)
	if err != nil {
		return false, err
	}
	line := watchedJSON{
		At: date(told.At), ID: held.ID, What: string(told.What), Status: string(doc.Facts.Status), Was: string(told.Was), Title: doc.Facts.Title, Version: held.N,
		Posts: told.Posts, Edited: told.Edited, Changed: append([]string{}, told.Members...),
	}
	over = !doc.Facts.Course().Pending(now)
	if w.Output == "json" { // a line each, so that a program can read them as they come
		encoder := json.NewEncoder(w.env.Stdout)
		encoder.SetEscapeHTML(false)
		return over, encoder.Encode(line)
	}
	_, err = io.WriteString(w.env.Stdout, line.words()+"\n")
	return over, err
}

// words are the line for people.
func (l watchedJSON) words() string {
	var parts []string
	if l.Was != "" {
		parts = append(parts, "was "+l.Was)
	}
	if l.Posts > 0 {
		parts = append(parts, count(l.Posts, "new post", "new posts"))
	}
	if l.Edited > 0 {
		parts = append(parts, count(l.Edited, "edited post", "edited posts"))
	}
	if len(l.Changed) > 0 {
		parts = append(parts, "other "+strings.Join(memberWords(l.Changed), ", "))
	}
	switch l.What {
	case "is", string(tocsin.WhatNew):
		parts = append(parts, l.Title)
	case string(tocsin.WhatLeft):
		parts = append(parts, "no longer listed")
	case string(tocsin.WhatReturned):
		parts = append(parts, "listed again")
	}
	return oneLine(fmt.Sprintf("[%s] %s - %s - %s", l.At, l.ID, l.Status, strings.Join(parts, ", ")))
}

// memberWords are words for members of an issue; one without a word is named as
// the provider does, and a detail by its own name.
func memberWords(names []string) []string {
	words := map[string]string{
		"body": "text", "classification": "kind", "endDateTime": "end", "impactDescription": "impact", "isResolved": "resolved", "featureGroup": "feature group",
		"lastModifiedDateTime": "time of update", "startDateTime": "start", "highImpact": "high impact",
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = cmp.Or(words[name], strings.TrimPrefix(name, "details."))
	}
	return list
}
