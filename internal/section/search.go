package section

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"example.org/tocsin/internal/tocsin"
)

// maxSearchable bounds what is searched of one document, in bytes.
const maxSearchable = 256 << 10

// Searchable is the text by which an issue or message is found, folded: id,
// title, services, and all that it says to people. It is "" for other kinds of
// documents.
func Searchable(kind tocsin.Kind, body []byte) (string, error) {
	var texts []string
	switch kind {
	case tocsin.KindIssue:
		var issue tocsin.Issue
		if err := json.Unmarshal(body, &issue); err != nil {
			return "", fmt.Errorf("read issue: %w", err)
		}
		texts = append(texts, issue.ID, issue.Title, issue.Service, issue.ServiceID, issue.Feature, issue.FeatureGroup, Text(issue.Impact, "html"))
		for _, post := range issue.Posts {
			texts = append(texts, Text(post.Content, post.ContentType))
		}
		texts = append(texts, detailTexts(issue.Details)...)
	case tocsin.KindMessage:
		var message tocsin.Message
		if err := json.Unmarshal(body, &message); err != nil {
			return "", fmt.Errorf("read message: %w", err)
		}
		texts = append(texts, message.ID, message.Title)
		texts = append(append(texts, message.Services...), message.Tags...)
		texts = append(append(texts, Text(message.Content, message.ContentType)), detailTexts(message.Details)...)
	default:
		return "", nil
	}
	return first(Fold(strings.Join(texts, "\n")), maxSearchable), nil
}

func detailTexts(details []tocsin.Detail) []string {
	var texts []string
	for _, d := range details {
		if d.Name != "FeatureStatusJson" {
			texts = append(texts, Text(d.Value, "html"))
		}
	}
	return texts
}

// Fold is a text as it is compared in searches: in lower case, in one width
// for Latin and Japanese letters, with plain quotes and dashes, and with single
// blanks for any blanks and line breaks. A text contains another if it does so
// folded.
func Fold(text string) string {
	text = norm.NFKC.String(strings.ToValidUTF8(text, "\uFFFD"))
	var b strings.Builder
	b.Grow(len(text))
	blank := false
	for _, r := range text {
		if r = plainRune(r); r == ' ' {
			blank = true
			continue
		}
		if r < 0 {
			continue
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plainRune is a blank for every kind of blank, the typewriter's sign for
// quotes and dashes, and -1 for what cannot be seen.
func plainRune(r rune) rune {
	switch r {
	case '‘', '’', '‛', '′':
		return '\''
	case '“', '”', '„', '″':
		return '"'
	case '‐', '‑', '‒', '–', '—', '−':
		return '-'
	case '\u200b', '\ufeff', '\u00ad':
		return -1
	}
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r):
		return -1
	}
	return r
}
