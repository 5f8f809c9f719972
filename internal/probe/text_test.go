package probe

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/tocsin"
)

func sample() Result {
	r := Result{
		At: time.Date(2026, 11, 29, 12, 0, 0, 123000, time.UTC), Seat: "PC-0417", Network: "4G", System: "windows/amd64", Milliseconds: 812,
		Checks: []Check{
			{Kind: DNS, Service: "Exchange", Target: "outlook.office365.com", Outcome: Fail, Code: "dns.extended", Milliseconds: 4, Args: map[string]string{"code": "NOERROR", "extended": "EDE 15 (Blocked)", "name": "outlook.office365.com", "resolver": "10.0.0.1:53", "type": "A"}},
			{Kind: Clock, Outcome: Pass, Code: "clock.ok"},
		},
	}
	r.Cause = causeOf(r.Checks)
	return r
}

// A text survives what mail programs and chats do to it.
func TestTexts(t *testing.T) {
	t.Parallel()
	want := sample()
	text, err := want.Text()
	if err != nil {
		t.Fatal(err)
	}
	quoted := "> " + strings.ReplaceAll(text, "\n", "\r\n> ")
	for name, one := range map[string]string{
		"as it is": text, "quoted": "Hello,\n" + quoted + "\nRegards", "on one line": strings.ReplaceAll(text, "\n", " "), "indented": strings.ReplaceAll(text, "\n", "\n\t\u00a0"),
	} {
		got, err := ReadText(one)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for name, one := range map[string]string{
		"nothing": "", "no end": strings.TrimSuffix(text, textEnd+"\n"), "cut": text[:len(text)/2] + textEnd, "a letter less": strings.Replace(text, "H4s", "H4", 1),
		"no gzip": textBegin + "\nAAAA\n" + textEnd, "too long": strings.Repeat("x", MaxText+1), "a bomb": bomb(t),
	} {
		if _, err := ReadText(one); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bomb is a small text that holds a large one.
func bomb(t *testing.T) string {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(bytes.Repeat([]byte(" "), 50<<20)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	return textBegin + base64.StdEncoding.EncodeToString(packed.Bytes()) + textEnd
}

// A result from elsewhere says nothing that a probe does not write.
func TestForeignResults(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Seat, r.Network, r.Cause = "PC\x1b[31m\u202e"+strings.Repeat("x", 500), "a\nb", "none"
	r.Checks[0].Args["name"] = "<script>\x00" + strings.Repeat("y", 5000)
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadJSON(body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(got.Seat, "\x1b\u202e") || len([]rune(got.Seat)) > maxLabel+1 || got.Network != "a b" || got.Cause != "dns" || len([]rune(got.Checks[0].Args["name"])) > maxWord+1 {
		t.Errorf("%+v", got)
	}
	for name, change := range map[string]func(*Result){
		"no checks": func(r *Result) { r.Checks = nil },
		"many":      func(r *Result) { r.Checks = make([]Check, maxChecks+1) },
		"code":      func(r *Result) { r.Checks[1].Code = "clock.odd" },
		"kind":      func(r *Result) { r.Checks[1].Kind = "x" },
		"outcome":   func(r *Result) { r.Checks[1].Outcome = "ok" },
		"no time":   func(r *Result) { r.At = time.Time{} },
		"argument":  func(r *Result) { r.Checks[0].Args["{n}"] = "" },
		"many words": func(r *Result) {
			r.Checks[0].Args = map[string]string{"a": "", "b": "", "c": "", "d": "", "e": "", "f": "", "g": "", "h": "", "i": "", "j": "", "k": ""}
		},
	} {
		bad := sample()
		change(&bad)
		if err := bad.Check(); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzText(f *testing.F) {
	r := sample()
	text, err := r.Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadText(text)
		if err != nil && !errors.Is(err, tocsin.ErrInvalid) {
			t.Error(err)
		}
		if err == nil && r.Check() != nil {
			t.Error("what was read is refused when it is read again")
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"at":"2026-11-29T12:00:00Z","checks":[{"kind":"clock","outcome":"pass","code":"clock.ok"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := ReadJSON(body); err != nil && !errors.Is(err, tocsin.ErrInvalid) {
			t.Error(err)
		}
	})
}
