package file

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// An odd is a member that cannot be taken as it is.
type odd struct {
	member string
	reason string
}

func (o *odd) Error() string { return o.member + " " + o.reason }

const deeper = "-Depth 10"

// cutOff is a member whose content a tool replaced by a text.
func cutOff(member, want string) *odd {
	return &odd{member, "is text where " + want + " belongs: the tool cut off what lies deeper. Write it again with `" + deeper + "`"}
}

// A rewriter puts an element that a tool has written into the form of the wire:
// names as the API has them, without what the tool added, times as RFC 3339.
// What is in that form already it leaves as it is, byte for byte.
type rewriter struct {
	out     []byte
	camel   bool // names begin small on the wire
	changed bool
	doubts  tocsin.Doubts
	room    []byte // for names in small letters
	path    []string
}

// rewrite gives raw in the form of the wire, which is raw itself if nothing had
// to be done. What it gives is valid until the next call.
func (w *rewriter) rewrite(raw []byte, of *shape, camel bool) ([]byte, error) {
	w.camel, w.out, w.changed, w.doubts, w.path = camel, w.out[:0], false, nil, w.path[:0]
	if err := w.object(raw, of); err != nil {
		return nil, err
	}
	if !w.changed {
		return raw, nil
	}
	return w.out, nil
}

// member is the path to the member in hand.
func (w *rewriter) member() string { return strings.Join(w.path, ".") }

func (w *rewriter) push(name []byte) { w.path = append(w.path, string(name)) }
func (w *rewriter) pop()             { w.path = w.path[:len(w.path)-1] }

const additional = "additionalproperties"

func (w *rewriter) object(raw []byte, of *shape) error {
	w.out = append(w.out, '{')
	empty := len(w.out)
	err := members(raw, func(name, value []byte) error {
		w.room = small(w.room, name)
		f, known := of.fields[string(w.room)]
		switch {
		case known:
			return w.field(name, value, f, empty)
		case string(w.room) == additional:
			w.changed = true
			return w.added(raw, value, of, empty)
		}
		w.name(name, w.unknown(name), empty)
		w.out = append(w.out, value...)
		return nil
	})
	w.out = append(w.out, '}')
	return err
}

// unknown is the name of a member that nobody knows. Tools that write the others
// in PascalCase have done so to this one as well.
func (w *rewriter) unknown(name []byte) string {
	if w.camel && w.changed && len(name) > 0 && name[0] >= 'A' && name[0] <= 'Z' {
		return string(name[0]|0x20) + string(name[1:])
	}
	return string(name)
}

// name begins a member.
func (w *rewriter) name(sent []byte, name string, empty int) {
	if len(w.out) > empty {
		w.out = append(w.out, ',')
	}
	w.changed = w.changed || string(sent) != name
	w.out = append(append(append(w.out, '"'), name...), `":`...)
}

// field writes a member that is known.
func (w *rewriter) field(name, value []byte, f field, empty int) error {
	if f.form == formDropped && (isNull(value) || string(value) == "[]") {
		w.changed = true
		return nil
	}
	w.name(name, f.name, empty)
	if isNull(value) || f.form == formAny || f.form == formDropped {
		w.out = append(w.out, value...)
		return nil
	}
	first := value[0]
	switch {
	case f.form == formTime:
		w.time(value)
		return nil
	case f.form == formText && first == '"' || f.form == formFlag && (first == 't' || first == 'f'):
		w.out = append(w.out, value...)
		return nil
	}
	w.push(name)
	defer w.pop()
	switch {
	case f.form == formList:
		return w.list(value, f.of)
	case f.form == formObject && first == '{':
		return w.object(value, f.of)
	case f.form == formObject && first == '"':
		return cutOff(w.member(), "an object")
	}
	return &odd{w.member(), "is " + sort(value) + " where " + map[form]string{formText: "text", formFlag: "true or false", formObject: "an object"}[f.form] + " belongs"}
}

// time writes a time of .NET as the wire has it, others as they are.
func (w *rewriter) time(value []byte) {
	if value[0] == '{' || bytes.HasPrefix(value, []byte(`"\/Date(`)) || bytes.HasPrefix(value, []byte(`"/Date(`)) {
		var t tocsin.WireTime
		if json.Unmarshal(value, &t) == nil && !t.IsZero() {
			w.changed = true
			w.out = append(append(append(w.out, '"'), tocsin.FormatTime(t.Time)...), '"')
			return
		}
	}
	w.out = append(w.out, value...)
}

// list writes a list, or the one that Windows PowerShell wrapped into
// {"value":[…],"Count":n}.
func (w *rewriter) list(value []byte, of *shape) error {
	switch value[0] {
	case '[':
	case '{':
		inner, wrapped := unwrapped(value)
		if !wrapped {
			return &odd{w.member(), "is an object where a list belongs"}
		}
		w.changed = true
		value = inner
	case '"':
		return cutOff(w.member(), "a list")
	default:
		return &odd{w.member(), "is " + sort(value) + " where a list belongs"}
	}
	w.out = append(w.out, '[')
	err := items(value, func(n int, one []byte) error {
		if n > 0 {
			w.out = append(w.out, ',')
		}
		return w.item(n, one, of)
	})
	w.out = append(w.out, ']')
	return err
}

func (w *rewriter) item(n int, one []byte, of *shape) error {
	if of != nil && one[0] == '{' {
		last := len(w.path) - 1
		before := w.path[last]
		w.path[last] = before + "[" + strconv.Itoa(n) + "]"
		err := w.object(one, of)
		w.path[last] = before
		return err
	}
	member := fmt.Sprintf("%s[%d]", w.member(), n)
	switch {
	case of == nil && one[0] == '"' && !cutText(one), of != nil && isNull(one):
		w.out = append(w.out, one...)
		return nil
	case one[0] == '"' && of != nil:
		return cutOff(member, "an object")
	case one[0] == '"':
		return cutOff(member, "a name")
	case of == nil:
		return &odd{member, "is " + sort(one) + " where text belongs"}
	}
	return &odd{member, "is " + sort(one) + " where an object belongs"}
}

// unwrapped is the list in {"value":[…],"Count":n}.
func unwrapped(object []byte) (list []byte, ok bool) {
	ok = true
	err := members(object, func(name, value []byte) error {
		switch {
		case bytes.EqualFold(name, []byte("value")) && value[0] == '[':
			list = value
		case !bytes.EqualFold(name, []byte("count")):
			ok = false
		}
		return nil
	})
	return list, ok && err == nil && list != nil
}

// added merges the AdditionalProperties of an SDK's object into it: members that
// the SDK does not know. Annotations of the transport are left out.
func (w *rewriter) added(object, value []byte, of *shape, empty int) error {
	switch {
	case isNull(value):
		return nil
	case value[0] == '"':
		w.doubts = append(w.doubts, strings.TrimPrefix(w.member()+".", ".")+"AdditionalProperties was cut off; write it again with `"+deeper+"` to keep members that the tool does not know")
		return nil
	case value[0] != '{':
		return &odd{"AdditionalProperties", "is " + sort(value) + " where an object belongs"}
	}
	return members(value, func(name, value []byte) error {
		if bytes.IndexByte(name, '@') >= 0 || has(object, name) {
			return nil
		}
		w.room = small(w.room, name)
		if f, known := of.fields[string(w.room)]; known {
			return w.field(name, value, f, empty)
		}
		w.name(name, string(name), empty)
		w.out = append(w.out, value...)
		return nil
	})
}

// has reports whether an object has a member, in any letter case.
func has(object, name []byte) (found bool) {
	_ = members(object, func(other, _ []byte) error {
		found = found || bytes.EqualFold(other, name)
		return nil
	})
	return found
}

// sort is what a value is, in words.
func sort(value []byte) string {
	switch value[0] {
	case '"':
		return "text"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}

// cutText reports whether a text is what PowerShell writes for an object that
// lies too deep: @{…}, or the name of its type.
func cutText(value []byte) bool {
	text := bytes.TrimPrefix(value, []byte(`"`))
	for _, begin := range []string{"@{", "System.Object[]", "System.Collections.", "System.Management.Automation.", "Microsoft.Graph.PowerShell."} {
		if bytes.HasPrefix(text, []byte(begin)) {
			return true
		}
	}
	return false
}
