package translations_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/store/translation"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/translate"
	"example.org/tocsin/internal/web/webtest"
)

// enginePause is how long an engine takes for a hundred lines, at its best.
const enginePause = 50 * time.Millisecond

// versions is how many are rendered anew: TOCSIN_BENCH_VERSIONS, or ten thousand.
func versions() int {
	if n, err := strconv.Atoi(os.Getenv("TOCSIN_BENCH_VERSIONS")); err == nil && n > 0 {
		return n
	}
	return 10_000
}

// BenchmarkPagesWhileGlossaryChanges tells how much slower pages are while every
// version of an archive gets new lines after a term of the glossary was set: the
// ratio of the medians, and of the slowest page of twenty, against a desk at rest.
func BenchmarkPagesWhileGlossaryChanges(b *testing.B) {
	d := webtest.NewDesk(b)
	storetest.AddTenants(b, d.Store)
	fillVersions(b, d, versions())
	if _, err := d.Store.ChangePublishing(b.Context(), storetest.Contoso, d.Now, func(p *tocsin.Publishing) error {
		p.Readership, p.Advisories = tocsin.ForEverybody, true
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	pages := []string{"/fr/", "/fr/issues", "/fr/issues/EX000007", "/fr/status/contoso/EX000007/1", "/fr/status/contoso"}
	for b.Loop() {
		rest := timed(d, pages, nil)
		begun := time.Now()
		if err := d.Store.PutTerm(b.Context(), translation.Term{Language: "fr", Source: "canal", Target: fmt.Sprint("canal ", begun.UnixNano())}, d.Now); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(begun).Milliseconds()), "term-ms")
		done := make(chan error, 1)
		stop := make(chan struct{})
		answered := 0
		go func() {
			var err error
			answered, err = answerAll(b, d, stop)
			done <- err
			close(done)
		}()
		busy := timed(d, pages, done)
		close(stop)
		if err := <-done; err != nil {
			b.Fatal(err)
		}
		for i, page := range pages {
			b.Logf("%-32s %6d µs at rest, %6d µs meanwhile: %.2f (one in twenty %.2f)", page, rest[i].median.Microseconds(), busy[i].median.Microseconds(), rest[i].ratio(busy[i]), float64(busy[i].slow)/float64(rest[i].slow))
			b.ReportMetric(rest[i].ratio(busy[i]), fmt.Sprintf("ratio%d", i))
		}
		b.ReportMetric(float64(answered)/time.Since(begun).Seconds(), "lines/s")
	}
}

// fillVersions archives issues with a sentence of their own each, translated by
// an engine.
func fillVersions(b *testing.B, d *webtest.Desk, n int) {
	b.Helper()
	if err := d.Store.AddConsumer(b.Context(), translate.ConsumerName, true); err != nil {
		b.Fatal(err)
	}
	for at := 0; at < n; at += 1000 {
		r := archive.Record{TenantID: storetest.Contoso, Source: "graph", SeenAt: storetest.T0}
		for i := at; i < min(n, at+1000); i++ {
			begun := storetest.T0.Add(-time.Duration(i) * time.Minute)
			doc, err := tocsin.NewDocument(tocsin.Issue{
				ID: fmt.Sprintf("EX%06d", i), Title: "Parcels are late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "advisory", Status: tocsin.StatusServiceRestored,
				StartAt: begun, EndAt: begun.Add(time.Minute), ModifiedAt: begun, Posts: []tocsin.Post{{CreatedAt: begun, ContentType: "text", Content: fmt.Sprintf("Barge %d of the northern canal waits.", i)}},
			})
			if err != nil {
				b.Fatal(err)
			}
			r.Entries = append(r.Entries, archive.Entry{Document: doc})
		}
		if _, err := d.Store.Record(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	consumer := translate.NewConsumer(d.Store.Archive, d.Store.Translations, translate.Policy{Languages: []string{"fr"}}, func() time.Time { return d.Now }, nil)
	cursor, err := d.Store.ClaimConsumer(b.Context(), translate.ConsumerName, d.Now, time.Hour)
	for handled := 1; err == nil && handled > 0; {
		cursor, handled, err = d.Store.Consume(b.Context(), cursor, 500, d.Now, time.Hour, consumer.Handle)
	}
	if err != nil {
		b.Fatal(err)
	}
	if _, err := answerAll(b, d, nil); err != nil {
		b.Fatal(err)
	}
}

// answerAll answers all wants, with stop in the time of a quick engine, and has the pages
// hear of it, until there are none or stop is closed.
func answerAll(b *testing.B, d *webtest.Desk, stop chan struct{}) (n int, err error) {
	for {
		select {
		case <-stop:
			return n, nil
		default:
		}
		wants, err := d.Store.ClaimWants(b.Context(), "fr", nil, 100, d.Now, time.Minute)
		if err == nil && len(wants) == 0 {
			if _, err = d.Store.TellReplaced(b.Context(), "fr", d.Now); err == nil {
				err = d.Model.Refresh(b.Context(), false)
			}
			return n, err
		}
		if err != nil {
			return n, err
		}
		var list []translation.Settlement
		for _, w := range wants {
			list = append(list, translation.Settlement{Want: w, Text: "fr " + w.Text, Engine: "An engine"})
		}
		if err := d.Store.Settle(b.Context(), "fr", list, 0, d.Now); err != nil {
			return n, err
		}
		if err := d.Model.Refresh(b.Context(), false); err != nil {
			return n, err
		}
		n += len(wants)
		if stop != nil { // no engine answers two thousand lines a second
			select {
			case <-stop:
			case <-time.After(enginePause):
			}
		}
	}
}

// took is how long a page took: the median, and the slowest of twenty.
type took struct{ median, slow time.Duration }

func (t took) ratio(other took) float64 { return float64(other.median) / float64(t.median) }

// timed reads pages in turn, at least two hundred times each, or until done has
// something.
func timed(d *webtest.Desk, pages []string, done chan error) []took {
	times := make([][]time.Duration, len(pages))
	for round := 0; ; round++ {
		for i, page := range pages {
			begun := time.Now()
			d.Page(page)
			if round > 2 {
				times[i] = append(times[i], time.Since(begun))
			}
		}
		select {
		case err := <-done:
			if err != nil {
				d.T.Fatal(err)
			}
			round = 1000
		default:
		}
		if round >= 1000 || done == nil && round >= 200 {
			break
		}
	}
	list := make([]took, len(pages))
	for i := range times {
		slices.Sort(times[i])
		if n := len(times[i]); n > 0 {
			list[i] = took{times[i][n/2], times[i][n-1-n/20]}
		}
	}
	return list
}
