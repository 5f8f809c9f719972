package tocsin

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A File is a document that belongs to an issue, such as the review of an
// incident, or an attachment of a message. Its content is kept apart.
type File struct {
	ID          string // unique within the issue or message; see [FileID]
	Name        string // as shown and saved; see [FileName]
	ContentType string // what the sender says it is; nobody acts on it
	Size        int    // bytes
	Hash        Hash   // of the content
	ModifiedAt  time.Time
	SeenAt      time.Time // when the desk got it
	Source      string
}

// ReportID is the id of an issue's one file, the post-incident review.
const ReportID = "incidentReport"

// SourceAttach is the source of files that somebody attached by hand.
const SourceAttach = "attach"

// MaxFile is the largest file that is kept, in bytes.
const MaxFile = 32 << 20

// FileID is an id from outside as it is used in addresses: itself if it is
// harmless there, else a name made from its hash.
func FileID(text string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if text != "" && len(text) <= 64 && strings.Trim(text, harmless) == "" {
		return text
	}
	return HashOf([]byte(text)).String()[:32]
}

// maxFileName is the longest name that is kept, in bytes: with a suffix it
// still fits what file systems take.
const maxFileName = 180

// FileName is a name from outside without what makes names dangerous: folders,
// characters that control or reorder text, device names, dots at either end.
func FileName(text string) string {
	text = text[strings.LastIndexAny(text, `/\`)+1:]
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, text)
	text = strings.Trim(text, ". ")
	for len(text) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	stem, _, _ := strings.Cut(strings.ToUpper(text), ".")
	switch {
	case text == "":
		return "file"
	case stem == "CON", stem == "PRN", stem == "AUX", stem == "NUL",
		len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")):
		return "_" + text
	}
	return text
}

// mediaType bounds what a sender may say of a file's type.
func mediaType(text string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyz0123456789/.+-_"
	text, _, _ = strings.Cut(strings.ToLower(text), ";")
	if text = strings.TrimSpace(text); len(text) > 127 || strings.Trim(text, harmless) != "" || strings.Count(text, "/") != 1 {
		return "application/octet-stream"
	}
	return text
}

// Normalize brings what came from outside to what is stored, and fills in what
// follows from the content.
func (f *File) Normalize(content []byte) {
	f.ID, f.Name, f.ContentType = FileID(f.ID), FileName(f.Name), mediaType(f.ContentType)
	f.Size, f.Hash = len(content), HashOf(content)
	if f.ModifiedAt.IsZero() {
		f.ModifiedAt = f.SeenAt
	}
}
