package tocsin

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Workaround is what a desk itself knows to help, beside what is shipped. It
// is never changed: a better one takes its place, so that what was said can be
// read.
type Workaround struct {
	ID         string // GUID
	TenantID   string // "" for all tenants
	Service    string // of [TriageServices]
	Language   string // it is written in
	Text       string // at most 1,000 characters
	Limits     string // what to mind, at most 1,000 characters
	Replaces   string // id of the one whose place it takes, that of a service for what is shipped in the language; "" for none
	Version    int    // 1 for the first and what is shipped, one more than that it replaces
	Lowers     bool   // security: a second person must approve
	CreatedAt  time.Time
	CreatedBy  string // id of a user
	ApprovedAt time.Time
	ApprovedBy string // id of another user; "" while nobody has, or need not
	EndedAt    time.Time
}

// maxWorkaround bounds the texts of a workaround, in characters.
const maxWorkaround = 1000

// Holds reports whether people may be told of it.
func (w Workaround) Holds() bool {
	return w.EndedAt.IsZero() && (!w.Lowers || w.ApprovedBy != "" && w.ApprovedBy != w.CreatedBy)
}

// Edits reports whether it takes the place of what is shipped for its service.
func (w Workaround) Edits() bool { return w.Replaces == w.Service && w.Service != "" }

// Normalize trims texts.
func (w *Workaround) Normalize() {
	w.Text, w.Limits = strings.TrimSpace(w.Text), strings.TrimSpace(w.Limits)
	w.ID, w.TenantID, w.Replaces = strings.ToLower(w.ID), strings.ToLower(w.TenantID), strings.ToLower(w.Replaces)
}

// Validate reports every problem of a normalised workaround at once.
func (w Workaround) Validate() error {
	problems := []error{checkGUID(w.ID), oneOf("service", w.Service, TriageServices())}
	if w.Service == "" {
		problems = append(problems, Invalidf("service", "Choose the service that it helps with."))
	}
	for field, text := range map[string]string{"text": w.Text, "limits": w.Limits} {
		if !lines(text, maxWorkaround) {
			problems = append(problems, Invalidf(field, "Use at most %d characters, without control characters.", maxWorkaround))
		}
	}
	if w.Replaces != "" && !w.Edits() && !IsGUID(w.Replaces) {
		problems = append(problems, Invalidf("replaces", "There is no such workaround."))
	}
	if w.Text == "" {
		problems = append(problems, Invalidf("text", "Say what to do."))
	}
	if !slices.Contains([]string{"en", "fr", "ja"}, w.Language) {
		problems = append(problems, Invalidf("language", "Choose en, fr or ja."))
	}
	return errors.Join(problems...)
}

// A Helped is what helped in an incident that is over: a workaround of which more
// of the team say that it worked than that it did not, or what somebody who tried
// a service wrote beside its state.
type Helped struct {
	Issue      string
	Workaround string // id, as in a [HelpVote]; "" for a text
	Text       string // in the words of whoever wrote it; "" for a workaround
}

// A HelpVote is what the team says of one workaround in one incident.
type HelpVote struct {
	Workaround string // id of a [Workaround], or of a service for what is shipped
	Worked     int
	Failed     int
	Mine       string // worked, failed, or "" where the asker has not voted
}
