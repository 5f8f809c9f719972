package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/httpclient"
	"example.org/tocsin/internal/tocsin"
)

// Who is asked, as arguments of problems name it.
const (
	whoUpstream = "upstream"
	whoTokens   = "tokens"
)

// unreachable says why no answer came, as far as the error tells.
func unreachable(err error, who string) *tocsin.Problem {
	var name *net.DNSError
	var refused *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &name):
		return tocsin.NewProblem(tocsin.ProblemName, "who", who, "host", name.Name)
	case errors.Is(err, httpclient.ErrProxy):
		return tocsin.NewProblem(tocsin.ProblemProxy, "who", who)
	case errors.Is(err, httpclient.ErrTooLarge):
		return tocsin.NewProblem(tocsin.ProblemLarge, "who", who)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return tocsin.NewProblem(tocsin.ProblemTimeout, "who", who)
	case errors.Is(err, httpclient.ErrProtocol):
		return tocsin.NewProblem(tocsin.ProblemNotHTTP, "who", who)
	case errors.As(err, &refused) && refused.Op == "dial":
		return tocsin.NewProblem(tocsin.ProblemConnection, "who", who)
	}
	return tocsin.NewProblem(untrusted(err), "who", who)
}

// untrusted tells the failures of TLS apart; what is none of them is a broken
// connection.
func untrusted(err error) tocsin.ProblemCode {
	var verification *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var alert tls.AlertError
	switch {
	case errors.As(err, &name):
		return tocsin.ProblemOtherName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return tocsin.ProblemOutdated
	case errors.As(err, &verification):
		return tocsin.ProblemCertificate
	case errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch), strings.Contains(err.Error(), "tls: "):
		return tocsin.ProblemTLS
	}
	return tocsin.ProblemSilent
}

// refusal says what a status other than 200 means for the operator and the
// schedule.
func (s *Session) refusal(answer *httpclient.Answer, who string) *collect.Failure {
	evidence := s.evidence(answer)
	failure := &collect.Failure{}
	status := strconv.Itoa(answer.Status)
	problem := tocsin.NewProblem(tocsin.ProblemStatus, "who", who, "status", status)
	switch {
	case answer.Status >= 300 && answer.Status < 400:
		problem = tocsin.NewProblem(tocsin.ProblemRedirect, "who", who, "status", status)
	case answer.Status == http.StatusUnauthorized:
		problem, failure.AuthState = tocsin.NewProblem(tocsin.ProblemUnauthorized, "who", who), true
	case answer.Status == http.StatusForbidden:
		problem, failure.AuthState = s.forbidden(evidence, who), true
		failure.Step = collect.StepPermission
	case answer.Status == http.StatusNotFound:
		problem = tocsin.NewProblem(tocsin.ProblemNotFound, "who", who)
	case answer.Status == http.StatusTooManyRequests:
		problem = tocsin.NewProblem(tocsin.ProblemThrottled, "who", who)
	case answer.Status >= 500:
		problem = tocsin.NewProblem(tocsin.ProblemFault, "who", who, "status", status)
	}
	if at, ok := httpclient.RetryAfter(answer.Header.Get("Retry-After"), s.now()); ok {
		failure.NotBefore = at
		evidence.RetryAfter = int((at.Sub(s.now()) + time.Second - 1) / time.Second)
	}
	failure.Problem = problem.With(evidence)
	return failure
}

// What the words of a refusal are about. The codes are those that Microsoft
// Graph and the Office 365 Management APIs document; the words are guesses, and
// the texts of their codes say so.
var (
	namesPermission = regexp.MustCompile(`(?i)\b(insufficient privileges|permission|missing (role|scope)|scopes?|roles?|requires one of|not authori[sz]ed)\b`)
	namesLicence    = regexp.MustCompile(`(?i)\b(licen[cs]ed?|licen[cs]es|licen[cs]ing|subscriptions?)\b`)
	namesPolicy     = regexp.MustCompile(`(?i)\b(conditional access|access polic(y|ies)|blocked by|AADSTS53\d{3}|continuous access|location)\b`)
)

// forbidden tells the kinds of a 403 apart by what the upstream says.
func (s *Session) forbidden(e *tocsin.Evidence, who string) *tocsin.Problem {
	switch {
	case e.Number == "AADSTS500014": // its words speak of a subscription as well
		return s.refusedFor(e)
	case namesPolicy.MatchString(e.Quote), e.Inner == "TokenCreatedWithOutdatedPolicies", strings.HasPrefix(e.Number, "AADSTS53"):
		return tocsin.NewProblem(tocsin.ProblemConditional, "who", who)
	case namesLicence.MatchString(e.Quote):
		return tocsin.NewProblem(tocsin.ProblemLicence, "who", who)
	case e.Code == "Authorization_RequestDenied", e.Code == "AF10001", namesPermission.MatchString(e.Quote):
		return tocsin.NewProblem(tocsin.ProblemPermission, "who", who, "permissions", s.config.Consent)
	}
	return tocsin.NewProblem(tocsin.ProblemForbidden, "who", who, "permissions", s.config.Consent)
}

// notJSON says what came in place of JSON.
func (s *Session) notJSON(answer *httpclient.Answer, who string) *collect.Failure {
	evidence := s.evidence(answer)
	kind, _, _ := strings.Cut(strings.ToLower(answer.Header.Get("Content-Type")), ";")
	kind = strings.TrimSpace(kind)
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemWebPage, "who", who).With(evidence)}
	}
	if !mediaType.MatchString(kind) {
		kind = "?"
	}
	return &collect.Failure{Problem: tocsin.NewProblem(tocsin.ProblemContentType, "who", who, "type", kind).With(evidence)}
}

var mediaType = regexp.MustCompile(`^[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}$`)

// refused says why the token endpoint took no token request.
func (s *Session) refused(answer *httpclient.Answer) *collect.Failure {
	e := s.evidence(answer)
	return &collect.Failure{Problem: s.refusedFor(e).With(e), AuthState: true, Step: collect.StepSecret}
}

// refusedFor explains the numbers of Microsoft Entra that an app meets which
// signs in for itself. Source: the reference of Entra's error codes, which
// warns that they may change: a number that is not listed here is shown as it
// came.
func (s *Session) refusedFor(e *tocsin.Evidence) *tocsin.Problem {
	c := s.config
	switch strings.TrimPrefix(e.Number, "AADSTS") {
	case "7000215":
		return tocsin.NewProblem(tocsin.ProblemSecret)
	case "7000222":
		return tocsin.NewProblem(tocsin.ProblemSecretExpired)
	case "700016", "7000229":
		return tocsin.NewProblem(tocsin.ProblemAppUnknown, "app", c.ClientID, "tenant", c.TenantID)
	case "7000112":
		return tocsin.NewProblem(tocsin.ProblemAppDisabled, "app", c.ClientID)
	case "90002", "50059", "900021", "900023":
		return tocsin.NewProblem(tocsin.ProblemTenantUnknown, "tenant", c.TenantID)
	case "65001", "650057":
		return tocsin.NewProblem(tocsin.ProblemConsent, "permissions", c.Consent)
	case "500011", "50001", "650052":
		return tocsin.NewProblem(tocsin.ProblemResource)
	case "500014":
		return tocsin.NewProblem(tocsin.ProblemResourceDisabled)
	case "70011", "1002012", "28002", "28003":
		return tocsin.NewProblem(tocsin.ProblemScope)
	case "700027", "700030", "50012":
		return tocsin.NewProblem(tocsin.ProblemKeyUnknown)
	case "700024":
		return tocsin.NewProblem(tocsin.ProblemClock)
	case "70021", "700211", "700212", "700213":
		return tocsin.NewProblem(tocsin.ProblemFederation)
	case "53003", "53000", "53001":
		return tocsin.NewProblem(tocsin.ProblemTokenConditional)
	case "900382", "900432", "900439":
		return tocsin.NewProblem(tocsin.ProblemOtherCloud)
	case "7000218", "7000216":
		return tocsin.NewProblem(tocsin.ProblemProofMissing)
	}
	return tocsin.NewProblem(tocsin.ProblemRefused, "reason", cmp.Or(e.Number, e.Code))
}
