package odata

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkFault fails if an error is not one that clients may see.
func checkFault(t *testing.T, input string, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: an error of another kind: %v", input, err)
	}
	if utf8.RuneCountInString(e.Message) > 450 || e.Code == 0 || e.Pos < 0 || strings.ContainsAny(e.Message, "\x00\r\n") {
		t.Fatalf("%q: %+v", input, e)
	}
}

// Whatever is written as a filter is refused, or means the same when it is
// printed and read again.
func FuzzFilter(f *testing.F) {
	for _, lines := range []string{grammarAccepts, grammarRefuses} {
		for line := range strings.Lines(lines) {
			text, _, _ := strings.Cut(strings.TrimSpace(line), " # ")
			f.Add(text)
		}
	}
	for _, seed := range []string{
		`isResolved eq false and startDateTime ge 2025-07-01T00:00:00Z`, `services/any(c:c eq 'Microsoft Teams')`, `contains(tolower(body/content),tolower('x'))`,
		`details/any(d: d/name eq 'RoadmapIds' and contains(d/value,'501107'))`, `status in ('investigating','resolved') or not (title eq null)`,
		`posts/any(p:p/tags/all(t:startswith(t,'a'))) and year(endDateTime) eq 2026`, `status has 'resolved'`, `date(startDateTime) lt 2026-07-08 and length(title) gt 3`,
	} {
		f.Add(seed)
	}
	m, issue := sampleModel(f)
	rows := sampleRows()
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := m.ParseFilter(issue, text, sampleNow())
		if err != nil {
			checkFault(t, text, err)
			return
		}
		again, err := m.ParseFilter(issue, filter.String(), sampleNow())
		var e *Error
		if errors.As(err, &e) && e.Code == TooComplex {
			return // the printed form may be longer
		}
		if err != nil || again.String() != filter.String() {
			t.Fatalf("%q prints %q: %v", text, filter, err)
		}
		for _, row := range rows {
			if filter.Match(row) != again.Match(row) {
				t.Fatalf("%q and %q differ about %s", text, filter, row.ID)
			}
		}
	})
}

// Whatever is sent as a query is refused, or can be sent again as a link.
func FuzzEndpoint(f *testing.F) {
	for _, seed := range []string{
		"$filter=id%20eq%20'x'&$orderby=title desc,id&$select=id,body/content&$top=5&$skip=1&$count=true", "filter=isResolved+ne+true", "%24select=id%2Ctitle",
		"$search=\"a b\" OR NOT c", "$top=5;$filter=x&$skip=1", "$filter=%zz&$top=1", "$expand=issues($filter=isResolved%20eq%20false;$select=id;$top=1)", "$skiptoken=x&_=1",
		"=", "&&&", "a=b", "$format=json", "Workload=Exchange", "_=1&$filter=id eq 'x'&&%24top=2&_=2", "$top=1&_=a.b-c_d~&", "$top=1&%5f=1&_=2", "_=%20&_=1", "_",
	} {
		f.Add(seed)
	}
	m, issue := sampleModel(f)
	health := m.Types[len(m.Types)-1]
	all := []string{"$filter", "$orderby", "$select", "$top", "$skip", "$count", "$search", "$skiptoken", "$format", "$expand"}
	endpoints := []*Endpoint{
		{Model: m, Type: issue, Allow: all, Ignore: []string{"_"}, Aliases: map[string]Alias{"Workload": {Property: "title"}}},
		{Model: m, Type: health, Allow: all, AllowExpanded: all[:7]},
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, endpoint := range endpoints {
			options, err := endpoint.Parse(raw, sampleNow())
			checkWithoutIgnored(t, endpoint, raw, options)
			if err != nil {
				checkFault(t, raw, err)
				continue
			}
			link := options.Link()
			again, err := endpoint.Parse(link, sampleNow())
			var e *Error
			if errors.As(err, &e) && e.Code == TooComplex {
				continue // the link may be longer
			}
			if err != nil || again.Link() != link || again.Filter.String() != options.Filter.String() {
				t.Fatalf("%q becomes the link %q: %v", raw, link, err)
			}
		}
	})
}

// checkWithoutIgnored compares what a query means with and without what is
// ignored: both fail, or both lead to the same link.
func checkWithoutIgnored(t *testing.T, endpoint *Endpoint, raw string, options *Options) {
	t.Helper()
	rest, ok := endpoint.WithoutIgnored(raw)
	if !ok {
		if rest != raw {
			t.Fatalf("%q becomes %q with nothing left out", raw, rest)
		}
		return
	}
	plain, err := endpoint.Parse(rest, sampleNow())
	if (err == nil) != (options != nil) {
		t.Fatalf("%q and %q: %v", raw, rest, err)
	}
	if err == nil && (endpoint.Relink(raw, plain.Parts()) != options.Link() || plain.Filter.String() != options.Filter.String()) {
		t.Fatalf("%q leads to %q, and by %q to %q", raw, options.Link(), rest, endpoint.Relink(raw, plain.Parts()))
	}
}

// No token opens that was not made with the key and for the query.
func FuzzOpenToken(f *testing.F) {
	key := []byte("0123456789abcdef")
	good := MintToken(key, "contoso", []byte("payload"))
	for _, seed := range []string{good, "", "AAAA", good[:len(good)-1], good + "A", strings.Repeat("A", 3000), "%00", "=", good + "="} {
		f.Add(seed, "contoso")
	}
	f.Add(good, "fabrikam")
	f.Fuzz(func(t *testing.T, token, context string) {
		payload, err := OpenToken(key, context, token)
		if (err == nil) != (token == good && context == "contoso") {
			t.Fatalf("OpenToken(%q, %q) = %q, %v", token, context, payload, err)
		}
		if err != nil {
			checkFault(t, token, err)
		}
	})
}
