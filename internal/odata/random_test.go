package odata

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"pgregory.net/rapid"
)

// Values are drawn from small pools, so that they often meet.

func sampleTexts() []string {
	return []string{"", "a", "A", "ab", "AB", "b a", " x ", "a'b", "日本", "本", "100%", "_"}
}

func sampleTimes() []time.Time {
	return []time.Time{
		time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 8, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 2, 29, 23, 59, 59, 999999000, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 1000, time.UTC),
		time.Date(1600, 3, 1, 1, 2, 3, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		time.Date(2100, 2, 28, 5, 6, 7, 8000, time.UTC),
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// sampleRows makes rows of every shape, the same ones each time.
func sampleRows() []*sampleRow {
	r := rand.New(rand.NewPCG(1, 2))
	null := func(v Value) Value {
		if r.IntN(3) == 0 {
			return Value{}
		}
		return v
	}
	rows := make([]*sampleRow, 60)
	for i := range rows {
		row := &sampleRow{
			ID: fmt.Sprintf("EX%02d", i), Title: pick(r, sampleTexts()), HasTitle: r.IntN(3) > 0,
			Status: pick(r, []string{"serviceOperational", "investigating", "serviceDegradation", "resolved"}),
			Plan:   pick(r, []string{"", "stayInformed", "somethingElse"}), Code: pick(r, sampleTexts()),
			Resolved: r.IntN(2) == 0, Major: null(Bool(r.IntN(2) == 0)), Start: pick(r, sampleTimes()),
			Seats: null(Int(int64(r.IntN(5) - 2))), Ratio: null(Float(pick(r, []float64{-2.5, 0, 0.1, 2.5, 3}))),
			Day: null(Micros(pick(r, sampleTimes()[1:2]).UnixMicro())),
		}
		if r.IntN(2) == 0 {
			row.End = pick(r, sampleTimes())
		}
		if r.IntN(3) > 0 {
			row.Body = &sampleBody{pick(r, []string{"html", "text"}), pick(r, sampleTexts())}
		}
		for range r.IntN(3) {
			row.Services = append(row.Services, pick(r, sampleTexts()))
			row.Details = append(row.Details, samplePair{pick(r, sampleTexts()), pick(r, sampleTexts())})
		}
		for range r.IntN(4) {
			post := samplePost{Created: pick(r, sampleTimes())}
			for range r.IntN(3) {
				post.Tags = append(post.Tags, pick(r, sampleTexts()))
			}
			row.Posts = append(row.Posts, post)
		}
		rows[i] = row
	}
	return rows
}

// An author writes random syntax trees that bind to the sample model.
type author struct {
	t     *rapid.T
	size  int
	scope []scoped
}

// A scoped is a variable of a lambda expression and its collection.
type scoped struct{ name, collection string }

func (a *author) choose(n int) int { return rapid.IntRange(0, n-1).Draw(a.t, "choice") }

func (a *author) name(names ...string) *node {
	return &node{op: opPath, name: names[a.choose(len(names))]}
}

func constant(kind Kind, v Value) *node {
	return &node{op: opLiteral, lit: literal{kind: kind, value: v}}
}

func call(name string, args ...*node) *node { return &node{op: opCall, name: name, args: args} }

// condition writes an expression of kind Boolean.
func (a *author) condition() *node {
	if a.size++; a.size > 25 {
		return a.comparison()
	}
	switch a.choose(9) {
	case 0:
		return &node{op: opAnd, args: []*node{a.condition(), a.condition()}}
	case 1:
		return &node{op: opOr, args: []*node{a.condition(), a.condition()}}
	case 2, 3:
		return &node{op: opNot, args: []*node{a.condition()}}
	case 4:
		return a.lambda()
	case 5:
		return a.flag()
	case 6:
		return &node{op: op(int(opEq) + a.choose(2)), args: []*node{a.condition(), a.flag()}}
	default:
		return a.comparison()
	}
}

func (a *author) flag() *node {
	switch a.choose(5) {
	case 0:
		return constant(Boolean, Bool(a.choose(2) == 0))
	case 1:
		return constant(0, Value{})
	case 2:
		return call([]string{"contains", "startswith", "endswith"}[a.choose(3)], a.text(), a.text())
	default:
		return a.name("isResolved", "isMajorChange")
	}
}

func (a *author) comparison() *node {
	compare := op(int(opEq) + a.choose(6))
	operand := []func() *node{a.text, a.number, a.instant}[a.choose(3)]
	switch a.choose(13) {
	case 0:
		return &node{op: compare, args: []*node{operand(), constant(0, Value{})}}
	case 1:
		return &node{op: compare, args: []*node{a.name("status"), constant(String, Text(a.member()))}}
	case 2:
		return &node{op: opIn, args: []*node{a.name("status"), constant(String, Text(a.member())), constant(String, Text(a.member()))}}
	case 3:
		return &node{op: opIn, args: []*node{a.text(), a.constantText(), a.constantText(), constant(0, Value{})}}
	case 4:
		return &node{op: op(int(opEq) + a.choose(2)), args: []*node{a.name("body", "plan"), constant(0, Value{})}}
	case 5:
		return &node{op: compare, args: []*node{call("date", a.instant()), a.day()}}
	case 6:
		return a.within()
	case 7:
		clock := constant(TimeOfDay, Micros(int64(a.choose(24))*microsPerHour+1))
		return &node{op: compare, args: []*node{call("time", a.instant()), clock}}
	}
	return &node{op: compare, args: []*node{operand(), operand()}}
}

// within writes a test for an item of a collection.
func (a *author) within() *node {
	collections := []string{"services"}
	for _, v := range a.scope {
		if v.collection == "posts" {
			collections = append(collections, v.name+"/tags")
		}
	}
	left := a.text()
	if a.choose(5) == 0 {
		left = constant(0, Value{})
	}
	return &node{op: opWithin, args: []*node{left, a.name(collections...)}}
}

func (a *author) member() string {
	return []string{"serviceOperational", "investigating", "serviceDegradation", "resolved"}[a.choose(4)]
}

func (a *author) day() *node {
	if a.choose(2) == 0 {
		return a.name("day")
	}
	us := sampleTimes()[a.choose(len(sampleTimes()))].UnixMicro()
	return constant(Date, Micros(floorDiv(us, microsPerDay)*microsPerDay))
}

func (a *author) lambda() *node {
	if len(a.scope) == 3 {
		return a.comparison()
	}
	collections := []string{"services", "details", "posts"}
	for _, v := range a.scope {
		if v.collection == "posts" {
			collections = append(collections, v.name+"/tags")
		}
	}
	collection := collections[a.choose(len(collections))]
	path := &node{op: opPath, name: collection}
	if a.choose(6) == 0 {
		return &node{op: opAny, args: []*node{path}}
	}
	name := fmt.Sprintf("v%d", len(a.scope))
	a.scope = append(a.scope, scoped{name, collection})
	condition := a.condition()
	a.scope = a.scope[:len(a.scope)-1]
	return &node{op: op(int(opAny) + a.choose(2)), name: name, args: []*node{path, condition}}
}

func (a *author) constantText() *node {
	return constant(String, Text(sampleTexts()[a.choose(len(sampleTexts()))]))
}

func (a *author) text() *node {
	a.size++
	if a.size > 25 {
		return a.constantText()
	}
	switch a.choose(10) {
	case 0:
		return call([]string{"tolower", "toupper", "trim"}[a.choose(3)], a.text())
	case 1:
		return call("concat", a.text(), a.text())
	case 2:
		return call("substring", a.text(), a.number32(), constant(Int64, Int(int64(a.choose(4)-1))))
	case 3:
		return call("substring", a.text(), call("indexof", a.text(), a.text()))
	case 4, 5:
		return a.constantText()
	case 6:
		if n := len(a.scope); n > 0 {
			v := a.scope[a.choose(n)]
			switch v.collection {
			case "details":
				return a.name(v.name+"/name", v.name+"/value")
			case "posts":
			default:
				return a.name(v.name)
			}
		}
	}
	return a.name("title", "body/content", "body/contentType", "code", "id", "$it/title")
}

func (a *author) number32() *node {
	if a.choose(2) == 0 {
		return a.name("seats")
	}
	return constant(Int64, Int(int64(a.choose(5)-1)))
}

func (a *author) number() *node {
	switch a.choose(9) {
	case 0:
		return constant(Double, Float([]float64{-2.5, 0.1, 2.5, 3, math.Inf(1)}[a.choose(5)]))
	case 1:
		return call("length", a.text())
	case 2:
		return call("indexof", a.text(), a.text())
	case 3:
		return call([]string{"year", "month", "day", "hour", "minute", "second"}[a.choose(6)], a.instant())
	case 4:
		return call([]string{"round", "floor", "ceiling"}[a.choose(3)], a.number())
	case 5:
		return &node{op: opCount, args: []*node{a.name("services", "posts")}}
	case 6:
		return a.name("ratio")
	}
	return a.number32()
}

func (a *author) instant() *node {
	switch a.choose(5) {
	case 0:
		return constant(DateTimeOffset, Micros(sampleTimes()[a.choose(len(sampleTimes()))].UnixMicro()))
	case 1:
		return call("now")
	case 2:
		if n := len(a.scope); n > 0 && a.scope[n-1].collection == "posts" {
			return a.name(a.scope[n-1].name + "/createdDateTime")
		}
	}
	return a.name("startDateTime", "endDateTime")
}
