package plaintext_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.org/tocsin/internal/plaintext"
)

func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{"bold over lines", "<b>a<p>b c</p></b> d", "strong(a) strong(b c)"},
		{"nested bold", "<b>a <i>b</b> c</i> d", "strong(a b c)"},
		{"blanks around", "a<b>&nbsp; b </b>c", "strong(b)"},
		{"links", `<a href="https://a.example/?x=1&amp;y">a</a><a name=b>b</a><a href=c></a><a href=d>d<a href=e>e</a>`, "link(a https://a.example/?x=1&y) link(d d) link(e e)"},
		{"lists", "<ul><li>a<ol><li>b<li>c</ol><li>d</ul><ol start=7><li>e</ol>", "item1(- a\n\n- b\n- c) item2.1(- b) item2.2(- c) item1(- d) item1.7(- e)"},
		{"odd starts", "<ol start=-1><li>a</ol><ol start=x><li>b</ol><ol start=99999999999><li>c</ol>", "item1.1(- a) item1.1(- b) item1.1(- c)"},
		{"item of no list", "<li>a</li>", "item1(- a)"},
		{"table", "<table><tr><th>a<th>b<tr><td>c<td></table>d", "row1(a\tb) header(a) header(b) row2(c) cell(c) cell()"},
		{"list in a cell", "<ul><li><table><tr><td><ul><li>a</ul></table></ul>", "item1(-\n\n- a) row1(- a) cell(- a) item1(- a)"},
		{"headings", "<h1>a</h1>b<h6>c", "heading1(a) heading6(c)"},
		{"images", "<p>a</p><p><img src=b alt=c></p><p><img src=d>e</p>", "image( bc) image( d)"},
		{"hidden", "<script><b>a</b></script><b>b</b>", "strong(b)"},
		{"wrong ends", "</ul></b></td></a><b>a</b>", "strong(a)"},
	}
	for _, test := range tests {
		text, marks := plaintext.Read(test.content, "html")
		var got []string
		for _, m := range marks {
			name := string(m.Form)
			if m.Level > 0 {
				name += fmt.Sprint(m.Level)
			}
			if m.N > 0 {
				name += fmt.Sprintf(".%d", m.N)
			}
			if m.Address != "" {
				m.Address = " " + m.Address
			}
			got = append(got, name+"("+text[m.From:m.To]+m.Address+m.Alt+")")
		}
		want := test.want
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", test.name, text, diff)
		}
	}
}

// FuzzRead: the text is that of Text, and marks are in order within it.
func FuzzRead(f *testing.F) {
	f.Add("<p>a <b>b</b></p><ul><li>c<ol><li>d</ol></ul><table><tr><td>e<td><img src=f alt=g></table>", "html")
	f.Add("<a href=x>a&amp;nbsp;<b>b\xff</a></b><h1></h1>\u200b<td>", "html")
	f.Add("\xea\xa7<b>\xa0</b><img src=a>", "html") // one sign, with markup between its bytes
	f.Fuzz(func(t *testing.T, content, contentType string) {
		text, marks := plaintext.Read(content, contentType)
		if want := plaintext.Text(content, contentType); text != want {
			t.Errorf("Read(%q) = %q, want %q", content, text, want)
		}
		last := 0
		for _, m := range marks {
			if m.From < last || m.To < m.From || m.To > len(text) || !utf8.ValidString(text[m.From:m.To]) {
				t.Errorf("Read(%q): %+v of %q after %d", content, m, text, last)
			}
			last = m.From
		}
	})
}
