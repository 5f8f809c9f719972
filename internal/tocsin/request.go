package tocsin

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Request is a support request: somebody of the staff asks the desk, or the
// desk prepares what its liaison files with the provider.
type Request struct {
	TenantID   string
	N          int64     // 1, 2, 3 … in its tenant
	Rev        int64     // grows with each change of the content; a change names the one that it is made from
	State      string    // of [RequestStates]
	Waits      string    // who has to move: [WaitsForUs] or [WaitsForThem]
	WaitsSince time.Time // since when
	Content    RequestContent
	OpenedAt   time.Time
	OpenedBy   string
	Filing     RequestFiling // zero while it is not filed
	EndedAt    time.Time     // zero while it goes on
	EndedBy    string
	Survey     RequestSurvey // zero while nobody answered
	Severities []RequestSeverity
	Duties     []RequestDuty
}

// RequestContent is what people write into a request, and change as long as it is
// not filed.
type RequestContent struct {
	To        string    `json:"to"` // of [RequestRecipients]
	Title     string    `json:"title"`
	Requester string    `json:"-"`    // who asks, in the words of the desk
	Kind      string    `json:"kind"` // of [RequestKinds]
	Category  string    `json:"category,omitempty"`
	Severity  string    `json:"severity"` // that is asked for, of [RequestSeverities]
	Services  []string  `json:"services,omitempty"`
	Region    string    `json:"region,omitempty"`
	FirstSign time.Time `json:"firstSign,omitzero"`
	Repro     string    `json:"repro,omitempty"` // steps to reproduce and workarounds that were tried
	Codes     string    `json:"codes,omitempty"` // HTTP codes, correlation ids, words of errors
	CallBack  string    `json:"callBack,omitempty"`
	Issue     string    `json:"issue,omitempty"`    // id of the provider's issue
	Incident  int64     `json:"incident,omitempty"` // number of the incident, 0 for none
	Call      int64     `json:"call,omitempty"`     // number of the triage that it came from, 0 for none
}

// RequestFiling is how a request came to the provider.
type RequestFiling struct {
	At       time.Time
	By       string // who speaks with the provider
	Channel  string // of [RequestChannels]
	CallBack string // number at which the provider calls back
	Case     string // number that the provider gave it
}

// A RequestSeverity is a severity that was proposed, asked for or given, and when.
type RequestSeverity struct {
	Stage    string // proposed, asked or given
	Severity string
	Why      string // of a proposed one: ids of the sentence of the table and of the one of the triage, such as access/ko; else words
	At       time.Time
	By       string
}

// A RequestDuty is an answer to one of the duties that are checked before a
// request is filed.
type RequestDuty struct {
	Duty string // of [RequestDuties]
	Done bool   // false: it does not apply, for the reason of the note
	Note string
	At   time.Time
	By   string
}

// A RequestTurn is a row of the thread of a request. It is never changed.
type RequestTurn struct {
	N         int64
	Kind      string    // open, change, ours, theirs, note, reply, severity, duty, file, filed, end, reopen or survey
	At        time.Time // when it happened
	WrittenAt time.Time
	By        string
	Subject   string // of theirs, who said it, of [ProviderRoles]; "" where nobody knows
	State     string
	Text      string
}

// RequestSaid is something that is written into the thread of a request.
type RequestSaid struct {
	// Kind is ours for what we told the provider or whoever asked, theirs for what the
	// provider said, or note for one to ourselves.
	Kind    string
	Role    string // of theirs: who said it, of [ProviderRoles]; "" where nobody knows
	Text    string
	Answers bool      // of theirs: we have to move now; after ours, they have to
	At      time.Time // when; zero for now
}

// Validate reports what is wrong with what is to be written.
func (s RequestSaid) Validate() error {
	problems := []error{OneOfIncident("kind", s.Kind, []string{"ours", "theirs", "note"}), IncidentText("text", s.Text), oneOf("role", s.Role, ProviderRoles())}
	if s.Role != "" && s.Kind != "theirs" {
		problems = append(problems, Invalidf("role", "Only what the provider said has one."))
	}
	return errors.Join(problems...)
}

// ProviderRoles lists who speaks for the provider's support: an answer by machine, the
// engineer whose the case is, a manager of engineers, the one on duty for escalations.
func ProviderRoles() []string { return []string{"automatic", "engineer", "manager", "duty"} }

// Said reports whether somebody said something, in the place of something that
// happened.
func (t RequestTurn) Said() bool {
	return slices.Contains([]string{"ours", "theirs", "note", "reply"}, t.Kind)
}

// A RequestFile is a file that belongs to a request. Lists leave out the body.
type RequestFile struct {
	Place   int64
	Name    string // as it was sent; never the name of a file on a disk
	Size    int64  // bytes
	AddedAt time.Time
	By      string
	Body    []byte
}

// RequestSurvey is what whoever asked says of the answer.
type RequestSurvey struct {
	Solved  string // yes, partly or no
	Rating  int    // 1 to 5, 0 for none
	Comment string
	At      time.Time
}

// The states of a request.
const (
	RequestDraft = "draft" // not complete
	RequestOpen  = "open"  // with the desk
	RequestFiled = "filed" // with the provider
	RequestEnded = "ended"
)

// Who has to move.
const (
	WaitsForUs   = "us"
	WaitsForThem = "them"
)

// RoomRequest names a request in the timeline of an incident: its number, behind its
// tenant where the incident has several.
func RoomRequest(tenantIDs []string, tenantID string, n int64) string {
	number := strconv.FormatInt(n, 10)
	if len(tenantIDs) > 1 {
		return tenantID + "/" + number
	}
	return number
}

// RequestStates lists how a request can stand.
func RequestStates() []string {
	return []string{RequestDraft, RequestOpen, RequestFiled, RequestEnded}
}

// RequestRecipients lists whom a request is for: the desk itself, or the provider.
func RequestRecipients() []string { return []string{"desk", "provider"} }

// RequestKinds lists the kinds of requests.
func RequestKinds() []string { return []string{"technical", "presales", "billing", "subscription"} }

// RequestCategories lists the categories of technical requests.
func RequestCategories() []string { return []string{"setup", "configuration"} }

// RequestSeverities lists the severities, the worst first.
func RequestSeverities() []string { return []string{"A", "B", "C"} }

// RequestDuties lists what an administrator does before asking the provider.
func RequestDuties() []string { return []string{"accounts", "clients", "perimeter", "selfservice"} }

// RequestChannels lists how a request comes to the provider.
func RequestChannels() []string { return []string{"portal", "phone"} }

// SurveyAnswers lists whether a request was solved for whoever asked.
func SurveyAnswers() []string { return []string{"yes", "partly", "no"} }

// Bounds of requests.
const (
	MaxRequestFiles    = 10
	MaxRequestFile     = 20 << 20 // bytes
	MaxRequestFilesSum = 60 << 20 // bytes of all files of a request
	maxRequestServices = 40

	// What somebody may begin, write and add within an hour.
	MaxRequestsAnHour  = 60
	MaxTurnsAnHour     = 240
	MaxFilesAnHour     = 60
	MaxFileBytesAnHour = 240 << 20
)

// Normalize trims texts and drops what is empty.
func (c *RequestContent) Normalize() {
	for _, text := range []*string{&c.To, &c.Title, &c.Requester, &c.Kind, &c.Category, &c.Severity, &c.Region, &c.CallBack, &c.Issue} {
		*text = strings.TrimSpace(*text)
	}
	for _, text := range []*string{&c.Repro, &c.Codes} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	var services []string
	for _, s := range c.Services {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(services, s) {
			services = append(services, s)
		}
	}
	c.Services, c.FirstSign = services, c.FirstSign.UTC().Truncate(time.Microsecond)
	if c.Kind != "technical" {
		c.Category = ""
	}
}

// Validate reports every problem of normalised content, be it complete or not.
func (c RequestContent) Validate(now time.Time) error {
	problems := []error{
		OneOfIncident("to", c.To, RequestRecipients()), OneOfIncident("kind", c.Kind, RequestKinds()), OneOfIncident("severity", c.Severity, RequestSeverities()), oneOf("category", c.Category, RequestCategories()),
		IncidentLine("title", c.Title, true), IncidentLine("requester", c.Requester, false), IncidentLine("region", c.Region, false), IncidentLine("issue", c.Issue, false), phone("callBack", c.CallBack),
	}
	for field, text := range map[string]string{"repro": c.Repro, "codes": c.Codes} {
		if text != "" {
			problems = append(problems, IncidentText(field, text))
		}
	}
	if len(c.Services) > maxRequestServices {
		problems = append(problems, Invalidf("services", "Name at most %d services.", maxRequestServices))
	}
	for _, s := range c.Services {
		if !oneLine(s) {
			problems = append(problems, Invalidf("services", "%q is no name of a service.", Clip(s, 40)))
		}
	}
	if !c.FirstSign.IsZero() {
		problems = append(problems, IncidentInstant("when", c.FirstSign, now))
	}
	if c.Incident < 0 || c.Call < 0 {
		problems = append(problems, Invalidf("incident", "There is no such incident."))
	}
	return errors.Join(problems...)
}

// phone reports whether a text can be a number to call: signs of telephone
// numbers, and words such as an extension.
func phone(field, text string) error {
	switch digits := strings.Count(text, "") - 1; {
	case text == "":
		return nil
	case digits < 3 || digits > 60 || !oneLine(text) || !strings.ContainsAny(text, "0123456789"):
		return Invalidf(field, "Write a telephone number, such as +33 1 70 00 00 00.")
	}
	return nil
}

// Validate reports what is wrong with how a request came to the provider.
func (f RequestFiling) Validate(now time.Time) error {
	return errors.Join(
		OneOfIncident("channel", f.Channel, RequestChannels()), phone("callBack", f.CallBack), caseNumber(f.Case), IncidentInstant("at", f.At, now), IncidentLine("by", f.By, true),
	)
}

func caseNumber(text string) error {
	if text == "" || len(text) > 40 || strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("-_:#", r)
	}) {
		return Invalidf("case", "Write the number of the case, such as 2407190050001234.")
	}
	return nil
}

// Validate reports what is wrong with a file.
func (f RequestFile) Validate() error {
	if len(f.Body) == 0 || len(f.Body) > MaxRequestFile {
		return Invalidf("file", "A file has 1 byte to %d MiB.", MaxRequestFile>>20)
	}
	return nil
}

// Validate reports what is wrong with an answer to the survey.
func (s RequestSurvey) Validate() error {
	problems := []error{OneOfIncident("solved", s.Solved, SurveyAnswers())}
	if s.Rating < 0 || s.Rating > 5 {
		problems = append(problems, Invalidf("rating", "Choose 1 to 5."))
	}
	if s.Comment != "" {
		problems = append(problems, IncidentText("comment", s.Comment))
	}
	return errors.Join(problems...)
}

// Severity returns the severity of a stage that was noted last; ok is false for
// none.
func (r Request) Severity(stage string) (s RequestSeverity, ok bool) {
	for _, one := range r.Severities {
		if one.Stage == stage {
			s, ok = one, true
		}
	}
	return s, ok
}

// Holds returns the severity that the request has: that which the provider gave
// it, else the one that is asked for.
func (r Request) Holds() string {
	if given, ok := r.Severity("given"); ok {
		return given.Severity
	}
	return r.Content.Severity
}

// Duty returns the answer to a duty; ok is false while there is none.
func (r Request) Duty(id string) (d RequestDuty, ok bool) {
	i := slices.IndexFunc(r.Duties, func(d RequestDuty) bool { return d.Duty == id })
	if i < 0 {
		return d, false
	}
	return r.Duties[i], true
}

// Open reports whether the request goes on.
func (r Request) Open() bool { return r.State != RequestEnded }

// ForProvider reports whether the request is prepared for the provider.
func (r Request) ForProvider() bool { return r.Content.To == "provider" }

// SupportTerms are what a tenant has agreed with the provider's support, and what
// the team asks of itself: the provider promises no times.
type SupportTerms struct {
	Plan  string // name of the plan
	Phone string // number of the provider's support
	Open  string // when it answers, in the operator's words
	Hours Hours  // of the team
	// Answer is in how much working time the team answers, AskAfter after how much
	// it asks again, by severity.
	Answer, AskAfter map[string]time.Duration
}
