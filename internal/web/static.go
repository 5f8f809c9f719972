package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/tocsin"
)

// assets are the files that browsers may keep for ever, because the hash of
// their content is in their name.
type assets struct {
	names map[string]string  // path by plain name
	files map[string]Content // by name with its hash
}

// Content is a whole answer.
type Content struct {
	Kind         string // Content-Type
	Tag          string // names the body, without quotes; "" for one that is new each time
	Body, packed []byte // packed may be nil for what is packed only when needed
	kept         bool   // it was not made for one request
}

// loadAssets reads the style sheets, the scripts and the icon. The sheet of all
// pages begins with the tokens; the others are loaded beside it.
func loadAssets() (assets, error) {
	a, packer := assets{names: map[string]string{}, files: map[string]Content{}}, httpserver.NewPacker(gzip.BestCompression)
	for _, file := range []struct {
		name, kind string
		parts      []string
	}{
		{"app.css", "text/css; charset=utf-8", []string{"tokens.css", "app.css", "desk.css"}},
		{"work.css", "text/css; charset=utf-8", []string{"work.css"}},
		{"people.css", "text/css; charset=utf-8", []string{"people.css"}},
		{"public.css", "text/css; charset=utf-8", []string{"public.css"}},
		{"app.js", "text/javascript; charset=utf-8", []string{"app.js"}},
		{"part.js", "text/javascript; charset=utf-8", []string{"part.js"}},
		{"find.js", "text/javascript; charset=utf-8", []string{"find.js"}},
		{"passkey.js", "text/javascript; charset=utf-8", []string{"passkey.js"}},
		{"icon.svg", "image/svg+xml", []string{"icon.svg"}},
	} {
		var body []byte
		for _, part := range file.parts {
			text, err := files.ReadFile("static/" + part)
			if err != nil {
				return a, err
			}
			body = append(body, text...)
		}
		switch path.Ext(file.name) {
		case ".css":
			body = smallSheet(body)
		case ".js":
			body = smallScript(body)
		}
		sum := sha256.Sum256(body)
		stem, ending, _ := strings.Cut(file.name, ".")
		hashed := stem + "-" + hex.EncodeToString(sum[:6]) + "." + ending
		a.names[file.name] = "/static/" + hashed
		a.files[hashed] = Content{file.kind, hex.EncodeToString(sum[:]), body, packer.Pack(body), true}
	}
	return a, nil
}

// Assets returns some files by the names that pages know them by.
func (p *Pages) Assets(names ...string) map[string][]byte {
	found := map[string][]byte{}
	for _, name := range names {
		hashed := path.Base(p.static.names[name])
		found[hashed] = p.static.files[hashed].Body
	}
	return found
}

func (a assets) serve(w http.ResponseWriter, r *http.Request) error {
	file, ok := a.files[r.PathValue("name")]
	if !ok {
		return tocsin.NotFoundf("There is no such file.")
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	send(w, r, http.StatusOK, file, nil, fixed)
	return nil
}

// send writes a whole answer, packed if the client takes that, or says that
// the client has it. The packer is for what is not packed yet, again for what the
// same request gets once more, nil where nobody can tell.
func send(w http.ResponseWriter, r *http.Request, status int, c Content, packer *httpserver.Packer, again func() bool) {
	w.Header().Add("Vary", "Accept-Encoding")
	packed := len(c.Body) > httpserver.SmallestPacked && httpserver.AcceptsGzip(r.Header)
	send := httpserver.Answer{Status: status, Kind: []string{c.Kind}, Body: c.Body, Kept: c.kept && (!packed || c.packed != nil)}
	if packed {
		if send.Body, send.Coding = c.packed, []string{"gzip"}; c.packed == nil {
			send.Body = packer.Pack(c.Body)
		}
	}
	if c.Tag != "" {
		send.Tag = httpserver.EntityTag(c.Tag, packed)
	}
	if send.Kept {
		send.Again = again
	}
	httpserver.Deliver(r.Context(), w, r.Method, r.Header, send)
}

// quickly is the level at which pages are packed, which happens each time: a
// tenth larger than the best, in a third of the time.
const quickly = 3

// A sprite is the symbols of glyphs and icons.
type sprite struct {
	symbols map[string]string // by name
	glyphs  []string          // names of all glyphs of states
}

// spriteMark is where the layout wants the symbols of the page.
const spriteMark = `<svg class="sprite" aria-hidden="true" focusable="false"></svg>`

func loadSprite() (s sprite, err error) {
	body, err := files.ReadFile("static/sprite.svg")
	if err != nil {
		return s, err
	}
	var symbols struct {
		Symbols []struct {
			ID    string `xml:"id,attr"`
			Box   string `xml:"viewBox,attr"`
			Inner string `xml:",innerxml"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(body, &symbols); err != nil {
		return s, fmt.Errorf("sprite: %w", err)
	}
	s.symbols = map[string]string{}
	for _, one := range symbols.Symbols {
		if strings.HasPrefix(one.ID, "g-") {
			s.glyphs = append(s.glyphs, one.ID)
		}
		s.symbols[one.ID] = fmt.Sprintf(`<symbol id="%s" viewBox="%s">%s</symbol>`, one.ID, one.Box, one.Inner)
	}
	return s, nil
}

// insert puts the symbols that a page uses into it, and all glyphs of states,
// since what is put into an open page later may need another one.
func (s sprite) insert(page []byte) []byte {
	names := slices.Clone(s.glyphs)
	for rest := page; ; {
		_, behind, found := bytes.Cut(rest, []byte(`href="#`))
		if !found {
			break
		}
		name, _, _ := bytes.Cut(behind[:min(len(behind), maxSymbol)], []byte{'"'})
		if _, known := s.symbols[string(name)]; known && !slices.Contains(names, string(name)) {
			names = append(names, string(name))
		}
		rest = behind
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(spriteMark, "</svg>"))
	for _, name := range names {
		b.WriteString(s.symbols[name])
	}
	b.WriteString("</svg>")
	return bytes.Replace(page, []byte(spriteMark), []byte(b.String()), 1)
}

// maxSymbol is longer than the name of any symbol.
const maxSymbol = 40

// icon is an icon of the interface, which always stands beside words.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`) //nolint:gosec // escaped
}

// code is something to type, as it is.
func code(text string) template.HTML {
	return template.HTML(`<code class="nowrap" translate="no">` + template.HTMLEscapeString(text) + `</code>`) //nolint:gosec // escaped
}

var (
	unbroken = regexp.MustCompile(`\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?\b`)
	dotted   = regexp.MustCompile(`([A-Za-z][.@])([A-Za-z])`)
)

// whole is a text of machines in which lines end between the parts of a name,
// such as session.begin, and not inside an id, a date or a time of the day as long as there is room.
func whole(text string) template.HTML {
	escaped := dotted.ReplaceAllString(template.HTMLEscapeString(text), "$1<wbr>$2")
	return template.HTML(unbroken.ReplaceAllStringFunc(escaped, func(one string) string { //nolint:gosec // escaped
		const begin, end = `<span class="whole">`, `</span>`
		if day, clock, ok := strings.Cut(one, "T"); ok {
			return begin + day + end + begin + "T" + clock + end
		}
		return begin + one + end
	}))
}

// glyph is the silhouette of a status in its colour. Sizes are s, l, xl.
func glyph(name, family string, size ...string) template.HTML {
	class := "g"
	for _, s := range size {
		class += " g--" + s
	}
	return template.HTML(fmt.Sprintf(`<svg class="%s c-%s" aria-hidden="true"><use href="#g-%s"/></svg>`, //nolint:gosec // escaped
		class, template.HTMLEscapeString(family), template.HTMLEscapeString(name)))
}
