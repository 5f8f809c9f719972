package graph_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"example.org/tocsin/internal/api/graph"
	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/store/storetest"
	"example.org/tocsin/internal/tocsin"
)

// fresh is the same desk with an API that was asked nothing yet.
func (d *desk) fresh(t *testing.T) *desk {
	t.Helper()
	api, err := graph.New(graph.Config{
		Base: base, Key: []byte("0123456789abcdef"), Model: d.model, Admission: httpserver.NewAdmission(everyToken(), nil), Now: now, Viewpoints: d.store, Files: d.store,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{tb: t, store: d.store, model: d.model, api: api}
}

// says is what a reply says, whatever it is packed in.
func says(t *testing.T, r reply) string {
	t.Helper()
	if length := r.header.Get("Content-Length"); length != fmt.Sprint(len(r.body)) {
		t.Errorf("%d bytes are announced as %s", len(r.body), length)
	}
	tag, body := r.header.Get("ETag"), r.body
	if r.header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(unpacked)
		if err != nil {
			t.Fatal(err)
		}
		body, tag = string(text), strings.Replace(strings.TrimPrefix(tag, "W/"), httpserver.GzipTag, "", 1)
	}
	if r.status >= 400 {
		return fmt.Sprint(r.status, r.Error.Code, r.Error.Message)
	}
	return strings.Join([]string{fmt.Sprint(r.status), tag, r.header.Get("Content-Type"), r.header.Get("Preference-Applied"), body}, "\n")
}

// However often a list was asked for, and with whatever parameters that have no
// meaning, the answer is the one of an API that was asked nothing before.
func TestParametersWithoutMeaning(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	fill(d)
	d.record(storetest.Contoso, many(130)...)
	queries := []string{
		"", "api-version=1.0", "_=1", "_=2", "_=2", "_=2", "_=3&api-version=1.0", "PublisherIdentifier=x&client-request-id=y", "_=", "_", "_=a%20b", "_=1&_=2", "_=1&%5F=2", "_=know", "&&_=4&&",
	}
	for _, target := range []string{
		"issues", "issues?$filter=isResolved eq false", "issues?$top=120", "issues?$skip=3&$filter=classification eq 'incident'", "issues?%24select=id,title", "issues?$orderby=lastModifiedDateTime desc&$count=true",
		"issues?$top=5&$format=application/json%3Bodata.metadata=none", "issues?$format=application/json%3Bodata.metadata=full", "issues?$top=0", "issues?$filter=wrong", "issues?$filter=startDateTime lt now()",
		"issues?$search=mail", "messages?$top=3", "healthOverviews?$expand=issues", "healthOverviews/Exchange/issues?$select=id", "issues/$count?$filter=isResolved eq false",
	} {
		header := []string{"Prefer", "odata.maxpagesize=7"}
		if target == "issues" || strings.HasPrefix(target, "messages") {
			header = nil
		}
		for n, query := range queries {
			path, options, _ := strings.Cut(target, "?")
			asked := path + "?" + options + "&" + query
			if n%2 == 1 {
				asked = path + "?" + query + "&" + options
			}
			want := d.fresh(t).get(asked, header...)
			for _, with := range [][]string{header, append([]string{"Accept-Encoding", "gzip"}, header...), header} {
				if got := says(t, d.get(asked, with...)); got != says(t, want) {
					t.Fatalf("%s %v:\n%.500s\nin place of\n%.500s", asked, with, got, says(t, want))
				}
			}
			if want.Next != "" {
				d.follows(t, want, strings.Trim(query, "&"))
			}
		}
	}
	changed := many(1)[0].(tocsin.Issue)
	changed.Title, changed.ModifiedAt = "another title", changed.ModifiedAt.AddDate(0, 1, 0)
	d.record(storetest.Contoso, changed)
	if got := d.get("issues?_=9"); !bytes.Contains([]byte(got.body), []byte("another title")) {
		t.Error("a kept page is sent after a change")
	}
	one, other := d.get("issues?$top=200&_=1"), d.ask("GET", "fabrikam", announcements+"issues?$top=200&_=1", "")
	if one.body == other.body || strings.Contains(one.body, "canary") {
		t.Error("one tenant reads what another one has")
	}
}

// follows reads the page that the link of the first one leads to: the link has
// the parameters of the query.
func (d *desk) follows(t *testing.T, first reply, query string) {
	t.Helper()
	for parameter := range strings.SplitSeq(query, "&") {
		if !strings.Contains(first.Next+"&", parameter) {
			t.Errorf("%s lost %s", first.Next, parameter)
		}
	}
	next := d.get(strings.TrimPrefix(first.Next, base))
	if next.status != 200 || len(next.Value) == 0 || strings.Contains(first.ids(), fmt.Sprint(next.Value[0]["id"])) {
		t.Errorf("%s leads to %d %.200s", first.Next, next.status, next.body)
	}
}
