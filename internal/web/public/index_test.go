package public_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
	"example.org/tocsin/internal/web/public"
	"example.org/tocsin/internal/web/webtest"
)

// listed counts how often updates are listed.
type listed struct {
	*storetest.Desk
	n atomic.Int64
}

func (l *listed) Updates(ctx context.Context, tenantID string, q archive.UpdatesQuery) ([]archive.Update, string, error) {
	l.n.Add(1)
	return l.Desk.Updates(ctx, tenantID, q)
}

// However somebody varies the address of the index, the same page is made once in a
// second, and leads on without what it does not understand.
func TestIndexIsMadeForWhatItUnderstands(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	d.Fill()
	for n := range 60 {
		at := storetest.T0.Add(time.Duration(n) * time.Minute)
		d.Record(at, tocsin.Issue{ID: "EX9", Title: "Mail is late", Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: storetest.T0, ModifiedAt: at})
	}
	if _, err := d.Store.ChangePublishing(t.Context(), storetest.Contoso, d.Now, func(p *tocsin.Publishing) error { p.Readership = tocsin.ForEverybody; return nil }); err != nil {
		t.Fatal(err)
	}
	store, clock := &listed{Desk: d.Store}, func() time.Time { return d.Now }
	parts := part.New(part.Config{Model: d.Model, Archive: d.Store})
	pages := public.New(public.Config{Parts: parts, Model: d.Model, Press: publish.New(store, clock)})
	shell, err := web.New(web.Config{Model: d.Model, Archive: d.Store, Now: clock}, parts.Family(), pages.Family())
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpserver.New(httpserver.Config{Routes: shell.Routes(), Errors: shell.WriteError, Gate: everybody{}, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(query string) string {
		t.Helper()
		w := httptest.NewRecorder()
		if server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/status/contoso"+query, nil)); w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", query, w.Code)
		}
		return w.Body.String()
	}
	plain, chosen := ask(""), ask("?class=incident")
	if !strings.Contains(chosen, "after=") || plain == chosen {
		t.Fatal("there is no second page, or nothing was chosen")
	}
	made := store.n.Load()
	for query, want := range map[string]string{
		"?": plain, "?x=1": plain, "?x=2&x=3": plain, "?service=nonsense": plain, "?kind=": plain, "?g=age&lang=fr": plain,
		"?class=incident&_=1": chosen, "?_=2&class=incident&service=": chosen, "?class=incident&class=advisory": chosen,
	} {
		if got := ask(query); got != want {
			t.Errorf("%s makes another page", query)
		}
	}
	if n := store.n.Load() - made; n != 0 {
		t.Errorf("updates were listed %d times more", n)
	}
}
