package public

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/web"
)

// places are the addresses of pages: at a desk, or of files beside each other.
// content is a language of publications.
type places interface {
	index(content string) string
	sheet(content string) string
	update(content, id string, n int) string
	asset(name string) string
}

// deskPlaces are addresses at a desk.
type deskPlaces struct {
	*web.Request
	tenant string // its name
}

func (d deskPlaces) at(content, rest string) string {
	return lang.Prefix(content, lang.Publications()) + "/status/" + web.EscapeID(d.tenant) + rest
}

func (d deskPlaces) index(content string) string { return d.at(content, "") }
func (d deskPlaces) sheet(content string) string { return d.at(content, "/help") }
func (d deskPlaces) asset(name string) string    { return d.Static(name) }

func (d deskPlaces) update(content, id string, n int) string {
	return d.at(content, "/"+web.EscapeID(id)+"/"+strconv.Itoa(n))
}

// filePlaces are addresses of files as one of them sees the others.
type filePlaces struct {
	*web.Request
	root string // of all files, relative to the one: "", "../" or "../../"
}

// placesOf are the addresses as the file at a path sees them.
func placesOf(r *web.Request, file string) filePlaces {
	return filePlaces{r, strings.Repeat("../", strings.Count(file, "/"))}
}

func (f filePlaces) index(content string) string { return f.root + indexFile(content, 1) }
func (f filePlaces) sheet(content string) string { return f.root + sheetFile(content) }
func (f filePlaces) asset(name string) string {
	return f.root + strings.TrimPrefix(f.Static(name), "/")
}

func (f filePlaces) update(content, id string, n int) string {
	parts := strings.Split(updateFile(content, id, n), "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return f.root + strings.Join(parts, "/")
}

// inContent is the path of a file in the folder of a language.
func inContent(content, file string) string {
	if content == "en" {
		return file
	}
	return path.Join(content, file)
}

// indexFile is the path of the n-th page of the index.
func indexFile(content string, n int) string {
	if n == 1 {
		return inContent(content, "index.html")
	}
	return inContent(content, "index-"+strconv.Itoa(n)+".html")
}

func sheetFile(content string) string { return inContent(content, "help.html") }

func updateFile(content, id string, n int) string {
	return inContent(content, path.Join("updates", fileName(id), strconv.Itoa(n)+".html"))
}

// fileName is an id as the name of a folder on any system: what is no digit,
// capital, dash or underscore of ASCII is written as its bytes, so that ids which
// differ in the case of their letters stay apart.
func fileName(id string) string {
	var b strings.Builder
	for i := range len(id) {
		switch c := id[i]; {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c == '-', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "~%02x", c)
		}
	}
	return b.String()
}
