package tocsin

// A FeedEntry is what the entry of a feed said of an update when it was told, in
// the language of the feed. Readers hear of an entry once: better words that
// come later are on its page.
type FeedEntry struct {
	Ref
	N     int    // the number of the update
	Title string // plain text
	HTML  string // clean markup
}
