package post_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.org/tocsin/internal/post"
)

// marked is a difference in one text: [-gone-]{+new+}.
func marked(runs []post.Run) string {
	var b strings.Builder
	for _, run := range runs {
		switch run.Op {
		case post.Equal:
			b.WriteString(run.Text)
		case post.Delete:
			b.WriteString("[-" + run.Text + "-]")
		case post.Insert:
			b.WriteString("{+" + run.Text + "+}")
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, before, after, want string }{
		{"same", "a b", "a b", "a b"},
		{"empty", "", "", ""},
		{"all new", "", "a b", "{+a b+}"},
		{"all gone", "a b", "", "[-a b-]"},
		{"a tense", "Users may be unable to write.", "Users may have been unable to write.", "Users may [-be-]{+have been+} unable to write."},
		{"a time", "by 9:30 AM UTC", "by 10:00 AM UTC", "by [-9:30-]{+10:00+} AM UTC"},
		{"words stay whole", "We’re looking", "We’ve looked", "[-We’re looking-]{+We’ve looked+}"},
		{"a number", "version 3.5 is out", "version 3.6 is out", "version [-3.5-]{+3.6+} is out"},
		{"lines", "one\ntwo\nthree\n", "one\nthree\nfour\n", "one\n[-two\n-]three\n{+four\n+}"},
		{"a word in a line", "one\ntwo big words\nthree", "one\ntwo small words\nthree", "one\ntwo [-big-]{+small+} words\nthree"},
		{"Japanese", "メールの送信が遅延しています。", "メールの受信が遅延していました。", "メールの[-送信-]{+受信+}が遅延[-しています-]{+していました+}。"},
		{"Japanese and Latin", "Exchange Online に接続できません", "SharePoint Online に接続できました", "[-Exchange-]{+SharePoint+} Online に接続[-できません-]{+できました+}"},
		{"French", "L’accès est rétabli", "L’accès n’est pas rétabli", "L’accès [-est-]{+n’est pas+} rétabli"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := marked(post.Words(test.before, test.after))
			if got != test.want {
				t.Errorf("Words = %q, want %q", got, test.want)
			}
		})
	}
}

// checkRuns fails unless runs lead from before to after and are in order.
func checkRuns(t interface{ Errorf(string, ...any) }, before, after string, runs []post.Run) {
	var old, new strings.Builder
	for i, run := range runs {
		if run.Op != post.Insert {
			old.WriteString(run.Text)
		}
		if run.Op != post.Delete {
			new.WriteString(run.Text)
		}
		if run.Text == "" || i > 0 && (run.Op == runs[i-1].Op || run.Op == post.Delete && runs[i-1].Op == post.Insert) {
			t.Errorf("run %d of %q → %q is empty or out of order: %+v", i, before, after, runs)
		}
	}
	if old.String() != before || new.String() != after {
		t.Errorf("runs of %q → %q give %q and %q", before, after, old.String(), new.String())
	}
}

// TestWordsAreShortest compares with the plain dynamic programme for the
// longest common subsequence.
func TestWordsAreShortest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"aa", "bb", "cc", "dd"}), 0, 12)
		a, b := words.Draw(t, "a"), words.Draw(t, "b")
		runs := post.Words(strings.Join(a, ""), strings.Join(b, ""))
		checkRuns(t, strings.Join(a, ""), strings.Join(b, ""), runs)
		// With signs, each of which is a piece of its own, the count is exact.
		signs := strings.NewReplacer("aa", "①", "bb", "②", "cc", "③", "dd", "④")
		before, after := signs.Replace(strings.Join(a, "")), signs.Replace(strings.Join(b, ""))
		runs = post.Words(before, after)
		checkRuns(t, before, after, runs)
		edits := 0
		for _, run := range runs {
			if run.Op != post.Equal {
				edits += len([]rune(run.Text))
			}
		}
		if shortest := len(a) + len(b) - 2*common(a, b); edits < shortest {
			t.Errorf("%q → %q with %d edits: fewer than the %d that it takes", before, after, edits, shortest)
		}
	})
}

func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// hostilePair are two texts of a megabyte that have as little in common as
// words allow, while every word is in both.
func hostilePair() (before, after string) {
	words := make([]string, 100_000)
	for i := range words {
		words[i] = fmt.Sprintf("word%05d", i)
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	before = strings.Join(words, " ")
	slices.Reverse(words)
	return before, strings.Join(words, " ")
}

// TestWordsAreBounded: what differs too much is replaced as a whole.
func TestWordsAreBounded(t *testing.T) {
	t.Parallel()
	before, after := hostilePair()
	runs := post.Words(before, after)
	checkRuns(t, before, after, runs)
	if len(runs) > 20 {
		t.Errorf("%d runs for two texts that have nothing in common in order", len(runs))
	}
	lines := strings.ReplaceAll(before, " ", "\n")
	checkRuns(t, lines, after, post.Words(lines, after))
	checkRuns(t, lines, strings.ReplaceAll(after, " ", "\n"), post.Words(lines, strings.ReplaceAll(after, " ", "\n")))
}

func FuzzWords(f *testing.F) {
	f.Add("one two", "one three")
	f.Add("メールの送信", "メールの受信")
	f.Add("a\nb\n", "b\na\n")
	f.Add("\xff\xfe", "\x00 '' -")
	f.Fuzz(func(t *testing.T, before, after string) {
		checkRuns(t, before, after, post.Words(before, after))
	})
}

func FuzzRead(f *testing.F) {
	f.Add(update)
	f.Add("Title: a User Impact: b")
	f.Add("<p>Next update by: Monday, March 2, 2026, at 9:00 AM UTC</p>")
	f.Add("Start Time: :Start Time::")
	f.Fuzz(func(t *testing.T, content string) {
		one := read(content)
		for _, s := range one.Sections {
			if s.Kind != post.KindRest && s.Label == "" || strings.ContainsAny(s.Text, "\r\x00") {
				t.Errorf("section %+v", s)
			}
		}
		other := read(update)
		for _, change := range post.Compare(one, other) {
			checkRuns(t, change.Old, change.New, changedRuns(change))
		}
		post.Promises(posts("09:00", content, "10:00", update, "11:00", content), monday)
	})
}

// changedRuns are the runs of a change, also where none are given.
func changedRuns(c post.Change) []post.Run {
	if c.What == post.Changed {
		return c.Runs
	}
	return post.Words(c.Old, c.New)
}

func TestCompare(t *testing.T) {
	t.Parallel()
	old := read("Title: A\n\nUser impact: People wait.\n\nMore info: none\n\nCurrent status: We look.\n\nPreliminary root cause: A fuse.\n\n" + by + "10:00 AM UTC")
	newer := read("Title: A\n\nUser impact: People waited.\n\nFinal status: We looked.\n\nScope of impact: All.\n\nRoot cause: A fuse.\n\nThis is the final update for the event.")
	var got []string
	for _, c := range post.Compare(old, newer) {
		got = append(got, fmt.Sprintf("%s %s %s", c.What, c.Kind, marked(c.Runs)))
	}
	want := []string{
		"same title ",
		"changed userImpact People [-wait-]{+waited+}.",
		"removed moreInfo ",
		"changed finalStatus We [-look-]{+looked+}.",
		"added scopeOfImpact ",
		"same rootCause ",
		"removed nextUpdateBy ",
		"added rest ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Compare differs (-want +got):\n%s", diff)
	}
}

func BenchmarkWords(b *testing.B) {
	longer := strings.Repeat(update+"\n\n", 8)
	changed := strings.NewReplacer("may arrive", "may have arrived", "hours", "days", "north", "south").Replace(longer)
	before, after := hostilePair()
	for _, bench := range []struct{ name, before, after string }{
		{"post", update, strings.Replace(update, "some hours", "a day", 1)}, {"message", longer, changed}, {"hostile", before, after},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.before) + len(bench.after)))
			b.ReportAllocs()
			for b.Loop() {
				post.Words(bench.before, bench.after)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"post", update},
		{"html", "<p>" + strings.ReplaceAll(update, "\n\n", "</p><p>") + "</p>"},
		{"labels", strings.Repeat("Start Time:", 90_000)},
		{"promises", strings.Repeat("update within ", 70_000)},
		{"tags", strings.Repeat("<p><li><svg>", 80_000)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			for b.Loop() {
				post.Promises(posts("09:00", bench.text), monday)
			}
		})
	}
}
