package feed

import (
	"encoding/json"
	"fmt"
)

// BadgeType is the media type of a badge.
const BadgeType = "image/svg+xml; charset=utf-8"

// A Badge is a small picture of a state: a name on the left, a word on the right.
type Badge struct {
	Label   string // such as the name of a service
	Message string // the state in a word; colour never says it alone
	Colour  Colour
}

// A Colour of a badge.
type Colour string

// The colours of badges. Grey is for what nobody knows.
const (
	Green  Colour = "green"
	Blue   Colour = "blue"
	Yellow Colour = "yellow"
	Orange Colour = "orange"
	Red    Colour = "red"
	Grey   Colour = "lightgrey"
)

// fill is the colour behind the word, dark enough for white letters (4.5 : 1).
func (c Colour) fill() string {
	switch c {
	case Green:
		return "#2e7d32"
	case Blue:
		return "#1565c0"
	case Yellow:
		return "#8a6100"
	case Orange:
		return "#b23c00"
	case Red:
		return "#b71c1c"
	}
	return "#616161"
}

// maxBadgeText bounds each half of a badge in bytes.
const maxBadgeText = 120

// SVG returns the badge as a picture of 20 pixels' height.
func (b Badge) SVG() []byte {
	label, message := cutAt(oneLine(b.Label), maxBadgeText), cutAt(oneLine(b.Message), maxBadgeText)
	left, right := width(label)+12, width(message)+12
	if label == "" {
		left = 0
	}
	w := &xmlWriter{}
	w.open("svg", attribute{"xmlns", "http://www.w3.org/2000/svg"}, attribute{"width", fmt.Sprint(left + right)}, attribute{"height", "20"}, attribute{"role", "img"}, attribute{"aria-label", spoken(label, message)})
	w.text("title", spoken(label, message))
	w.empty("rect", attribute{"width", fmt.Sprint(left + right)}, attribute{"height", "20"}, attribute{"rx", "3"}, attribute{"fill", b.Colour.fill()})
	if label != "" {
		w.empty("path", attribute{"fill", "#424242"}, attribute{"d", fmt.Sprintf("M3 0h%dv20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z", left-3)})
	}
	w.open("g", attribute{"fill", "#fff"}, attribute{"text-anchor", "middle"}, attribute{"font-family", "Verdana,DejaVu Sans,Noto Sans,Noto Sans CJK JP,sans-serif"}, attribute{"font-size", "11"})
	if label != "" {
		w.text("text", label, attribute{"x", fmt.Sprint(left / 2)}, attribute{"y", "14"}, attribute{"textLength", fmt.Sprint(left - 12)})
	}
	w.text("text", message, attribute{"x", fmt.Sprint(left + right/2)}, attribute{"y", "14"}, attribute{"textLength", fmt.Sprint(right - 12)})
	w.close("g")
	w.close("svg")
	return w.b.Bytes()
}

func spoken(label, message string) string {
	if label == "" {
		return message
	}
	return label + ": " + message
}

// width is the width of a text in pixels at 11 pixels' height, as usual
// sans-serif letters are; the picture stretches its letters to it.
func width(s string) int {
	tenths := 0
	for _, r := range s {
		switch {
		case r >= 0x1100:
			tenths += 110 // Chinese and Japanese characters are square
		case r == 'i' || r == 'l' || r == 'j' || r == 'I' || r == '.' || r == ',' || r == ':' || r == '\'' || r == '|':
			tenths += 35
		case r == ' ' || r == 'f' || r == 't' || r == 'r' || r == '-' || r == '(' || r == ')':
			tenths += 45
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '%':
			tenths += 105
		case r >= 'A' && r <= 'Z':
			tenths += 76
		default:
			tenths += 67
		}
	}
	return (tenths + 9) / 10
}

// Shields returns the badge in the form of an endpoint for shields.io.
func (b Badge) Shields() ([]byte, error) {
	return json.Marshal(struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
		IsError       bool   `json:"isError"`
	}{1, cutAt(oneLine(b.Label), maxBadgeText), cutAt(oneLine(b.Message), maxBadgeText), string(b.Colour), b.Colour == Red})
}
