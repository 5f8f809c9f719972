package translate

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"example.org/tocsin/internal/cache"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
)

// recall is the part of the memory that a translator reads.
type recall interface {
	Lines(ctx context.Context, tenantID, language string, keys []translation.Key) (map[translation.Key]translation.Line, error)
	Revision(ctx context.Context, language string) (int64, error)
	Pending(ctx context.Context, tenantID string, ref tocsin.Ref, n int, language string) (translation.Pending, error)
}

// A Policy says who is translated for, as the settings have it.
type Policy struct {
	// Languages are those that have an engine.
	Languages []string
	// Quiet lists the ids of the tenants whose texts no engine is sent: book and
	// memory only.
	Quiet []string
	// Wait is how long what tells of an update waits for an engine; 0 for never.
	Wait time.Duration
}

// asks reports whether an engine is asked for the texts of a tenant in a
// language, and why not.
func (p Policy) asks(tenantID, language string) (bool, Reason) {
	switch {
	case !slices.Contains(p.Languages, language):
		return false, ReasonNoEngine
	case slices.Contains(p.Quiet, tenantID):
		return false, ReasonOff
	}
	return true, ReasonWaiting
}

// A Translator puts texts into other languages with what is known: what people
// wrote, the phrase book, the memory, in this order. It never asks an engine and
// may be used from any goroutine.
type Translator struct {
	memory recall
	book   *Book
	policy Policy
	now    func() time.Time
	made   *cache.Cache[madeKey, Translation]
	// byBook are texts as the book translates them, which is the same for every
	// tenant: what two hundred of them have seen is cut and looked up once.
	byBook *cache.Cache[bookKey, Translation]
	cuts   atomic.Int64 // texts that were cut and looked up
}

// bookKey names what the book makes of a text.
type bookKey struct {
	language string
	text     tocsin.Hash
}

// madeKey names a translation by all that it depends on.
type madeKey struct {
	tenant, language string
	text             tocsin.Hash
	revision         int64
}

// Bounds of the translations that are kept in one of two generations: those of
// tenants, and those that are the book's alone.
const (
	madeBytes = 16 << 20
	bookBytes = 8 << 20
)

// NewTranslator makes a translator.
func NewTranslator(memory recall, policy Policy, now func() time.Time) *Translator {
	return &Translator{
		memory: memory, book: DefaultBook(), policy: policy, now: now, made: cache.New[madeKey, Translation](cache.Bounds{Bytes: madeBytes}),
		byBook: cache.New[bookKey, Translation](cache.Bounds{Bytes: bookBytes}),
	}
}

// Render translates the plain text of a post, see post.Text, that a tenant has.
// Lines that nobody knows are in English, with the reason.
func (t *Translator) Render(ctx context.Context, tenantID, language, text string) (Translation, error) {
	list, err := t.RenderAll(ctx, tenantID, language, []string{text})
	if err != nil {
		return Translation{}, err
	}
	return list[0], nil
}

// RenderAll is [Translator.Render] for several texts, such as all posts of an
// issue, with one query for those that are not known.
func (t *Translator) RenderAll(ctx context.Context, tenantID, language string, texts []string) ([]Translation, error) {
	revision, err := t.memory.Revision(ctx, language)
	if err != nil {
		return nil, fmt.Errorf("translate: %w", err)
	}
	list := make([]Translation, len(texts))
	var missing []int
	var keys []translation.Key
	hashes := make([]tocsin.Hash, len(texts))
	for i, text := range texts {
		hashes[i] = tocsin.HashOf([]byte(text))
		made, ok := t.made.Get(madeKey{tenantID, language, hashes[i], revision})
		if ok {
			list[i] = made
			continue
		}
		missing = append(missing, i)
		list[i] = t.looked(language, text, hashes[i])
		for j := range list[i].Lines {
			keys = append(keys, translation.Key(list[i].Lines[j].Key))
		}
	}
	if len(missing) == 0 {
		return list, nil
	}
	slices.SortFunc(keys, func(a, b translation.Key) int { return slices.Compare(a[:], b[:]) })
	known, err := t.memory.Lines(ctx, tenantID, language, slices.Compact(keys))
	if err != nil {
		return nil, fmt.Errorf("translate: %w", err)
	}
	for _, i := range missing {
		t.fill(tenantID, list[i], known)
		t.made.Put(madeKey{tenantID, language, hashes[i], revision}, list[i], sizeOf(texts[i], list[i]))
	}
	return list, nil
}

// ByBook translates a text by the phrase book alone, and gives one reason for all
// that it does not know: the text of a message about data privacy, of which
// nothing is kept.
func (t *Translator) ByBook(language, text string, reason Reason) Translation {
	made := t.looked(language, text, tocsin.HashOf([]byte(text)))
	for i := range made.Lines {
		if line := &made.Lines[i]; line.Origin == OriginOriginal {
			line.Reason = reason
		}
	}
	return made
}

// looked is what the phrase book makes of a text, in lines that are the caller's.
func (t *Translator) looked(language, text string, hash tocsin.Hash) Translation {
	key := bookKey{language, hash}
	made, ok := t.byBook.Get(key)
	if !ok {
		made = t.cut(language, text)
		t.byBook.Put(key, made, sizeOf(text, made))
	}
	made.Lines = slices.Clone(made.Lines)
	return made
}

// sizeOf is what a translation takes in memory, in bytes.
func sizeOf(text string, made Translation) int { return 4*len(text) + len(made.Lines)*160 }

// cut cuts a text and translates what the phrase book answers.
func (t *Translator) cut(language, text string) Translation {
	t.cuts.Add(1)
	segments := Segments(text)
	made := Translation{Language: language, Lines: make([]Line, len(segments))}
	for i, s := range segments {
		line := Line{Segment: s, Key: KeyOf(s.Text), Target: s.Text, Origin: OriginOriginal}
		if target, origin := t.book.answer(language, s); origin != OriginOriginal {
			line.Target, line.Origin = target, origin
		}
		made.Lines[i] = line
	}
	return made
}

// fill puts what the memory knows into the lines of a translation.
func (t *Translator) fill(tenantID string, made Translation, known map[translation.Key]translation.Line) {
	_, why := t.policy.asks(tenantID, made.Language)
	for i := range made.Lines {
		line := &made.Lines[i]
		found := known[translation.Key(line.Key)]
		switch {
		case found.Text != "" && found.Human:
			line.Target, line.Origin, line.Reason = EndLike(made.Language, line.Text, found.Text), OriginHuman, ReasonNone
		case line.Origin == OriginBook || line.Origin == OriginNames:
		case found.Text != "" && found.Engine == "": // with words that the desk leaves alone
			line.Target, line.Origin = found.Text, OriginNames
		case found.Text != "":
			line.Target, line.Origin, line.By = EndLike(made.Language, line.Text, found.Text), OriginEngine, found.Engine
		case found.Reason != "" && why == ReasonWaiting:
			line.Reason = Reason(found.Reason)
		case len(line.Text) > translation.MaxText && why == ReasonWaiting:
			line.Reason = ReasonLong
		default:
			line.Reason = why
		}
	}
}

// Languages returns the languages that have an engine.
func (t *Translator) Languages() []string { return t.policy.Languages }

// A Progress says whether the translation of an update is complete.
type Progress struct {
	Complete bool      // no engine is to be asked any more, or nobody waits for one
	Since    time.Time // when it began to wait
	Until    time.Time // when it is told as it is
}

// Progress says whether the update that a change brought is translated as far as
// it will be, for feeds and mails that wait for it. One that waits is told as it
// is after the time of the policy; without an engine, for a tenant that is not
// translated by one and with a time of 0 nobody waits.
func (t *Translator) Progress(ctx context.Context, change tocsin.Change, language string) (Progress, error) {
	p := Progress{Complete: true, Since: change.At, Until: change.At.Add(t.policy.Wait)}
	if asks, _ := t.policy.asks(change.TenantID, language); !asks || !t.now().Before(p.Until) {
		return p, nil
	}
	pending, err := t.memory.Pending(ctx, change.TenantID, tocsin.Ref{Kind: change.Kind, ID: change.ID}, change.N, language)
	if err != nil {
		return Progress{}, fmt.Errorf("ask for the translation of %s: %w", change.ID, err)
	}
	p.Complete = pending.Known && pending.Lines == 0
	return p, nil
}
