package room_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"example.org/tocsin/internal/cputest"
	"example.org/tocsin/internal/respond"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// A room with 2,000 rows in its timeline and 200 people: what an entry costs, and what
// opening the room does. Figures are printed; only the share of bytes is held.
func TestFiguresOfARoom(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	h, b := outage(t)
	at := opened(t, b)
	ctx := tocsin.WithActor(t.Context(), tocsin.Actor{Name: "kim"})
	for n := range 2000 {
		if err := h.Store.AddEntry(ctx, 1, "note", fmt.Sprintf("Entry %d: queues are at %d messages and fall.", n, 9000-n), time.Time{}, h.Clock()); err != nil {
			t.Fatal(err)
		}
	}
	page := b.Open(at)
	const openings = 20
	used := cputest.Used(t)
	for range openings {
		page = b.Open(at)
	}
	t.Logf("opening: %v of CPU, %d bytes", (cputest.Used(t)-used)/openings, len(page))
	after := 2001
	var people []*webtest.Browser
	for range 200 {
		people = append(people, b)
	}
	began := time.Now()
	sent(t, b, at+"/work", url.Values{"do": {"note"}, "text": {"It is over, says the newest post."}})
	written := time.Now()
	used = cputest.Used(t)
	sizes := make([]int, len(people))
	var all sync.WaitGroup
	for i, one := range people {
		all.Go(func() { sizes[i] = len(one.Open(fmt.Sprintf("%s/part?after=%d", at, after))) })
	}
	all.Wait()
	t.Logf("an entry: written in %v, read by %d people %v later, %v of CPU each; %d bytes, 1/%d of the page", written.Sub(began), len(people), time.Since(written), (cputest.Used(t)-used)/time.Duration(len(people)), sizes[0], len(page)/sizes[0])
	// The same part for one after the other: kept while the second lasts, and made anew
	// in each.
	read := func(pause time.Duration) time.Duration {
		const times = 100
		used := cputest.Used(t)
		for range times {
			h.Pass(pause)
			one := b.Open(fmt.Sprintf("%s/part?after=%d", at, after))
			if len(one) != sizes[0] {
				t.Fatalf("%d bytes, then %d", sizes[0], len(one))
			}
		}
		return (cputest.Used(t) - used) / times
	}
	kept, anew := read(0), read(time.Second)
	t.Logf("a note: kept %v of CPU, anew %v, ratio %.2f", kept, anew, float64(kept)/float64(anew))
	sent(t, b, at+"/work", url.Values{"do": {"step"}, "step": {"detection"}})
	sizes[0] = len(b.Open(fmt.Sprintf("%s/part?after=%d", at, after)))
	kept, anew = read(0), read(time.Second)
	t.Logf("a step: kept %v of CPU, anew %v, ratio %.2f", kept, anew, float64(kept)/float64(anew))
	if kept*10 > anew*9 {
		t.Errorf("what is kept costs %v, what is made %v", kept, anew)
	}
	if len(b.Open(fmt.Sprintf("%s/part?after=%d", at, after)))*3 > len(page) {
		t.Errorf("an entry is %d bytes, the page %d", sizes[0], len(page))
	}
	if status := b.Status(http.MethodGet, at, nil); status != http.StatusOK {
		t.Error(status)
	}
}

// 500 clocks that run: what looking at them costs, of the time between two looks.
func TestFiguresOfClocks(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	desk := storetest.Open(t, storetest.File(t))
	storetest.AddTenants(t, desk)
	for n := range 100 {
		i := tocsin.Incident{Title: fmt.Sprint(n), TenantIDs: []string{storetest.Contoso}, Zone: "Europe/Paris"}
		if _, err := desk.OpenIncident(t.Context(), i, storetest.T0); err != nil {
			t.Fatal(err)
		}
	}
	const looks = 50
	used := cputest.Used(t)
	for range looks {
		if _, err := respond.TellLate(t.Context(), desk, storetest.T0.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	each := (cputest.Used(t) - used) / looks
	t.Logf("a look at 500 clocks: %v of CPU every %v, %.4f %% of a core", each, respond.LateEvery, 100*float64(each)/float64(respond.LateEvery))
}
