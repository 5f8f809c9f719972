package translate

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
)

// ConsumerName is the name of the consumer of changes that keeps segments.
const ConsumerName = "translation"

// documents is the part of the archive that the consumer reads, in its
// transaction.
type documents interface {
	Documents(ctx context.Context, tx *store.Tx, batch []tocsin.Change) ([]archive.Pair, error)
	DocumentBody(ctx context.Context, tx *store.Tx, document int64) ([]byte, error)
}

// keeper is the part of the memory that the consumer writes.
type keeper interface {
	Uncut(ctx context.Context, q store.Querier, documents []int64) ([]int64, error)
	PutDocuments(ctx context.Context, tx *store.Tx, documents []translation.Document, now time.Time) (before map[translation.Key]bool, err error)
	PutReaders(ctx context.Context, tx *store.Tx, readers []translation.Reader) error
	Want(ctx context.Context, tx *store.Tx, language string, documents []int64, now time.Time) error
	CountIn(ctx context.Context, tx *store.Tx, d translation.Day) error
}

// A Consumer keeps the segments of what changes, and has engines asked for those
// that the phrase book does not answer. A document that many tenants have is cut
// once. Of messages about data privacy nothing is kept, nor of what the desk's own
// team writes in whatever language.
type Consumer struct {
	documents documents
	memory    keeper
	book      *Book
	policy    Policy
	now       func() time.Time
	wake      func()
}

// NewConsumer makes a consumer. wake is called when there is something to ask
// engines for.
func NewConsumer(d documents, memory keeper, policy Policy, now func() time.Time, wake func()) *Consumer {
	return &Consumer{d, memory, DefaultBook(), policy, now, wake}
}

// Handle keeps the segments of a batch. It is a [store.Handler].
func (c *Consumer) Handle(ctx context.Context, tx *store.Tx, batch []tocsin.Change) error {
	pairs, err := c.documents.Documents(ctx, tx, batch)
	if err != nil {
		return err
	}
	var readers []translation.Reader
	var nums []int64
	of := map[int64]tocsin.Change{} // a change that brought a document
	for i, change := range batch {
		num := pairs[i].After
		if num == 0 || pairs[i].Source == tocsin.SourceOwn || !change.What.Versioned() || change.Kind != tocsin.KindIssue && change.Kind != tocsin.KindMessage {
			continue
		}
		readers = append(readers, translation.Reader{TenantID: change.TenantID, Document: num, N: change.N, At: change.At})
		nums = append(nums, num)
		of[num] = change
	}
	if len(readers) == 0 {
		return nil
	}
	if err := c.cut(ctx, tx, nums, of); err != nil {
		return err
	}
	if err := c.memory.PutReaders(ctx, tx, readers); err != nil {
		return err
	}
	return c.want(ctx, tx, readers)
}

// cut keeps the segments of documents that were not cut before.
func (c *Consumer) cut(ctx context.Context, tx *store.Tx, nums []int64, of map[int64]tocsin.Change) error {
	uncut, err := c.memory.Uncut(ctx, tx, nums)
	if err != nil {
		return err
	}
	cut := make([]translation.Document, 0, len(uncut))
	for _, num := range uncut {
		body, err := c.documents.DocumentBody(ctx, tx, num)
		if err != nil {
			return err
		}
		cut = append(cut, c.document(num, of[num], body))
	}
	before, err := c.memory.PutDocuments(ctx, tx, cut, c.now())
	if err != nil {
		return err
	}
	return c.count(ctx, tx, cut, before)
}

// document cuts one document. One that cannot be read has no segments: what is
// shown of it is its own matter.
func (c *Consumer) document(num int64, change tocsin.Change, body []byte) translation.Document {
	d := translation.Document{Num: num, Ref: tocsin.Ref{Kind: change.Kind, ID: change.ID}, At: change.At}
	texts, facts, err := textsOf(change.Kind, body)
	if err != nil {
		return d
	}
	if at := facts.ModifiedAt; !at.IsZero() && at.Before(d.At) { // nobody writes in the future
		d.At = at
	}
	if d.Private = facts.Private; d.Private {
		return d
	}
	seen := map[Key]bool{}
	for _, text := range texts {
		for _, s := range Segments(text) {
			key := KeyOf(s.Text)
			if seen[key] || len(s.Text) > translation.MaxText {
				continue
			}
			seen[key] = true
			d.Segments = append(d.Segments, translation.Text{Key: translation.Key(key), Text: s.Text, InBook: c.answers(s)})
		}
	}
	return d
}

// answers reports whether the phrase book answers a segment in all languages.
func (c *Consumer) answers(s Segment) bool {
	return !slices.ContainsFunc(Languages(), func(language string) bool {
		_, ok := c.book.Line(language, s)
		return !ok
	})
}

// textsOf returns the plain texts of an issue or message that are translated.
func textsOf(kind tocsin.Kind, body []byte) ([]string, tocsin.Facts, error) {
	if kind == tocsin.KindMessage {
		var m tocsin.Message
		err := m.UnmarshalJSON(body)
		return MessageTexts(m), m.Facts(), err
	}
	var i tocsin.Issue
	err := i.UnmarshalJSON(body)
	return IssueTexts(i), i.Facts(), err
}

// IssueTexts returns the plain texts of an issue that are translated: its title,
// its impact, and its posts in their order.
func IssueTexts(i tocsin.Issue) []string {
	texts := []string{i.Title, i.Impact}
	for _, one := range i.Posts {
		texts = append(texts, post.Text(one.Content, one.ContentType))
	}
	return texts
}

// MessageTexts returns the plain texts of a message that are translated: its
// title and its body.
func MessageTexts(m tocsin.Message) []string {
	return []string{m.Title, post.Text(m.Content, m.ContentType)}
}

// want has engines asked for what tenants have that are translated by engines.
func (c *Consumer) want(ctx context.Context, tx *store.Tx, readers []translation.Reader) error {
	var nums []int64
	for _, r := range readers {
		if !slices.Contains(c.policy.Quiet, r.TenantID) && !slices.Contains(nums, r.Document) {
			nums = append(nums, r.Document)
		}
	}
	if len(nums) == 0 || len(c.policy.Languages) == 0 {
		return nil
	}
	for _, language := range c.policy.Languages {
		if err := c.memory.Want(ctx, tx, language, nums, c.now()); err != nil {
			return err
		}
	}
	if c.wake != nil {
		tx.AfterCommit(c.wake)
	}
	return nil
}

// count writes into the ledger what no engine has to be asked: characters that
// the phrase book answers, and those that were kept before.
func (c *Consumer) count(ctx context.Context, tx *store.Tx, cut []translation.Document, before map[translation.Key]bool) error {
	book, memory := 0, 0
	for _, d := range cut {
		for _, s := range d.Segments {
			switch {
			case s.InBook:
				book += utf8.RuneCountInString(s.Text)
			case before[s.Key]:
				memory += utf8.RuneCountInString(s.Text)
			}
		}
	}
	if book+memory == 0 {
		return nil
	}
	for _, language := range c.policy.Languages {
		if err := c.memory.CountIn(ctx, tx, translation.Day{Day: translation.DayOf(c.now()), Language: language, Book: book, Memory: memory}); err != nil {
			return fmt.Errorf("count what was saved: %w", err)
		}
	}
	return nil
}
