package probe

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/tocsin/internal/lang"
)

// said are the codes in the source.
func said(t *testing.T) (codes []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`"((?:clock|connect|dns|http|proxy|tls)\.[a-z.]+[a-z]|udp|cut)"`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "cause.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			codes = append(codes, m[1])
		}
	}
	for _, prefix := range []string{"connect.", "connect.proxy."} { // of unconnected
		codes = append(codes, prefix+"refused", prefix+"timeout", prefix+"unreachable")
	}
	codes = slices.DeleteFunc(codes, func(c string) bool { return c == "udp" || strings.HasPrefix(c, "http.1") })
	slices.Sort(codes)
	return slices.Compact(append(codes, "udp"))
}

func TestCodesAreTheListAndHaveWords(t *testing.T) {
	t.Parallel()
	want, got := slices.Sorted(slices.Values(Codes())), said(t)
	for _, code := range got {
		if !slices.Contains(want, code) {
			t.Errorf("the source says %q, which Codes lacks", code)
		}
	}
	for _, code := range want {
		if !slices.Contains(got, code) {
			t.Errorf("nothing says %q", code)
		}
	}
	keys := slices.Clone(want)
	for _, kind := range Kinds() {
		keys = append(keys, "kind."+string(kind))
	}
	for _, cause := range Causes() {
		keys = append(keys, "cause."+cause)
	}
	for _, o := range []Outcome{Pass, Fail, Unknown} {
		keys = append(keys, "outcome."+string(o))
	}
	for _, language := range lang.Languages() {
		l, err := lang.NewLocale(language)
		if err != nil {
			t.Fatal(err)
		}
		have := l.KeysBelow("probe.")
		for _, key := range keys {
			if !slices.Contains(have, key) {
				t.Errorf("%s: probe.%s has no text", language, key)
			}
		}
		for _, key := range have {
			if !slices.Contains(keys, key) && !strings.HasPrefix(key, "cli.") {
				t.Errorf("%s: the text probe.%s is of no code", language, key)
			}
		}
	}
}

// A span is written as people say it.
func TestSpans(t *testing.T) {
	t.Parallel()
	year := Check{Code: "clock.fast", Args: map[string]string{"span": "31536000"}}
	for language, want := range map[string]string{"en": "365", "fr": "365", "ja": "365日"} {
		l, err := lang.NewLocale(language)
		if err != nil {
			t.Fatal(err)
		}
		if got := year.Sentence(l); !strings.Contains(got, want) || strings.Contains(got, "31536000") {
			t.Errorf("%s: %s", language, got)
		}
	}
}
