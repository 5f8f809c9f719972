package triage

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/knowledge"
	"example.org/tocsin/internal/tocsin"
)

//go:embed keywords.yaml
var keywordsFile []byte

var keywords = sync.OnceValues(func() (map[string][]string, error) { //nolint:gochecknoglobals // read once, never changed
	var words map[string][]string
	if err := yaml.NewDecoder(bytes.NewReader(keywordsFile)).Decode(&words); err != nil {
		return nil, fmt.Errorf("read words of symptoms: %w", err)
	}
	return words, nil
})

// A Candidate is an issue that a call may be about.
type Candidate struct {
	ID, Title  string
	Service    string // workload id or name
	Text       string // of its posts and impact, plain, in English
	Advisory   bool
	StartAt    time.Time
	RestoredAt time.Time // zero while it is open
}

// A Match is an issue with what it has in common with a call.
type Match struct {
	Candidate
	Services []string // in common, by the ids of what is known
	Asked    int      // services that the caller named
	Symptoms int      // in common
	Code     bool     // its text names the HTTP code
	Region   bool     // its text names the region
	Score    int
}

// Open reports whether the issue goes on.
func (m Match) Open() bool { return m.RestoredAt.IsZero() }

// Full reports whether the issue hits every service that the caller named. An
// advisory does not: it cuts nobody off.
func (m Match) Full() bool { return m.Asked > 0 && len(m.Services) == m.Asked && !m.Advisory }

// Compare holds issues against the answers of a call and returns them, those
// that fit best first; of two that fit alike, the one that began last. Issues
// without a service in common come last, with a score of 0.
func Compare(a tocsin.TriageAnswers, issues []Candidate) ([]Match, error) {
	words, err := keywords()
	if err != nil {
		return nil, err
	}
	list := make([]Match, 0, len(issues))
	for _, c := range issues {
		list = append(list, compare(a, c, words))
	}
	slices.SortStableFunc(list, func(x, y Match) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), y.StartAt.Compare(x.StartAt), cmp.Compare(x.ID, y.ID))
	})
	return list, nil
}

// Points of what an issue and a call have in common.
const (
	pointsService  = 10
	pointsWhole    = 5 // all the services of the call
	pointsOpen     = 4
	pointsIncident = 4
	pointsSymptom  = 2
	pointsCode     = 2
	pointsRegion   = 1
)

func compare(a tocsin.TriageAnswers, c Candidate, words map[string][]string) Match {
	m := Match{Candidate: c, Asked: len(a.Services)}
	text := strings.ToLower(c.Title + "\n" + c.Text)
	hit := servicesOf(c.Service, text)
	for _, id := range a.Services {
		if slices.Contains(hit, id) {
			m.Services = append(m.Services, id)
		}
	}
	for _, symptom := range a.Symptoms {
		if containsAny(text, words[symptom]) {
			m.Symptoms++
		}
	}
	if n, err := strconv.Atoi(a.Trace.HTTP); err == nil {
		m.Code = slices.Contains(statusesOf(text), uint16(n))
	}
	m.Region = a.Region != "" && strings.Contains(text, strings.ToLower(a.Region))
	if len(m.Services) == 0 {
		return m
	}
	m.Score = pointsService*len(m.Services) + pointsSymptom*m.Symptoms
	m.Score += pointsWhole*one(m.Full()) + pointsOpen*one(m.Open()) + pointsIncident*one(!c.Advisory) + pointsCode*one(m.Code) + pointsRegion*one(m.Region)
	return m
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// servicesOf are the services that an issue hits: its own, and those that its
// text names.
func servicesOf(service, text string) []string {
	hit := slices.Clone(knowledge.ServicesOf(service))
	for id, names := range map[string][]string{
		"exchange": {"exchange online", "outlook"}, "teams": {"microsoft teams"}, "sharepoint": {"sharepoint", "onedrive"}, "identity": {"microsoft entra", "azure ad", "active directory"},
	} {
		if containsAny(text, names) && !slices.Contains(hit, id) {
			hit = append(hit, id)
		}
	}
	return hit
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}
