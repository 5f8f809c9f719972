package odata

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOrderBy(t *testing.T) {
	t.Parallel()
	m, issue := sampleModel(t)
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	rows := []*sampleRow{
		{ID: "a", End: day(2), Body: &sampleBody{Content: "2"}},
		{ID: "b", Body: &sampleBody{Content: "1"}},
		{ID: "c", End: day(1)},
		{ID: "d", End: day(2), Body: &sampleBody{Content: "1"}},
	}
	tests := map[string]string{
		"endDateTime":                       "bcad",
		"endDateTime desc":                  "adcb",
		"EndDateTime  desc , body/content":  "dacb",
		"body/content asc,endDateTime desc": "cdba",
		"id desc":                           "dcba",
		"length(body/content), id desc":     "cdba",
	}
	for text, want := range tests {
		order, err := m.parseOrderBy(issue, text, sampleNow(), Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		sorted := slices.Clone(rows)
		slices.SortStableFunc(sorted, func(a, b *sampleRow) int { return order.Compare(a, b) })
		got := ""
		for _, row := range sorted {
			got += row.ID
		}
		if got != want {
			t.Errorf("%s sorts %s, want %s", text, got, want)
		}
	}
}

// selected writes a selection as text.
func selected(s *Selection) string {
	var parts []string
	if s.All {
		parts = append(parts, "*")
	}
	for _, item := range s.Items {
		text := item.Property.Name
		if item.Nested != nil {
			text += "(" + selected(item.Nested) + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func TestSelect(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"id":                               "id",
		"ID , title":                       "id title",
		"*":                                "*",
		"*,body/content":                   "* body(content)",
		"body/content,body/contentType":    "body(content contentType)",
		"body/content,body":                "body",
		"body,body/content":                "body",
		"title,title":                      "title",
		"details/name,services,posts/tags": "details(name) services posts(tags)",
	}
	m, issue := sampleModel(t)
	for text, want := range tests {
		s, err := m.parseSelect(issue, text, Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := selected(s); got != want {
			t.Errorf("%s selects %s, want %s", text, got, want)
		}
	}
	s, err := m.parseSelect(issue, "body/content,id", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := issue.Property("body", false)
	title, _ := issue.Property("title", false)
	content, _ := body.Struct.Property("content", false)
	kind, _ := body.Struct.Property("contentType", false)
	if !s.Has(body) || s.Has(title) || !s.Of(body).Has(content) || s.Of(body).Has(kind) {
		t.Error("Has and Of disagree with body/content,id")
	}
	if all := (*Selection)(nil); !all.Has(title) || all.Of(body) != nil {
		t.Error("a nil selection does not select everything")
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`exchange`:            `"exchange"`,
		`a b`:                 `("a" AND "b")`,
		`a OR b c`:            `("a" OR ("b" AND "c"))`,
		`a AND NOT b`:         `("a" AND (NOT "b"))`,
		`NOT (a OR "b c")`:    `(NOT ("a" OR "b c"))`,
		`"say \"hi\" \\ now"`: `"say \"hi\" \\ now"`,
		`not and or`:          `(("not" AND "and") AND "or")`,
		`don't`:               `"don't"`,
		`(a)(b)`:              `("a" AND "b")`,
		`日本 "AND"`:            `("日本" AND "AND")`,
	}
	for text, want := range tests {
		s, err := parseSearch(text, Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := s.String(); got != want {
			t.Errorf("%s reads %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{``, `AND`, `a OR`, `NOT`, `NOT NOT a`, `(a`, `a)`, `""`, `"a`, `()`, strings.Repeat("(", 101) + "a", strings.Repeat("a ", 201)} {
		if s, err := parseSearch(text, Limits{}); err == nil {
			t.Errorf("%.40s reads %v, want an error", text, s)
		}
	}
	s, err := parseSearch(`red (blue OR NOT green) "dark sky"`, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"red", "dark sky"}, s.Required()); diff != "" {
		t.Errorf("required terms (-want +got):\n%s", diff)
	}
	in := func(text string) bool {
		return s.Match(func(term string) bool { return strings.Contains(text, term) })
	}
	if !in("red dark sky") || in("red green dark sky") || in("red sky") || !(*Search)(nil).Match(nil) {
		t.Error("Match disagrees with the expression")
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	m, _ := sampleModel(t)
	health := m.Types[5]
	e := &Endpoint{
		Model: m, Type: health, Allow: []string{"$expand"},
		AllowExpanded: []string{"$filter", "$select", "$top", "$orderby", "$count", "$search"},
	}
	tests := []struct {
		text, filter, selects string
		top                   int
	}{
		{"issues", "", "", 0},
		{"Issues($filter=startDateTime gt 2023-06-26T20:30:01.16Z)", "startDateTime gt 2023-06-26T20:30:01.16Z", "", 0},
		{"issues($filter=title eq 'a;b)' and (isResolved);$select=id,title;$top=3)", "title eq 'a;b)' and isResolved", "id title", 3},
		{"issues(filter=title eq 'it''s';top=3;$orderby=id desc;$count=true;$search=\"a;b)\")", "title eq 'it''s'", "", 3},
	}
	for _, tt := range tests {
		opts, err := e.Parse("$expand="+tt.text, sampleNow())
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		nested := opts.Expand[0].Options
		got := ""
		if nested.Select != nil {
			got = selected(nested.Select)
		}
		if opts.Expand[0].Property.Name != "issues" || nested.Filter.String() != tt.filter || nested.Top != tt.top || got != tt.selects {
			t.Errorf("%s: filter %s, select %s, top %d", tt.text, nested.Filter, got, nested.Top)
		}
	}
	bad := map[string]Code{
		"": InvalidValue, "issues(": InvalidValue, "issues()": InvalidValue, "issues($top=1": InvalidValue, "issues($top=1))": InvalidValue,
		"issues($filter=title eq 'a)": InvalidValue, "issues,issues": InvalidValue, "issues($top=1;$top=2)": Duplicate,
		"issues($levels=2)": NotImplemented, "issues($foo=2)": UnknownOption, "issues/$ref": NotImplemented, "issues/posts": NotImplemented,
		"issues($expand=x)": NotImplemented, "issues($filter=nope eq 1)": UnknownProperty, "issues x": InvalidValue, "issues($top=1;)": InvalidValue,
	}
	for text, code := range bad {
		_, err := e.Parse("$expand="+text, sampleNow())
		if got, ok := errors.AsType[*Error](err); !ok || got.Code != code || !strings.HasPrefix(got.Option, "$expand") && code != Duplicate {
			t.Errorf("%s: %v, want %v", text, err, code)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	key, payload := []byte("key"), []byte("EX501107\x00x")
	token := MintToken(key, "tenant/issues", payload)
	got, err := OpenToken(key, "tenant/issues", token)
	if err != nil || string(got) != string(payload) {
		t.Errorf("OpenToken = %q, %v", got, err)
	}
	if got, err := OpenToken(key, "", MintToken(key, "", nil)); err != nil || len(got) != 0 {
		t.Errorf("OpenToken of an empty token = %q, %v", got, err)
	}
	for _, tt := range []struct{ key, context, token string }{
		{"other", "tenant/issues", token},
		{"key", "tenant/issue", token},
		{"key", "tenant/issues", token[:len(token)-1]},
		{"key", "tenant/issues", token + "A"},
		{"key", "tenant/issues", "B" + token[1:]},
		{"key", "tenant/issues", ""},
		{"key", "tenant/issues", "%%%"},
		{"key", "tenant/issues", strings.Repeat("A", 5000)},
	} {
		_, err := OpenToken([]byte(tt.key), tt.context, tt.token)
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != InvalidPageToken {
			t.Errorf("OpenToken(%s, %s, %.20s): %v, want InvalidPageToken", tt.key, tt.context, tt.token, err)
		}
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		accept, format string
		want           Level // 0 for not acceptable
	}{
		{"", "", MetadataMinimal},
		{"*/*", "", MetadataMinimal},
		{"application/json", "", MetadataMinimal},
		{"application/json;odata.metadata=full", "", MetadataFull},
		{"application/json; odata.metadata=NONE", "", MetadataNone},
		{`application/json;odata.metadata="none"`, "", MetadataNone},
		{"application/json;odata=nometadata", "", MetadataNone},
		{"application/json;odata=fullmetadata, */*", "", MetadataFull},
		{"application/json;odata=minimal", "", MetadataMinimal},
		{"application/json;odata.metadata=full;odata.streaming=true;charset=utf-8", "", MetadataFull},
		{"text/html, application/xml;q=0.9, */*;q=0.8", "", MetadataMinimal},
		{"application/json;odata.metadata=none;q=0.2, application/json;odata.metadata=full;q=0.9", "", MetadataFull},
		{"application/json;odata.metadata=minimal;q=0, application/json", "", MetadataNone},
		{"application/json;q=0, */*", "", 0},
		{"*/*;q=0", "", 0},
		{"text/html", "", 0},
		{"application/xml", "", 0},
		{"application/json;odata.metadata=some", "", 0},
		{"application/json;q=2", "", 0},
		{"application/*", "", MetadataMinimal},
		{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "", MetadataMinimal},
		{"text/html", "json", MetadataMinimal},
		{"text/html", "application/json;odata.metadata=full", MetadataFull},
		{"application/json", "xml", 0},
		{"application/json", "atom", 0},
		{";;;,,,", "", 0},
	}
	for _, tt := range tests {
		got, err := Negotiate(tt.accept, tt.format, MetadataMinimal)
		if got != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("Negotiate(%q, %q) = %v, %v, want %v", tt.accept, tt.format, got, err, tt.want)
		}
	}
}

func TestAcceptsText(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"text/plain;q=0.9": true, "application/json, text/plain": true, "text/*": true, "TEXT/PLAIN": true,
		"": false, "*/*": false, "text/html": false, "text/plain;q=0": false, "text/plain;q=9": false, "application/json": false,
	} {
		if got := AcceptsText(accept); got != want {
			t.Errorf("AcceptsText(%q) = %v, want %v", accept, got, want)
		}
	}
}

// What is ignored is left out of a query only where that is sure to change
// nothing.
func TestWithoutIgnored(t *testing.T) {
	t.Parallel()
	m, issue := sampleModel(t)
	e := &Endpoint{Model: m, Type: issue, Allow: []string{"$filter", "$top", "$skip"}, Ignore: []string{"_", "api-version", "Workload"}, Aliases: map[string]Alias{"Workload": {Property: "title"}}}
	for raw, want := range map[string]string{
		"":                              "-",
		"$top=1":                        "-",
		"_=1":                           "",
		"_=":                            "",
		"$top=1&_=k7-x.y~z":             "$top=1",
		"_=1&%24top=1&&api-version=1.0": "%24top=1",
		"&_=1&&$filter=title eq '_=1'&": "$filter=title eq '_=1'",
		"$top=1&_":                      "-",
		"$top=1&_=%20":                  "-",
		"$top=1&_=a+b":                  "-",
		"$top=1&_=1&_=2":                "-",
		"$top=1&_=1&_=%20":              "-",
		"$top=1&_=1&_":                  "-",
		"$top=1&_=1&%5F=2":              "-",
		"$t%6fp=1&_=1":                  "-",
		"Workload=Exchange":             "-",
		"Workload=Exchange&_=1":         "-",
		"$top=1&__=1":                   "-",
	} {
		rest, ok := e.WithoutIgnored(raw)
		if got := map[bool]string{true: rest, false: "-"}[ok]; got != want || !ok && rest != raw {
			t.Errorf("%q becomes %q, want %q", raw, got, want)
		}
		options, _ := e.Parse(raw, sampleNow()) // nil for what fails
		checkWithoutIgnored(t, e, raw, options)
	}
	options, err := e.Parse("$skip=2&$top=1&$filter=title%20eq%20'a b'", sampleNow())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := e.Relink("_=1&$skip=2&$top=1&$filter=title%20eq%20'a b'&api-version=3", options.Parts("$skip")), "_=1&$top=1&$filter=title%20eq%20%27a%20b%27&api-version=3"; got != want {
		t.Errorf("the link is %q, want %q", got, want)
	}
}
