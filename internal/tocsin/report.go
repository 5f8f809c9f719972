package tocsin

import (
	"errors"
	"strings"
	"time"
)

// A Report is a "me too": somebody of the staff says that a service fails for
// them. It keeps no address; Source tells reports of one machine on one day from
// those of others, and nothing more.
type Report struct {
	ID       string // GUID
	TenantID string
	Site     string // id of a [Site], "" when not said
	Service  string // of [TriageServices]
	Symptom  string // place in the list of the service's symptoms, "" when not said
	Code     string // as the screen showed it, behind the issue and the time of a link that led to the form; at most 100 characters
	Language string // the reporter reads in
	At       time.Time
	Person   string // id of the [User] who sent it, "" when nobody was signed in
	Source   Hash   // of where it came from, with a secret of the day that is forgotten
}

// Normalize trims texts and lowers the case of ids.
func (r *Report) Normalize() {
	r.ID, r.Site, r.Code = strings.ToLower(r.ID), strings.ToLower(r.Site), strings.TrimSpace(r.Code)
}

// Validate reports every problem of a normalised report at once.
func (r Report) Validate() error {
	problems := []error{checkGUID(r.ID), oneOf("service", r.Service, TriageServices()), oneOf("symptom", r.Symptom, []string{"0", "1", "2"})}
	if r.Service == "" {
		problems = append(problems, Invalidf("service", "Choose the service that fails."))
	}
	if r.Site != "" && !IsGUID(r.Site) {
		problems = append(problems, Invalidf("site", "Choose one of the sites."))
	}
	if !oneLine(r.Code) {
		problems = append(problems, Invalidf("code", "Use at most 100 characters on one line."))
	}
	return errors.Join(problems...)
}

// Erased stands in the place of the name of a person who was erased.
const Erased = "–"

// A ReportCount is how many reports came in a span, and from how many places.
type ReportCount struct {
	Site    string // "" for those without one
	Service string
	N       int // reports
	Sources int // machines that they came from, at most N
}
