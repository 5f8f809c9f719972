package translate

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.org/tocsin/internal/tocsin"
)

func exampleUnits() []Unit {
	return []Unit{
		{Source: "Mail waits in ⟦1⟧ & <b>Outlook</b>.", Target: "Le courrier attend dans ⟦1⟧ & <b>Outlook</b>.", Origin: OriginHuman, By: "desk", Review: "reviewed", Changed: time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC)},
		{Source: "It ended.", Target: "C’est terminé.", Origin: OriginEngine, By: "Apertium", Review: "pending"},
		{Source: "“Try again” – twice", Target: "« Try again » – deux fois"},
	}
}

func TestTMXRoundTrip(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	if err := WriteTMX(&file, "fr", exampleUnits()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(file.String(), `<ph x="1">⟦1⟧</ph>`) {
		t.Errorf("the placeholder is no ph element: %s", file.String())
	}
	units, refused, err := ReadTMX(&file, "fr")
	if err != nil || len(refused) > 0 {
		t.Fatalf("%v, refused %v", err, refused)
	}
	if diff := cmp.Diff(exampleUnits(), units); diff != "" {
		t.Error(diff)
	}
}

// Files of other tools: languages in any order and with regions, codes of their
// own, units that are not for us.
func TestReadTMXOfOthers(t *testing.T) {
	t.Parallel()
	const file = `<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><header srclang="*all*"><prop type="x">y</prop></header><body>
<tu><tuv xml:lang="FR-fr"><seg>Bonjour <bpt i="1">&lt;b&gt;</bpt>vous<ept i="1">&lt;/b&gt;</ept></seg></tuv><tuv xml:lang="EN_us"><seg>Hello <hi>you</hi></seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Only English</seg></tuv><tuv xml:lang="de"><seg>Nur Deutsch</seg></tuv></tu>
<tu><tuv><seg>No language</seg></tuv><tuv xml:lang="fr"><seg>Sans langue</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg></seg></tuv><tuv xml:lang="fr"><seg>Vide</seg></tuv></tu>
<tu><prop type="x-origin">somebody</prop><tuv xml:lang="en"><seg>A <ph x="1">%s</ph>b</seg></tuv><tuv xml:lang="fr"><seg>Un <ph x="1">⟦1⟧</ph></seg></tuv></tu>
</body></tmx>`
	units, refused, err := ReadTMX(strings.NewReader(file), "fr")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Unit{{Source: "Hello you", Target: "Bonjour vous"}, {Source: "A b", Target: "Un ⟦1⟧"}}, units); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Refused{{2, RefusedLanguages}, {3, RefusedLanguages}, {4, RefusedEmpty}}, refused); diff != "" {
		t.Error(diff)
	}
}

func TestReadTMXRefuses(t *testing.T) {
	t.Parallel()
	deep := "<tmx>" + strings.Repeat("<a>", 100)
	for _, file := range []string{"", "no xml", "<html/>", "<tmx>", "<tmx><tu>&unknown;</tu></tmx>", "\xff\xfe<\x00", `<?xml version="1.0" encoding="UTF-16"?><tmx/>`, deep} {
		if _, _, err := ReadTMX(strings.NewReader(file), "fr"); !errors.Is(err, tocsin.ErrInvalid) {
			t.Errorf("%.40q: %v", file, err)
		}
	}
	long := `<tmx><body><tu><tuv xml:lang="en"><seg>` + strings.Repeat("a", maxTMXText+1) + `</seg></tuv><tuv xml:lang="fr"><seg>b</seg></tuv></tu></body></tmx>`
	if units, refused, err := ReadTMX(strings.NewReader(long), "fr"); err != nil || len(units) > 0 || len(refused) != 1 || refused[0].Why != RefusedLong {
		t.Errorf("a long text: %v, %v", refused, err)
	}
	endless := endlessReader("<tmx>")
	if _, _, err := ReadTMX(&endless, "fr"); !errors.Is(err, tocsin.ErrInvalid) {
		t.Errorf("a file without end: %v", err)
	}
}

// An endlessReader is a file that begins and never ends.
type endlessReader string

func (r *endlessReader) Read(p []byte) (int, error) {
	if *r == "" {
		*r = "<tu></tu>"
	}
	n := copy(p, *r)
	*r = (*r)[n:]
	return n, nil
}

func FuzzReadTMX(f *testing.F) {
	var file bytes.Buffer
	if err := WriteTMX(&file, "fr", exampleUnits()); err != nil {
		f.Fatal(err)
	}
	f.Add(file.String())
	f.Fuzz(func(t *testing.T, text string) {
		units, _, err := ReadTMX(strings.NewReader(text), "fr")
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteTMX(&again, "fr", units); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadTMX(&again, "fr"); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}

// toolkit runs a script of Python with the Translate Toolkit, and skips the
// test when it is not installed, or fails when TOCSIN_TEST_REQUIRE asks for it.
func toolkit(t *testing.T, script string, args ...string) string {
	t.Helper()
	var last error
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if last = exec.CommandContext(t.Context(), python, "-c", "import translate.storage.tmx").Run(); last == nil {
			out, err := exec.CommandContext(t.Context(), python, append([]string{"-c", script}, args...)...).Output()
			if err != nil {
				t.Fatalf("the Translate Toolkit: %v", err)
			}
			return string(out)
		}
	}
	if slices.Contains(strings.Split(os.Getenv("TOCSIN_TEST_REQUIRE"), ","), "translate-toolkit") {
		t.Fatalf("the Translate Toolkit is required: %v", last)
	}
	t.Skipf("no Translate Toolkit: %v", last)
	return ""
}

func TestTranslateToolkitReadsOurs(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "memory.tmx")
	var file bytes.Buffer
	if err := WriteTMX(&file, "fr", exampleUnits()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out := toolkit(t, `import sys, json
from translate.storage import tmx
store = tmx.tmxfile.parsefile(sys.argv[1])
print(json.dumps([[u.source, u.target] for u in store.units]))`, name)
	var pairs [][2]string
	if err := json.Unmarshal([]byte(out), &pairs); err != nil {
		t.Fatal(err)
	}
	var want [][2]string
	for _, u := range exampleUnits() {
		want = append(want, [2]string{u.Source, u.Target})
	}
	if diff := cmp.Diff(want, pairs); diff != "" {
		t.Error(diff)
	}
}

func TestWeReadTheTranslateToolkits(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "memory.tmx")
	toolkit(t, `import sys
from translate.storage import tmx
store = tmx.tmxfile()
store.addtranslation("Mail waits & <waits>.", "en", "メールが待機中です。", "ja")
store.addtranslation("Only here.", "en", "Nur hier.", "de")
store.savefile(sys.argv[1])`, name)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	units, refused, err := ReadTMX(f, "ja")
	if err != nil || len(refused) != 1 {
		t.Errorf("%v, refused %v", err, refused)
	}
	if diff := cmp.Diff([]Unit{{Source: "Mail waits & <waits>.", Target: "メールが待機中です。"}}, units); diff != "" {
		t.Error(diff)
	}
}

func TestNearMatches(t *testing.T) {
	t.Parallel()
	texts := []string{
		"Users may be unable to open the grey calendar in the morning.",
		"Users may have been unable to open the grey calendar in the morning.",
		"Users may be unable to open the blue calendar in the morning.",
		"We look into something else entirely and will tell more of it.",
		strings.Repeat("long ", maxNearWords+1),
		"",
	}
	n := NewNearIndex(texts)
	got := n.Find("Users may be unable to open the grey calendar in the evening.", 10)
	var order []int
	for _, m := range got {
		order = append(order, m.Index)
	}
	if diff := cmp.Diff([]int{0, 2, 1}, order); diff != "" {
		t.Error(diff)
	}
	if got := n.Find(texts[0], 1); len(got) != 1 || got[0].Index != 0 || got[0].Share != 1 {
		t.Errorf("the same text: %v", got)
	}
	for _, text := range []string{"", "calendar", "Nobody said any of these words ever.", texts[4]} {
		if got := n.Find(text, 10); len(got) > 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Whatever is near by its distance is found.
func TestNearIndexMissesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g"})
		text := func(name string) string {
			return strings.Join(rapid.SliceOfN(word, 1, 12).Draw(t, name), " ")
		}
		var texts []string
		for range rapid.IntRange(0, 20).Draw(t, "texts") {
			texts = append(texts, text("text"))
		}
		n, asked := NewNearIndex(texts), text("asked")
		found := map[int]bool{}
		for _, m := range n.Find(asked, len(texts)) {
			found[m.Index] = true
		}
		question := NewNearIndex(append([]string{asked}, texts...))
		for i := range texts {
			a, b := question.texts[0], question.texts[i+1]
			bound := int(float64(max(len(a), len(b))) * (1 - nearShare))
			if near := distance(a, b, bound) <= bound; near != found[i] {
				t.Fatalf("%q and %q: near %v, found %v", asked, texts[i], near, found[i])
			}
		}
	})
}

// BenchmarkNear finds near matches among 100,000 texts that say nearly the
// same.
func BenchmarkNear(b *testing.B) {
	var texts []string
	for i := range 100_000 {
		texts = append(texts, strings.Join([]string{"Users may be unable to open calendar", strings.Repeat("x", i%50), "in room", strings.Repeat("y", i%71), "of house", strings.Repeat("z", i%97)}, " "))
	}
	n := NewNearIndex(texts)
	b.ReportAllocs()
	for b.Loop() {
		n.Find(texts[4711]+" today", 10)
	}
}
