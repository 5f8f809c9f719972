package tocsin

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A FeedAddress is a private address of the feeds and the calendar of a tenant,
// for programs of a person that cannot sign in. Whoever has its secret reads
// what the person may read at that time.
type FeedAddress struct {
	ID        string // GUID, to name it by
	Hash      Hash   // of the secret
	UserID    string
	TenantID  string
	Label     string // given by the person, such as "mail program"
	CreatedAt time.Time
	UsedAt    time.Time // of the last request, to about an hour; zero for never
}

// MaxFeedAddresses is how many private addresses a person can have.
const MaxFeedAddresses = 20

// maxFeedLabel bounds a label in characters.
const maxFeedLabel = 60

// Validate reports every problem of a new address at once.
func (a FeedAddress) Validate() error {
	problems := []error{checkGUID(a.TenantID)}
	if label := strings.TrimSpace(a.Label); label == "" || utf8.RuneCountInString(label) > maxFeedLabel || !utf8.ValidString(label) || strings.ContainsFunc(label, unicode.IsControl) {
		problems = append(problems, Invalidf("label", "Use 1 to %d characters on one line.", maxFeedLabel))
	}
	return errors.Join(problems...)
}
