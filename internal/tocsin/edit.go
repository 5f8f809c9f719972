package tocsin

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// An Edit is a passage of what is known to help, as a desk puts it into its own
// words in one language. It is never changed: a better one takes its place, so that
// what was said can be read.
type Edit struct {
	ID         string // GUID
	TenantID   string
	Item       string            // list and id within it, such as "faq/mfa"
	Language   string            // it is written in
	Words      map[string]string // by field; lists have a line for each item
	Version    int               // 2 for the first: 1 is what is shipped
	Lowers     bool              // security: a second person must approve
	CreatedAt  time.Time
	CreatedBy  string // id of a user
	Author     string // as people read it
	ApprovedAt time.Time
	ApprovedBy string // id of another user; "" while nobody has, or need not
	EndedAt    time.Time
}

// maxEdit bounds each field of an edit, in characters.
const maxEdit = 1000

// Holds reports whether the edit takes the place of what is shipped.
func (e Edit) Holds() bool {
	return e.EndedAt.IsZero() && (!e.Lowers || e.ApprovedBy != "" && e.ApprovedBy != e.CreatedBy)
}

// Waits reports whether a second person has to approve it first.
func (e Edit) Waits() bool { return e.EndedAt.IsZero() && !e.Holds() }

// Normalize trims texts, and the lines within.
func (e *Edit) Normalize() {
	e.ID, e.TenantID = strings.ToLower(e.ID), strings.ToLower(e.TenantID)
	words := make(map[string]string, len(e.Words))
	for field, text := range e.Words {
		var list []string
		for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
			list = append(list, strings.TrimSpace(line))
		}
		words[field] = strings.TrimSpace(strings.Join(list, "\n"))
	}
	e.Words = words
}

// Validate reports every problem of a normalised edit at once. Whether there are
// such an item and such fields, package knowledge knows.
func (e Edit) Validate() error {
	problems := []error{checkGUID(e.ID)}
	if !slices.Contains([]string{"en", "fr", "ja"}, e.Language) {
		problems = append(problems, Invalidf("language", "Choose en, fr or ja."))
	}
	for field, text := range e.Words {
		if !lines(text, maxEdit) {
			problems = append(problems, Invalidf(field, "Use at most %d characters, without control characters.", maxEdit))
		}
	}
	return errors.Join(problems...)
}
