package web

import (
	"embed"
	"html/template"
	"io/fs"
	"sync"

	"example.org/tocsin/internal/lang"
)

// words are what pages are written with. They depend on the files of the
// families alone, and nothing changes them.
type words struct {
	locales   map[string]Locale             // to which a request adds zone and hour
	templates map[string]*template.Template // by language
	static    assets
	sprite    sprite
	problems  map[string]int // the family whose text on a problem of a field it is, by its key; not those that all share
}

// known are the words that this process has read, by the files of their
// families: a process with several desks reads them once.
var known sync.Map //nolint:gochecknoglobals // files that are built in do not change

// A library is a list of files, as the key of what was read of them.
type library struct {
	files  embed.FS
	before any // another one, or nil
}

// wordsOf returns the words of families, the shell first.
func wordsOf(families []Family) (*words, error) {
	var key any
	for _, f := range families {
		built, ok := f.Files.(embed.FS)
		if !ok {
			return read(families)
		}
		key = library{built, key}
	}
	once, _ := known.LoadOrStore(key, sync.OnceValues(func() (*words, error) { return read(families) }))
	return once.(func() (*words, error))()
}

// read fails when a file is broken, or a text is there twice.
func read(families []Family) (*words, error) {
	w := &words{locales: map[string]Locale{}, templates: map[string]*template.Template{}}
	var err error
	if w.static, err = loadAssets(); err != nil {
		return nil, err
	}
	if w.sprite, err = loadSprite(); err != nil {
		return nil, err
	}
	if w.problems, err = problemsOf(families); err != nil {
		return nil, err
	}
	var folders []fs.FS
	for _, f := range families {
		folders = append(folders, f.Files)
	}
	for _, code := range lang.Languages() {
		locale, err := lang.NewLocale(code, folders...)
		if err != nil {
			return nil, err
		}
		w.locales[code] = Locale{lang.Clock{Locale: locale}}
		if w.templates[code], err = w.parse(w.locales[code], families); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// parse reads the templates for one language, so that t in a template is a
// text of that language wherever it stands.
func (w *words) parse(l Locale, families []Family) (*template.Template, error) {
	all := template.New("").Funcs(template.FuncMap{
		"static":  func(name string) string { return w.static.names[name] },
		"t":       l.Text,
		"rich":    l.Rich,
		"number":  l.Number,
		"comma":   func() string { return l.Join([]string{"", ""}) },
		"between": l.Between,
		"icon":    icon,
		"code":    code,
		"whole":   whole,
		"glyph":   glyph,
		"lang":    func() string { return l.Code },
		"options": func(id, name string, choices []Choice) selectView { return selectView{id, name, choices} },
	})
	for _, f := range families {
		if f.Files == nil {
			continue
		}
		if _, err := fs.Stat(f.Files, "templates"); err != nil {
			continue
		}
		if _, err := all.Funcs(f.Funcs).ParseFS(f.Files, "templates/*.html"); err != nil {
			return nil, err
		}
	}
	return all, fold(all)
}
