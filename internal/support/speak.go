package support

import (
	"context"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// people knows who may speak with the provider, and how people are called.
type people interface {
	Liaisons(ctx context.Context) ([]tocsin.Liaison, error)
	PartyNames(ctx context.Context) (map[tocsin.Party]string, error)
}

// A Speaker is somebody who may speak with the provider for a tenant, and who does
// so in their place.
type Speaker struct{ UserID, Name, Reach, StandInID, StandIn string }

// Line is the speaker on one line, for the pack.
func (s Speaker) Line() string {
	line := s.Name
	if s.Reach != "" {
		line += ", " + s.Reach
	}
	if s.StandIn != "" {
		line += " / " + s.StandIn
	}
	return line
}

// SpeakersOf returns who may speak with the provider for a tenant.
func SpeakersOf(ctx context.Context, p people, tenantID string) (list []Speaker, err error) {
	all, err := p.Liaisons(ctx)
	if err != nil {
		return nil, err
	}
	names, err := p.PartyNames(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.TenantID == tenantID {
			list = append(list, Speaker{l.UserID, names[tocsin.UserParty(l.UserID)], l.Reach, l.StandInID, names[tocsin.UserParty(l.StandInID)]})
		}
	}
	return list, nil
}

// Named returns the name of the one among speakers and their stand-ins whom a text
// names; it fails with [tocsin.ErrInvalid] where it names none of them: nobody else
// speaks with the provider.
func Named(list []Speaker, name string) (string, error) {
	for _, s := range list {
		for _, one := range []string{s.Name, s.StandIn} {
			if one != "" && strings.EqualFold(one, strings.TrimSpace(name)) {
				return one, nil
			}
		}
	}
	return "", tocsin.Invalidf("by", "Name one of those who may speak with the provider for this tenant.")
}

// MaySpeak reports whether a user is among speakers and their stand-ins.
func MaySpeak(list []Speaker, userID string) bool {
	for _, s := range list {
		if userID != "" && (s.UserID == userID || s.StandInID == userID) {
			return true
		}
	}
	return false
}
