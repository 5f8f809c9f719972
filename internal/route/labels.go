// Package route decides who hears of an event and when: matchers, the tree of
// routes, groups, time intervals, silences and inhibition, in the grammar and
// with the key names of Prometheus' Alertmanager. It knows labels alone, keeps
// nothing and asks nobody. Begin at [Compile].
//
// Where Alertmanager 0.35 reads one text in two ways, or takes a text for
// something wider than it says, the text is refused: see ADR 49.
package route

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A Label is a name and one value of it.
type Label struct{ Name, Value string }

// Labels are what an event says of itself, sorted by name and value. A name may
// have several values, such as two regions. A label that is missing and one
// that is empty are the same. Make them with [NewLabels].
type Labels []Label

// NewLabels returns labels in order, each once. Those without a value are left
// out; control characters in a value become spaces, so that each value is one
// line.
func NewLabels(labels ...Label) Labels {
	list := make(Labels, 0, len(labels))
	for _, l := range labels {
		if strings.ContainsFunc(l.Value, isControl) {
			l.Value = strings.TrimSpace(strings.Map(func(r rune) rune {
				if isControl(r) {
					return ' '
				}
				return r
			}, l.Value))
		}
		if l.Value != "" {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b Label) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	return slices.Compact(list)
}

func isControl(r rune) bool {
	return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\u0085'
}

// values are the labels of one name.
func (l Labels) values(name string) Labels {
	from := 0
	for from < len(l) && l[from].Name != name {
		from++
	}
	to := from
	for to < len(l) && l[to].Name == name {
		to++
	}
	return l[from:to]
}

// Get returns the value of a name, "" when it has none and the first one when
// it has several.
func (l Labels) Get(name string) string {
	if values := l.values(name); len(values) > 0 {
		return values[0].Value
	}
	return ""
}

// only are the labels of some names, which are sorted.
func (l Labels) only(names []string) Labels {
	var list Labels
	for _, one := range l {
		if _, ok := slices.BinarySearch(names, one.Name); ok {
			list = append(list, one)
		}
	}
	return list
}

// String writes the labels as a list of matchers that they fulfil, such as
// {class="incident", service="Exchange"}.
func (l Labels) String() string {
	b := make([]byte, 0, 64)
	b = append(b, '{')
	for i, one := range l {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, one.Name...)
		b = append(b, '=')
		b = appendQuoted(b, one.Value)
	}
	return string(append(b, '}'))
}

// key is the same for the same labels alone. It is made for each event: lengths
// in front of each part cost less than quoting does.
func (l Labels) key() string {
	var room [512]byte
	b := room[:0]
	for _, one := range l {
		b = strconv.AppendInt(b, int64(len(one.Name)), 36)
		b = append(append(b, ':'), one.Name...)
		b = strconv.AppendInt(b, int64(len(one.Value)), 36)
		b = append(append(b, ':'), one.Value...)
	}
	return string(b)
}
