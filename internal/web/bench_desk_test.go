package web_test

import (
	"net/http"
	"testing"
	"time"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/web/webtest"
)

// A desk has the names that older checkouts have, so that test/ratio compiles
// the same benchmarks in them.
type desk struct {
	*webtest.Desk
	t     testing.TB
	store *storetest.Desk
	now   time.Time
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	return named(webtest.NewDesk(tb))
}

func storm(tb testing.TB) *desk {
	tb.Helper()
	return named(webtest.Storm(tb))
}

func named(d *webtest.Desk) *desk { return &desk{d, d.T, d.Store, d.Now} }

func (d *desk) record(at time.Time, values ...any) {
	d.t.Helper()
	d.Now = d.now
	d.Record(at, values...)
}

func (d *desk) get(path string) (status int, header http.Header, body string) {
	d.t.Helper()
	d.Now = d.now
	return d.Get(path)
}
