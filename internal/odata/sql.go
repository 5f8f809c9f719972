package odata

import (
	"strconv"
	"strings"

	"github.com/huandu/go-sqlbuilder"
)

// A Mapping tells where a database keeps the properties of a type. Instants,
// dates, times of day and durations are BIGINT microseconds, truth values
// BOOLEAN, and everything in text is TEXT.
type Mapping struct {
	Columns  map[string]string // by path: "body/content": "m.body"
	Children map[string]Child  // by path of the collection
	Position string            // "instr" on SQLite, "strpos" on PostgreSQL; for indexof
}

// A Child is the table that holds the items of a collection.
type Child struct {
	Table    string
	Join     [][2]string       // column of Table, and the column of the parent it equals
	Columns  map[string]string // by path within an item; "" is an item that is no structure
	Children map[string]Child  // collections within an item; parent columns are of Table
}

// SQL writes the condition for go-sqlbuilder, where vars is the builder that
// the text is used in. Every value is bound to a placeholder. NULL may stand
// for false, so the text is good for WHERE, but not for negation. It fails with
// [NotImplemented] for a property that m does not map.
//
// Case folding is that of the database: of ASCII letters only on SQLite.
func (f *Filter) SQL(vars interface{ Var(any) string }, m *Mapping) (string, error) {
	if f == nil {
		return "TRUE", nil
	}
	w := sqlWriter{vars: vars, mapping: m, option: "$filter"}
	text := w.condition(f.root, false)
	return text, w.error()
}

// SQL returns the terms for ORDER BY.
func (o OrderBy) SQL(vars interface{ Var(any) string }, m *Mapping) ([]string, error) {
	w := sqlWriter{vars: vars, mapping: m, option: "$orderby"}
	list := make([]string, len(o))
	for i := range o {
		list[i] = w.value(o[i].key) + " ASC NULLS FIRST"
		if o[i].Desc {
			list[i] = w.value(o[i].key) + " DESC NULLS LAST"
		}
	}
	return list, w.error()
}

// A sqlWriter writes terms as SQL that SQLite and PostgreSQL share.
type sqlWriter struct {
	vars    interface{ Var(any) string }
	mapping *Mapping
	option  string
	frames  []frame // by variable
	aliases int
	missing string // the first property or function without SQL
}

// A frame is the table that a variable ranges over.
type frame struct {
	alias string
	child Child
}

func (w *sqlWriter) error() error {
	if w.missing == "" {
		return nil
	}
	return errorf(NotImplemented, w.option, 0, "'%s' cannot be used in %s here.", w.missing, w.option)
}

func (w *sqlWriter) miss(what string) string {
	if w.missing == "" {
		w.missing = what
	}
	return "NULL"
}

// condition writes a term of kind Boolean. With exact set the text is false,
// not NULL, for a comparison that null makes false.
func (w *sqlWriter) condition(t *term, exact bool) string {
	switch t.op {
	case opLiteral:
		switch {
		case t.value.IsNull():
			return "NULL"
		case t.value.num != 0:
			return "TRUE"
		}
		return "FALSE"
	case opAnd:
		return "(" + w.condition(t.args[0], exact) + " AND " + w.condition(t.args[1], exact) + ")"
	case opOr:
		return "(" + w.condition(t.args[0], exact) + " OR " + w.condition(t.args[1], exact) + ")"
	case opNot:
		return "NOT (" + w.condition(t.args[0], true) + ")"
	case opEq, opNe, opGt, opGe, opLt, opLe:
		return w.comparison(t, exact)
	case opIn:
		return w.in(t, exact)
	case opAny, opAll:
		return w.lambda(t)
	}
	return w.value(t)
}

func (w *sqlWriter) comparison(t *term, exact bool) string {
	left, right := t.args[0], t.args[1]
	if right.op == opLiteral && right.value.IsNull() {
		switch t.op {
		case opNe:
			return w.value(left) + " IS NOT NULL"
		case opGt, opLt:
			return "FALSE"
		}
		return w.value(left) + " IS NULL"
	}
	a, b := w.folded(t, left), w.folded(t, right)
	switch {
	case t.op == opNe:
		return a + " IS DISTINCT FROM " + b
	case t.op == opEq && (exact || right.op != opLiteral):
		return a + " IS NOT DISTINCT FROM " + b
	}
	symbol := map[op]string{opEq: " = ", opGt: " > ", opGe: " >= ", opLt: " < ", opLe: " <= "}[t.op]
	text := a + symbol + b
	switch {
	case right.op != opLiteral && (t.op == opGe || t.op == opLe):
		return "COALESCE(" + text + ", " + a + " IS NULL AND " + b + " IS NULL)"
	case exact:
		return "COALESCE(" + text + ", FALSE)"
	}
	return text
}

// folded writes an operand of a comparison that may ignore case.
func (w *sqlWriter) folded(t, arg *term) string {
	switch {
	case !t.fold && (!t.lower || arg.op == opLiteral):
		return w.value(arg)
	case arg.op == opLiteral:
		return w.vars.Var(strings.ToLower(arg.value.str))
	}
	return "lower(" + w.value(arg) + ")"
}

func (w *sqlWriter) in(t *term, exact bool) string {
	var items []string
	null := ""
	for _, item := range t.args[1:] {
		if item.value.IsNull() {
			null = w.value(t.args[0]) + " IS NULL"
			continue
		}
		items = append(items, w.folded(t, item))
	}
	if len(items) == 0 {
		return null
	}
	text := w.folded(t, t.args[0]) + " IN (" + strings.Join(items, ", ") + ")"
	if exact {
		text = "COALESCE(" + text + ", FALSE)"
	}
	if null != "" {
		text = "(" + text + " OR " + null + ")"
	}
	return text
}

func (w *sqlWriter) lambda(t *term) string {
	from, child, alias, ok := w.items(t.args[0])
	if !ok {
		return w.miss(t.args[0].path)
	}
	if len(t.args) == 1 {
		return "EXISTS (SELECT 1 " + from + ")"
	}
	w.frames = append(w.frames, frame{alias: alias, child: child})
	condition := w.condition(t.args[1], false)
	w.frames = w.frames[:len(w.frames)-1]
	if t.op == opAny {
		return "EXISTS (SELECT 1 " + from + " AND " + condition + ")"
	}
	return "NOT EXISTS (SELECT 1 " + from + " AND (" + condition + ") IS NOT TRUE)"
}

// items writes FROM and WHERE for the items of a collection.
func (w *sqlWriter) items(t *term) (from string, child Child, alias string, ok bool) {
	parent := ""
	if slot := t.variable(); slot < 0 {
		child, ok = w.mapping.Children[t.path]
	} else {
		child, ok = w.frames[slot].child.Children[t.path]
		parent = w.frames[slot].alias + "."
	}
	w.aliases++
	alias = "odata" + strconv.Itoa(w.aliases)
	joins := make([]string, len(child.Join))
	for i, join := range child.Join {
		joins[i] = alias + "." + sqlbuilder.Escape(join[0]) + " = " + parent + sqlbuilder.Escape(join[1])
	}
	from = "FROM " + sqlbuilder.Escape(child.Table) + " " + alias + " WHERE " + strings.Join(joins, " AND ")
	return from, child, alias, ok && len(joins) > 0
}

// variable is the slot of the variable that the path of t starts from, or -1.
func (t *term) variable() int {
	for ; t.op != opVar; t = t.args[0] {
		if len(t.args) == 0 {
			return -1
		}
	}
	return t.slot
}

// value writes any single-valued term.
func (w *sqlWriter) value(t *term) string {
	switch t.op {
	case opLiteral:
		switch t.value.kind {
		case isNull:
			return "NULL"
		case isFloat:
			return "CAST(" + w.vars.Var(t.value.float()) + " AS DOUBLE PRECISION)"
		}
		return w.vars.Var(t.value.Any())
	case opProp, opVar:
		return w.column(t)
	case opCount:
		from, _, _, ok := w.items(t.args[0])
		if !ok {
			return w.miss(t.args[0].path + "/$count")
		}
		return "(SELECT COUNT(*) " + from + ")"
	case opCall:
		return w.call(t)
	}
	return "(" + w.condition(t, true) + ")"
}

func (w *sqlWriter) column(t *term) string {
	columns, prefix := w.mapping.Columns, ""
	if slot := t.variable(); slot >= 0 {
		columns, prefix = w.frames[slot].child.Columns, w.frames[slot].alias+"."
	}
	name, ok := columns[t.path]
	if !ok {
		return w.miss(t.path)
	}
	return prefix + sqlbuilder.Escape(name)
}
