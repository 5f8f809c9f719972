package config

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/route"
	"example.org/tocsin/internal/tocsin"
)

// Routing is who hears of what, as a text of its own: what notify says of it, which
// the pages can write in its place.
type Routing struct {
	Routes        route.Spec           `yaml:"routes"`
	TimeIntervals []route.IntervalSpec `yaml:"time_intervals,omitempty"`
	InhibitRules  []route.InhibitSpec  `yaml:"inhibit_rules,omitempty"`
}

// MaxRouting is the longest text of routes, in bytes.
const MaxRouting = 64 << 10

// RoutingText writes who hears of what as it holds, as [Config.WithRouting] reads it:
// what is shipped where the settings have no routes.
func (c Config) RoutingText() (string, error) {
	s := c.Notify.routing()
	text, err := yaml.Marshal(Routing{s.Routes, s.Intervals, s.Inhibit})
	if err != nil {
		return "", fmt.Errorf("write routes: %w", err)
	}
	return string(text), nil
}

// WithRouting returns the settings with a text in the place of their routes, time
// intervals and rules of inhibition. It is checked as they are: errors are of kind
// [tocsin.ErrInvalid], each with its key and line. Variables are not replaced.
func (c Config) WithRouting(text string) (Config, error) {
	body, err := routingNode(text)
	if err != nil {
		return c, err
	}
	var r reading
	r.value(body, reflect.TypeFor[Routing](), "", 0)
	if len(r.problems) > 0 {
		return c, errors.Join(r.problems...)
	}
	var written Routing
	if err := body.Decode(&written); err != nil {
		return c, tocsin.Invalidf("routes", "It cannot be read.")
	}
	if written.Routes.IsZero() {
		return c, tocsin.Invalidf("routes", "It is missing: the first route, with at least a receiver.")
	}
	c.Notify.Routes, c.Notify.TimeIntervals, c.Notify.InhibitRules, c.Notify.Zone = written.Routes, written.TimeIntervals, written.InhibitRules, ""
	var problems []error
	for _, one := range problemsIn(c.validateNotify()) {
		at := *one
		at.Field = strings.TrimPrefix(at.Field, "notify.")
		if line := lineOf(body, at.Field); line > 0 {
			at.Message = fmt.Sprintf("Line %d: %s", line, at.Message)
		}
		problems = append(problems, &at)
	}
	return c, errors.Join(problems...)
}

// routingNode parses a text of routes: one document of keys, without references to
// other parts of it, of which few lines could make a great many.
func routingNode(text string) (*yaml.Node, error) {
	if len(text) > MaxRouting {
		return nil, tocsin.Invalidf("text", "It is longer than 64 KB.")
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var root, more yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF):
		return nil, tocsin.Invalidf("routes", "It is missing: the first route, with at least a receiver.")
	case err != nil:
		return nil, tocsin.Invalidf("text", "%s", malformed(err))
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, tocsin.Invalidf("text", "There is a second document behind ---: write one.")
	}
	if node := referring(&root); node != nil {
		return nil, tocsin.Invalidf("text", "Line %d: write it out; what * stands for is not looked up here.", node.Line)
	}
	return root.Content[0], nil
}

// referring returns the first node that stands for another one.
func referring(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node
	}
	for _, child := range node.Content {
		if found := referring(child); found != nil {
			return found
		}
	}
	return nil
}

var step = regexp.MustCompile(`([^.\[\]]+)|\[(\d+)\]`)

// lineOf returns the line on which a key such as routes.routes[2].receiver stands, or
// what it is in where it is missing; 0 for none.
func lineOf(node *yaml.Node, key string) (line int) {
	for _, part := range step.FindAllStringSubmatch(key, -1) {
		var next *yaml.Node
		if i, err := strconv.Atoi(part[2]); err == nil && node.Kind == yaml.SequenceNode && i < len(node.Content) {
			next = node.Content[i]
		}
		for i := 0; part[1] != "" && node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == part[1] {
				next = node.Content[i+1]
				line = node.Content[i].Line
			}
		}
		if next == nil {
			return line
		}
		if node = next; part[2] != "" {
			line = node.Line
		}
	}
	return line
}
