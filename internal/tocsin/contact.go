package tocsin

import (
	"errors"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// A Contact says how a person or a team is reached while the provider is
// down: mail and telephone outside of it. Both are personal data: they are
// never logged, counted or written to the audit log.
type Contact struct {
	ID          string // GUID
	TenantID    string // "" for the whole desk
	Of          Party  // who is reached; they have one contact in a tenant
	Mail        string // address without a name, "" for none
	Phone       string // number as it is dialled, "" for none
	CreatedAt   time.Time
	ConfirmedAt time.Time // when they last said that it is right; zero for never
	AskedAt     time.Time // when they were asked last since then; zero for not yet
	Asks        int       // how often they were asked since then, at most [MaxContactAsks]
}

// Terms of the emergency list.
const (
	// ContactTerm is how long what was confirmed, or given, is good: a quarter.
	ContactTerm = 90 * 24 * time.Hour
	// ContactAskedEvery is how long an answer is waited for before they are asked
	// again.
	ContactAskedEvery = 7 * 24 * time.Hour
	// ContactLinkTerm is how long the link of a letter is good, once the next one was
	// not sent.
	ContactLinkTerm = 14 * 24 * time.Hour
	// MaxContactAsks is how often they are asked: once, and twice again.
	MaxContactAsks = 3
)

// Due reports whether it is time to have a contact confirmed: a quarter after it was
// confirmed last, or given.
func (c Contact) Due(now time.Time) bool {
	since := c.ConfirmedAt
	if since.IsZero() {
		since = c.CreatedAt
	}
	return now.Sub(since) >= ContactTerm
}

// ToAsk reports whether a letter is due to a contact: the first one, or another one
// while none was answered.
func (c Contact) ToAsk(now time.Time) bool {
	if c.Mail == "" || c.Asks >= MaxContactAsks {
		return false
	}
	return c.Asks == 0 && c.Due(now) || c.Asks > 0 && now.Sub(c.AskedAt) >= ContactAskedEvery
}

// Asked reports whether the link of the last letter to a contact is good.
func (c Contact) Asked(now time.Time) bool {
	return c.Asks > 0 && now.Sub(c.AskedAt) < ContactLinkTerm
}

// Unanswered reports whether none of the letters to a contact was answered in time.
func (c Contact) Unanswered(now time.Time) bool {
	return c.Asks >= MaxContactAsks && now.Sub(c.AskedAt) >= ContactAskedEvery
}

// ToCall reports whether a contact is due that no letter reaches.
func (c Contact) ToCall(now time.Time) bool { return c.Mail == "" && c.Due(now) }

// phonePattern allows an international or a short number with the usual
// separators.
var phonePattern = regexp.MustCompile(`^\+?[0-9]([0-9 ()./-]{1,28}[0-9])?$`)

// Normalize lowers the case of ids and trims texts.
func (c *Contact) Normalize() {
	c.ID, c.TenantID = strings.ToLower(c.ID), strings.ToLower(c.TenantID)
	c.Of.ID = strings.ToLower(c.Of.ID)
	c.Mail, c.Phone = strings.TrimSpace(c.Mail), strings.TrimSpace(c.Phone)
}

// Validate reports every problem of a normalised contact at once. It repeats
// neither address nor number.
func (c Contact) Validate() error {
	problems := []error{checkGUID(c.ID), checkTenantID(c.TenantID)}
	if _, ok := ParseParty(c.Of.String()); !ok || c.Of.IsZero() {
		problems = append(problems, Invalidf("of", "Name a person or a team."))
	}
	if c.Mail == "" && c.Phone == "" {
		problems = append(problems, Invalidf("mail", "Give a mail address or a telephone number."))
	}
	if c.Mail != "" && !isMailAddress(c.Mail) {
		problems = append(problems, Invalidf("mail", "It is no mail address such as desk@contoso.example."))
	}
	if c.Phone != "" && !phonePattern.MatchString(c.Phone) {
		problems = append(problems, Invalidf("phone", "Use 2 to 30 digits with spaces, dots, dashes and brackets, such as +33 1 23 45 67 89."))
	}
	return errors.Join(problems...)
}

// isMailAddress reports whether s is an address alone, without a name or a
// comment, of at most 254 bytes (RFC 5321, 4.5.3.1.3).
func isMailAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254
}

// Reaches reports whether o reaches whom c reaches in the same ways, so that
// what was confirmed of one holds of the other.
func (c Contact) Reaches(o Contact) bool {
	return c.Of == o.Of && c.Mail == o.Mail && c.Phone == o.Phone
}
