package odata

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A function is a built-in function of OData.
type function uint8

const (
	fnContains function = iota + 1
	fnStartsWith
	fnEndsWith
	fnToLower
	fnToUpper
	fnTrim
	fnConcat
	fnLength
	fnIndexOf
	fnSubstring
	fnYear
	fnMonth
	fnDay
	fnHour
	fnMinute
	fnSecond
	fnDate
	fnTime
	fnNow
	fnRound
	fnFloor
	fnCeiling
)

// A signature tells what a function takes and gives. Kind Double stands for
// any number, DateTimeOffset for anything with such a part.
type signature struct {
	fn     function
	params []Kind
	least  int // number of parameters that are needed
	result Kind
}

// signatureOf finds a function by its lower-case name.
func signatureOf(name string) (signature, bool) {
	text, two := []Kind{String}, []Kind{String, String}
	switch name {
	case "contains":
		return signature{fnContains, two, 2, Boolean}, true
	case "startswith":
		return signature{fnStartsWith, two, 2, Boolean}, true
	case "endswith":
		return signature{fnEndsWith, two, 2, Boolean}, true
	case "tolower":
		return signature{fnToLower, text, 1, String}, true
	case "toupper":
		return signature{fnToUpper, text, 1, String}, true
	case "trim":
		return signature{fnTrim, text, 1, String}, true
	case "concat":
		return signature{fnConcat, two, 2, String}, true
	case "length":
		return signature{fnLength, text, 1, Int64}, true
	case "indexof":
		return signature{fnIndexOf, two, 2, Int64}, true
	case "substring":
		return signature{fnSubstring, []Kind{String, Int64, Int64}, 2, String}, true
	case "now":
		return signature{fnNow, nil, 0, DateTimeOffset}, true
	}
	return temporalSignature(name)
}

func temporalSignature(name string) (signature, bool) {
	instant, number := []Kind{DateTimeOffset}, []Kind{Double}
	switch name {
	case "year":
		return signature{fnYear, instant, 1, Int64}, true
	case "month":
		return signature{fnMonth, instant, 1, Int64}, true
	case "day":
		return signature{fnDay, instant, 1, Int64}, true
	case "hour":
		return signature{fnHour, instant, 1, Int64}, true
	case "minute":
		return signature{fnMinute, instant, 1, Int64}, true
	case "second":
		return signature{fnSecond, instant, 1, Int64}, true
	case "date":
		return signature{fnDate, instant, 1, Date}, true
	case "time":
		return signature{fnTime, instant, 1, TimeOfDay}, true
	case "round":
		return signature{fnRound, number, 1, Double}, true
	case "floor":
		return signature{fnFloor, number, 1, Double}, true
	case "ceiling":
		return signature{fnCeiling, number, 1, Double}, true
	}
	return signature{}, false
}

// isForeign reports whether name is a function that OData defines and this
// package does not offer.
func isForeign(name string) bool {
	switch name {
	case "isof", "cast", "matchespattern", "fractionalseconds", "totalseconds", "totaloffsetminutes",
		"mindatetime", "maxdatetime", "hassubset", "hassubsequence", "substringof":
		return true
	}
	return false
}

// call binds a function. A call whose parameters are all constant becomes a
// constant.
func (b *binder) call(n *node) (*term, error) {
	sig, ok := signatureOf(n.name)
	switch {
	case !ok && isForeign(n.name):
		return nil, b.fail(NotImplemented, n, "The function '%s' is not offered.", n.name)
	case !ok:
		return nil, b.fail(InvalidValue, n, "There is no function named '%s'.", clip(n.name))
	case len(n.args) < sig.least || len(n.args) > len(sig.params):
		return nil, b.fail(InvalidValue, n, "The function '%s' does not take %d parameters.", n.name, len(n.args))
	case sig.fn == fnNow:
		return &term{op: opLiteral, kind: DateTimeOffset, value: Micros(b.now.UnixMicro())}, nil
	}
	t := &term{op: opCall, fn: sig.fn, kind: sig.result, args: make([]*term, len(n.args))}
	constant := true
	for i, arg := range n.args {
		bound, err := b.scalar(arg)
		if err != nil {
			return nil, unquoted(arg, err)
		}
		if !accepts(sig.fn, sig.params[i], bound.kind) {
			return nil, b.fail(WrongType, arg, "The function '%s' does not take a value of type %s here.", n.name, b.typeName(bound))
		}
		t.args[i] = bound
		constant = constant && bound.op == opLiteral
	}
	if constant {
		return &term{op: opLiteral, kind: t.kind, value: (&env{}).value(t)}, nil
	}
	if first := t.args[0]; sig.fn <= fnEndsWith && first.op == opCall && first.fn == fnToLower && t.args[1].op == opLiteral {
		t.lower = true
		t.args[0] = first.args[0]
	}
	return t, nil
}

// accepts reports whether a function takes a value of the given kind, 0 being null.
func accepts(fn function, param, kind Kind) bool {
	switch {
	case kind == 0 || kind == param:
		return true
	case param == Int64:
		return kind == Int32
	case param == Double:
		return kind.numeric()
	case param == DateTimeOffset && kind == Date:
		return fn == fnYear || fn == fnMonth || fn == fnDay
	case param == DateTimeOffset && kind == TimeOfDay:
		return fn == fnHour || fn == fnMinute || fn == fnSecond
	}
	return false
}

// apply computes a function of values that are not null. Absent parameters
// are null.
func (f function) apply(x, y, z Value) Value {
	switch f {
	case fnContains:
		return Bool(strings.Contains(x.str, y.str))
	case fnStartsWith:
		return Bool(strings.HasPrefix(x.str, y.str))
	case fnEndsWith:
		return Bool(strings.HasSuffix(x.str, y.str))
	case fnToLower:
		return Text(strings.ToLower(x.str))
	case fnToUpper:
		return Text(strings.ToUpper(x.str))
	case fnTrim:
		return Text(strings.Trim(x.str, blanks))
	case fnConcat:
		return Text(x.str + y.str)
	case fnLength:
		return Int(int64(utf8.RuneCountInString(x.str)))
	case fnIndexOf:
		return Int(indexOf(x.str, y.str))
	case fnSubstring:
		return Text(substring(x.str, y, z))
	case fnRound, fnFloor, fnCeiling:
		return f.rounded(x)
	default:
		return f.part(x.num)
	}
}

// blanks are the characters that trim removes, the same in SQL.
const blanks = " \t\n\v\f\r\u0085\u00a0"

func indexOf(s, part string) int64 {
	i := strings.Index(s, part)
	if i < 0 {
		return -1
	}
	return int64(utf8.RuneCountInString(s[:i]))
}

// substring counts characters from zero. What lies outside of s is left out.
func substring(s string, start, length Value) string {
	s = skipRunes(s, start.num)
	if length.IsNull() {
		return s
	}
	return s[:len(s)-len(skipRunes(s, length.num))]
}

func skipRunes(s string, n int64) string {
	for ; n > 0 && s != ""; n-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}

func (f function) rounded(x Value) Value {
	if x.kind == isInt {
		return x
	}
	switch f {
	case fnRound:
		return Float(math.Round(x.float()))
	case fnFloor:
		return Float(math.Floor(x.float()))
	default:
		return Float(math.Ceil(x.float()))
	}
}

// part takes a part of an instant in UTC, of a date or of a time of day.
func (f function) part(us int64) Value {
	days := floorDiv(us, microsPerDay)
	switch f {
	case fnDate:
		return Micros(days * microsPerDay)
	case fnTime:
		return Micros(us - days*microsPerDay)
	case fnHour:
		return Int((us - days*microsPerDay) / microsPerHour)
	case fnMinute:
		return Int((us - days*microsPerDay) / microsPerMinute % 60)
	case fnSecond:
		return Int((us - days*microsPerDay) / microsPerSecond % 60)
	}
	year, month, day := civilFromDays(days)
	switch f {
	case fnYear:
		return Int(year)
	case fnMonth:
		return Int(month)
	default:
		return Int(day)
	}
}

// applyLower is apply for contains, startswith and endswith on the lower-case
// form of s, which it does not build.
func (f function) applyLower(s, part string) bool {
	switch f {
	case fnStartsWith:
		_, ok := lowerPrefix(s, part)
		return ok
	case fnEndsWith:
		for part != "" && s != "" {
			x, n := utf8.DecodeLastRuneInString(s)
			y, m := utf8.DecodeLastRuneInString(part)
			if unicode.ToLower(x) != y {
				return false
			}
			s, part = s[:len(s)-n], part[:len(part)-m]
		}
		return part == ""
	}
	return containsLower(s, part)
}

// lowerPrefix reports whether the lower-case form of s starts with part, and
// how many bytes of s that takes.
func lowerPrefix(s, part string) (n int, ok bool) {
	for i := 0; i < len(part); {
		if n >= len(s) {
			return 0, false
		}
		x, y := rune(s[n]), rune(part[i])
		xn, yn := 1, 1
		if x < utf8.RuneSelf {
			if 'A' <= x && x <= 'Z' {
				x += 'a' - 'A'
			}
		} else {
			x, xn = utf8.DecodeRuneInString(s[n:])
			x = unicode.ToLower(x)
		}
		if y >= utf8.RuneSelf {
			y, yn = utf8.DecodeRuneInString(part[i:])
		}
		if x != y {
			return 0, false
		}
		n, i = n+xn, i+yn
	}
	return n, true
}

func containsLower(s, part string) bool {
	if part == "" {
		return true
	}
	first := part[0]
	for i := range s {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != first && c < utf8.RuneSelf {
			continue
		}
		if _, ok := lowerPrefix(s[i:], part); ok {
			return true
		}
	}
	return false
}
