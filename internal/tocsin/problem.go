package tocsin

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Problem says why a poll or the test of a connection was not complete, or why
// a consumer did not handle a change: a code of a closed list, its arguments, and what the upstream itself said. Package
// lang makes a sentence of it in each language; the archive and programs have
// the code. A Problem is not changed once it is made; nil stands for none.
type Problem struct {
	Code     ProblemCode       `json:"code"`
	Args     map[string]string `json:"args,omitempty"` // by the names in [ProblemCode.Slots]
	Evidence *Evidence         `json:"evidence,omitempty"`
	More     []*Problem        `json:"more,omitempty"` // what else there is to say of the same poll
}

// Evidence is what an upstream said when it refused or failed, fit to be shown:
// nothing in it is a secret, and its words are clipped and without markup.
type Evidence struct {
	Status          int    `json:"status,omitempty"`          // of HTTP
	Code            string `json:"code,omitempty"`            // error.code of the provider's APIs, error of OAuth (RFC 6749, 5.2)
	Inner           string `json:"inner,omitempty"`           // the innermost innererror.code
	Number          string `json:"number,omitempty"`          // such as AADSTS7000215
	Quote           string `json:"quote,omitempty"`           // the upstream's own words, at most 200 characters
	RequestID       string `json:"requestId,omitempty"`       // request-id or x-ms-request-id, which support asks for
	ClientRequestID string `json:"clientRequestId,omitempty"` // client-request-id
	CorrelationID   string `json:"correlationId,omitempty"`   // of the sign-in service
	RetryAfter      int    `json:"retryAfter,omitempty"`      // seconds that the upstream asks to wait
}

// A ProblemCode is what went wrong. The list is closed: see [ProblemCodes].
type ProblemCode string

// What went wrong at the desk itself, or with what an answer holds.
const (
	ProblemKept        ProblemCode = "kept"            // a sentence that an older version kept
	ProblemSettings    ProblemCode = "settings"        // the source's settings cannot be used
	ProblemUntried     ProblemCode = "untried"         // for a reason that only the log has
	ProblemUnread      ProblemCode = "unread"          // for a reason that only the log has
	ProblemEnded       ProblemCode = "ended"           // the process that polled ended
	ProblemBudget      ProblemCode = "budget"          // no request is left for this hour
	ProblemPath        ProblemCode = "path"            // of a source of files
	ProblemFile        ProblemCode = "file"            // of a source of files
	ProblemShort       ProblemCode = "list.short"      // too many are missing at once
	ProblemItem        ProblemCode = "item.unreadable" // some elements of a list
	ProblemTimes       ProblemCode = "times.unread"    // in new notices, which were stored
	ProblemLost        ProblemCode = "list.lost"       // it did not arrive; why is in More
	ProblemPage        ProblemCode = "page.damaged"    // of a list
	ProblemEndless     ProblemCode = "pages.endless"   // of a list
	ProblemLink        ProblemCode = "link.away"       // the next page's
	ProblemAway        ProblemCode = "address.away"    // what is asked for is not under the root
	ProblemAttachments ProblemCode = "files.damaged"
	ProblemFilesMany   ProblemCode = "files.many"
	ProblemFilesLarge  ProblemCode = "files.large"
)

// Why a consumer did not handle a change.
const (
	ProblemChange       ProblemCode = "change.failed" // for a reason that only the detail has
	ProblemChangeUnread ProblemCode = "change.unread" // what it is about cannot be read
	ProblemChangeGone   ProblemCode = "change.gone"   // what it is about is not there
	ProblemChangeClash  ProblemCode = "change.clash"  // with what is there already
)

// What kept an answer from coming. The slot who says from where: "upstream" or
// "tokens", the token endpoint.
const (
	ProblemName         ProblemCode = "dns"
	ProblemConnection   ProblemCode = "connection" // refused or no way there
	ProblemCertificate  ProblemCode = "tls.untrusted"
	ProblemOutdated     ProblemCode = "tls.expired"
	ProblemOtherName    ProblemCode = "tls.name"
	ProblemTLS          ProblemCode = "tls" // no other way to speak TLS was found
	ProblemTimeout      ProblemCode = "timeout"
	ProblemProxy        ProblemCode = "proxy"
	ProblemSilent       ProblemCode = "silent"
	ProblemLarge        ProblemCode = "answer.large"
	ProblemNotHTTP      ProblemCode = "answer.http"
	ProblemWebPage      ProblemCode = "answer.page" // such as that of a captive portal
	ProblemContentType  ProblemCode = "answer.type"
	ProblemRedirect     ProblemCode = "redirect"
	ProblemUnauthorized ProblemCode = "unauthorized"
	ProblemPermission   ProblemCode = "forbidden.permission"  // said so
	ProblemLicence      ProblemCode = "forbidden.licence"     // its words name a licence
	ProblemConditional  ProblemCode = "forbidden.conditional" // its words name a policy
	ProblemForbidden    ProblemCode = "forbidden"             // without a reason that is known
	ProblemNotFound     ProblemCode = "notfound"
	ProblemThrottled    ProblemCode = "throttled"
	ProblemFault        ProblemCode = "fault" // 5xx
	ProblemStatus       ProblemCode = "status"
)

// Why no token came.
const (
	ProblemToken            ProblemCode = "token.none"
	ProblemTokenDamaged     ProblemCode = "token.damaged"
	ProblemProof            ProblemCode = "token.certificate" // it cannot be used, says the desk itself
	ProblemRefused          ProblemCode = "token.refused"     // for a reason that is not listed here
	ProblemSecret           ProblemCode = "token.secret"
	ProblemSecretExpired    ProblemCode = "token.secret.expired"
	ProblemAppUnknown       ProblemCode = "token.app.unknown"
	ProblemAppDisabled      ProblemCode = "token.app.disabled"
	ProblemTenantUnknown    ProblemCode = "token.tenant"
	ProblemConsent          ProblemCode = "token.consent"
	ProblemResource         ProblemCode = "token.resource"
	ProblemResourceDisabled ProblemCode = "token.resource.disabled"
	ProblemScope            ProblemCode = "token.scope"
	ProblemKeyUnknown       ProblemCode = "token.key"
	ProblemClock            ProblemCode = "token.clock"
	ProblemFederation       ProblemCode = "token.federation"
	ProblemTokenConditional ProblemCode = "token.conditional"
	ProblemOtherCloud       ProblemCode = "token.cloud"
	ProblemProofMissing     ProblemCode = "token.proof"
)

// problemSlots are all codes with the names of their arguments.
func problemSlots() map[ProblemCode][]string {
	return map[ProblemCode][]string{
		ProblemKept: {"text"}, ProblemSettings: {"field"}, ProblemUntried: {}, ProblemUnread: {}, ProblemEnded: {}, ProblemBudget: {},
		ProblemPath: {}, ProblemFile: {"name"}, ProblemShort: {"kind", "missing", "n"}, ProblemItem: {"kind", "n", "names"}, ProblemLost: {"kind"}, ProblemTimes: {"n", "which"},
		ProblemPage: {"detail", "kind", "page"}, ProblemEndless: {"kind"}, ProblemLink: {}, ProblemAway: {},
		ProblemAttachments: {}, ProblemFilesMany: {}, ProblemFilesLarge: {},
		ProblemChange: {"detail"}, ProblemChangeUnread: {"detail"}, ProblemChangeGone: {"detail"}, ProblemChangeClash: {"detail"},

		ProblemName: {"host", "who"}, ProblemConnection: {"who"}, ProblemCertificate: {"who"}, ProblemOutdated: {"who"},
		ProblemOtherName: {"who"}, ProblemTLS: {"who"}, ProblemTimeout: {"who"}, ProblemProxy: {"who"}, ProblemSilent: {"who"},
		ProblemLarge: {"who"}, ProblemNotHTTP: {"who"}, ProblemWebPage: {"who"}, ProblemContentType: {"type", "who"},
		ProblemRedirect: {"status", "who"}, ProblemUnauthorized: {"who"}, ProblemPermission: {"permissions", "who"},
		ProblemLicence: {"who"}, ProblemConditional: {"who"}, ProblemForbidden: {"permissions", "who"}, ProblemNotFound: {"who"},
		ProblemThrottled: {"who"}, ProblemFault: {"status", "who"}, ProblemStatus: {"status", "who"},

		ProblemToken: {}, ProblemTokenDamaged: {}, ProblemProof: {}, ProblemRefused: {"reason"}, ProblemSecret: {}, ProblemSecretExpired: {},
		ProblemAppUnknown: {"app", "tenant"}, ProblemAppDisabled: {"app"}, ProblemTenantUnknown: {"tenant"},
		ProblemConsent: {"permissions"}, ProblemResource: {}, ProblemResourceDisabled: {}, ProblemScope: {}, ProblemKeyUnknown: {}, ProblemClock: {},
		ProblemFederation: {}, ProblemTokenConditional: {}, ProblemOtherCloud: {}, ProblemProofMissing: {},
	}
}

// ProblemCodes lists all codes, sorted.
func ProblemCodes() []ProblemCode { return slices.Sorted(maps.Keys(problemSlots())) }

// Slots lists the names of a code's arguments, sorted; known is false for a
// code that is not on the list.
func (c ProblemCode) Slots() (names []string, known bool) {
	names, known = problemSlots()[c]
	return names, known
}

// maxArgument bounds an argument of a problem, in bytes.
const maxArgument = 300

// NewProblem makes a problem of a code and its arguments, pairs of name and
// value. Values are clipped to 300 bytes.
func NewProblem(code ProblemCode, pairs ...string) *Problem {
	p := &Problem{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Args == nil {
			p.Args = map[string]string{}
		}
		p.Args[pairs[i]] = Clip(pairs[i+1], maxArgument)
	}
	return p
}

// With returns the problem with what the upstream said.
func (p *Problem) With(e *Evidence) *Problem {
	clone := *p
	clone.Evidence = e
	return &clone
}

// And returns the problem with another one beside it; either may be nil.
func (p *Problem) And(other *Problem) *Problem {
	switch {
	case p == nil:
		return other
	case other == nil:
		return p
	}
	clone := *p
	clone.More = append(slices.Clone(p.More), other)
	return &clone
}

// Encode returns the problem as the archive keeps it: JSON, "" for none.
func (p *Problem) Encode() string {
	if p == nil {
		return ""
	}
	text, _ := json.Marshal(p) // strings and numbers always encode
	return string(text)
}

// DecodeProblem reads what [Problem.Encode] wrote. Anything else is a sentence
// that an older version kept, and becomes [ProblemKept].
func DecodeProblem(text string) *Problem {
	if text == "" {
		return nil
	}
	var p Problem
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &p) == nil && p.Code != "" {
		return &p
	}
	return NewProblem(ProblemKept, "text", text)
}

// LogValue returns the code, the arguments and the evidence as a group, and
// what else there is to say as groups in it, each thing once.
func (p *Problem) LogValue() slog.Value {
	if p == nil {
		return slog.Value{}
	}
	var list []slog.Attr
	more := 0
	said, shown := map[string]bool{}, map[Evidence]bool{}
	for _, one := range p.flat(nil) {
		text := (&Problem{Code: one.Code, Args: one.Args}).Encode()
		fresh := one.Evidence != nil && !shown[*one.Evidence]
		if said[text] && !fresh {
			continue
		}
		attrs := one.attrs(fresh)
		if said[text] = true; fresh {
			shown[*one.Evidence] = true
		}
		if one == p {
			list = attrs
			continue
		}
		more++
		list = append(list, slog.Attr{Key: "more" + strconv.Itoa(more), Value: slog.GroupValue(attrs...)})
	}
	return slog.GroupValue(list...)
}

// flat appends the problem and all that is beside it to list.
func (p *Problem) flat(list []*Problem) []*Problem {
	list = append(list, p)
	for _, more := range p.More {
		list = more.flat(list)
	}
	return list
}

// attrs are the code, the arguments and, if wanted, the evidence for a log.
func (p *Problem) attrs(evidence bool) []slog.Attr {
	list := []slog.Attr{slog.String("code", string(p.Code))}
	for _, name := range slices.Sorted(maps.Keys(p.Args)) {
		list = append(list, slog.String(name, p.Args[name]))
	}
	if evidence {
		list = append(list, p.Evidence.attrs()...)
	}
	return list
}

func (e *Evidence) attrs() (list []slog.Attr) {
	add := func(name, value string) {
		if value != "" {
			list = append(list, slog.String(name, value))
		}
	}
	if e.Status != 0 {
		list = append(list, slog.Int("httpStatus", e.Status))
	}
	add("upstreamCode", cmp.Or(e.Number, e.Code))
	add("upstreamInnerCode", e.Inner)
	add("quote", e.Quote)
	add("requestId", e.RequestID)
	add("clientRequestId", e.ClientRequestID)
	add("correlationId", e.CorrelationID)
	return list
}
