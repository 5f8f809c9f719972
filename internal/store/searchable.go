package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/plain"
	"example.org/tocsin/internal/tocsin"
)

// maxSearchable bounds what is searched of one document, in bytes.
const maxSearchable = 256 << 10

// searchable is the text by which an issue or message is found, folded: id,
// title, services, and all that it says to people. It is "" for other kinds of
// documents.
func searchable(kind tocsin.Kind, body []byte) (string, error) {
	var texts []string
	switch kind {
	case tocsin.KindIssue:
		var issue tocsin.Issue
		if err := json.Unmarshal(body, &issue); err != nil {
			return "", fmt.Errorf("read issue: %w", err)
		}
		texts = append(texts, issue.ID, issue.Title, issue.Service, issue.ServiceID, issue.Feature, issue.FeatureGroup, plain.Text(issue.Impact, "html"))
		for _, post := range issue.Posts {
			texts = append(texts, plain.Text(post.Content, post.ContentType))
		}
		texts = append(texts, detailTexts(issue.Details)...)
	case tocsin.KindMessage:
		var message tocsin.Message
		if err := json.Unmarshal(body, &message); err != nil {
			return "", fmt.Errorf("read message: %w", err)
		}
		texts = append(texts, message.ID, message.Title)
		texts = append(append(texts, message.Services...), message.Tags...)
		texts = append(append(texts, plain.Text(message.Content, message.ContentType)), detailTexts(message.Details)...)
	default:
		return "", nil
	}
	return cut(plain.Fold(strings.Join(texts, "\n")), maxSearchable), nil
}

func detailTexts(details []tocsin.Detail) []string {
	var texts []string
	for _, d := range details {
		if d.Name != "FeatureStatusJson" {
			texts = append(texts, plain.Text(d.Value, "html"))
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
