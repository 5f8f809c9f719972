package odata

import (
	"math"
	"strconv"
	"strings"
)

const (
	microsPerSecond = 1_000_000
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
)

// A literal is a constant of an expression. An enum literal and a string keep
// their text until a property tells what it means.
type literal struct {
	kind     Kind // 0 for null
	value    Value
	enumType string // qualified name of the type of an enum literal
}

func (l literal) String() string {
	if l.kind == enumKind {
		return l.enumType + l.value.literal(String)
	}
	return l.value.literal(l.kind)
}

// parseBare reads a literal that starts with a digit, a sign or a hexadecimal
// digit: a number, an instant, a date, a time of day or a GUID. On failure it
// returns a sentence that says why.
func parseBare(s string) (literal, string) {
	switch {
	case isGUID(s):
		return literal{kind: Guid, value: Text(strings.ToLower(s))}, ""
	case len(s) >= 8 && s[4] == '-' && s[0] != '-':
		return parseTemporal(s)
	case strings.IndexByte(s, ':') >= 0:
		us, n := clock(s)
		if n != len(s) {
			return literal{}, "It is not a time of day such as 13:45:00."
		}
		return literal{kind: TimeOfDay, value: Micros(us)}, ""
	default:
		return parseNumber(s)
	}
}

func parseNumber(s string) (literal, string) {
	const reason = "It is not a number."
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	switch {
	case s == "NaN":
		return literal{kind: Double, value: Float(math.NaN())}, ""
	case s == "INF":
		return literal{kind: Double, value: Float(math.Inf(1))}, ""
	case s == "-INF":
		return literal{kind: Double, value: Float(math.Inf(-1))}, ""
	case digits == "" || digits[0] < '0' || digits[0] > '9' || digits[len(digits)-1] < '0' || digits[len(digits)-1] > '9':
		return literal{}, reason
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return literal{kind: Int64, value: Int(n)}, ""
	}
	if strings.ContainsAny(s, "_xXpP") || strings.Contains(s, ".e") || strings.Contains(s, ".E") {
		return literal{}, reason
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return literal{}, reason
	}
	return literal{kind: Double, value: Float(f)}, ""
}

// parseTemporal reads a date, or an instant with its time zone.
func parseTemporal(s string) (literal, string) {
	days, ok := calendarDay(s)
	if !ok {
		return literal{}, "It is not a date that exists."
	}
	us := days * microsPerDay
	if len(s) == len("2006-01-02") {
		return literal{kind: Date, value: Micros(us)}, ""
	}
	if s[10] != 'T' && s[10] != 't' {
		return literal{}, "It is not a date or an instant such as 2026-07-08T00:00:00Z."
	}
	time, n := clock(s[11:])
	if n == 0 {
		return literal{}, "Its time of day does not exist."
	}
	offset, reason := zone(s[11+n:])
	if reason != "" {
		return literal{}, reason
	}
	return literal{kind: DateTimeOffset, value: Micros(us + time - offset)}, ""
}

// calendarDay reads yyyy-mm-dd as days since 1970-01-01.
func calendarDay(s string) (days int64, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, ok1 := twoDigits(s)
	year, ok2 := twoDigits(s[2:])
	month, ok3 := twoDigits(s[5:])
	day, ok4 := twoDigits(s[8:])
	year += century * 100
	if !ok1 || !ok2 || !ok3 || !ok4 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return daysFromCivil(year, month, day), true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysFromCivil counts the days from 1970-01-01. Years start in March here, so
// that the leap day is the last of its year (Hinnant, chrono-compatible
// low-level date algorithms).
func daysFromCivil(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// civilFromDays is the inverse of daysFromCivil.
func civilFromDays(days int64) (year, month, day int64) {
	days += 719468
	era := floorDiv(days, 146097)
	dayOfEra := days - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*shifted+2)/5 + 1
	if month = shifted + 3; month > 12 {
		month -= 12
		yearOfEra++
	}
	return yearOfEra + era*400, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// clock reads hh:mm[:ss[.fraction]] and returns microseconds and the length
// read, 0 if it is not a time. Digits past the sixth of a fraction are cut off;
// a leap second does not exist.
func clock(s string) (us int64, n int) {
	hour, ok := twoDigits(s)
	if !ok || hour > 23 || len(s) < 5 || s[2] != ':' {
		return 0, 0
	}
	minute, ok := twoDigits(s[3:])
	if !ok || minute > 59 {
		return 0, 0
	}
	us, n = hour*microsPerHour+minute*microsPerMinute, 5
	if len(s) == n || s[n] != ':' {
		return us, n
	}
	second, ok := twoDigits(s[6:])
	if !ok || second > 59 {
		return 0, 0
	}
	us, n = us+second*microsPerSecond, 8
	if len(s) == n || s[n] != '.' {
		return us, n
	}
	unit := int64(microsPerSecond / 10)
	for n++; n < len(s) && '0' <= s[n] && s[n] <= '9'; n++ {
		us += int64(s[n]-'0') * unit
		unit /= 10
	}
	if digits := n - 9; digits < 1 || digits > 12 {
		return 0, 0
	}
	return us, n
}

// zone reads Z or an offset such as +02:00 in microseconds.
func zone(s string) (offset int64, reason string) {
	if s == "Z" || s == "z" {
		return 0, ""
	}
	if s == "" {
		return 0, "Add Z or an offset such as %2B02:00; a raw plus sign stands for a blank."
	}
	hour, ok1 := twoDigits(s[1:])
	if len(s) != len("+00:00") || s[3] != ':' || !ok1 || hour > 23 {
		return 0, "Its time zone is not valid."
	}
	minute, ok2 := twoDigits(s[4:])
	offset = hour*microsPerHour + minute*microsPerMinute
	switch {
	case !ok2 || minute > 59:
		return 0, "Its time zone is not valid."
	case s[0] == '+':
		return offset, ""
	case s[0] == '-':
		return -offset, ""
	}
	return 0, "Its time zone is not valid."
}

func twoDigits(s string) (n int64, ok bool) {
	if len(s) < 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	return int64(s[0]-'0')*10 + int64(s[1]-'0'), true
}

// parseDuration reads an xs:dayTimeDuration such as -P1DT2H3M4.5S.
func parseDuration(s string) (us int64, ok bool) {
	s, negative := strings.CutPrefix(s, "-")
	if !negative {
		s = strings.TrimPrefix(s, "+")
	}
	date, time, hasTime := strings.Cut(s, "T")
	date, ok = strings.CutPrefix(date, "P")
	if !ok || date == "" && !hasTime || hasTime && time == "" {
		return 0, false
	}
	total := 0.0
	if date != "" {
		days, okDays := strings.CutSuffix(date, "D")
		n, err := strconv.ParseUint(days, 10, 32)
		if !okDays || err != nil {
			return 0, false
		}
		us = int64(n) * microsPerDay
	}
	for _, unit := range [...]struct {
		name   string
		micros int64
	}{{"H", microsPerHour}, {"M", microsPerMinute}, {"S", microsPerSecond}} {
		digits, rest, found := strings.Cut(time, unit.name)
		if !found {
			continue
		}
		time = rest
		f, err := strconv.ParseFloat(digits, 64)
		if err != nil || strings.Trim(digits, "0123456789.") != "" || unit.name != "S" && strings.Contains(digits, ".") {
			return 0, false
		}
		total += f * float64(unit.micros)
	}
	if time != "" || total > math.MaxInt64/4 {
		return 0, false
	}
	us += int64(math.Round(total))
	if negative {
		us = -us
	}
	return us, true
}

// isGUID reports whether s has the form 8-4-4-4-12 of hexadecimal digits.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if unhex(s[i]) < 0 {
			return false
		}
	}
	return true
}
