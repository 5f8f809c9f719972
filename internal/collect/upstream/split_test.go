package upstream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	got, err := Split([]byte(" {\"@odata.context\":\"x\",\"\\u0076alue\" : [ {\"id\":\"A\", \"n\":[1,{}]} ,\n{\"id\":\"B\"}],\"@odata.nextLink\":\"https:\\/\\/h?a=1\\u0026b\",\"error\":null}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Items) != 2 || string(got.Items[0]) != `{"id":"A", "n":[1,{}]}` || string(got.Items[1]) != `{"id":"B"}` || got.Next != "https://h?a=1&b" {
		t.Errorf("split = %q, %q", got.Items, got.Next)
	}
	if got, err := Split([]byte(`{"value":[]}`)); err != nil || len(got.Items) != 0 {
		t.Errorf("an empty list: %v, %v", got, err)
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct{ name, text, want string }{
		{"nothing", "", "ends at byte 0"},
		{"blank", " \n", "ends at byte"},
		{"mark", "\xef\xbb\xbf{\"value\":[]}", "byte 0"},
		{"list", `[]`, "want an object"},
		{"no value", `{}`, "no list named value"},
		{"value is null", `{"value":null}`, "want a list"},
		{"value is an object", `{"value":{}}`, "want a list"},
		{"other case", `{"Value":[]}`, "no list named value"},
		{"two values", `{"value":[],"value":[]}`, "occurs twice"},
		{"two values, one escaped", `{"value":[],"\u0076alue":[]}`, "occurs twice"},
		{"error", `{"error":{"code":"x"},"value":[]}`, "holds an error"},
		{"trailing object", `{"value":[]}{}`, "nothing after"},
		{"trailing NUL", "{\"value\":[]}\x00", "nothing after"},
		{"stray brace", `{{"value":[]}`, "a member's name"},
		{"not UTF-8 outside of items", "{\"x\":\"\xff\",\"value\":[{\"id\":\"A\"}]}", "not UTF-8"},
		{"not UTF-8 in the next link", "{\"value\":[],\"@odata.nextLink\":\"\xff\"}", "not UTF-8"},
		{"item that does not end", `{"value":[{"id":"A"},{"id":"B" ]}`, "item 2"},
		{"trailing comma", `{"value":[{"id":"A"},]}`, "item 2"},
		{"very deep", `{"x":` + strings.Repeat(`{"x":`, 1_000_000), "nested deeper"},
	}
	for _, tt := range tests {
		if got, err := Split([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) || got.Items != nil {
			t.Errorf("%s: %q, %v, want %q", tt.name, got.Items, err, tt.want)
		}
	}
	if got, err := Split([]byte(`{"value":[{}],"@odata.nextLink":7}`)); err == nil || !strings.Contains(err.Error(), "next link") || len(got.Items) != 1 {
		t.Errorf("next link of another type: %q, %v, want the items and the error", got.Items, err)
	}
	if _, err := Split([]byte(`{"value":[{"id":"A","x":` + nested(97) + `}]}`)); err != nil {
		t.Errorf("nested as deep as may be: %v", err)
	}
}

// An item that is odd in any way costs no other, and keeps its bytes.
func TestSplitKeepsOddItems(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat("[", 98) + strings.Repeat("]", 98)
	for _, odd := range []string{
		`null`, `5`, `"B"`, `[]`, `[1,{"id":"B"}]`, `NaN`, `{"id":"B","id":"C"}`, `{"id":"B",}`, `{"id":"B" "x":1}`, `{"id":"B","n":NaN}`, `{"id":"B","n":01}`,
		"{\"id\":\"B\",\"t\":\"a\nb\"}", "{\"id\":\"B\\x\"}", "{\"id\":\"\x00\"}", `{"id":"A","x":` + nested + `}`, `{` + members(501) + `}`, `{"t":"say "hi" to"}`,
	} {
		got, err := Split([]byte(`{"value":[{"id":"A"}, ` + odd + " \n,{\"id\":\"C\"}]}"))
		if err != nil || len(got.Items) != 3 || len(got.Odd) != 1 || got.Odd[1] == nil || string(got.Items[1]) != odd || string(got.Items[2]) != `{"id":"C"}` {
			t.Errorf("%s: %q, %v, %v", odd, got.Items, got.Odd, err)
		}
	}
	// What only its reader can find odd is not odd here.
	for _, item := range []string{`{"title":"x"}`, `{"id":7}`, `{"id":""}`, "{\"id\":\"\xff\"}"} {
		if got, err := Split([]byte(`{"value":[` + item + `]}`)); err != nil || len(got.Items) != 1 || got.Odd != nil {
			t.Errorf("%s: %q, %v, %v", item, got.Items, got.Odd, err)
		}
	}
}

func members(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("\"m%d\":%d", i, i)
	}
	return strings.Join(list, ",")
}

// No beginning of a page passes for a page.
func TestSplitRefusesEveryPrefix(t *testing.T) {
	t.Parallel()
	whole := samplePage(t)
	for n := range whole {
		if _, err := Split(whole[:n]); err == nil {
			t.Fatalf("%d of %d bytes were accepted", n, len(whole))
		}
	}
	if _, err := Split(whole); err != nil {
		t.Fatal(err)
	}
}

// samplePage is a page of three issues.
func samplePage(tb testing.TB) []byte {
	tb.Helper()
	page, err := json.Marshal(map[string]any{"@odata.context": "x", "@odata.nextLink": "https://h/?$skip=3", "value": []tocsin.Issue{
		{ID: "EX1", Service: "Exchange Online", Title: "Délai « long »", Posts: []tocsin.Post{{Content: "<p>a\r\n\"b\"\\</p>"}}},
		{ID: "MO2", Service: "Microsoft 365 suite", Details: []tocsin.Detail{{Name: "n", Value: "障害"}}},
		{ID: "TM3", Service: "Microsoft Teams"},
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return page
}

// FuzzSplit compares with encoding/json: what is accepted is valid there and
// has the same items, and the grammar accepts all that is valid there.
func FuzzSplit(f *testing.F) {
	f.Add(samplePage(f))
	for _, seed := range []string{`{"value":[{"id":"A","x":[1,-0.5e+3,true,false,null,"\u00e9\n"]}]}`, `{"value":[]}x`, `{"value":[{"id":01}]}`, `[1.]`, `"\ud800"`, `-`, `{"a":1,}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &scanner{text: text}
		_, err := s.value(1)
		ours := err == nil && s.peek() == 0 && s.at == len(text)
		if theirs := json.Valid(text); ours != theirs && (err == nil || !strings.Contains(err.Error(), "nested deeper")) {
			t.Errorf("grammar of %q: %v, encoding/json says %v", text, err, theirs)
		}
		got, err := Split(text)
		if err != nil || len(got.Odd) > 0 {
			return
		}
		var want struct {
			Value []json.RawMessage `json:"value"`
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("accepted %q: %v", text, err)
		}
		if len(want.Value) != len(got.Items) && !bytes.Contains(bytes.ToLower(text), []byte("value\"")) {
			t.Fatalf("%d items of %q, want %d", len(got.Items), text, len(want.Value))
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	item := `{"id":"EX1","posts":[` + strings.Repeat(`{"createdDateTime":"2026-01-01T00:00:00Z","description":{"contentType":"html","content":"`+strings.Repeat(`users may be unable to read \"mail\" `, 30)+`"}},`, 6) + `{}]}`
	page := []byte(`{"value":[` + strings.Repeat(item+",", 299) + item + `]}`)
	b.Run("split", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			if _, err := Split(page); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			var list struct {
				Value []json.RawMessage `json:"value"`
			}
			if err := json.Unmarshal(page, &list); err != nil {
				b.Fatal(err)
			}
		}
	})
}
