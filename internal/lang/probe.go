package lang

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// Measured words what a probe found, by its code and arguments. The argument span
// is a number of seconds.
func (l *Locale) Measured(code string, args map[string]string) string {
	var pairs []any
	for _, name := range slices.Sorted(maps.Keys(args)) {
		value := args[name]
		if seconds, err := strconv.ParseInt(value, 10, 32); name == "span" && err == nil {
			value = Clock{Locale: l}.Length(time.Duration(seconds) * time.Second)
		}
		pairs = append(pairs, name, value)
	}
	return l.Text("probe."+code, pairs...)
}
