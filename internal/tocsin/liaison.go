package tocsin

import (
	"errors"
	"strings"
	"time"
)

// A Liaison is somebody who may speak with the provider for a tenant: they
// file requests and hold the line.
type Liaison struct {
	ID        string // GUID
	TenantID  string
	UserID    string // once in the tenant
	Reach     string // when and how they are reached, at most 100 characters; personal data, see [Contact]
	StandInID string // user who speaks when they cannot; "" for nobody
	CreatedAt time.Time
}

// Normalize lowers the case of ids and trims texts.
func (l *Liaison) Normalize() {
	l.ID, l.TenantID = strings.ToLower(l.ID), strings.ToLower(l.TenantID)
	l.UserID, l.StandInID = strings.ToLower(strings.TrimSpace(l.UserID)), strings.ToLower(strings.TrimSpace(l.StandInID))
	l.Reach = strings.TrimSpace(l.Reach)
}

// Validate reports every problem of a normalised liaison at once.
func (l Liaison) Validate() error {
	problems := []error{checkGUID(l.ID), checkTenantID(l.TenantID)}
	if l.TenantID == "" {
		problems = append(problems, Invalidf("tenant", "Name the tenant that they speak for."))
	}
	if !IsGUID(l.UserID) {
		problems = append(problems, Invalidf("user", "Name a person."))
	}
	if !oneLine(l.Reach) {
		problems = append(problems, Invalidf("reach", "Use at most 100 characters on one line."))
	}
	if l.StandInID != "" && (!IsGUID(l.StandInID) || l.StandInID == l.UserID) {
		problems = append(problems, Invalidf("standIn", "Name another person, or nobody."))
	}
	return errors.Join(problems...)
}
