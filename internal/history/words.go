package history

import (
	"context"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// Dates are when an issue began and ended, as the provider declares it in the
// issue's own fields and as its posts state it. Instants that nobody gave are
// zero.
type Dates struct {
	DeclaredStart, DeclaredEnd time.Time
	StatedStart, StatedEnd     time.Time // by the newest post with a sound date
}

// Start is the date to count with: that of the posts where they state one.
func (d Dates) Start() time.Time { return either(d.StatedStart, d.DeclaredStart) }

// End is the date to count with, zero while the issue is open. A date in the
// posts counts only once the provider has declared an end as well.
func (d Dates) End() time.Time {
	if d.DeclaredEnd.IsZero() {
		return time.Time{}
	}
	return either(d.StatedEnd, d.DeclaredEnd)
}

func either(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// DatesOf are the dates of an issue.
func DatesOf(issue tocsin.Issue) Dates {
	return readWords(issue).dates
}

// words are what the posts of an issue say, as far as the past needs it.
type words struct {
	dates     Dates
	posts     int
	firstPost time.Time
	lastPost  time.Time
	overPost  time.Time // the first post with a final status; zero before it
	promises  []post.Promise
}

// maxWords bounds how many issues a reader remembers the words of in one of
// two generations.
const maxWords = 20_000

// wordsOf reads the posts of an issue, once for each of its documents.
func (p *Past) wordsOf(ctx context.Context, row *readmodel.Row) (words, error) {
	r := p.reader
	if r.texts == nil {
		return words{dates: Dates{DeclaredStart: row.Starts().Time(), DeclaredEnd: row.EndAt.Time()}}, nil
	}
	if kept, ok := r.words.Get(row.Document); ok {
		return kept, nil
	}
	issue, err := r.texts.Issue(ctx, row)
	if err != nil {
		return words{}, err
	}
	made := readWords(issue)
	r.words.Put(row.Document, made, 0)
	return made, nil
}

// Dates are the dates that an issue declares and states.
func (p *Past) Dates(ctx context.Context, row *readmodel.Row) (Dates, error) {
	w, err := p.wordsOf(ctx, row)
	return w.dates, err
}

func readWords(issue tocsin.Issue) words {
	w := words{dates: Dates{DeclaredStart: issue.StartAt, DeclaredEnd: issue.EndAt}, posts: len(issue.Posts)}
	read := make([]post.Post, len(issue.Posts))
	for i, p := range issue.Posts {
		read[i] = post.Read(p)
		w.hear(read[i])
	}
	if s, e := w.dates.StatedStart, w.dates.StatedEnd; !s.IsZero() && !e.IsZero() && e.Before(s) {
		w.dates.StatedStart, w.dates.StatedEnd = time.Time{}, time.Time{} // no span at all
	}
	// Promises that are open now may be kept later: see [words.judged].
	w.promises = post.PromisesOf(read, w.lastPost)
	return w
}

// hear takes down one post, in the order of time.
func (w *words) hear(p post.Post) {
	if start := p.Date(post.KindStartTime); start.Sound() && !start.WholeDay {
		w.dates.StatedStart = start.At
	}
	if end := p.Date(post.KindEndTime); end.Sound() && !end.WholeDay {
		w.dates.StatedEnd = end.At
	}
	if p.CreatedAt.IsZero() {
		return
	}
	if w.firstPost.IsZero() {
		w.firstPost = p.CreatedAt
	}
	w.lastPost = p.CreatedAt
	if _, over := p.Find(post.KindFinalStatus); (over || p.Final) && w.overPost.IsZero() {
		w.overPost = p.CreatedAt
	}
}

// judged are the promises, the open ones judged by now. An open one of an issue
// that is over was for nothing and counts as kept neither nor broken.
func (w *words) judged(over bool, now time.Time) []post.Promise {
	list := make([]post.Promise, 0, len(w.promises))
	for _, p := range w.promises {
		if p.KeptBy < 0 && p.Doubt == "" {
			if over && p.What == post.PromisedUpdate {
				continue
			}
			p.Judge(now)
		}
		list = append(list, p)
	}
	return list
}
