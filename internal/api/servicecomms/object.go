package servicecomms

import (
	"bytes"
	"encoding/json"
	"time"

	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// A family says which of the two forms of the API has a field.
type family uint8

const (
	inDocumented family = 1 << iota // the published reference of 2019
	inWire                          // what the real service sent
	inBoth       = inDocumented | inWire
)

// families are those that a shape shows.
func families(s tocsin.Shape) family {
	switch s {
	case tocsin.ShapeDocumented:
		return inDocumented
	case tocsin.ShapeWire:
		return inWire
	}
	return inBoth
}

// member is one field of an answer.
type member struct {
	name  string
	in    family
	value any // encoded as JSON; a json.RawMessage is written as it is
}

// object is an entity as an ordered list of fields.
type object []member

// writer writes the entities of one answer.
type writer struct {
	buffer  bytes.Buffer
	encoder *json.Encoder
	show    family
	only    func(name string) bool
}

func newWriter(shape tocsin.Shape, selected *odata.Selection, of *odata.Type) *writer {
	w := &writer{show: families(shape), only: func(string) bool { return true }}
	w.encoder = json.NewEncoder(&w.buffer)
	w.encoder.SetEscapeHTML(false)
	if selected != nil {
		w.only = func(name string) bool {
			p, ok := of.Property(name, false)
			return ok && selected.Has(p)
		}
		w.show = inBoth // a field that is asked for by name is wanted
	}
	return w
}

// object writes one entity, with annotations in front.
func (w *writer) object(o object, annotations ...member) error {
	w.buffer.WriteByte('{')
	first := true
	write := func(m member) error {
		if !first {
			w.buffer.WriteByte(',')
		}
		first = false
		w.buffer.WriteByte('"')
		w.buffer.WriteString(m.name)
		w.buffer.WriteString(`":`)
		if err := w.encoder.Encode(m.value); err != nil {
			return err
		}
		w.buffer.Truncate(w.buffer.Len() - 1) // the encoder's line break
		return nil
	}
	for _, m := range annotations {
		if err := write(m); err != nil {
			return err
		}
	}
	for _, m := range o {
		if m.in&w.show == 0 || !w.only(m.name) {
			continue
		}
		if err := write(m); err != nil {
			return err
		}
	}
	w.buffer.WriteByte('}')
	return nil
}

// timeOrNull is an instant as the API writes it.
func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return tocsin.FormatTime(t)
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func listNotNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
