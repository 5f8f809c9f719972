package odata

import (
	"mime"
	"strconv"
	"strings"
)

// A Level says how much control information an answer carries.
type Level uint8

// Levels of the media type parameter `odata.metadata`.
const (
	MetadataNone Level = iota + 1
	MetadataMinimal
	MetadataFull
)

// String is the value of the parameter: "none", "minimal" or "full".
func (l Level) String() string {
	names := [...]string{"", "none", "minimal", "full"}
	if int(l) < len(names) {
		return names[l]
	}
	return "Level(" + strconv.Itoa(int(l)) + ")"
}

// Negotiate finds the level that a client wants of a JSON answer, from
// `$format` if that is given, else from the Accept header, with several
// headers joined by commas. The fallback is the level if the client names none.
// It fails with [NotAcceptable] if JSON is not acceptable.
func Negotiate(accept, format string, fallback Level) (Level, error) {
	option, ranges := "", accept
	if format != "" {
		option, ranges = "$format", format
		if strings.EqualFold(format, "json") {
			return fallback, nil
		}
	}
	if strings.Trim(ranges, " \t") == "" {
		return fallback, nil
	}
	var best offer
	for _, level := range [...]Level{fallback, MetadataMinimal, MetadataNone, MetadataFull} {
		o := offer{level: level}
		for _, part := range splitRanges(ranges) {
			o.consider(part)
		}
		if o.quality > best.quality || o.quality == best.quality && o.precision > best.precision {
			best = o
		}
	}
	if best.quality == 0 {
		return 0, errorf(NotAcceptable, option, 0, "Only application/json is offered.")
	}
	return best.level, nil
}

// An offer is what the client says about JSON with one level.
type offer struct {
	level     Level
	quality   float64
	precision int // how narrow the range is that says so
}

// splitRanges splits a header at commas that are not within quotes.
func splitRanges(header string) []string {
	quoted, escaped := false, false
	return strings.FieldsFunc(header, func(r rune) bool {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}

// consider takes over the quality of a media range that o fits, if it is the
// narrowest so far. Parameters that do not matter here are not looked at.
func (o *offer) consider(text string) {
	mediaType, params, err := mime.ParseMediaType(text)
	if err != nil {
		return
	}
	precision := 0
	switch mediaType {
	case "application/json":
		precision = 3
	case "application/*":
		precision = 2
	case "*/*", "*": // Java's HttpURLConnection sends the short form
		precision = 1
	default:
		return
	}
	quality, ok := qualityOf(params)
	if !ok {
		return
	}
	for _, name := range [...]string{"odata.metadata", "odata"} {
		if value, ok := params[name]; ok {
			if levelOf(value) != o.level {
				return
			}
			precision += 10
			break
		}
	}
	if precision > o.precision {
		o.precision, o.quality = precision, quality
	}
}

// qualityOf is the weight of a media range, 1 when none is given, and false
// when it is no weight.
func qualityOf(params map[string]string) (float64, bool) {
	q, ok := params["q"]
	if !ok {
		return 1, true
	}
	quality, err := strconv.ParseFloat(q, 64)
	return quality, err == nil && quality >= 0 && quality <= 1
}

// AcceptsText reports whether an Accept header names plain text, which is the
// form of a count. Headers that leave the choice open do not.
func AcceptsText(accept string) bool {
	for _, part := range splitRanges(accept) {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil || mediaType != "text/plain" && mediaType != "text/*" {
			continue
		}
		if quality, ok := qualityOf(params); ok && quality > 0 {
			return true
		}
	}
	return false
}

// levelOf reads a level, in the words of OData 3 too. Zero is none of them.
func levelOf(value string) Level {
	switch strings.ToLower(value) {
	case "none", "nometadata":
		return MetadataNone
	case "minimal", "minimalmetadata":
		return MetadataMinimal
	case "full", "fullmetadata":
		return MetadataFull
	}
	return 0
}
