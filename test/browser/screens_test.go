package browser

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/tocsin/internal/browsertest"
)

// An album is a directory of pictures.
type album struct {
	t   *testing.T
	dir string
}

// newAlbum makes the directory that TOCSIN_SCREENS names, or skips the test.
func newAlbum(t *testing.T) album {
	t.Helper()
	dir := os.Getenv("TOCSIN_SCREENS")
	if dir == "" {
		t.Skip("TOCSIN_SCREENS names no directory")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return album{t, dir}
}

// A shot is how wide and in which theme a page is taken.
type shot struct {
	width int
	theme string
}

// shots are those for a language: each width in each theme for English, and
// for the others where words could run over.
func shots(code string) []shot {
	switch code {
	case "fr":
		return []shot{{390, "light"}, {1440, "light"}}
	case "ja":
		return []shot{{390, "dark"}}
	}
	return []shot{{390, "light"}, {390, "dark"}, {1440, "dark"}, {1440, "light"}}
}

// Characters that are unsafe in file names, and parts of addresses that are
// others each time.
var (
	unsafe  = regexp.MustCompile(`[^A-Za-z0-9]+`)
	passing = regexp.MustCompile(`code=[^& ]{20,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
)

// take leaves pictures of what is in a tab, in a window as high as the page so
// that nothing floats above its middle.
func (a album) take(tab *browsertest.Tab, name, code string) {
	a.t.Helper()
	name = strings.Trim(unsafe.ReplaceAllString(passing.ReplaceAllString(name, ""), "-"), "-")
	width := 0
	for _, shot := range shots(code) {
		if shot.width != width {
			width = shot.width
			tab.Size(width, 900)
			tab.Size(width, browsertest.Eval[int](tab, `document.documentElement.scrollHeight`))
		}
		paint(tab, shot.theme)
		file := filepath.Join(a.dir, fmt.Sprintf("%s-%s-%d-%s.png", name[:min(len(name), 100)], code, shot.width, shot.theme))
		if err := os.WriteFile(file, tab.Picture(), 0o644); err != nil {
			a.t.Fatal(err)
		}
	}
}

// TestScreens leaves a picture of every page that everybody sees in the
// directory that TOCSIN_SCREENS names: TOCSIN_SCREENS=/tmp/screens go test ./test/browser -run Screens.
func TestScreens(t *testing.T) {
	t.Parallel()
	album := newAlbum(t)
	tab := browsertest.Open(t)
	for _, path := range append(pages(t), "/components") {
		for code, prefix := range languages {
			tab.Go(base(t) + prefix + path)
			name, err := url.PathUnescape(path)
			if err != nil {
				t.Fatal(err)
			}
			if path == "/" {
				name = "overview"
			}
			album.take(tab, name, code)
		}
	}
}

// TestScreensInside does so for the pages behind sign-in and those on the way
// there, in the order in which they are met.
func TestScreensInside(t *testing.T) {
	t.Parallel()
	album := newAlbum(t)
	in := newInterior(t)
	in.turn, in.sampled = func(int) []string { return []string{"en", "fr", "ja"} }, func(int) bool { return true }
	in.look = func(by *browsertest.Tab, code, what string) {
		album.take(by, fmt.Sprintf("inside-%02d-%s", in.n, what), code)
	}
	in.journey()
}
