package odata

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParseQuery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw  string
		want []Option
	}{
		{"", nil},
		{"&", nil},
		{"$filter=a+eq+'b%26c'&top=5", []Option{{"$filter", "a eq 'b&c'"}, {"$top", "5"}}},
		{"%24select=Id%2CWorkload", []Option{{"$select", "Id,Workload"}}},
		{"$Select=id&$skip=100", []Option{{"$select", "id"}, {"$skip", "100"}}},
		{"$filter=a eq 'b'", []Option{{"$filter", "a eq 'b'"}}},
		{"$filter=a=b", []Option{{"$filter", "a=b"}}},
		{"$filter=a eq 'x%3By'", []Option{{"$filter", "a eq 'x;y'"}}},
		{"%2524top=1", []Option{{"%24top", "1"}}},
		{"$expand=issues($filter=title eq 'a;b';$top=2)", []Option{{"$expand", "issues($filter=title eq 'a;b';$top=2)"}}},
		{"ID=EX1&_=1&Workload=Exchange", []Option{{"ID", "EX1"}, {"_", "1"}, {"Workload", "Exchange"}}},
		{"$count", []Option{{"$count", ""}}},
		{"$id=x&$foo=y", []Option{{"$id", "x"}, {"$foo", "y"}}},
		{"t=%E6%97%A5", []Option{{"t", "日"}}},
	}
	for _, tt := range tests {
		got, err := ParseQuery(tt.raw, Limits{})
		if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("ParseQuery(%q): %v (-want +got):\n%s", tt.raw, err, diff)
		}
	}
}

func TestParseQueryErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw  string
		code Code
		pos  int
	}{
		{"$top=%", Malformed, 5},
		{"$top=%2", Malformed, 5},
		{"a=1&$top=%zz", Malformed, 9},
		{"=x", Malformed, 0},
		{"a=1;b=2", Malformed, 3},
		{"a;b=2", Malformed, 1},
		{"$filter=contains(a,';')", Malformed, 20},
		{"$expand=issues;a", Malformed, 14},
		{"$expand=issues()%27;%27", Malformed, 19},
		{"$filter=a%00", Malformed, 8},
		{"$filter=a%0A", Malformed, 8},
		{"$filter=%C2%85", Malformed, 8},
		{"$filter=%FF", Malformed, 8},
		{"$filter=%C0%A7", Malformed, 8},
		{"$top=1&top=2", Duplicate, 0},
		{"$top=1&%24TOP=1", Duplicate, 0},
		{"a=1&a=1", Duplicate, 0},
		{strings.Repeat("a", 8193), TooComplex, 8192},
	}
	for _, tt := range tests {
		_, err := ParseQuery(tt.raw, Limits{})
		var e *Error
		if !errors.As(err, &e) || e.Code != tt.code || e.Pos != tt.pos {
			t.Errorf("ParseQuery(%.40q): %v, want %v at %d", tt.raw, err, tt.code, tt.pos)
		}
	}
}

// sampleEndpoint offers everything on the issues of the sample model.
func sampleEndpoint(tb testing.TB) *Endpoint {
	m, issue := sampleModel(tb)
	all := []string{"$filter", "$orderby", "$select", "$expand", "$search", "$top", "$skip", "$count", "$skiptoken", "$format"}
	return &Endpoint{
		Model: m, Type: issue, Allow: all, AllowExpanded: all[:6],
		Ignore: []string{"api-version", "_"},
		Aliases: map[string]Alias{
			"ID": {Property: "id"}, "Status": {Property: "status"},
			"StartTime": {Property: "startDateTime", Op: "ge"}, "EndTime": {Property: "endDateTime", Op: "le"},
			"Resolved": {Property: "isResolved"},
		},
	}
}

func TestEndpointParse(t *testing.T) {
	t.Parallel()
	e := sampleEndpoint(t)
	tests := []struct{ raw, filter string }{
		{"ID=EX1&_=123&api-version=1.0", "id eq 'EX1'"},
		{"StartTime=2026-07-01&$filter=title+eq+'a'+or+title+eq+'b'", "(title eq 'a' or title eq 'b') and startDateTime ge 2026-07-01"},
		{"EndTime=2026-07-01T00:00:00Z", "endDateTime le 2026-07-01T00:00:00Z"},
		{"Status=resolved&Resolved=False", "status eq 'resolved' and isResolved eq false"},
		{"ID=O'Brien", "id eq 'O''Brien'"},
		{"$top=0&$count=true", ""},
	}
	for _, tt := range tests {
		opts, err := e.Parse(tt.raw, sampleNow())
		if err != nil {
			t.Errorf("Parse(%s): %v", tt.raw, err)
		} else if got := opts.Filter.String(); got != tt.filter {
			t.Errorf("Parse(%s): filter %s, want %s", tt.raw, got, tt.filter)
		}
	}
	opts, err := e.Parse("$top=5&skip=10&$count=true&$format=json&$skiptoken=abc&$search=red+%22blue+sky%22&$select=id", sampleNow())
	if err != nil {
		t.Fatal(err)
	}
	if opts.Top != 5 || !opts.HasTop || opts.Skip != 10 || !opts.Count || opts.Format != "json" || opts.SkipToken != "abc" {
		t.Errorf("Parse = %+v", opts)
	}
	if got, want := opts.Search.String(), `("red" AND "blue sky")`; got != want {
		t.Errorf("search %s, want %s", got, want)
	}
	link := opts.Link(Option{Name: "$skip"}, Option{Name: "$skiptoken", Value: "x y"})
	if want := "$top=5&$count=true&$format=json&$search=red%20%22blue%20sky%22&$select=id&$skiptoken=x%20y"; link != want {
		t.Errorf("Link = %s, want %s", link, want)
	}
}

func TestEndpointParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw    string
		code   Code
		option string
	}{
		{"$apply=aggregate(x)", NotImplemented, "$apply"},
		{"compute=x", NotImplemented, "$compute"},
		{"$id=x", NotImplemented, "$id"},
		{"$foo=x", UnknownOption, "$foo"},
		{"foo=x", UnknownOption, "foo"},
		{"$=x", UnknownOption, "$"},
		{"id=x", UnknownOption, "id"},
		{"$top=-1", InvalidValue, "$top"},
		{"$top=", InvalidValue, "$top"},
		{"$top=abc", InvalidValue, "$top"},
		{"$top=%2B1", InvalidValue, "$top"},
		{"$skip=99999999999", InvalidValue, "$skip"},
		{"$count=1", InvalidValue, "$count"},
		{"$count", InvalidValue, "$count"},
		{"$skiptoken=", InvalidPageToken, "$skiptoken"},
		{"StartTime=yesterday", WrongType, "StartTime"},
		{"StartTime=", WrongType, "StartTime"},
		{"Status=nonsense", InvalidValue, "Status"},
		{"Resolved=maybe", WrongType, "Resolved"},
		{"$orderby=nothing", UnknownProperty, "$orderby"},
		{"$orderby=title up", InvalidValue, "$orderby"},
		{"$orderby=title,", InvalidValue, "$orderby"},
		{"$orderby=services", WrongType, "$orderby"},
		{"$select=nothing", UnknownProperty, "$select"},
		{"$select=", InvalidValue, "$select"},
		{"$select=title/x", InvalidValue, "$select"},
		{"$select=body($select=content)", NotImplemented, "$select"},
		{"$select=microsoft.graph.issue/title", NotImplemented, "$select"},
		{"$search=a+AND", InvalidValue, "$search"},
		{"$search=\"a", InvalidValue, "$search"},
		{"$expand=nothing", UnknownProperty, "$expand"},
		{"$expand=title", InvalidValue, "$expand"},
		{"$expand=*", NotImplemented, "$expand"},
	}
	e := sampleEndpoint(t)
	for _, tt := range tests {
		_, err := e.Parse(tt.raw, sampleNow())
		var got *Error
		if !errors.As(err, &got) || got.Code != tt.code || got.Option != tt.option {
			t.Errorf("Parse(%s): %v, want %v of %s", tt.raw, err, tt.code, tt.option)
		}
	}
	e.Allow = []string{"$select"}
	_, err := e.Parse("$filter=true", sampleNow())
	var got *Error
	if !errors.As(err, &got) || got.Code != NotImplemented {
		t.Errorf("an option that is not offered gives %v, want NotImplemented", err)
	}
}

func TestErrorsEchoLittle(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 2000)
	e := sampleEndpoint(t)
	for _, raw := range []string{
		long + "=1", "$top=" + long, "$filter=" + long, "$filter=status eq '" + long + "'", "$filter=" + long + "(1)",
		"$filter=" + long + ".x'a'", "$filter=title eq 0" + strings.Repeat("a", 3000), "$select=" + long, "$search=a)" + long,
		"$orderby=title " + long, "$expand=" + long, "$filter=duration'" + long + "'", "Status=" + long, "$filter=a.b" + long + " eq 1",
	} {
		_, err := e.Parse(raw, sampleNow())
		if err == nil {
			t.Errorf("Parse(%.30s) succeeded", raw)
			continue
		}
		if n := strings.Count(err.Error(), "é") + strings.Count(err.Error(), "a"); n > 200 {
			t.Errorf("Parse(%.30s) repeats %d characters of the input", raw, n)
		}
	}
}
