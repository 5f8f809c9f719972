package tocsin

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Team is people who see to things together. It may own messages, and be
// told of changes, in its tenant or, where it belongs to the whole desk, in
// every tenant.
type Team struct {
	ID        string   // GUID
	TenantID  string   // "" for the whole desk
	Name      string   // 1 to 100 characters, once in its tenant in whatever letter case
	Members   []string // ids of users, sorted; there may be none
	CreatedAt time.Time
}

// maxMembers is how many people a team may have.
const maxMembers = 500

// Normalize lowers the case of ids, sorts the members and drops repetitions.
func (t *Team) Normalize() {
	t.ID, t.TenantID = strings.ToLower(t.ID), strings.ToLower(t.TenantID)
	t.Name = strings.TrimSpace(t.Name)
	t.Members = normalizeList(t.Members)
}

// Validate reports every problem of a normalised team at once.
func (t Team) Validate() error {
	problems := []error{checkGUID(t.ID), checkTenantID(t.TenantID), checkName(t.Name)}
	if len(t.Members) > maxMembers {
		problems = append(problems, Invalidf("members", "A team has at most %d members.", maxMembers))
	}
	if i := slices.IndexFunc(t.Members, func(id string) bool { return !IsGUID(id) }); i >= 0 {
		problems = append(problems, Invalidf("members", "%q is not the GUID of a person.", Clip(t.Members[i], 64)))
	}
	return errors.Join(problems...)
}

// Serves reports whether what belongs to tenant owner, or to the whole desk
// when that is "", is for the tenant of that id.
func Serves(owner, tenantID string) bool { return owner == "" || owner == tenantID }

func checkGUID(id string) error {
	if !IsGUID(id) {
		return Invalidf("id", "%q is not a GUID.", Clip(id, 64))
	}
	return nil
}

func checkTenantID(id string) error {
	if id != "" && !IsGUID(id) {
		return Invalidf("tenant", "%q is not the GUID of a tenant.", Clip(id, 64))
	}
	return nil
}

func checkName(name string) error {
	if name == "" || !oneLine(name) {
		return Invalidf("name", "Give a name of 1 to 100 characters on one line.")
	}
	return nil
}
