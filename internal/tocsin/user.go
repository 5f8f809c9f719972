package tocsin

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// A User is a person who can sign in: with a local account that has a name and
// a password or passkeys, or through an identity provider that vouches for
// them. Nobody is ever recognised by an e-mail address.
type User struct {
	ID         string // GUID
	Name       string // that they sign in with, lower case; a label only when there is an Issuer
	Display    string // how others read them
	Issuer     string // identity provider, "" for a local account
	Subject    string // who they are there
	ObjectID   string // GUID by which a directory of Entra knows them in all programs, if it said so
	CreatedAt  time.Time
	DisabledAt time.Time // zero while they may sign in
	SignedInAt time.Time // last time
	Grants     []Grant   // by role and tenant
	Reading    Reading
}

// Local reports whether the desk itself keeps the account.
func (u User) Local() bool { return u.Issuer == "" }

// userName allows names that are typed easily, also those that look like an
// e-mail address.
var userName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._@+-]{0,98}[a-z0-9])?$`)

// Normalize lowers the case of the name and shows it where nothing better is
// known.
func (u *User) Normalize() {
	u.ID = strings.ToLower(u.ID)
	u.Name = strings.ToLower(strings.TrimSpace(u.Name))
	u.Display = strings.TrimSpace(u.Display)
	if u.Display == "" {
		u.Display = u.Name
	}
}

// Validate reports every problem of a normalised user at once.
func (u User) Validate() error {
	var problems []error
	if !IsGUID(u.ID) {
		problems = append(problems, Invalidf("id", "%q is not a GUID.", Clip(u.ID, 64)))
	}
	if u.Local() && !userName.MatchString(u.Name) {
		problems = append(problems, Invalidf("name", "%q is no name to sign in with: use 1 to 100 letters, digits and . _ - + @.", Clip(u.Name, 64)))
	}
	if u.Display == "" || !oneLine(u.Display) {
		problems = append(problems, Invalidf("display", "Give 1 to 100 characters to show."))
	}
	if (u.Issuer == "") != (u.Subject == "") {
		problems = append(problems, Invalidf("issuer", "Name both issuer and subject, or none."))
	}
	for _, g := range u.Grants {
		problems = append(problems, g.Validate())
	}
	return errors.Join(problems...)
}

// A Session is a person who has signed in with one browser. Its token is known
// to the browser alone.
type Session struct {
	ID        string // GUID, to name it by
	Hash      Hash   // of the token
	UserID    string
	Method    string // how they signed in: password, passkey, or the name of an identity provider
	Agent     string // what the browser says it is, clipped
	Address   string // where the request came from
	CreatedAt time.Time
	SeenAt    time.Time // of the last request, to about a minute
	EndsAt    time.Time // whatever happens
}

// A Passkey is a public key that a person signs in with.
type Passkey struct {
	ID         []byte // chosen by the authenticator
	UserID     string
	Name       string // given by the person
	Credential []byte // JSON of the verifying library
	CreatedAt  time.Time
	UsedAt     time.Time
}
