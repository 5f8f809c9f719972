package feed

import (
	"bytes"
	"encoding/json"
)

// JSONType is the media type of JSON Feed.
const JSONType = "application/feed+json; charset=utf-8"

// jsonFeed is JSON Feed 1.1 (jsonfeed.org/version/1.1).
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePageURL string       `json:"home_page_url"`
	FeedURL     string       `json:"feed_url,omitempty"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language"`
	Authors     []jsonAuthor `json:"authors"`
	Items       []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

type jsonItem struct {
	ID            string   `json:"id"`
	URL           string   `json:"url"`
	Title         string   `json:"title"`
	ContentHTML   string   `json:"content_html"`
	DatePublished string   `json:"date_published"`
	DateModified  string   `json:"date_modified"`
	Tags          []string `json:"tags,omitempty"`
	Language      string   `json:"language"`
}

// JSON returns the feed as JSON Feed 1.1.
func (f *Feed) JSON() ([]byte, error) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: oneLine(f.Title), HomePageURL: f.Home, FeedURL: f.Self, Description: oneLine(f.Subtitle),
		Language: f.Language, Authors: []jsonAuthor{{oneLine(f.Author)}}, Items: make([]jsonItem, len(f.Entries)),
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		item := jsonItem{ID: e.ID, URL: e.Link, Title: oneLine(e.Title), ContentHTML: plain(e.HTML), DatePublished: stamp(e.At), DateModified: stamp(e.At), Language: f.Language}
		for _, c := range e.Categories {
			item.Tags = append(item.Tags, oneLine(c))
		}
		out.Items[i] = item
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(out)
	return b.Bytes(), err
}
