package tocsin

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// What is decoded is what encoding/json makes of it: the meanings that are
// stored stand on it.
func FuzzDecodeObject(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { "a" : [ ] , "b" : { } } `, `{"a":1,"a":[1,-2.50e+3,0],"b":null,"c":true,"d":false,"":""}`,
		`{"a":"\"\\\/\b\f\n\r\tx\u00e9\u003c\ud83d\ude00\ud83dx\ude00\ud83d\u0041é` + "\u2028" + `"}`, `{"a\n":{"b":["x",{"y":[[]]}]}}`,
		`[]`, `null`, `"x"`, `1`, `{"a":"\ud83d\ud83d\ude00"}`, "{\"a\":\r\n\t1}", `{"a":"\\"}`, `{"a":"\\\""}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, ok := decodeObject(body) // does not end in a panic, whatever it is given
		if !json.Valid(body) || !utf8.Valid(body) {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var whole any
		if err := decoder.Decode(&whole); err != nil {
			return
		}
		want, isObject := whole.(map[string]any)
		if ok != isObject {
			t.Fatalf("%s: %v", body, ok)
		}
		if diff := cmp.Diff(want, got); isObject && diff != "" {
			t.Fatalf("%s (-want +got):\n%s", body, diff)
		}
	})
}
