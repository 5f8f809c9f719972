package messages

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Whatever a provider sends, making headings of its lines takes no word from
// the text.
func FuzzHead(f *testing.F) {
	f.Add("<p><b>[What and Why:]</b></p><div><i>Who is affected</i><br></div><b>Learn more</b><br>x")
	f.Add("<div><div><b>a</b><p>b</p></div></div><h3>c</h3><p>[ ]:</p><span><b>d</b></span>")
	f.Fuzz(func(t *testing.T, content string) {
		body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
		nodes, err := html.ParseFragment(strings.NewReader(content), body)
		if err != nil {
			return // nested too deeply
		}
		for _, node := range nodes {
			body.AppendChild(node)
		}
		before := wordsBelow(body)
		head(body)
		if after := wordsBelow(body); after != before {
			t.Errorf("%q: words %q became %q", content, before, after)
		}
		if err := html.Render(&bytes.Buffer{}, body); err != nil {
			t.Errorf("%q: %v", content, err)
		}
	})
}

// wordsBelow is the text below a node without blanks, brackets and colons.
func wordsBelow(parent *html.Node) string {
	var b strings.Builder
	for node := range parent.Descendants() {
		if node.Type == html.TextNode {
			b.WriteString(node.Data)
		}
	}
	return strings.NewReplacer("[", "", "]", "", ":", "", "\u00a0", "", " ", "", "\n", "", "\t", "").Replace(strings.Join(strings.Fields(b.String()), ""))
}
