package plaintext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
)

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, contentType, want string }{
		{"plain called html", "a < b\n\nc &amp; d", "html", "a < b\n\nc & d"},
		{"text is taken as it is", "<b>a</b> &amp;&nbsp;b", "text", "<b>a</b> &amp; b"},
		{"paragraphs and lists", "<p>One\ntwo</p><ul><li>a</li><li>b <i>c</i></li></ul><p>end</p>", "html", "One two\n\n- a\n\n- b c\n\nend"},
		{"table", "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "html", "A\tB\n\n1\t2"},
		{"empty cells", "<table><tr><td></td><td>1</td><td> </td><td>2</td><td></td></tr></table>", "html", "1\t2"},
		{"no cells", "a\tb &#9; c<p>d\t</p>", "html", "a b c\n\nd"},
		{"no cells in text", "a\tb", "text", "a b"},
		{"hidden", "a<script>alert('x')</script><style>p{}</style><svg><p>no</p></svg><!-- c -->b", "html", "ab"},
		{"unclosed", "a<script>never ends <p>b", "html", "a"},
		{"encoded markup is text", "&lt;script&gt;alert(1)&lt;/script&gt;", "html", "<script>alert(1)</script>"},
		{"links", `<a href="javascript:x">click</a>`, "html", "click"},
		{"controls", "a\x00b\u200bc\ufeff\td\r\re", "text", "abc d\n\ne"},
		{"bad bytes", "a\xffb", "html", "a\ufffdb"},
	}
	for _, test := range tests {
		if got := plaintext.Text(test.content, test.contentType); got != test.want {
			t.Errorf("%s: Text = %q, want %q", test.name, got, test.want)
		}
	}
	if got := plaintext.Text(strings.Repeat("é", 1<<20), "html"); len(got) > 1<<20 {
		t.Errorf("Text of two megabytes has %d bytes", len(got))
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Users’  MAIL\n\tis late": "users' mail is late", "ＡＢＣ ｱｲｳ": "abc アイウ", "“a”–b": `"a"-b`, " a\u202fb ": "a b", "ÉTÉ": "été",
		"a\x00b\u200bc": "abc", "\xff": "\ufffd", "": "",
	} {
		if got := plaintext.Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

// Find leads from the folded term back to the text as it is written.
func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, terms, want string
	}{
		{"Users’  MAIL\n\tis late", "users' mail|late", "[Users’  MAIL]\n\tis [late]"},
		{"the ＡＢＣ and ｶﾞ", "abc|ガ", "the [ＡＢＣ] and [ｶﾞ]"},
		{"e\u0301te\u0301 été", "été", "[e\u0301te\u0301] [été]"},
		{"ﬁle ½", "i|1", "[ﬁ]le [½]"},
		{"メールの送信が", "送信", "メールの[送信]が"},
		{"İstanbul K", "k", "İstanbul [K]"},
		{"aaaa ab", "aa|aab|a", "[aaaa] [a]b"},
		{"soft\u00adware", "software", "[soft\u00adware]"},
		{"a\xffb", "b", "a\ufffd[b]"},
		{"nothing", "|x", "nothing"},
		{"OWA, download towards (owa) 1owa owa2 ＯＷＡ owa", "=owa", "[OWA], download towards ([owa]) 1owa owa2 [ＯＷＡ] [owa]"},
		{"Towards メールOWAで", "=owa|メール", "Towards [メールOWA]で"},
	} {
		text, marked, end := strings.ToValidUTF8(tt.text, "\ufffd"), "", 0
		var terms []plaintext.Term
		for term := range strings.SplitSeq(tt.terms, "|") {
			text, whole := strings.CutPrefix(term, "=")
			terms = append(terms, plaintext.Term{Text: text, Whole: whole})
		}
		for _, s := range plaintext.Find(tt.text, terms) {
			marked += text[end:s.From] + "[" + text[s.From:s.To] + "]"
			end = s.To
		}
		if marked += text[end:]; marked != tt.want {
			t.Errorf("Find(%q, %q): %q, want %q", tt.text, tt.terms, marked, tt.want)
		}
	}
}

// What is searched and what is found are folded alike.
func FuzzFind(f *testing.F) {
	f.Add("Users’ ＭＡＩＬ ｶﾞ\u0301", "mail")
	f.Fuzz(func(t *testing.T, text, term string) {
		text = strings.ToValidUTF8(text, "\ufffd")
		term = plaintext.Fold(term)
		spans := plaintext.Find(text, plaintext.Literal(term))
		if got, want := len(spans) > 0, term != "" && strings.Contains(plaintext.Fold(text), term); got != want {
			t.Errorf("%q in %q: found %t, want %t", term, text, got, want)
		}
		end := -1
		for _, s := range spans {
			if s.From <= end || s.To <= s.From || s.To > len(text) || !utf8.ValidString(text[s.From:s.To]) {
				t.Errorf("%q in %q: span %+v", term, text, s)
			}
			end = s.To
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("<p>a &amp; b</p><ul><li>c", "html")
	f.Add("\r\n \u2028 &nbsp;", "text")
	f.Fuzz(func(t *testing.T, content, contentType string) {
		text := plaintext.Text(content, contentType)
		if again := plaintext.Text(text, "text"); again != text || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00") {
			t.Errorf("Text(%q) = %q, then %q", content, text, again)
		}
		folded := plaintext.Fold(text)
		if again := plaintext.Fold(folded); again != folded {
			t.Errorf("Fold(%q) = %q, then %q", text, folded, again)
		}
	})
}
