package access

import (
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json" // case-sensitive, refuses duplicate members

	"example.org/tocsin/internal/tocsin"
)

// foreignHeader reads the header of another issuer's token. It may hold more
// than ours do, but nothing that brings a key along, changes what is signed, or
// makes the token something else than what anybody who holds it may use.
func foreignHeader(part string) (id string, algorithm jose.SignatureAlgorithm, err error) {
	text, err := decodePart(part)
	if err == nil {
		err = checkObject(text)
	}
	var members map[string]any
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if err != nil {
		return "", "", err
	}
	for _, name := range []string{"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty", "nonce", "enc", "epk"} {
		if _, ok := members[name]; ok {
			return "", "", errors.New("a member that is not served")
		}
	}
	name, _ := members["alg"].(string)
	algorithm = jose.SignatureAlgorithm(name)
	id, _ = members["kid"].(string)
	typ, typed := members["typ"]
	kind, _ := typ.(string)
	switch {
	case !slices.Contains(algorithms(), algorithm):
		return "", "", errors.New("another algorithm")
	case typed && !strings.EqualFold(kind, "JWT") && !strings.EqualFold(kind, "at+jwt") && !strings.EqualFold(kind, "application/at+jwt"):
		return "", "", errors.New("another type")
	case id == "" || len(id) > 128:
		return "", "", errors.New("no key id")
	}
	return id, algorithm, nil
}

// claimedIssuer is what an unverified token says about who issued it: good only
// for choosing whose rules it is held against.
func claimedIssuer(token string) (string, error) {
	_, body, _, err := split(token, maxHeader)
	if err != nil {
		return "", err
	}
	text, err := decodePart(body)
	if err != nil {
		return "", err
	}
	if err := checkObject(text); err != nil {
		return "", err
	}
	var c struct {
		Issuer string `json:"iss"`
	}
	return c.Issuer, json.Unmarshal(text, &c)
}

// foreign is what a token of another issuer says, and the first thing that it
// says in a way that it must not.
type foreign struct {
	members                   map[string]any
	expiry, notBefore, issued int64
	problem                   error
}

func decodeForeign(text []byte) (*foreign, error) {
	if err := checkObject(text); err != nil {
		return nil, err
	}
	c := &foreign{}
	if err := json.Unmarshal(text, &c.members); err != nil {
		return nil, err
	}
	c.expiry, c.notBefore, c.issued = c.seconds("exp", true), c.seconds("nbf", false), c.seconds("iat", true)
	return c, c.problem
}

func (c *foreign) refuse(reason string) {
	if c.problem == nil {
		c.problem = errors.New(reason)
	}
}

// text is a claim that must be a text if it is there.
func (c *foreign) text(name string) string {
	value, ok := c.members[name]
	text, isText := value.(string)
	if ok && !isText {
		c.refuse(name + " is no text")
	}
	return text
}

// seconds is a claim that must be a time in whole seconds.
func (c *foreign) seconds(name string, needed bool) int64 {
	value, ok := c.members[name]
	number, isNumber := value.(float64)
	const last = 253402300799 // the end of the year 9999
	switch {
	case !ok && !needed:
	case !isNumber || number != math.Trunc(number) || number < 0 || number > last:
		c.refuse(name + " is no time")
		return 0
	}
	return int64(number)
}

// list is a claim that is a list of texts, or one text of words. A dot in its
// name leads into an object.
func (c *foreign) list(name string) []string {
	switch value := find(c.members, name).(type) {
	case nil:
		return nil
	case string:
		return strings.Fields(value)
	case []any:
		list := make([]string, 0, len(value))
		for _, one := range value {
			text, ok := one.(string)
			if !ok {
				c.refuse(name + " holds something else than texts")
			}
			list = append(list, text)
		}
		return list
	}
	c.refuse(name + " is no list")
	return nil
}

// find looks for a member by its name or, where that has dots, by its path.
// Names of members may have dots themselves.
func find(object map[string]any, name string) any {
	if value, ok := object[name]; ok {
		return value
	}
	for i, r := range name {
		if r != '.' {
			continue
		}
		if inner, ok := object[name[:i]].(map[string]any); ok {
			if value := find(inner, name[i+1:]); value != nil {
				return value
			}
		}
	}
	return nil
}

func (c *foreign) checkTimes(now time.Time) error {
	return claims{Expiry: &c.expiry, NotBefore: &c.notBefore, IssuedAt: &c.issued}.checkTimes(now)
}

// said is what a token says in our words.
type said struct {
	tenant    string // as the issuer names it
	client    string
	subject   string // a person, if delegated
	audience  string
	delegated bool
	granted   []string // as the issuer calls it
}

// read takes out of a token what its issuer's dialect puts there.
func (i *Issuer) read(c *foreign) (said, error) {
	var s said
	for _, name := range []string{"cnf", "at_hash", "c_hash", "s_hash"} {
		if _, ok := c.members[name]; ok {
			// Bound to a key of its holder, or said to a program about a person.
			return s, errors.New("no bearer token for an API")
		}
	}
	if kind := c.text("typ"); kind != "" && !strings.EqualFold(kind, "Bearer") {
		return s, errors.New("no access token") // Keycloak: ID, Refresh, Logout
	}
	iss := c.text("iss")
	if !i.issues(iss) {
		return s, errors.New("another issuer")
	}
	if slices.Contains(c.list("aud"), "") {
		return s, errors.New("an empty audience")
	}
	for _, audience := range audiencesOf(c) {
		if slices.Contains(i.Audiences, audience) {
			s.audience = audience
		}
	}
	if i.Dialect == Entra {
		i.readEntra(c, iss, &s)
	} else {
		i.readOpenID(c, &s)
	}
	switch {
	case c.problem != nil:
		return s, c.problem
	case s.audience == "":
		return s, errors.New("another audience")
	case s.client == "" || s.subject == "":
		return s, errors.New("no client or subject")
	case len(i.Clients) > 0 && !slices.ContainsFunc(i.Clients, func(id string) bool { return strings.EqualFold(id, s.client) }):
		return s, errors.New("the client may not call")
	}
	return s, nil
}

// audiencesOf are the texts of "aud", which is one text or a list of them. One
// text is not a list of words here.
func audiencesOf(c *foreign) []string {
	if one, ok := c.members["aud"].(string); ok {
		return []string{one}
	}
	return c.list("aud")
}

// readEntra reads both versions of Entra's access tokens. Tokens of a person
// have scp; those of a program have roles, and the program is its own subject.
// Roles in a token of a person are that person's, and give the program nothing.
func (i *Issuer) readEntra(c *foreign, iss string, s *said) {
	id, version, _ := i.directory(iss)
	s.tenant = strings.ToLower(id)
	object := c.text("oid")
	s.client, s.subject = c.text(map[string]string{"1.0": "appid", "2.0": "azp"}[version]), c.text("sub")
	scope, delegated := c.members["scp"]
	switch {
	case !strings.EqualFold(c.text("tid"), id):
		c.refuse("tid and iss are about different directories")
	case c.text("ver") != version:
		c.refuse("ver and iss are of different versions")
	case c.text("appid") != "" && c.text("azp") != "" && c.text("appid") != c.text("azp"):
		c.refuse("two clients")
	case !tocsin.IsGUID(s.client):
		c.refuse("no client: it may be an ID token")
	case delegated:
		if _, isText := scope.(string); !isText || c.text("idtyp") == "app" {
			c.refuse("scp does not fit")
		}
		s.delegated, s.granted = true, c.list("scp")
	case c.text("idtyp") == "user" || object != "" && object != s.subject:
		s.granted = nil // a person's, without leave for this program
	default:
		s.granted = c.list("roles")
	}
	if object != "" { // the same for all programs, as sub is not
		s.subject = object
		if s.delegated {
			s.subject = inDirectory(id, object)
		}
	}
}

// inDirectory names an object of a directory of Entra.
func inDirectory(directory, object string) string {
	return strings.ToLower(directory + "/" + object)
}

// readOpenID reads the tokens of other providers. A program is known by being
// its own subject (RFC 9068, 2.2) or by the name of the account that Keycloak
// makes for it; everybody else is a person.
func (i *Issuer) readOpenID(c *foreign, s *said) {
	if i.Claims.Tenant != "" {
		s.tenant, _ = find(c.members, i.Claims.Tenant).(string)
		if s.tenant == "" {
			c.refuse("no tenant")
		}
	}
	s.subject = c.text("sub")
	if i.Claims.Client != "" {
		s.client = c.text(i.Claims.Client)
	} else {
		azp, id := c.text("azp"), c.text("client_id")
		if s.client = azp; azp == "" {
			s.client = id
		} else if id != "" && id != azp {
			c.refuse("two clients")
		}
	}
	if s.subject == s.client || strings.EqualFold(c.text("preferred_username"), "service-account-"+s.client) {
		s.granted = c.list(i.Claims.Roles)
		return
	}
	s.delegated, s.granted = true, c.list(i.Claims.Scopes)
}
