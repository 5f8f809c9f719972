package archive

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/tocsin"
)

// maxSearchable bounds what is searched of one document, in bytes.
const maxSearchable = 256 << 10

// searchable is the text by which a document is found; see [searchableOf].
func searchable(kind tocsin.Kind, body []byte) (string, error) {
	switch kind {
	case tocsin.KindIssue:
		var issue tocsin.Issue
		if err := json.Unmarshal(body, &issue); err != nil {
			return "", fmt.Errorf("read issue: %w", err)
		}
		return searchableOf(issue), nil
	case tocsin.KindMessage:
		var message tocsin.Message
		if err := json.Unmarshal(body, &message); err != nil {
			return "", fmt.Errorf("read message: %w", err)
		}
		return searchableOf(message), nil
	}
	return "", nil
}

// searchableOf is the text by which an issue or message is found, folded: id,
// title, services, and all that it says to people. It is "" for whatever else.
func searchableOf(content any) string {
	var texts []string
	switch content := content.(type) {
	case tocsin.Issue:
		texts = append(texts, content.ID, content.Title, content.Service, content.ServiceID, content.Feature, content.FeatureGroup, plaintext.Text(content.Impact, "html"))
		for _, post := range content.Posts {
			texts = append(texts, plaintext.Text(post.Content, post.ContentType))
		}
		texts = append(texts, detailTexts(content.Details)...)
	case tocsin.Message:
		texts = append(texts, content.ID, content.Title)
		texts = append(append(texts, content.Services...), content.Tags...)
		texts = append(append(texts, plaintext.Text(content.Content, content.ContentType)), detailTexts(content.Details)...)
	}
	return cut(plaintext.Fold(strings.Join(texts, "\n")), maxSearchable)
}

func detailTexts(details []tocsin.Detail) []string {
	var texts []string
	for _, d := range details {
		if d.Name != "FeatureStatusJson" {
			texts = append(texts, plaintext.Text(d.Value, "html"))
		}
	}
	return texts
}

// cut shortens text to at most n bytes, whole characters.
func cut(text string, n int) string {
	for n < len(text) && n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:min(n, len(text))]
}
