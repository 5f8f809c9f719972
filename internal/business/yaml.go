package business

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

var lineOfError = regexp.MustCompile(`line (\d+)`)

// readYAML reads the entries of a file. Aliases are not read: a few lines of them
// can stand for more than memory holds.
func readYAML(body []byte, faults *Faults) (entries []entry) {
	var root yaml.Node
	if err := yaml.Unmarshal(body, &root); err != nil {
		line := 0
		if m := lineOfError.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1]) // digits
		}
		faults.add(line, "file", "yaml", "")
		return nil
	}
	if root.Kind == 0 {
		return nil // an empty file
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode {
		faults.add(top.Line, "file", "shape", "")
		return nil
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, list := top.Content[i], top.Content[i+1]
		kind := map[string]string{"uses": "use", "processes": "process", "sheets": "sheet"}[key.Value]
		switch {
		case kind == "":
			faults.add(key.Line, tocsin.Clip(key.Value, 40), "key", key.Value)
		case seen[key.Value]:
			faults.add(key.Line, key.Value, "twice", key.Value)
		case empty(list):
		case list.Kind != yaml.SequenceNode:
			faults.add(list.Line, key.Value, "shape", "")
		default:
			for n, node := range list.Content {
				entries = append(entries, entryOf(kind, fmt.Sprintf("%s/%d", key.Value, n+1), node, faults))
			}
		}
		seen[key.Value] = true
	}
	return entries
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// entryOf reads one entry.
func entryOf(kind, place string, node *yaml.Node, faults *Faults) entry {
	e := entry{kind: kind, line: node.Line, cells: map[string]cell{}}
	if node.Kind != yaml.MappingNode {
		faults.add(node.Line, place, "shape", "")
		return e
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		field := key.Value
		if kind == "sheet" && field == "service" {
			field = "name"
		} else if kind == "sheet" && field == "name" {
			field = ""
		}
		switch _, twice := e.cells[field]; {
		case !slices.Contains(fieldsOf(kind), field):
			faults.add(key.Line, place+"/"+tocsin.Clip(key.Value, 40), "key", key.Value)
		case twice:
			faults.add(key.Line, place+"/"+field, "twice", key.Value)
		default:
			e.cells[field] = cell{value.Line, valuesOf(value, listed(field), place+"/"+field, faults)}
		}
	}
	return e
}

// valuesOf reads one value, or the values of a list; one value is a list of one.
func valuesOf(node *yaml.Node, list bool, place string, faults *Faults) (values []string) {
	switch {
	case empty(node):
	case node.Kind == yaml.ScalarNode:
		return []string{node.Value}
	case list && node.Kind == yaml.SequenceNode:
		for _, one := range node.Content {
			if one.Kind != yaml.ScalarNode {
				faults.add(one.Line, place, "shape", "")
				continue
			}
			values = append(values, one.Value)
		}
	default:
		faults.add(node.Line, place, "shape", "")
	}
	return values
}

// writeYAML writes entries.
func writeYAML(entries []entry) ([]byte, error) {
	top := &yaml.Node{Kind: yaml.MappingNode}
	for _, kind := range []string{"use", "process", "sheet"} {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range entries {
			if e.kind == kind {
				list.Content = append(list.Content, e.node())
			}
		}
		if len(list.Content) > 0 {
			top.Content = append(top.Content, text(kindList(kind)), list)
		}
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(top)
	return out.Bytes(), err
}

func (e *entry) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, field := range fieldsOf(e.kind) {
		values := e.cells[field].values
		if len(values) == 0 {
			continue
		}
		key := field
		if e.kind == "sheet" && field == "name" {
			key = "service"
		}
		value := text(values[0])
		if listed(field) {
			value = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
			for _, one := range values {
				value.Content = append(value.Content, text(one))
			}
		} else if field == "cost" {
			value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: values[0]}
		}
		n.Content = append(n.Content, text(key), value)
	}
	return n
}

// text is a value that is read as text whatever it looks like.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}
