package statuspage_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// counting counts how often texts are read, which a judgement does for each open
// issue.
type counting struct {
	*readmodel.Model
	read int
}

func (c *counting) Issue(ctx context.Context, row *readmodel.Row) (tocsin.Issue, error) {
	c.read++
	return c.Model.Issue(ctx, row)
}

// An answer is made once, and anew when the snapshot, the edition or the clock
// changes what it says, whichever comes first.
func TestAnswersAreMadeOnce(t *testing.T) {
	t.Parallel()
	model := &counting{}
	d := newDeskWith(t, func(store *storetest.Desk, clock func() time.Time) snapshots {
		model.Model = readmodel.New(store, clock, slog.New(slog.DiscardHandler))
		return model
	})
	d.publish(storetest.Contoso, tocsin.ForEverybody, true)
	start := d.now
	ending, work := issue("EX1", "incident", tocsin.StatusDegradation), issue("EX2", tocsin.ClassMaintenance, tocsin.StatusOperational)
	ending.Status, ending.EndAt = tocsin.StatusRestoringService, start.Add(10*time.Minute)
	work.StartAt, work.EndAt = start.Add(20*time.Minute), start.Add(30*time.Minute)
	quiet := issue("EX3", "advisory", tocsin.StatusDegradation)
	d.record(exchange(tocsin.StatusOperational), ending, work, quiet)
	paths := []string{"/status/contoso/api/v2/summary.json", "/status/contoso/badge.json?lang=fr", "/status/contoso/embed.json", "/status/contoso/probe"}
	ask := func() (said string, read int) {
		before := model.read
		for _, path := range paths {
			response, body := d.get(path)
			if again, same := d.get(path); same != body || again.Header.Get("ETag") != response.Header.Get("ETag") || again.StatusCode != response.StatusCode {
				t.Errorf("%s differs the second time: %s\n%s", path, body, same)
			}
			said += body + "\n"
		}
		return said, model.read - before
	}
	first, read := ask()
	if read == 0 {
		t.Error("nothing was judged")
	}
	for _, step := range []struct {
		name  string
		after time.Duration // of the start
		do    func()
		new   bool
	}{
		{"a minute later", time.Minute, nil, false},
		{"just before the end of the incident", 10*time.Minute - time.Microsecond, nil, false},
		{"at its end", 10 * time.Minute, nil, true},
		{"before the work", 20*time.Minute - time.Microsecond, nil, false},
		{"at the start of the work", 20 * time.Minute, nil, true},
		{"at the end of the work", 30 * time.Minute, nil, true},
		{"later", 40 * time.Minute, nil, false},
		{"a change", 40 * time.Minute, func() {
			d.record(issue("EX4", "incident", tocsin.StatusInterruption))
			if err := model.Refresh(t.Context(), true); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"another setting", 40 * time.Minute, func() { d.publish(storetest.Contoso, tocsin.ForEverybody, false) }, true},
		{"the clock set back", 5 * time.Minute, nil, true},
	} {
		if d.now = start.Add(step.after); step.do != nil {
			step.do()
		}
		said, read := ask()
		if (said != first) != step.new && step.name != "another setting" || step.new != (read > 0) {
			t.Errorf("%s: %d texts were read; another answer: %t", step.name, read, said != first)
		}
		first = said
	}
}

// Whoever may not read an edition gets no answer that was made for others.
func TestKeptAnswersAreNobodyElses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.publish(storetest.Contoso, tocsin.ForReaders, true)
	d.record(exchange(tocsin.StatusOperational))
	const path = "/status/contoso/api/v2/status.json"
	for range 2 {
		if response, body := d.get(path, "X-Reader", "yes"); response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != "private, max-age=30" {
			t.Error(response.Status, body)
		}
		if response, _ := d.get(path); response.StatusCode != http.StatusNotFound {
			t.Error(response.Status)
		}
	}
	plain, body := d.get("/status/contoso/api/v2/summary.json", "X-Reader", "yes")
	if packed, _ := d.get("/status/contoso/api/v2/summary.json", "X-Reader", "yes", "If-None-Match", plain.Header.Get("ETag")); packed.StatusCode != http.StatusNotModified || !strings.HasPrefix(body, "{") {
		t.Error(packed.Status, body)
	}
}
