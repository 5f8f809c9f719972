package feed

import "time"

// RSSType is the media type of RSS.
const RSSType = "application/rss+xml; charset=utf-8"

// RSS returns the feed as RSS 2.0. The content stands in description alone:
// where a plain summary stands beside it, readers show that one.
func (f *Feed) RSS() []byte {
	w := &xmlWriter{}
	w.b.WriteString(xmlHead)
	w.open("rss", attribute{"version", "2.0"}, attribute{"xmlns:atom", "http://www.w3.org/2005/Atom"}, attribute{"xmlns:dc", "http://purl.org/dc/elements/1.1/"})
	w.open("channel")
	w.text("title", oneLine(f.Title))
	w.text("link", f.Home)
	if f.Self != "" {
		w.empty("atom:link", attribute{"rel", "self"}, attribute{"type", "application/rss+xml"}, attribute{"href", f.Self})
	}
	w.text("description", oneLine(or(f.Subtitle, f.Title)))
	w.text("language", f.Language)
	if at := f.Updated(); !at.IsZero() {
		w.text("lastBuildDate", rssTime(at))
	}
	for i := range f.Entries {
		f.Entries[i].rss(w, f.Author)
	}
	w.close("channel")
	w.close("rss")
	return w.b.Bytes()
}

func (e *Entry) rss(w *xmlWriter, author string) {
	w.open("item")
	w.text("title", oneLine(e.Title))
	w.text("link", e.Link)
	w.text("guid", e.ID, attribute{"isPermaLink", "false"})
	w.text("pubDate", rssTime(e.At))
	w.text("dc:creator", oneLine(author))
	for _, c := range e.Categories {
		w.text("category", oneLine(c))
	}
	w.text("description", e.HTML)
	w.close("item")
}

// rssTime is an instant as RSS writes it (RFC 822 with a year of four digits).
func rssTime(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
