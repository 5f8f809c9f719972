package tocsin

import (
	"encoding/json"
	"strings"
	"testing"
)

// Stored hashes stand on what json.Marshal makes of decoded JSON.
func FuzzAppendJSON(f *testing.F) {
	for _, seed := range []string{
		`null`, `[]`, `{}`, `{"b":[1,2.50,1e3,-0],"a":{"c":true,"d":false,"":null}}`, `"<b>a & b</b> \"quoted\" back\\slash\n\r\t\u0001\u007f"`,
		`"é 日本 \u2028 \u2029 \ud800 \ufffd"`, `{"é":1,"<":2,"\n":3}`, `[[],[{}],"",{"a":[null]}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) != nil {
			return
		}
		want, err := json.Marshal(value)
		if err != nil {
			return
		}
		if got, err := appendJSON(nil, value); err != nil || string(got) != string(want) {
			t.Errorf("appendJSON(%s) = %s, %v, want %s", text, got, err, want)
		}
	})
}
