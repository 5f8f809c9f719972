package route

import (
	"fmt"
	"slices"
	"time"
)

// InhibitSpec is a rule as the settings write it: while something that fulfils
// source_matchers is open, whatever fulfils target_matchers and agrees with it
// in the labels of equal is not told.
type InhibitSpec struct {
	Source []string `yaml:"source_matchers" json:"source_matchers"`           // what hides
	Target []string `yaml:"target_matchers" json:"target_matchers"`           // what is hidden
	Equal  []string `yaml:"equal,omitempty"           json:"equal,omitempty"` // labels in which both agree; a missing one is empty
}

// An InhibitRule hides events while others are open.
type InhibitRule struct {
	Source, Target Matchers
	Equal          []string
	At             string // its key in the settings
}

func (c *compiler) inhibit(at string, s InhibitSpec) InhibitRule {
	for _, side := range []struct {
		key  string
		list []string
	}{{".source_matchers", s.Source}, {".target_matchers", s.Target}} {
		if len(side.list) == 0 {
			c.add(at+side.key, "It is missing: the rule would take everything for it.")
		}
	}
	for n, name := range s.Equal {
		c.label(fmt.Sprintf("%s.equal[%d]", at, n), name)
	}
	return InhibitRule{Source: c.matchers(at+".source_matchers", s.Source), Target: c.matchers(at+".target_matchers", s.Target), Equal: s.Equal, At: at}
}

// Hides reports whether the rule hides a target while a source is open. What
// fulfils both sides is not hidden by what does so too.
func (r InhibitRule) Hides(target, source Labels) bool {
	if !r.Target.Match(target) || !r.Source.Match(source) || r.Source.Match(target) && r.Target.Match(source) {
		return false
	}
	for _, name := range r.Equal {
		if !slices.Equal(target.values(name), source.values(name)) {
			return false
		}
	}
	return true
}

// Inhibited returns the first of the rules that hides some labels, and which of
// what is open it is for; ok is false when none does.
func (p *Policy) Inhibited(target Labels, open []Labels) (rule InhibitRule, source int, ok bool) {
	for _, rule = range p.Inhibit {
		for i, labels := range open {
			if rule.Hides(target, labels) {
				return rule, i, true
			}
		}
	}
	return InhibitRule{}, 0, false
}

// A Silence keeps what fulfils its matchers from being told, for a while.
type Silence struct {
	ID       string
	Matchers Matchers
	Starts   time.Time
	Ends     time.Time // not included
	Author   string
	Reason   string
}

// Active reports whether the silence holds at an instant.
func (s Silence) Active(at time.Time) bool { return !at.Before(s.Starts) && at.Before(s.Ends) }

// Silenced returns the first silence that keeps some labels from being told at
// an instant; ok is false when none does. A silence without matchers keeps
// nothing.
func Silenced(list []Silence, labels Labels, at time.Time) (s Silence, ok bool) {
	for _, s = range list {
		if s.Active(at) && len(s.Matchers) > 0 && s.Matchers.Match(labels) {
			return s, true
		}
	}
	return Silence{}, false
}
