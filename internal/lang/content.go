package lang

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"
)

// Content is what people wrote for the pages, as a T in each of their languages,
// read once. It is shared: nobody changes it.
type Content[T any] struct {
	read func() (map[string]*T, error)
}

// NewContent returns what the files content/CODE.yaml say, with the typography of
// each language in all texts. They are read when a language is asked for first,
// and refused where check, if any, fails. Values of the keys in asIs are for machines and
// stay as they are.
func NewContent[T any](files fs.FS, check func(*T) error, asIs ...string) *Content[T] {
	return &Content[T]{sync.OnceValues(func() (map[string]*T, error) {
		all := map[string]*T{}
		for _, code := range Languages() {
			v := new(T)
			body, err := fs.ReadFile(files, "content/"+code+".yaml")
			if err == nil {
				err = (Rules{Code: code}).decodeYAML(body, v, asIs)
			}
			if err == nil && check != nil {
				err = check(v)
			}
			if err != nil {
				return nil, fmt.Errorf("read content in %s: %w", code, err)
			}
			all[code] = v
		}
		return all, nil
	})}
}

// In returns what was written in a language of the pages. It fails where the
// program was built with content that cannot be read, or knows no such language.
func (c *Content[T]) In(code string) (*T, error) {
	all, err := c.read()
	if err != nil {
		return nil, err
	}
	v, ok := all[code]
	if !ok {
		return nil, fmt.Errorf("no content in %q", code)
	}
	return v, nil
}

// decodeYAML reads content that people wrote in the language of the rules into v,
// with its typography in all texts but the values of the keys in asIs. Members
// that v does not have are refused.
func (r Rules) decodeYAML(body []byte, v any, asIs []string) error {
	var root yaml.Node
	if err := yaml.Unmarshal(body, &root); err != nil {
		return err
	}
	r.typesetNode(&root, asIs)
	body, err := yaml.Marshal(&root)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	decoder.KnownFields(true)
	return decoder.Decode(v)
}

func (r Rules) typesetNode(n *yaml.Node, asIs []string) {
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 1 && slices.Contains(asIs, n.Content[i-1].Value):
		case child.Kind == yaml.ScalarNode && child.Tag == "!!str":
			child.Value = r.Typeset(child.Value)
		default:
			r.typesetNode(child, asIs)
		}
	}
}
