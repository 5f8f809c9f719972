package file_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/collect/file"
	"example.org/tocsin/internal/tocsin"
)

// each reads a text in both passes and gives what came of it, in words.
func each(t testing.TB, text []byte) (found, refused []string, err error) {
	t.Helper()
	f, err := file.Open("x.json", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil })
	if err != nil {
		return nil, nil, err
	}
	err = f.Each(func(n *file.Notice) error {
		found = append(found, string(n.Kind)+" "+n.ID)
		for _, doubt := range n.Document.Doubts {
			found = append(found, n.ID+": "+doubt)
		}
		return nil
	}, func(r file.Refusal) { refused = append(refused, r.Error()) })
	return found, refused, err
}

// meanings are the meanings of what a file holds: equal ones are one version.
func meanings(t *testing.T, path string) map[string]tocsin.Hash {
	t.Helper()
	f, err := file.Open(filepath.Base(path), func() (io.ReadCloser, error) { return os.Open(path) })
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]tocsin.Hash{}
	err = f.Each(func(n *file.Notice) error {
		if len(n.Document.Doubts) > 0 {
			t.Errorf("%s: doubts about %s: %q", path, n.ID, n.Document.Doubts)
		}
		list[string(n.Kind)+" "+n.ID] = n.Wording
		return nil
	}, func(r file.Refusal) { t.Errorf("%s: %v", path, r) })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// In each form that loses nothing a notice means what it means in Graph's own:
// the desk knows it again.
func TestFormsMeanTheSame(t *testing.T) {
	t.Parallel()
	want := meanings(t, "testdata/forms/graph.json")
	if len(want) != 5 {
		t.Fatalf("graph.json holds %v", want)
	}
	paths, err := filepath.Glob("testdata/forms/*.json*")
	if err != nil || len(paths) < 10 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if diff := cmp.Diff(want, meanings(t, path)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

// The samples of shared data are read or refused as its table says.
func TestSampleForms(t *testing.T) {
	t.Parallel()
	dir := "../../../../shared/data/forms"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the samples are not at hand:", err)
	}
	truth := meanings(t, filepath.Join(dir, "graph.json"))
	for _, name := range []string{
		"m365-json.json", "graph-lines.jsonl", "sdk-issues-ps7.json", "sdk-issue-one-ps7.json", "sdk-issues-ps51.json", "sdk-issues-value-count-ps51.json",
		"sdk-issues-ps51-date-objects.json",
	} {
		for id, meaning := range meanings(t, filepath.Join(dir, name)) {
			if truth[id] != meaning {
				t.Errorf("%s: %s means something else", name, id)
			}
		}
	}
	for name, want := range map[string]string{"sdk-messages-ps7.json": "message MC960201", "sdk-overviews-ps7.json": "overview Exchange"} {
		if got := meanings(t, filepath.Join(dir, name)); len(got) != 1 || got[want] == (tocsin.Hash{}) {
			t.Errorf("%s holds %v, want %s", name, got, want)
		}
	}
	for name, want := range map[string][2]int{"sdk-issues-ps51-depth2-cut.json": {0, 2}, "graph-local-dates.json": {3, 0}} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if found, refused, err := each(t, text); err != nil || len(found) != want[0] || len(refused) != want[1] {
			t.Errorf("%s: found %q, refused %q, %v", name, found, refused, err)
		}
	}
}

const whole = `{"Id":"EX1","Title":"t","Classification":"incident","Status":"investigating","Service":"Exchange Online","StartDateTime":"2026-09-14T06:30:00Z","LastModifiedDateTime":"2026-09-14T06:30:00Z"`

// Each odd element is named with member and reason, without words of the
// program's inside, and costs the sound one beside it nothing.
func TestOddElements(t *testing.T) {
	t.Parallel()
	const cut = "the tool cut off what lies deeper. Write it again with `-Depth 10`."
	for odd, want := range map[string]string{
		whole + `,"Posts":"@{CreatedDateTime=; PostType=regular}"}`:                                             "EX1: Posts is text where a list belongs: " + cut,
		whole + `,"Posts":"System.Object[]"}`:                                                                   "EX1: Posts is text where a list belongs: " + cut,
		whole + `,"Posts":[],"Details":""}`:                                                                     "EX1: Details is text where a list belongs: " + cut,
		whole + `,"Posts":["System.Collections.Hashtable"]}`:                                                    "EX1: Posts[0] is text where an object belongs: " + cut,
		whole + `,"Posts":[{"Description":"Microsoft.Graph.PowerShell.Models.MicrosoftGraphItemBody"}]}`:        "EX1: Posts[0].Description is text where an object belongs: " + cut,
		whole + `,"Posts":{"value":[{"Description":"@{Content=}"}],"Count":1}}`:                                 "EX1: Posts[0].Description is text where an object belongs: " + cut,
		whole + `,"Posts":[],"Details":[{"Name":"n","Value":5}]}`:                                               "EX1: Details[0].Value is a number where text belongs.",
		whole + `,"Posts":[],"IsResolved":"False"}`:                                                             "EX1: IsResolved is text where true or false belongs.",
		whole + `,"Posts":[],"Feature":2}`:                                                                      "EX1: Feature is a number where text belongs.",
		whole + `,"Posts":7}`:                                                                                   "EX1: Posts is a number where a list belongs.",
		whole + `,"Posts":{"Content":"x"}}`:                                                                     "EX1: Posts is an object where a list belongs.",
		whole + `}`:                                                                                             "EX1: posts is missing, without which an issue is not whole",
		whole + `,"Posts":null}`:                                                                                "EX1: posts is missing, without which an issue is not whole",
		`{"id":"MC1","title":"t","category":"stayInformed","services":["x"]}`:                                   "MC1: body is missing, without which a message is not whole",
		`{"id":"MC1","category":"stayInformed","body":"@{ContentType=html}"}`:                                   "MC1: body is text where an object belongs: " + cut,
		`{"id":"MC1","category":"stayInformed","body":{},"tags":"one two"}`:                                     "MC1: tags is text where a list belongs: " + cut,
		`{"id":"MC1","category":"stayInformed","body":{},"tags":["System.Object[]"]}`:                           "MC1: tags[0] is text where a name belongs: " + cut,
		`{"id":"EX1","title":"t","service":"Exchange Online","status":"investigating"}`:                         "EX1: it is no notice of a kind that is known",
		`{"id":7,"service":"Exchange Online","status":"investigating"}`:                                         "id is a number where text belongs.",
		`{"Id":"EX2","Workload":"Exchange","Status":"x","LastUpdatedTime":null,"Messages":"@{PublishedTime=}"}`: "EX2: Messages is text where a list belongs: " + cut,
		`{"Id":"EX2","Workload":"Exchange","MessageType":"Incident","Title":{"a":1}}`:                           "EX2: Title is an object where text belongs.",
		`{"Id":"EX1","Service":"Exchange Online","Status":"serviceOperational"}`:                                rest("EX1"),
		`{"Id":"MO821132","Service":"Microsoft 365 suite"}`:                                                     rest("MO821132"),
		`{"Id":"MC5","DisplayName":"x","FeatureNames":[]}`:                                                      rest("MC5"),
		`{"Id":"EX1","Workload":"Exchange","Status":"ServiceOperational"}`:                                      rest("EX1"),
		`{"id":"EX123456","kind":"overview","seenAt":"2026-01-01T00:00:00Z","message":{"id":"EX123456","service":"Exchange Online","status":"serviceOperational"}}`: rest("EX123456"),
		`"System.Collections.Hashtable"`: "it is text: " + cut,
		`{"value":"System.Object[]"}`:    "value is text where a list belongs: " + cut,
		`7`:                              "it is neither an object nor a list, want an answer or a notice.",
		`{"id":"EX1","posts":[],"classification":"a\qb"}`: "EX1: it is not JSON.",
	} {
		found, refused, err := each(t, []byte("["+odd+","+message+"]"))
		if err != nil || len(found) == 0 || found[0] != "message MC1" {
			t.Errorf("%s: found %q, %v, want the sound message", odd, found, err)
		}
		if len(refused) != 1 || !strings.HasPrefix(refused[0], "x.json: value 1: element 1: "+want) {
			t.Errorf("%s:\nrefused %q\nwant    %q", odd, refused, want)
		}
	}
}

// rest is why an element is refused that is what a selection left of a notice.
func rest(id string) string {
	return id + ": id is one of an issue or a message, of which a selection left no more than a service has: export it whole"
}

// A service of one's own may be called as it was.
func TestOwnServiceComesBack(t *testing.T) {
	t.Parallel()
	found, refused, err := each(t, []byte(`{"id":"VPN1","kind":"overview","seenAt":"2026-01-01T00:00:00Z","message":{"id":"VPN1","service":"Remote access","status":"serviceOperational"}}`))
	if err != nil || len(refused) != 0 || len(found) != 1 || found[0] != "overview VPN1" {
		t.Errorf("found %q, refused %q, %v", found, refused, err)
	}
}

// Kinds are told by the whole set of members, in any letter case.
func TestKindByAllMembers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		whole + `,"Posts":[]}`: "issue EX1",
		strings.ToUpper(`{"id":"MC1","title":"t","category":"stayInformed","body":{"contenttype":"html","content":"x"}}`):     "message MC1",
		`{"Id":"Exchange","Service":"Exchange Online","Status":"serviceOperational","Issues":null,"AdditionalProperties":{}}`: "overview Exchange",
		`{"id":"Exchange","workload":"Exchange","status":"ServiceOperational","incidentids":[]}`:                              "overview Exchange",
		`{"id":"EX2","messagetype":"Incident","workload":"Exchange","messages":[],"lastupdatedtime":null}`:                    "issue EX2",
		`{"id":"Exchange","displayname":"Exchange Online","featurenames":[]}`:                                                 "service Exchange",
		`{"Id":"Exchange","Service":"Exchange Online","Status":"x","Issues":[` + whole + `,"Posts":[]}]}`:                     "overview Exchange, issue EX1",
		`{"Id":"Exchange","Service":"Exchange Online","Status":"x","Issues":{"value":[` + whole + `,"Posts":[]}],"Count":1}}`: "overview Exchange, issue EX1",
		`{"Id":"Exchange","Service":"Exchange Online","Status":"x","Issues":""}`:                                              "overview Exchange",
		`{"Id":"Exchange","Service":"Exchange Online","Status":"x","Issues":"@{Id=EX1}"}`:                                     "overview Exchange, Exchange: issues is text where a list belongs: the tool cut off what lies deeper. Write it again with `-Depth 10`; the status was taken without them",
	} {
		found, refused, err := each(t, []byte(text))
		var got []string
		for _, f := range found {
			if !strings.Contains(f, "missing") {
				got = append(got, f)
			}
		}
		if err != nil || strings.Join(got, ", ") != want || refused != nil {
			t.Errorf("%s: found %q, refused %q, %v, want %s", text, got, refused, err, want)
		}
	}
}

// Text comes in each encoding that tools write; what is none of them is refused.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = `{"id":"EX1","title":"the room “Zürich”","classification":"incident","posts":[]}`
	wide := func(big bool, text string) (out []byte) {
		for _, unit := range utf16.Encode([]rune(text)) {
			pair := []byte{byte(unit), byte(unit >> 8)}
			if big {
				pair[0], pair[1] = pair[1], pair[0]
			}
			out = append(out, pair...)
		}
		return out
	}
	ansi := strings.NewReplacer("“", "\x93", "”", "\x94", "ü", "\xfc").Replace(text)
	for name, sent := range map[string][]byte{
		"UTF-8": []byte(text), "mark": []byte("\ufeff" + text), "UTF-16": wide(false, "\ufeff"+text), "big-endian": wide(true, "\ufeff"+text), "UTF-16 without a mark": wide(false, text),
		"Windows-1252": []byte(ansi), "joined files": []byte("\ufeff{\"value\":[]}\r\n\ufeff" + text),
	} {
		lists, warnings, err := file.Read(bytes.NewReader(sent), "x.json")
		if err != nil || len(lists) != 1 || !strings.Contains(string(lists[0].Items[0].Body), "“Zürich”") || (len(warnings) > 0) != (name == "Windows-1252") {
			t.Errorf("%s: %v, %q, %v", name, lists, warnings, err)
		}
	}
	for name, sent := range map[string]string{
		"cut UTF-8": text + "\xc3", "another code page": strings.ReplaceAll(text, "“Zürich”", "\x83`\x81[\x83\x8a"), "mixed": text + strings.Replace(ansi, "EX1", "EX2", 1), "half a unit": string(wide(false, "\ufeff"+text)) + "\x00",
	} {
		if _, _, err := file.Read(strings.NewReader(sent), "x.json"); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

// What the SDK does not know travels in AdditionalProperties and is put back.
func TestAdditionalProperties(t *testing.T) {
	t.Parallel()
	text := whole + `,"NewMember":{"A":1},"Posts":[{"PostType":"regular","AdditionalProperties":{"author":"x"}}],"AdditionalProperties":{"@odata.etag":"x","id":"no","featureGroup":"g","other":[1]}}`
	lists, _, err := file.Read(strings.NewReader(text), "x.json")
	if err != nil {
		t.Fatal(err)
	}
	body := string(lists[0].Items[0].Body)
	for _, want := range []string{`"newMember":{"A":1}`, `"author":"x"`, `"featureGroup":"g"`, `"other":[1]`, `"id":"EX1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s lacks %s", body, want)
		}
	}
	for _, not := range []string{"odata", `"no"`, "dditionalProperties"} {
		if strings.Contains(body, not) {
			t.Errorf("%s holds %s", body, not)
		}
	}
	found, refused, err := each(t, []byte(whole+`,"Posts":[{"AdditionalProperties":"System.Collections.Generic.Dictionary"}]}`))
	if err != nil || refused != nil || len(found) < 2 || !strings.Contains(strings.Join(found, "\n"), "AdditionalProperties was cut off") {
		t.Errorf("found %q, refused %q, %v", found, refused, err)
	}
}
