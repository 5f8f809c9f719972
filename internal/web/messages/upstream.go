package messages

import (
	"bytes"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"example.org/tocsin/internal/post"
)

// maxUpstream is how much of a provider's text is shown, in bytes. Real ones
// have up to 40 KB.
const maxUpstream = 512 << 10

// newPolicy is what of a provider's HTML may be shown: text, lists, tables and
// links. What would load something, run something or style something is gone.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "b", "strong", "i", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6",
		"blockquote", "pre", "code", "hr", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "dl", "dt", "dd", "div", "span")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[0-9]{1,2}$`)).OnElements("td", "th")
	p.AllowURLSchemes("https", "http", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img") // until they become links
	return p
}

// upstream makes a provider's text safe to show. Pictures become links, since
// nothing on our pages loads from elsewhere; headings take their place below
// ours; wide tables scroll.
func (v *view) upstream(content, contentType string) template.HTML {
	if len(content) > maxUpstream {
		content = post.Text(content, contentType)
		contentType, content = "text", content[:min(len(content), maxUpstream)]
	}
	if contentType != "html" {
		return plainHTML(post.Text(content, contentType))
	}
	clean := v.pages.policy.Sanitize(content)
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(clean), body)
	if err != nil { // such as one nested too deeply
		return plainHTML(post.Text(content, contentType))
	}
	var out bytes.Buffer
	for _, node := range nodes {
		body.AppendChild(node)
	}
	v.tame(body)
	head(body)
	for node := body.FirstChild; node != nil; node = node.NextSibling {
		if err := html.Render(&out, node); err != nil {
			return plainHTML(post.Text(content, contentType))
		}
	}
	return template.HTML(out.String()) //nolint:gosec // sanitised above, and only tamed since
}

// tame changes what is left below a node to what our pages have.
func (v *view) tame(parent *html.Node) {
	for node := parent.FirstChild; node != nil; {
		next := node.NextSibling
		if node.Type == html.ElementNode {
			switch node.DataAtom {
			case atom.Img:
				parent.InsertBefore(v.imageLink(node, within(parent, atom.A)), node)
				parent.RemoveChild(node)
				node = next
				continue
			case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
				node.DataAtom, node.Data = atom.H3, "h3"
			case atom.A:
				node.Attr = append(node.Attr, html.Attribute{Key: "rel", Val: "noopener noreferrer nofollow"})
			case atom.Table:
				box := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div", Attr: []html.Attribute{
					{Key: "class", Val: "scroll-x"}, {Key: "tabindex", Val: "0"}, {Key: "role", Val: "region"}, {Key: "aria-label", Val: v.Text("table")},
				}}
				parent.InsertBefore(box, node)
				parent.RemoveChild(node)
				box.AppendChild(node)
			}
			v.tame(node)
		}
		node = next
	}
}

func within(node *html.Node, a atom.Atom) bool {
	for ; node != nil; node = node.Parent {
		if node.DataAtom == a {
			return true
		}
	}
	return false
}

// imageLink stands for a picture: its description, leading to it unless it is
// inside a link already.
func (v *view) imageLink(img *html.Node, linked bool) *html.Node {
	text, target := v.Text("image"), ""
	for _, a := range img.Attr {
		switch {
		case a.Key == "alt" && strings.TrimSpace(a.Val) != "":
			text = v.Text("labelled", "label", text) + " " + strings.TrimSpace(a.Val)
		case a.Key == "src":
			if u, err := url.Parse(a.Val); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
				target = a.Val
			}
		}
	}
	words := &html.Node{Type: html.TextNode, Data: "[" + text + "]"}
	if target == "" || linked {
		return words
	}
	link := &html.Node{Type: html.ElementNode, DataAtom: atom.A, Data: "a", Attr: []html.Attribute{
		{Key: "href", Val: target}, {Key: "rel", Val: "noopener noreferrer nofollow"},
	}}
	link.AppendChild(words)
	return link
}

// plainHTML shows plain text: blank lines part paragraphs.
func plainHTML(text string) template.HTML {
	var b strings.Builder
	for block := range strings.SplitSeq(text, "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			b.WriteString("<p>" + strings.ReplaceAll(template.HTMLEscapeString(block), "\n", "<br>") + "</p>")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}
