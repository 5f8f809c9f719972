package part

import (
	"fmt"
	"path"
	"strings"
	"unicode"
)

// maxName bounds the name of a file in a pack, in characters.
const maxName = 60

// SafeName is a name for a file in an archive that leads nowhere else on any system: letters, digits,
// hyphens and one extension, behind a number that makes it the only one.
func SafeName(name string, place int) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	ext := path.Ext(name)
	clean := func(text string, n int) string {
		var b strings.Builder
		for _, r := range text {
			if b.Len() >= n {
				break
			}
			if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				b.WriteRune(r)
			} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
		return strings.Trim(b.String(), "-")
	}
	base, ext := clean(strings.TrimSuffix(name, ext), maxName), clean(ext, 8)
	switch strings.ToLower(ext) {
	case "png", "jpg", "jpeg", "gif", "webp", "txt", "log", "har", "json", "pdf", "eml", "csv":
	default: // nothing that a click would run
		ext = "bin"
	}
	out := fmt.Sprintf("%d-%s.%s", place+1, base, ext)
	if base == "" {
		out = fmt.Sprintf("%d.%s", place+1, ext)
	}
	return out
}
