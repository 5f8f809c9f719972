package odata

import "fmt"

// sqlEpoch is 1970 counted from the first day of the year 0, so that remainders
// of instants after that day are not negative.
const sqlEpoch = 719528 * microsPerDay

// call writes a function with what both databases have. LIKE is no help, since
// it ignores case on one of them.
func (w *sqlWriter) call(t *term) string {
	args := make([]string, len(t.args))
	for i, arg := range t.args {
		args[i] = w.value(arg)
		if arg.op == opLiteral && arg.kind == String {
			args[i] = "CAST(" + args[i] + " AS TEXT)"
		}
	}
	x := args[0]
	if t.lower {
		x = "lower(" + x + ")"
	}
	switch t.fn {
	case fnContains, fnStartsWith, fnEndsWith:
		return matchSQL(t.fn, x, args[1])
	case fnToLower:
		return "lower(" + x + ")"
	case fnToUpper:
		return "upper(" + x + ")"
	case fnTrim:
		return "trim(" + x + ", CAST(" + w.vars.Var(blanks) + " AS TEXT))"
	case fnConcat:
		return "(" + x + " || " + args[1] + ")"
	case fnLength:
		return "length(" + x + ")"
	case fnIndexOf:
		if w.mapping.Position == "" {
			return w.miss("indexof")
		}
		return "(" + w.mapping.Position + "(" + x + ", " + args[1] + ") - 1)"
	case fnSubstring:
		text := "substr(" + x + ", 1 + " + w.index(t.args[1], args[1])
		if len(args) == 3 {
			text += ", " + w.index(t.args[2], args[2])
		}
		return text + ")"
	case fnRound, fnFloor, fnCeiling:
		return roundSQL(t.fn, x, t.args[0].kind)
	}
	return partSQL(t.fn, x)
}

// matchSQL compares text with respect to case. An empty part is in every text.
func matchSQL(fn function, x, part string) string {
	switch fn {
	case fnContains:
		return fmt.Sprintf("(replace(%s, %s, '') <> %s OR (%s = '' AND %s IS NOT NULL))", x, part, x, part, x)
	case fnStartsWith:
		return fmt.Sprintf("(substr(%s, 1, length(%s)) = %s)", x, part, part)
	default:
		return fmt.Sprintf("(length(%s) >= length(%s) AND substr(%s, length(%s) - length(%s) + 1) = %s)", x, part, x, x, part, part)
	}
}

// index writes a start or a length of substring, which SQL wants within the
// range of INTEGER.
func (w *sqlWriter) index(t *term, text string) string {
	const most = 1 << 30
	if t.op == opLiteral && !t.value.IsNull() {
		return "CAST(" + w.vars.Var(min(max(t.value.num, 0), most)) + " AS INTEGER)"
	}
	return fmt.Sprintf("CASE WHEN %s < 0 THEN 0 WHEN %s > %d THEN %d ELSE CAST(%s AS INTEGER) END", text, text, most, most, text)
}

// roundSQL rounds halves away from zero; PostgreSQL alone would round them to even.
func roundSQL(fn function, x string, kind Kind) string {
	switch {
	case kind == Int32 || kind == Int64:
		return x
	case fn == fnFloor:
		return "floor(" + x + ")"
	case fn == fnCeiling:
		return "ceiling(" + x + ")"
	}
	return fmt.Sprintf("CASE WHEN %s < 0 THEN ceiling(%s - 0.5) ELSE floor(%s + 0.5) END", x, x, x)
}

// partSQL takes a part of an instant.
func partSQL(fn function, us string) string {
	shifted := fmt.Sprintf("(%s + %d)", us, int64(sqlEpoch))
	ofDay := fmt.Sprintf("(%s %% %d)", shifted, int64(microsPerDay))
	switch fn {
	case fnDate:
		return "(" + us + " - " + ofDay + ")"
	case fnTime:
		return ofDay
	case fnHour:
		return fmt.Sprintf("(%s / %d)", ofDay, int64(microsPerHour))
	case fnMinute:
		return fmt.Sprintf("(%s / %d %% 60)", ofDay, int64(microsPerMinute))
	case fnSecond:
		return fmt.Sprintf("(%s / %d %% 60)", ofDay, int64(microsPerSecond))
	}
	return civilSQL(fn, fmt.Sprintf("%s / %d", shifted, int64(microsPerDay)))
}

// civilSQL is civilFromDays in SQL: each derived table adds what the next one
// needs. Days are counted from the first day of the year 0.
func civilSQL(fn function, days string) string {
	result := "doy - (153 * mp + 2) / 5 + 1"
	switch fn {
	case fnYear:
		result = "CASE WHEN mp < 10 THEN yr ELSE yr + 1 END"
	case fnMonth:
		result = "CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END"
	}
	return "(SELECT " + result +
		" FROM (SELECT yr, doy, (5 * doy + 2) / 153 AS mp" +
		" FROM (SELECT era * 400 + yoe AS yr, doe - (365 * yoe + yoe / 4 - yoe / 100) AS doy" +
		" FROM (SELECT era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS yoe" +
		" FROM (SELECT z / 146097 AS era, z % 146097 AS doe" +
		" FROM (SELECT " + days + " - 60 AS z) AS d1) AS d2) AS d3) AS d4) AS d5)"
}
