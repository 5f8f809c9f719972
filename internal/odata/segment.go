package odata

import "strings"

// SplitKey takes a segment of a path apart: a name, or a name with the key of
// an entity in one of its forms, `issues('EX1')` or `issues(id='EX1')`. A quote
// within a key is written twice. It is not ok if it is neither. With fold set,
// the name of the key matches in any case.
func SplitKey(segment, keyName string, fold bool) (name, key string, keyed, ok bool) {
	name, inner, keyed := strings.Cut(segment, "(")
	if !keyed {
		return segment, "", false, true
	}
	inner, ok = strings.CutSuffix(inner, ")")
	if !ok {
		return "", "", false, false
	}
	if given, value, named := strings.Cut(inner, "="); named && (given == keyName || fold && strings.EqualFold(given, keyName)) {
		inner = value
	}
	if len(inner) < 3 || inner[0] != '\'' || inner[len(inner)-1] != '\'' {
		return "", "", false, false
	}
	inner = inner[1 : len(inner)-1]
	if strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") {
		return "", "", false, false
	}
	return name, strings.ReplaceAll(inner, "''", "'"), true, true
}
