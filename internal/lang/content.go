package lang

import (
	"bytes"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// DecodeYAML reads content that people wrote in the language of the rules into v,
// with the typography of that language in all texts. Values of the keys in asIs
// are for machines and stay as they are. Members that v does not have are refused.
func (r Rules) DecodeYAML(body []byte, v any, asIs ...string) error {
	var root yaml.Node
	if err := yaml.Unmarshal(body, &root); err != nil {
		return fmt.Errorf("read content in %s: %w", r.Code, err)
	}
	r.typesetNode(&root, asIs)
	body, err := yaml.Marshal(&root)
	if err != nil {
		return fmt.Errorf("read content in %s: %w", r.Code, err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	decoder.KnownFields(true)
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("read content in %s: %w", r.Code, err)
	}
	return nil
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
