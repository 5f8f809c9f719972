package odata

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The filters are those that clients of Microsoft 365 are known to send, and
// the rules of OData 4.01 Part 2, 5.1.1.
func TestFilterMatch(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		`isResolved eq false`:                                    true,
		`isResolved ne true`:                                     true,
		`IsResolved EQ False`:                                    true,
		`endDateTime eq null`:                                    true,
		`endDateTime ne null`:                                    false,
		`null eq endDateTime`:                                    true,
		`endDateTime gt 2020-01-01`:                              false,
		`endDateTime ge null`:                                    true,
		`endDateTime gt null`:                                    false,
		`not (endDateTime gt 2020-01-01T00:00:00Z)`:              true,
		`(Title eq 'A' or Title eq 'Users can''t open Copilot')`: true,
		`title in ('a','Users can''t open Copilot')`:             true,
		`status ne 'resolved'`:                                   true,
		`Status eq 'SERVICEdegradation'`:                         true,
		`status eq microsoft.graph.serviceHealthStatus'serviceDegradation'`: true,
		`status eq microsoft.graph.serviceHealthStatus'6'`:                  true,
		`status gt 'investigating'`:                                         true,
		`'investigating' lt status`:                                         true,
		`status le 'investigating'`:                                         false,
		`status has microsoft.graph.serviceHealthStatus'investigating'`:     false,
		`status has 'serviceDegradation'`:                                   true,
		`plan eq null`:                                                      true,
		`plan ne 'anythingNew'`:                                             true,
		`startDateTime gt 2026-07-01`:                                       true,
		`startDateTime ge 2026-07-01T08:30:15.6847769Z`:                     true,
		`startDateTime eq 2026-07-01T10:30:15.6847761+02:00`:                true,
		`startDateTime lt 2026-07-01T08:30Z`:                                false,
		`startDateTime ge 2026-07-01T00:00:00.0000000Z and startDateTime le 2026-08-01T00:00:00.0000000Z`: true,
		`services/any(c:c eq 'Microsoft Teams')`:                                                          true,
		`services/any(s: contains(s,'Copilot'))`:                                                          false,
		`services/any(s: contains(s,'Teams')) and services/any(s: startswith(s,'Exchange'))`:              true,
		`services/all(s: endswith(s,'e') or endswith(s,'s'))`:                                             true,
		`'Microsoft Teams' in services`:                                                                   true,
		`'microsoft teams' in services`:                                                                   false,
		`'Power Apps' in services or 'Exchange Online' in services`:                                       true,
		`'Power Apps' in (services)`:                                                                      false,
		`not ('Power Apps' in services)`:                                                                  true,
		`not 'Exchange Online' in services`:                                                               false,
		`'Exchange Online' in services eq true`:                                                           true,
		`title in services`:                                                                               false,
		`concat('Exchange',' Online') in services`:                                                        true,
		`null in services`:                                                                                false,
		`posts/any(p:'a' in p/tags and not ('b' in p/tags))`:                                              true,
		`posts/any(p:p/tags/any(t:t in p/tags) and id eq $it/id)`:                                         true,
		`details/any(d:d/name in services)`:                                                               false,
		`'a' in ('a','b') and 'c' in ('a',null) eq false`:                                                 true,
		`null in ('a',null) and endDateTime in (null)`:                                                    true,
		`services/$count gt 1 and posts/$count in (2,3)`:                                                  true,
		`services/any(s:s eq 'Microsoft Teams' and $it/code eq 'ABC')`:                                    true,
		`$it/body/contentType eq 'html' and $it/services/any()`:                                           true,
		`services/any()`:                                                          true,
		`services/any(s:s eq title)`:                                              false,
		`contains(tolower(title),tolower('Copilot'))`:                             true,
		`contains(tolower(body/content),tolower('STÖRUNG'))`:                      true,
		`contains(tolower(title),'Copilot')`:                                      false,
		`contains(title,'copilot')`:                                               false,
		`tolower(title) eq 'users can''t open copilot'`:                           true,
		`details/any(d: d/name eq 'RoadmapIds' and contains(d/value,'501107'))`:   true,
		`details/any(d: d/name eq 'roadmapids')`:                                  false,
		`details/any(d: d/value eq null)`:                                         true,
		`posts/$count gt 2`:                                                       true,
		`posts/any(p:p/createdDateTime ge 2026-07-02 and p/tags/any(t:t eq 'a'))`: true,
		`isMajorChange`:                                                           true,
		`not isMajorChange or seats lt 0`:                                         false,
		`length(title) eq 24`:                                                     true,
		`indexof(title,'open') eq 12`:                                             true,
		`substring(title,0,5) eq 'Users'`:                                         true,
		`substring(title,100) eq ''`:                                              true,
		`concat(id,title) eq 'EX501107Users can''t open Copilot'`:                 true,
		`trim(' x ') eq 'x'`:                                                      true,
		`toupper(id) eq id`:                                                       true,
		`year(startDateTime) eq 2026 and month(startDateTime) eq 7 and day(startDateTime) eq 1`:    true,
		`hour(startDateTime) eq 8 and minute(startDateTime) eq 30 and second(startDateTime) eq 15`: true,
		`date(startDateTime) eq 2026-07-01`:           true,
		`time(startDateTime) gt 08:30:15`:             true,
		`now() gt startDateTime`:                      true,
		`day eq 2026-07-08`:                           true,
		`round(ratio) eq -3`:                          true,
		`floor(ratio) eq -3 and ceiling(ratio) eq -2`: true,
		`seats eq 25.0`:                               true,
		`seats ge 25 and ratio lt -2.4`:               true,
		`seats ne NaN`:                                true,
		`ratio lt INF`:                                true,
		`code eq 'aBc'`:                               true,
		`code in ('x','ABC')`:                         true,
		`body ne null`:                                true,
		`body/contentType eq 'html'`:                  true,
		`1 eq 1`:                                      true,
		`true`:                                        true,
		`null`:                                        false,
		`not null`:                                    false,
		`contains(null,'x') eq null`:                  true,
		`(isResolved) eq false`:                       true,
		`not(isResolved)`:                             true,
		`(isResolved eq true)or(seats eq 25)`:         true,
	}
	m, issue := sampleModel(t)
	row := exampleRow()
	for text, want := range tests {
		f, err := m.ParseFilter(issue, text, sampleNow())
		if err != nil {
			t.Errorf("ParseFilter(%s): %v", text, err)
			continue
		}
		if got := f.Match(row); got != want {
			t.Errorf("%s matches %v, want %v", text, got, want)
		}
	}
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	tests := []refusal{
		{``, InvalidValue, 0, "too early"},
		{`messageType eq 'planForChange'`, UnknownProperty, 0, "Could not find a property named 'messageType' on type 'microsoft.graph.issue'."},
		{`title eq 'x' and body/text eq 'y'`, UnknownProperty, 17, "'text' on type 'microsoft.graph.itemBody'"},
		{`services/any(s:s/name eq 'x')`, UnknownProperty, 15, "primitive value"},
		{`startDateTime eq '2020-01-01'`, WrongType, 14, "Edm.DateTimeOffset cannot be compared with one of type Edm.String"},
		{`title eq 5`, WrongType, 6, ""},
		{`title`, WrongType, 0, "not true or false"},
		{`title and isResolved`, WrongType, 0, ""},
		{`not title eq 'x'`, WrongType, 4, ""},
		{`services eq 'x'`, WrongType, 9, "'x' in services or services/any(i:i eq 'x')"},
		{`title/any(t:t eq 'x')`, WrongType, 0, "not a collection"},
		{`contains(seats,'x')`, WrongType, 9, ""},
		{`body eq 'x'`, WrongType, 5, ""},
		{`status eq 'nonsense'`, InvalidValue, 7, "not a member"},
		{`status eq microsoft.graph.colour'red'`, InvalidValue, 10, "no enum type"},
		{`startDateTime ge 2026-02-29T00:00:00Z`, InvalidValue, 17, "exists"},
		{`startDateTime ge 2026-06-30T23:59:60Z`, InvalidValue, 17, "time of day"},
		{`startDateTime ge 2026-06-30T23:59:59`, InvalidValue, 17, "Add Z"},
		{`title eq 'x`, InvalidValue, 9, "closing quote"},
		{`title eq'x'`, InvalidValue, 8, "blank is expected between 'eq' and the text"},
		{`title eq 'x'and isResolved`, InvalidValue, 12, "blank"},
		{`title = 'x'`, InvalidValue, 6, "Write 'eq' instead of '='."},
		{`title eq`, InvalidValue, 8, ""},
		{`(title eq 'x'`, InvalidValue, 13, "parenthesis at position 0 is not closed"},
		{`title eq 'x')`, InvalidValue, 12, ""},
		{`title in ()`, InvalidValue, 6, "empty"},
		{`title in ('a',title)`, InvalidValue, 14, "literals"},
		{`shout(title)`, InvalidValue, 0, "no function"},
		{`length(title,title) eq 1`, InvalidValue, 0, "2 parameters"},
		{`seats add 1 eq 2`, NotImplemented, 6, "Arithmetic"},
		{`-seats eq 2`, NotImplemented, 0, "Arithmetic"},
		{`$it eq 'x'`, NotImplemented, 0, "in front of a property"},
		{`$it/$count gt 1`, NotImplemented, 0, "in front of a property"},
		{`$it/nothing eq 'x'`, UnknownProperty, 0, "nothing"},
		{`$root/title eq 'x'`, NotImplemented, 0, "$root"},
		{`isof(Edm.String)`, NotImplemented, 0, "isof"},
		{`cast(seats,Edm.String) eq '1'`, NotImplemented, 0, "cast"},
		{`matchesPattern(title,'^A')`, NotImplemented, 0, "matchespattern"},
		{`title eq @p`, NotImplemented, 9, "aliases"},
		{strings.Repeat("(", 101) + "true" + strings.Repeat(")", 101), TooComplex, 100, "100 levels"},
		{strings.Repeat("not ", 300) + "true", TooComplex, 400, "100 levels"},
		{"true" + strings.Repeat(" or true", 100), TooComplex, 797, "200 parts"},
		{"title eq '" + strings.Repeat("x", 9000) + "'", TooComplex, 8192, "8192 bytes"},
	}
	refused(t, tests)
}

func TestConjuncts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []Conjunct
	}{
		{`(Title eq 'A' or title eq 'B') and isResolved eq false and startDateTime ge 1970-01-01T00:00:01Z`, []Conjunct{
			{Path: "title", Op: "in", Values: []Value{Text("A"), Text("B")}},
			{Path: "isResolved", Op: "eq", Values: []Value{Bool(false)}},
			{Path: "startDateTime", Op: "ge", Values: []Value{Micros(1_000_000)}},
		}},
		{`services/any(s:s eq 'X') and 'a' lt body/content`, []Conjunct{
			{Path: "services", Op: "eq", Any: true, Values: []Value{Text("X")}},
			{Path: "body/content", Op: "gt", Values: []Value{Text("a")}},
		}},
		{`code eq 'x' and isMajorChange and endDateTime eq null`, []Conjunct{
			{Path: "code", Op: "eq", Fold: true, Values: []Value{Text("x")}},
			{Path: "isMajorChange", Op: "eq", Values: []Value{Bool(true)}},
			{Path: "endDateTime", Op: "eq", Values: []Value{{}}},
		}},
		{`title eq 'a' or isResolved`, nil},
		{`not (title eq 'a') and details/any(d:d/name eq 'x') and tolower(title) eq 'a' and title eq id`, nil},
		{`services/any(s:s eq 'X' and title eq 'a') and services/any(s:title eq 'a')`, nil},
	}
	m, issue := sampleModel(t)
	for _, tt := range tests {
		f, err := m.ParseFilter(issue, tt.text, sampleNow())
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, f.Conjuncts(), cmp.AllowUnexported(Value{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: conjuncts (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	m, issue := sampleModel(t)
	f, err := m.ParseFilter(issue, `not (EndDateTime eq null) or details/any(d:d/NAME eq 'x' or posts/any(p:p/tags/any(t:t eq 'y')))`, sampleNow())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"endDateTime", "details", "details/name", "posts", "posts/tags"}
	if diff := cmp.Diff(want, f.mentions); diff != "" {
		t.Errorf("mentions (-want +got):\n%s", diff)
	}
	if !f.Mentions("details/name") || f.Mentions("title") || (*Filter)(nil).Mentions("title") {
		t.Error("Mentions disagrees with the list of mentions")
	}
}
