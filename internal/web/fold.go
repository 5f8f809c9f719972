package web

import (
	"html/template"
	"io"
	"slices"
	"strings"
	"text/template/parse"
)

// steady are the functions of templates that say the same each time they are
// given the same, so that what they say of constants is worked out once.
func steady() []string {
	return []string{"static", "t", "rich", "number", "comma", "between", "icon", "code", "whole", "glyph", "lang"}
}

// scratch is the template in which constants are worked out.
const scratch = "fold-scratch"

// A folder works out what of templates is the same on every page: the texts of
// a language, glyphs, addresses of files. They are most of what templates put
// into a page, and each would cost a call by reflection. Templates are folded
// after they were escaped, so what they write does not change by a byte.
type folder struct {
	all    *template.Template
	folded map[string]bool
}

// fold folds the templates of a set. Nobody may use them meanwhile. What is
// wrong with one of them is said when it is used.
func fold(all *template.Template) error {
	if _, err := all.New(scratch).Parse("."); err != nil {
		return err
	}
	list := pages(all)
	for _, name := range list {
		_ = all.ExecuteTemplate(io.Discard, name, nil) // escapes it, and fails for want of a model
	}
	f := folder{all, map[string]bool{scratch: true}}
	for _, name := range list {
		f.template(name)
	}
	return nil
}

// pages are the names of the templates that no other one uses. All others are
// escaped with those that use them, as their place there wants it.
func pages(all *template.Template) (names []string) {
	used := map[string]bool{}
	for _, t := range all.Templates() {
		if t.Tree != nil {
			uses(t.Tree.Root, func(name string) { used[name] = used[name] || name != t.Name() })
		}
	}
	for _, t := range all.Templates() {
		if t.Tree != nil && !used[t.Name()] {
			names = append(names, t.Name())
		}
	}
	return names
}

// uses names the templates that nodes use.
func uses(l *parse.ListNode, told func(name string)) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		if t, ok := n.(*parse.TemplateNode); ok {
			told(t.Name)
		}
		for _, below := range lists(n) {
			uses(below, told)
		}
	}
}

// lists are the nodes within a node; each may be nil.
func lists(n parse.Node) []*parse.ListNode {
	switch n := n.(type) {
	case *parse.IfNode:
		return []*parse.ListNode{n.List, n.ElseList}
	case *parse.WithNode:
		return []*parse.ListNode{n.List, n.ElseList}
	case *parse.RangeNode:
		return []*parse.ListNode{n.List, n.ElseList}
	}
	return nil
}

// template folds a template once, with those that it uses.
func (f folder) template(name string) {
	if f.folded[name] {
		return
	}
	f.folded[name] = true // one that uses itself is not folded into itself
	if t := f.all.Lookup(name); t != nil && t.Tree != nil {
		f.list(t.Tree.Root)
	}
}

// list folds nodes, and puts texts beside each other together.
func (f folder) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		if text, ok := f.text(n); ok {
			l.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Position(), Text: text}
		}
	}
	nodes := l.Nodes[:0]
	for _, n := range l.Nodes {
		text, is := n.(*parse.TextNode)
		if is && len(nodes) > 0 {
			if last, is := nodes[len(nodes)-1].(*parse.TextNode); is {
				last.Text = slices.Concat(last.Text, text.Text)
				continue
			}
		}
		nodes = append(nodes, n)
	}
	clear(l.Nodes[len(nodes):])
	l.Nodes = nodes
}

// text is what a node writes on every page.
func (f folder) text(n parse.Node) ([]byte, bool) {
	for _, below := range lists(n) {
		f.list(below)
	}
	switch n := n.(type) {
	case *parse.TemplateNode:
		return f.called(n.Name)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 && escaped(n.Pipe) && constant(n.Pipe) {
			return f.write(n)
		}
	}
	return nil, false
}

// called is what a template writes that is nothing but text.
func (f folder) called(name string) ([]byte, bool) {
	f.template(name)
	t := f.all.Lookup(name)
	if t == nil || t.Tree == nil || t.Tree.Root == nil || len(t.Tree.Root.Nodes) != 1 {
		return nil, false
	}
	text, ok := t.Tree.Root.Nodes[0].(*parse.TextNode)
	if !ok {
		return nil, false
	}
	return text.Text, true
}

// write is what an action writes.
func (f folder) write(n *parse.ActionNode) ([]byte, bool) {
	var out strings.Builder
	f.all.Lookup(scratch).Tree.Root = &parse.ListNode{NodeType: parse.NodeList, Nodes: []parse.Node{n}}
	if err := f.all.ExecuteTemplate(&out, scratch, nil); err != nil {
		return nil, false // and where it stands it says what is wrong
	}
	return []byte(out.String()), true
}

// escaper begins the names of the functions that html/template puts behind what
// a template says.
const escaper = "_html_template_"

// escaped reports whether a pipeline has been made safe for its place.
func escaped(p *parse.PipeNode) bool {
	last, ok := p.Cmds[len(p.Cmds)-1].Args[0].(*parse.IdentifierNode)
	return ok && strings.HasPrefix(last.Ident, escaper)
}

// constant reports whether a pipeline depends on nothing.
func constant(p *parse.PipeNode) bool {
	return !slices.ContainsFunc(p.Cmds, func(c *parse.CommandNode) bool {
		return slices.ContainsFunc(c.Args, func(n parse.Node) bool {
			switch n := n.(type) {
			case *parse.StringNode, *parse.NumberNode, *parse.BoolNode:
				return false
			case *parse.IdentifierNode:
				return !slices.Contains(steady(), n.Ident) && !strings.HasPrefix(n.Ident, escaper)
			case *parse.PipeNode:
				return !constant(n)
			}
			return true
		})
	})
}
