package tocsin

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Triage is one call that is being qualified: what the caller says, what was
// tried, and what came of it. It is recorded as it goes, so that it can be left
// and resumed, by several people.
type Triage struct {
	TenantID    string
	N           int64 // 1, 2, 3 … in its tenant
	Rev         int64 // grows with each change; a change names the one that it is made from
	OpenedAt    time.Time
	ChangedAt   time.Time
	ClosedAt    time.Time // zero while it goes on
	OpenedBy    string    // as people read it
	ChangedBy   string    // as people read it; "" for the caller
	Answers     TriageAnswers
	Verdict     string    // cause that the evidence spoke for when it was changed last
	CallerUntil time.Time // how long the caller's link holds; zero without one
}

// TriageAnswers are the fields of a triage. Members that are empty were not
// asked, or not answered.
type TriageAnswers struct {
	Caller   string            `json:"caller,omitempty"` // who calls, in the words of the desk: a team and a place, no name
	Site     string            `json:"site,omitempty"`   // id of a [Site]
	Region   string            `json:"region,omitempty"`
	Scope    string            `json:"scope,omitempty"`    // many, site, team, one, unknown
	Services []string          `json:"services,omitempty"` // of [TriageServices]
	States   map[string]string `json:"states,omitempty"`   // ok, partial or ko by service, as the caller sees it
	Symptoms []string          `json:"symptoms,omitempty"` // service and place in the list of its symptoms: "teams/0"
	Issue    string            `json:"issue,omitempty"`    // id of the issue that the call is attached to; "none" when none fits
	Network  string            `json:"network,omitempty"`  // both, internal, vpn, unknown
	Code     string            `json:"code,omitempty"`     // server, auth, proxy, portal, name, certificate, request, other, unknown
	Checks   map[string]string `json:"checks,omitempty"`   // ok, partial, ko or unknown by check
	Notes    map[string]string `json:"notes,omitempty"`    // by step
	Trace    TriageTrace       `json:"trace,omitzero"`
	Found    []TriageFinding   `json:"found,omitempty"` // by programs
	Acts     []TriageAct       `json:"acts,omitempty"`  // what was done with the verdict, oldest first
	Language string            `json:"language,omitempty"`
}

// A TriageTrace is what the error said, so that the provider's support can find
// it.
type TriageTrace struct {
	At          string `json:"at,omitempty"`   // instant with its zone, as it was written
	HTTP        string `json:"http,omitempty"` // status code
	Correlation string `json:"correlation,omitempty"`
	Request     string `json:"request,omitempty"`
	Meeting     string `json:"meeting,omitempty"`
	SMTP        string `json:"smtp,omitempty"` // enhanced status or reply code
}

// A TriageFinding is what a program found at a seat, or from the server.
type TriageFinding struct {
	Check   string    `json:"check"`
	Outcome string    `json:"outcome"` // pass, fail or unknown
	Detail  string    `json:"detail,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Origin  string    `json:"origin,omitempty"`
}

// A TriageAct is what somebody of the desk did with a verdict.
type TriageAct struct {
	What   string    `json:"what"` // of [TriageActs]
	At     time.Time `json:"at,omitzero"`
	By     string    `json:"by,omitempty"`     // as people read it, for the term of words
	Detail string    `json:"detail,omitempty"` // id of the issue, or number of the incident
}

// TriageActs lists what can be done with a verdict: the caller was given the id of
// the issue; a request with the provider is prepared; those who run the network or
// identity have it; the seat was put right; an incident of the desk was opened.
func TriageActs() []string { return []string{"give", "request", "escalate", "repair", "room"} }

// Did returns what somebody did first of a kind; ok is false for nothing.
func (a TriageAnswers) Did(what string) (act TriageAct, ok bool) {
	i := slices.IndexFunc(a.Acts, func(one TriageAct) bool { return one.What == what })
	if i < 0 {
		return act, false
	}
	return a.Acts[i], true
}

// A TriageFile is a file that belongs to a triage, such as a picture of an error.
type TriageFile struct {
	Name    string // as it was sent; never the name of a file on a disk
	AddedAt time.Time
	Body    []byte
}

// Bounds of what a triage holds.
const (
	MaxTriageFiles    = 5
	MaxTriageFile     = 2 << 20 // bytes
	maxTriageNote     = 4000    // characters
	maxTriageFindings = 100
	maxTriageActs     = 50
	// NoIssue is the issue of a triage for which somebody said that none fits.
	NoIssue = "none"
)

// TriageServices lists the services that a caller can name, by the ids that what
// is known about them has.
func TriageServices() []string { return []string{"exchange", "teams", "sharepoint", "identity"} }

// TriageScopes, TriageNetworks, TriageCodes and TriageResults list the answers to
// choose from, "unknown" for not yet.
func TriageScopes() []string { return []string{"many", "site", "team", "one", "unknown"} }

// TriageNetworks lists from where it can fail.
func TriageNetworks() []string { return []string{"both", "internal", "vpn", "unknown"} }

// TriageCodes lists the kinds of errors.
func TriageCodes() []string {
	return []string{"server", "auth", "proxy", "portal", "name", "certificate", "request", "other", "unknown"}
}

// TriageResults lists what a check by hand can come to.
func TriageResults() []string { return []string{"ok", "partial", "ko", "unknown"} }

// TriageSteps lists the steps of a triage by id.
func TriageSteps() []string {
	return []string{"scope", "shd", "compare", "environment", "clients", "codes", "escalate"}
}

// TriageChecks lists the checks by hand.
func TriageChecks() []string {
	return []string{"other-network", "no-proxy", "other-client", "account", "outlook", "teams-call", "teams-meeting", "teams-file"}
}

var (
	httpStatus = regexp.MustCompile(`^[1-5][0-9]{2}$`)
	smtpStatus = regexp.MustCompile(`^([245][0-9]{2}( [245]\.[0-9]{1,3}\.[0-9]{1,3})?|[245]\.[0-9]{1,3}\.[0-9]{1,3})$`)
	meetingID  = regexp.MustCompile(`^([0-9]{3} ?){3,5}[0-9]{0,2}$|^19:meeting_[A-Za-z0-9+/=_-]{10,120}@thread\.v2$`)
	requestID  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/+=-]{5,119}$`)
)

// Normalize trims texts and drops what is empty.
func (a *TriageAnswers) Normalize() {
	for _, text := range []*string{&a.Caller, &a.Region, &a.Issue, &a.Trace.At, &a.Trace.HTTP, &a.Trace.Correlation, &a.Trace.Request, &a.Trace.Meeting, &a.Trace.SMTP} {
		*text = strings.TrimSpace(*text)
	}
	a.Site, a.Trace.Correlation = strings.ToLower(a.Site), strings.ToLower(strings.Trim(a.Trace.Correlation, "{}"))
	a.Services, a.Symptoms = sortedSet(a.Services), sortedSet(a.Symptoms)
	for key, text := range a.Notes {
		if a.Notes[key] = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")); a.Notes[key] == "" {
			delete(a.Notes, key)
		}
	}
}

// Validate reports every problem of normalised answers at once.
func (a TriageAnswers) Validate() error {
	problems := []error{
		oneOf("scope", a.Scope, TriageScopes()), oneOf("network", a.Network, TriageNetworks()), oneOf("code", a.Code, TriageCodes()), a.Trace.validate(),
	}
	for field, text := range map[string]string{"caller": a.Caller, "region": a.Region, "issue": a.Issue} {
		if !oneLine(text) {
			problems = append(problems, Invalidf(field, "Use at most 100 characters on one line."))
		}
	}
	if a.Site != "" && !IsGUID(a.Site) {
		problems = append(problems, Invalidf("site", "Choose one of the sites."))
	}
	for _, id := range a.Services {
		problems = append(problems, oneOf("services", id, TriageServices()))
	}
	for _, id := range a.Symptoms {
		service, n, _ := strings.Cut(id, "/")
		if i, err := strconv.Atoi(n); err != nil || i < 0 || i > 9 || len(n) != 1 {
			problems = append(problems, Invalidf("symptoms", "Choose among the symptoms."))
		}
		problems = append(problems, oneOf("symptoms", service, TriageServices()))
	}
	for id, state := range a.States {
		problems = append(problems, oneOf("states", id, TriageServices()), oneOf("state-"+id, state, TriageResults()))
	}
	for id, result := range a.Checks {
		problems = append(problems, oneOf("checks", id, TriageChecks()), oneOf(id, result, TriageResults()))
	}
	for step, text := range a.Notes {
		if !slices.Contains(TriageSteps(), step) || !lines(text, maxTriageNote) {
			problems = append(problems, Invalidf("note", "Use at most %d characters, without control characters.", maxTriageNote))
		}
	}
	if len(a.Acts) > maxTriageActs {
		problems = append(problems, Invalidf("do", "At most %d things are noted of a triage.", maxTriageActs))
	}
	for _, act := range a.Acts {
		problems = append(problems, oneOf("do", act.What, TriageActs()))
	}
	if len(a.Found) > maxTriageFindings {
		problems = append(problems, Invalidf("found", "A triage has at most %d findings of programs.", maxTriageFindings))
	}
	return errors.Join(problems...)
}

func oneOf(field, value string, list []string) error {
	if value == "" || slices.Contains(list, value) {
		return nil
	}
	return Invalidf(field, "%q is none of %s.", Clip(value, 64), strings.Join(list, ", "))
}

func (t TriageTrace) validate() error {
	var problems []error
	if _, ok := t.Time(); t.At != "" && !ok {
		problems = append(problems, Invalidf("at", "Write the time with its zone, as 2026-03-10 09:05 +01:00."))
	}
	for field, one := range map[string]struct {
		text  string
		form  *regexp.Regexp
		words string
	}{
		"http":    {t.HTTP, httpStatus, "An HTTP status code has three digits, such as 503."},
		"smtp":    {t.SMTP, smtpStatus, "Write a status such as 4.7.1, or a reply code such as 451."},
		"meeting": {t.Meeting, meetingID, "A meeting id has 9 to 15 digits, such as 234 567 890 123, or begins with 19:meeting_."},
		"request": {t.Request, requestID, "A request id has 6 to 120 letters, digits and signs, without blanks."},
	} {
		if one.text != "" && !one.form.MatchString(one.text) {
			problems = append(problems, Invalidf(field, "%s", one.words))
		}
	}
	if t.Correlation != "" && !IsGUID(t.Correlation) {
		problems = append(problems, Invalidf("correlation", "A correlation id is a GUID such as 8f14e45f-ceea-467f-a8d6-1f0c3b6f0c11."))
	}
	return errors.Join(problems...)
}

// Time returns when the error was seen. It reports false for what is no instant,
// or has no zone.
func (t TriageTrace) Time() (time.Time, bool) {
	for _, layout := range []string{"2006-01-02 15:04 Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00", time.RFC3339} {
		text := strings.Replace(strings.ToUpper(t.At), "UTC", "Z", 1)
		if at, err := time.Parse(layout, text); err == nil {
			return plausible(at)
		}
	}
	return time.Time{}, false
}

// Validate reports what is wrong with a file.
func (f TriageFile) Validate() error {
	if len(f.Body) == 0 || len(f.Body) > MaxTriageFile {
		return Invalidf("file", "A file has 1 byte to %d MiB.", MaxTriageFile>>20)
	}
	return nil
}
