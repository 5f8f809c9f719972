package status_test

import (
	"testing"

	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web/webtest"
)

// Lists have titles in the language of the page where the phrase book knows all
// of them; any other stays as the provider wrote it, and says so.
func TestTitlesOfLists(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t)
	storetest.AddTenants(t, d.Store)
	d.Record(d.Now, tocsin.Overview{ServiceID: "Exchange", Service: "Exchange Online", Status: tocsin.StatusDegradation})
	for id, title := range map[string]string{"MO1": "Users may be unable to access one or more Microsoft 365 services", "EX2": "Users see zibble in the quibble"} {
		d.Record(d.Now, tocsin.Issue{ID: id, Title: title, Service: "Exchange Online", ServiceID: "Exchange", Classification: "incident", Status: tocsin.StatusDegradation, StartAt: d.Now, ModifiedAt: d.Now})
	}
	const french, unknown = `>Les utilisateurs risquent de ne pas pouvoir accéder à un ou plusieurs services Microsoft 365</`, ` lang="en">Users see zibble in the quibble</`
	for _, path := range []string{"/", "/issues", "/services", "/services/Exchange", "/history?service=Exchange", "/tenants", "/search?q=Exchange"} {
		_, _, page := d.Get("/fr" + path)
		webtest.Has(t, path, page, french, unknown)
		webtest.Lacks(t, path, page, ` lang="en"`+french)
		_, _, page = d.Get(path)
		webtest.Has(t, path, page, `>Users may be unable to access one or more Microsoft 365 services</`)
	}
	_, _, page := d.Get("/fr/issues/MO1")
	webtest.Has(t, "page", page, "<h1>Les utilisateurs risquent de ne pas pouvoir accéder à un ou plusieurs services Microsoft 365</h1>", `<span lang="en">Users may be unable to access one or more Microsoft 365 services</span>`)
	for _, path := range []string{"/issues/MO1", "/fr/issues/MO1?translation=ja", "/fr/issues/MO1?translation=off"} {
		_, _, page = d.Get(path)
		webtest.Has(t, path, page, `<h1 lang="en">Users may be unable to access one or more Microsoft 365 services</h1>`)
	}
}
