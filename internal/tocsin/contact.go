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
}

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
