package odata

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A Row gives a filter the values of one entity or complex value. The index of
// a property is its [Property.Index]. A pointer type that returns strings it
// already holds makes evaluation free of allocations.
type Row interface {
	// Value returns a single value: null, primitive, the name of an enum
	// member as [Text], or the row of a complex value as [Object].
	Value(prop int) Value
	// Len returns the number of items of a collection.
	Len(prop int) int
	// Item returns one item of a collection.
	Item(prop, i int) Value
}

// A Value is null, a primitive value or a nested row. The zero value is null.
type Value struct {
	kind valueKind
	num  int64
	str  string
	row  Row
}

type valueKind uint8

const (
	isNull valueKind = iota
	isText
	isBool
	isInt
	isFloat
	isTime // instant, date, time of day or duration, in microseconds
	isObject
)

// Text is a string, a GUID or the name of an enum member.
func Text(s string) Value { return Value{kind: isText, str: s} }

// Bool is a truth value.
func Bool(b bool) Value {
	if b {
		return Value{kind: isBool, num: 1}
	}
	return Value{kind: isBool}
}

// Int is a whole number.
func Int(n int64) Value { return Value{kind: isInt, num: n} }

// Float is a number with a fraction.
func Float(f float64) Value { return Value{kind: isFloat, num: int64(math.Float64bits(f))} }

// Instant is a point in time, cut to microseconds. The zero time is null.
func Instant(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Micros(t.UnixMicro())
}

// Micros is a point in time in microseconds since 1970, or a duration or a
// time of day in microseconds.
func Micros(us int64) Value { return Value{kind: isTime, num: us} }

// Object is the row of a complex value.
func Object(row Row) Value { return Value{kind: isObject, row: row} }

// Row is the row of a complex value, nil for every other value.
func (v Value) Row() Row { return v.row }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == isNull }

// Any returns v as nil, string, bool, int64 or float64; an instant as int64
// microseconds. It is the form in which values are bound to SQL.
func (v Value) Any() any {
	switch v.kind {
	case isText:
		return v.str
	case isBool:
		return v.num != 0
	case isInt, isTime:
		return v.num
	case isFloat:
		return v.float()
	default:
		return nil
	}
}

func (v Value) isNaN() bool { return v.kind == isFloat && math.IsNaN(v.float()) }

func (v Value) float() float64 {
	if v.kind == isFloat {
		return math.Float64frombits(uint64(v.num))
	}
	return float64(v.num)
}

// compare orders two values of one family that are not null. NaN has no order,
// which ok tells.
func compare(a, b Value) (order int, ok bool) {
	if a.kind == isText {
		return strings.Compare(a.str, b.str), true
	}
	if a.kind == isFloat || b.kind == isFloat {
		x, y := a.float(), b.float()
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, x == y
	}
	switch {
	case a.num < b.num:
		return -1, true
	case a.num > b.num:
		return 1, true
	}
	return 0, true
}

// literal writes v as OData text of the given kind.
func (v Value) literal(kind Kind) string {
	switch v.kind {
	case isText:
		if kind == Guid {
			return v.str
		}
		return "'" + strings.ReplaceAll(v.str, "'", "''") + "'"
	case isBool:
		return strconv.FormatBool(v.num != 0)
	case isInt:
		return strconv.FormatInt(v.num, 10)
	case isFloat:
		return floatLiteral(v.float())
	case isTime:
		return timeLiteral(v.num, kind)
	default:
		return "null"
	}
}

func floatLiteral(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func timeLiteral(us int64, kind Kind) string {
	switch kind {
	case Date:
		return time.UnixMicro(us).UTC().Format("2006-01-02")
	case TimeOfDay:
		return time.UnixMicro(us).UTC().Format("15:04:05.999999")
	case Duration:
		return "duration'" + durationText(us) + "'"
	default:
		return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.999999Z07:00")
	}
}

func durationText(us int64) string {
	sign := ""
	if us < 0 {
		sign, us = "-", -us
	}
	seconds := strconv.FormatFloat(float64(us%microsPerMinute)/microsPerSecond, 'f', -1, 64)
	return sign + "PT" + strconv.FormatInt(us/microsPerMinute, 10) + "M" + seconds + "S"
}
