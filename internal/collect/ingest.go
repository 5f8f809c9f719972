package collect

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// entriesPerRecord keeps the transactions of a long archive short.
const entriesPerRecord = 500

// A Count is what an import came to for one kind.
type Count struct {
	Items     int // documents that were brought in
	New       int // of which nothing was known
	Updated   int // of which another state was known
	Unchanged int // that were known
}

// An Ingest stores documents that were read from files or made up for a
// demonstration, by the same rules as a poll but silently: nothing of it is
// announced, and what it does not name has not left. Storing the same thing
// again has no effect. It holds few documents at a time, however many come.
type Ingest struct {
	// Dry tries everything and stores nothing.
	Dry bool
	// Total is how many documents there will be, for the audit log.
	Total int
	// Stored is called after each part with how many documents there were so
	// far; it may be nil.
	Stored func(n int)

	collector *Collector
	tenantID  string
	source    string
	part      []archive.Entry
	counts    map[tocsin.Kind]Count
	done      int
	audited   bool
	tried     map[tocsin.Ref]tocsin.Hash // of a dry run: the last document of each item
	back      map[moment]archive.Entry   // what would be a state come back, if it is the last word
}

// moment is the time of a state of an item, as the provider states it.
type moment struct {
	tocsin.Ref
	at int64
}

func momentOf(doc *tocsin.Document) moment {
	return moment{tocsin.Ref{Kind: doc.Kind, ID: doc.ID}, tocsin.Micros(doc.Facts.ModifiedAt)}
}

// Ingest begins to bring documents into the archive of a tenant.
func (c *Collector) Ingest(tenantID, source string) *Ingest {
	return &Ingest{collector: c, tenantID: tenantID, source: source, counts: map[tocsin.Kind]Count{}, tried: map[tocsin.Ref]tocsin.Hash{}, back: map[moment]archive.Entry{}}
}

// Add brings in one document that held at a time, which may be zero. The body is
// copied.
func (i *Ingest) Add(ctx context.Context, doc tocsin.Document, at time.Time) error {
	doc.Body = bytes.Clone(doc.Body)
	i.part = append(i.part, archive.Entry{Document: doc, SeenAt: at})
	if len(i.part) < entriesPerRecord {
		return nil
	}
	return i.store(ctx)
}

// Finish stores what is left and returns what came of it all, by kind.
func (i *Ingest) Finish(ctx context.Context) (map[tocsin.Kind]Count, error) {
	if err := i.store(ctx); err != nil {
		return i.counts, err
	}
	return i.counts, i.goBack(ctx)
}

// goBack lets states come back of which the import brings another one of the
// same time, if any, before: only its last word counts. So bringing in the same
// once more changes nothing.
func (i *Ingest) goBack(ctx context.Context) error {
	entries := slices.SortedFunc(maps.Values(i.back), func(a, b archive.Entry) int { return strings.Compare(a.Document.ID, b.Document.ID) })
	for part := range slices.Chunk(entries, entriesPerRecord) {
		r := i.record(part)
		r.Back = true
		changes, err := i.collector.archive.Record(ctx, r)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		i.took(changes)
	}
	return nil
}

func (i *Ingest) record(entries []archive.Entry) archive.Record {
	return archive.Record{
		TenantID: i.tenantID, Source: i.source, SeenAt: i.collector.now().Truncate(time.Microsecond), Silent: true, Entries: entries,
		Items: max(i.Total, len(entries)), Audited: i.audited, Dry: i.Dry,
	}
}

func (i *Ingest) took(changes []tocsin.Change) {
	for _, change := range changes {
		i.count(change)
	}
	i.audited = i.audited || len(changes) > 0
}

// Changed is how many changes were made so far.
func (i *Ingest) Changed() (n int) {
	for _, count := range i.counts {
		n += count.New + count.Updated
	}
	return n
}

func (i *Ingest) store(ctx context.Context) error {
	if len(i.part) == 0 {
		return nil
	}
	slices.SortStableFunc(i.part, func(a, b archive.Entry) int { return a.SeenAt.Compare(b.SeenAt) })
	entries := lastWords(i.part)
	if i.Dry {
		entries = slices.DeleteFunc(slices.Clone(entries), i.wasTried)
	}
	back := map[moment]archive.Entry{}
	r := i.record(entries)
	r.Items = max(i.Total, len(i.part))
	r.WouldGoBack = func(e archive.Entry) { back[momentOf(&e.Document)] = e }
	changes, err := i.collector.archive.Record(ctx, r)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	for _, e := range i.part {
		count := i.counts[e.Document.Kind]
		count.Items, count.Unchanged = count.Items+1, count.Unchanged+1
		i.counts[e.Document.Kind] = count
		if e.SeenAt.IsZero() {
			delete(i.back, momentOf(&e.Document))
		}
	}
	i.keepLast(back)
	i.took(changes)
	if i.Dry {
		for _, e := range entries {
			i.tried[tocsin.Ref{Kind: e.Document.Kind, ID: e.Document.ID}] = e.Document.Hash
		}
	}
	i.done += len(i.part)
	i.part = i.part[:0]
	if i.Stored != nil {
		i.Stored(i.done)
	}
	return nil
}

// lastWords returns entries without the states of an item that a later one of
// them takes back, where nothing says when either held: a list that names a
// service twice would make two versions each time that it is brought in.
func lastWords(entries []archive.Entry) []archive.Entry {
	last := map[tocsin.Ref]int{}
	for n := range entries {
		if e := &entries[n]; untimed(e) {
			last[tocsin.Ref{Kind: e.Document.Kind, ID: e.Document.ID}] = n
		}
	}
	if len(last) == 0 {
		return entries // issues and messages say when they held
	}
	var kept []archive.Entry
	for n := range entries {
		e := &entries[n]
		if !untimed(e) || last[tocsin.Ref{Kind: e.Document.Kind, ID: e.Document.ID}] == n {
			kept = append(kept, *e)
		}
	}
	return kept
}

// untimed reports whether nothing says when an entry held.
func untimed(e *archive.Entry) bool { return e.SeenAt.IsZero() && e.Document.Facts.ModifiedAt.IsZero() }

// keepLast keeps what would come back, unless the part says another thing of
// the same item and time later.
func (i *Ingest) keepLast(back map[moment]archive.Entry) {
	last := map[moment]tocsin.Hash{}
	for _, e := range i.part {
		if e.SeenAt.IsZero() {
			last[momentOf(&e.Document)] = e.Document.Hash
		}
	}
	for when, e := range back {
		if last[when] == e.Document.Hash {
			i.back[when] = e
		}
	}
}

// wasTried reports whether an earlier part of a dry run brought the same.
func (i *Ingest) wasTried(e archive.Entry) bool {
	hash, tried := i.tried[tocsin.Ref{Kind: e.Document.Kind, ID: e.Document.ID}]
	return tried && hash == e.Document.Hash
}

// count counts a change. What is new to the archive but was in an earlier part
// of a dry run is an update.
func (i *Ingest) count(change tocsin.Change) {
	count := i.counts[change.Kind]
	_, tried := i.tried[tocsin.Ref{Kind: change.Kind, ID: change.ID}]
	if count.Unchanged--; change.What == tocsin.WhatNew && !tried {
		count.New++
	} else {
		count.Updated++
	}
	i.counts[change.Kind] = count
}

// Import stores whole lists; see [Ingest].
func (c *Collector) Import(ctx context.Context, tenantID, source string, lists []List) (map[tocsin.Kind]Count, error) {
	ingest := c.Ingest(tenantID, source)
	for _, list := range lists {
		ingest.Total += len(list.Items)
	}
	for _, list := range lists {
		for n, item := range list.Items {
			doc, err := tocsin.ReadDocument(list.Kind, item.Body)
			if err != nil {
				return ingest.counts, fmt.Errorf("import number %d of the %ss: %w", n+1, list.Kind, err)
			}
			if err := ingest.Add(ctx, doc, item.At); err != nil {
				return ingest.counts, err
			}
		}
	}
	return ingest.Finish(ctx)
}
