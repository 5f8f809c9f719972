package config

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// Support is what a tenant has agreed with the provider's support, and what the
// team asks of itself: the provider promises no times. Who speaks with the provider is
// named in the pages, under Administration.
type Support struct {
	Plan       string   `yaml:"plan"`       // name of the support plan, such as Unified
	Phone      string   `yaml:"phone"`      // number of the provider's support, for when the portal is what is down
	PhoneHours string   `yaml:"phoneHours"` // when it answers, in words, such as 24/7
	Hours      []string `yaml:"hours"`      // when the team works, such as Mon-Fri 08:00-18:00; always when empty. What is critical is worked on around the clock
	Zone       string   `yaml:"zone"`       // time zone of hours and holidays, such as Europe/Paris; UTC when empty
	Holidays   []string `yaml:"holidays"`   // days without work, such as 2026-12-25
	Answer     Within   `yaml:"answer"`     // in how much working time the team answers; 1h, 4h and 10h when empty
	AskAfter   Within   `yaml:"askAfter"`   // after how much working time without a word from the provider it asks again; 2h, 10h and 30h when empty
}

// Within is a time for each severity.
type Within struct {
	A Duration `yaml:"a"` // critical
	B Duration `yaml:"b"` // high
	C Duration `yaml:"c"` // non-critical
}

func (w Within) times() map[string]time.Duration {
	return map[string]time.Duration{"A": time.Duration(w.A), "B": time.Duration(w.B), "C": time.Duration(w.C)}
}

// Terms returns what the settings say, and every problem of them.
func (s Support) Terms() (t tocsin.SupportTerms, err error) {
	var problems []error
	zone, ok := tocsin.ParseZone(cmp.Or(s.Zone, "UTC"))
	if !ok {
		problems = append(problems, tocsin.Invalidf("zone", "%q is no time zone such as Europe/Paris.", tocsin.Clip(s.Zone, 64)))
	}
	spans, err := tocsin.ParseHours(s.Hours)
	problems = append(problems, err)
	for n, day := range s.Holidays {
		if err := tocsin.CheckHoliday(day); err != nil {
			problems = append(problems, tocsin.Invalidf(fmt.Sprintf("holidays[%d]", n), "%q is no day such as 2026-12-25.", tocsin.Clip(day, 40)))
		}
	}
	for field, text := range map[string]string{"plan": s.Plan, "phone": s.Phone, "phoneHours": s.PhoneHours} {
		problems = append(problems, tocsin.IncidentLine(field, text, false))
	}
	return tocsin.SupportTerms{
		Plan: strings.TrimSpace(s.Plan), Phone: strings.TrimSpace(s.Phone), Open: strings.TrimSpace(s.PhoneHours),
		Hours: tocsin.Hours{Zone: zone, Spans: spans, Holidays: s.Holidays}, Answer: s.Answer.times(), AskAfter: s.AskAfter.times(),
	}, errors.Join(problems...)
}

// SupportOf returns what a tenant has agreed with the provider's support. It is
// empty, and the team works always, where the settings say nothing.
func (c Config) SupportOf(tenantID string) tocsin.SupportTerms {
	for _, t := range c.Tenants {
		if strings.EqualFold(t.TenantID, tenantID) {
			terms, _ := t.Support.Terms() // validated before
			return terms
		}
	}
	return tocsin.SupportTerms{Hours: tocsin.Hours{Zone: time.UTC}}
}
