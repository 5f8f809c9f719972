package tocsin

import "strings"

// A Party is a person or a team: whoever owns something, does something or is
// told of it. The zero Party is nobody.
type Party struct {
	Kind PartyKind
	ID   string // GUID of a [User] or a [Team], lower case
}

// A PartyKind says what a [Party] is.
type PartyKind string

// The kinds of parties.
const (
	PartyUser PartyKind = "user"
	PartyTeam PartyKind = "team"
)

// UserParty returns the person of that id as a party, nobody for "".
func UserParty(id string) Party { return partyOf(PartyUser, id) }

// TeamParty returns the team of that id as a party, nobody for "".
func TeamParty(id string) Party { return partyOf(PartyTeam, id) }

func partyOf(kind PartyKind, id string) Party {
	if id == "" {
		return Party{}
	}
	return Party{Kind: kind, ID: strings.ToLower(id)}
}

// ParseParty reads what [Party.String] writes, in any letter case; "" is
// nobody. It reports false for everything else.
func ParseParty(text string) (Party, bool) {
	if text == "" {
		return Party{}, true
	}
	kind, id, _ := strings.Cut(strings.ToLower(text), ":")
	p := Party{Kind: PartyKind(kind), ID: id}
	if p.Kind != PartyUser && p.Kind != PartyTeam || !IsGUID(id) {
		return Party{}, false
	}
	return p, true
}

// String returns the kind and the id, such as "team:0b7c…", and "" for nobody.
func (p Party) String() string {
	if p.IsZero() {
		return ""
	}
	return string(p.Kind) + ":" + p.ID
}

// IsZero reports whether p is nobody.
func (p Party) IsZero() bool { return p == Party{} }

// A Named is something with an id and a name.
type Named struct{ ID, Name string }

// A NamedParty is a [Party] with its names.
type NamedParty struct {
	Party
	Name    string // that people read, another one for each person
	Account string // that a person signs in with; "" for a team
}

// FindParty returns the party that text, the input called field, names among
// those of a list: by kind and id, by name or by account, in any letter case; ""
// is nobody. It fails with [ErrInvalid] when there is none or more than one of
// the name. Whether kind and id are on the list is not asked.
func FindParty(list []NamedParty, field, text string) (Party, error) {
	text = strings.TrimSpace(text)
	if p, ok := ParseParty(text); ok {
		return p, nil
	}
	var found []Party
	for _, p := range list {
		if strings.EqualFold(p.Name, text) || p.Account != "" && strings.EqualFold(p.Account, text) {
			found = append(found, p.Party)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Party{}, Invalidf(field, "Nobody there, and no team, is called %q.", Clip(text, 64))
	}
	return Party{}, Invalidf(field, "Several are called %q: give the id.", Clip(text, 64))
}
