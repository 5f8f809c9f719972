package translate

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/tocsin/internal/tocsin"
)

// Bounds of a TMX file that is read.
const (
	maxTMX      = 64 << 20 // bytes
	maxTMXUnits = 200_000
	maxTMXText  = 64 << 10 // bytes of one segment
	maxTMXDepth = 16
	maxRefused  = 1000 // units of which it is said why they are refused
)

// tmxTime is how TMX writes an instant.
const tmxTime = "20060102T150405Z"

// A Unit is a segment with its translation, as translation memories exchange
// it.
type Unit struct {
	Source, Target string
	Origin         Origin    // who translated it; "" when the file does not say
	By             string    // the engine or reviewer, "" for none
	Review         string    // the state of review, such as "pending"; "" when the file does not say
	Changed        time.Time // zero when the file does not say
}

// WriteTMX writes units as TMX 1.4: one language pair, the source first, as
// some readers pair by position. Placeholders are ph elements, origin, name and
// review are props.
func WriteTMX(w io.Writer, lang string, units []Unit) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, xml.Header, `<tmx version="1.4">`, "\n",
		`<header creationtool="Tocsin" creationtoolversion="1" segtype="sentence" o-tmf="tocsin" adminlang="en" srclang="`, Source, `" datatype="plaintext"/>`, "\n<body>\n")
	for i := range units {
		units[i].write(b, lang)
	}
	fmt.Fprint(b, "</body>\n</tmx>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write TMX: %w", err)
	}
	return nil
}

func (u *Unit) write(b *bufio.Writer, lang string) {
	fmt.Fprintf(b, `<tu tuid="%x"`, KeyOf(u.Source))
	if !u.Changed.IsZero() {
		fmt.Fprintf(b, ` changedate="%s"`, u.Changed.UTC().Format(tmxTime))
	}
	fmt.Fprint(b, ">\n")
	for _, prop := range [][2]string{{"x-origin", string(u.Origin)}, {"x-by", u.By}, {"x-review", u.Review}} {
		if prop[1] != "" {
			fmt.Fprintf(b, `<prop type="%s">%s</prop>`+"\n", prop[0], escaped(prop[1]))
		}
	}
	for _, variant := range [][2]string{{Source, u.Source}, {lang, u.Target}} {
		fmt.Fprintf(b, `<tuv xml:lang="%s"><seg>%s</seg></tuv>`+"\n", escaped(variant[0]), segText(variant[1]))
	}
	fmt.Fprint(b, "</tu>\n")
}

// segText is a text with its placeholders as elements.
func segText(text string) string {
	var b strings.Builder
	at := 0
	for _, found := range placeholder.FindAllStringIndex(text, -1) {
		mark := text[found[0]:found[1]]
		b.WriteString(escaped(text[at:found[0]]))
		fmt.Fprintf(&b, `<ph x="%s">%s</ph>`, strings.Trim(mark, "⟦⟧"), mark)
		at = found[1]
	}
	b.WriteString(escaped(text[at:]))
	return b.String()
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}

// A Refused unit of a file says why it was not taken.
type Refused struct {
	Number int // of the unit in the file, from 1
	Why    RefusedWhy
}

// RefusedWhy says why a unit is not taken.
type RefusedWhy string

// The reasons to refuse a unit.
const (
	RefusedLanguages RefusedWhy = "languages" // it has no text in English or none in the language
	RefusedEmpty     RefusedWhy = "empty"     // one of its texts is empty
	RefusedLong      RefusedWhy = "long"      // one of its texts is longer than 64 KiB
)

// ReadTMX reads the units of a TMX file in English and one other language,
// paired by xml:lang and not by position. A unit without both is refused and
// costs the others nothing. It fails with [tocsin.ErrInvalid] on what is no
// TMX, not in UTF-8, or beyond its bounds: 64 MiB and 200,000 units.
func ReadTMX(r io.Reader, lang string) (units []Unit, refused []Refused, err error) {
	limited := &io.LimitedReader{R: r, N: maxTMX + 1}
	t := tmxReader{decoder: xml.NewDecoder(limited), lang: lang}
	err = t.read()
	switch {
	case limited.N <= 0:
		err = tocsin.Invalidf("file", "The file has more than 64 MiB.")
	case err == nil && !t.rooted:
		err = tocsin.Invalidf("file", "The file is no TMX: it has no tmx element.")
	}
	if err != nil {
		return nil, nil, err
	}
	return t.units, t.refused, nil
}

// A tmxReader is on its way through a file.
type tmxReader struct {
	decoder *xml.Decoder
	lang    string
	path    []string
	rooted  bool
	number  int
	unit    Unit
	has     [2]bool // source, target
	long    bool
	variant int             // 0 source, 1 target, -1 another language
	text    strings.Builder // of the present segment or prop
	prop    string
	units   []Unit
	refused []Refused
}

func (t *tmxReader) read() error {
	for {
		token, err := t.decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "file", Message: "The file is no well-formed XML in UTF-8.", Cause: err}
		}
		switch token := token.(type) {
		case xml.StartElement:
			err = t.start(token)
		case xml.EndElement:
			t.end(token.Name.Local)
		case xml.CharData:
			t.data(token)
		}
		if err != nil {
			return err
		}
	}
}

func (t *tmxReader) start(e xml.StartElement) error {
	name := e.Name.Local
	if len(t.path) == 0 && name != "tmx" {
		return tocsin.Invalidf("file", "The file is no TMX: it begins with %q.", tocsin.Clip(name, 40))
	}
	if len(t.path) >= maxTMXDepth {
		return tocsin.Invalidf("file", "The file nests elements more than %d deep.", maxTMXDepth)
	}
	t.rooted = true
	t.path = append(t.path, name)
	switch name {
	case "tu":
		if t.number++; t.number > maxTMXUnits {
			return tocsin.Invalidf("file", "The file has more than %d units.", maxTMXUnits)
		}
		t.unit, t.has, t.long = Unit{}, [2]bool{}, false
		t.unit.Changed, _ = time.Parse(tmxTime, attribute(e, "changedate"))
	case "tuv":
		t.variant = t.which(attribute(e, "lang"))
	case "seg", "prop":
		t.text.Reset()
		t.prop = attribute(e, "type")
	}
	return nil
}

// which is 0 for a tag of the source language, 1 for one of the target, -1 for
// another and for one that the unit has already.
func (t *tmxReader) which(tag string) int {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(tag), "_", "-"), "-")
	for i, want := range []string{Source, t.lang} {
		if base == want && !t.has[i] {
			return i
		}
	}
	return -1
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// data takes text of a segment or prop. Codes of other tools, which stand in
// elements, are left out; placeholders are ours.
func (t *tmxReader) data(text []byte) {
	for i := len(t.path) - 1; i >= 0; i-- {
		switch t.path[i] {
		case "bpt", "ept", "it", "sub", "ut":
			return
		case "ph":
			if !placeholder.Match(text) {
				return
			}
		case "seg", "prop":
			if t.text.Len()+len(text) > maxTMXText {
				t.long = true
				return
			}
			t.text.Write(text)
			return
		}
	}
}

func (t *tmxReader) end(name string) {
	t.path = t.path[:max(0, len(t.path)-1)]
	switch name {
	case "seg":
		if t.variant >= 0 {
			*[]*string{&t.unit.Source, &t.unit.Target}[t.variant] = strings.TrimSpace(t.text.String())
			t.has[t.variant] = true
		}
		t.variant = -1
	case "prop":
		t.property(strings.TrimSpace(t.text.String()))
	case "tu":
		t.finish()
	}
}

func (t *tmxReader) property(value string) {
	if !utf8.ValidString(value) || len(value) > 200 {
		return
	}
	switch t.prop {
	case "x-origin":
		switch o := Origin(value); o {
		case OriginHuman, OriginBook, OriginNames, OriginMemory, OriginEngine:
			t.unit.Origin = o
		}
	case "x-by":
		t.unit.By = value
	case "x-review":
		t.unit.Review = value
	}
}

func (t *tmxReader) finish() {
	why := RefusedWhy("")
	switch {
	case t.long:
		why = RefusedLong
	case !t.has[0] || !t.has[1]:
		why = RefusedLanguages
	case t.unit.Source == "" || t.unit.Target == "":
		why = RefusedEmpty
	}
	if why == "" {
		t.units = append(t.units, t.unit)
	} else if len(t.refused) < maxRefused {
		t.refused = append(t.refused, Refused{t.number, why})
	}
}
