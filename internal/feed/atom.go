package feed

import "time"

// AtomType is the media type of Atom.
const AtomType = "application/atom+xml; charset=utf-8"

// Atom returns the feed as Atom (RFC 4287). A feed without entries carries the
// beginning of 1970 as its time, for an Atom feed must have one.
func (f *Feed) Atom() []byte {
	w := &xmlWriter{}
	w.b.WriteString(xmlHead)
	w.open("feed", attribute{"xmlns", "http://www.w3.org/2005/Atom"}, attribute{"xml:lang", f.Language})
	w.text("id", f.ID)
	w.text("title", oneLine(f.Title))
	w.text("subtitle", oneLine(f.Subtitle))
	at := f.Updated()
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	w.text("updated", stamp(at))
	w.open("author")
	w.text("name", oneLine(f.Author))
	w.close("author")
	if f.Self != "" {
		w.empty("link", attribute{"rel", "self"}, attribute{"type", "application/atom+xml"}, attribute{"href", f.Self})
	}
	w.empty("link", attribute{"rel", "alternate"}, attribute{"type", "text/html"}, attribute{"hreflang", f.Language}, attribute{"href", f.Home})
	for i := range f.Entries {
		f.Entries[i].atom(w, f.Language)
	}
	w.close("feed")
	return w.b.Bytes()
}

func (e *Entry) atom(w *xmlWriter, language string) {
	w.open("entry", attribute{"xml:lang", language})
	w.text("id", e.ID)
	w.text("title", oneLine(e.Title))
	w.text("published", stamp(e.At))
	w.text("updated", stamp(e.At))
	w.empty("link", attribute{"rel", "alternate"}, attribute{"type", "text/html"}, attribute{"hreflang", language}, attribute{"href", e.Link})
	for _, c := range e.Categories {
		w.empty("category", attribute{"term", c})
	}
	w.text("content", e.HTML, attribute{"type", "html"})
	w.close("entry")
}
