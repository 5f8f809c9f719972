package native

import (
	"maps"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// causeBody is why a poll was not complete, or a change not handled.
type causeBody struct {
	Code     causeCode         `json:"code" doc:"What went wrong. The list may grow."`
	Args     map[string]string `json:"args,omitempty" doc:"What the code is about, by name: who (upstream or tokens), kind, n, status and the like."`
	Help     string            `json:"help,omitempty" doc:"What to do about it, in English. It says probably where the cause is a guess."`
	Evidence *evidenceBody     `json:"evidence,omitempty" doc:"What the source itself said, cleaned: no secret, no markup."`
	More     []*causeBody      `json:"more,omitempty" doc:"What else there is to say of the same poll: why a list did not arrive, or what is odd in another."`
}

// evidenceBody is what a source said when it refused or failed.
type evidenceBody struct {
	Status          int    `json:"status,omitempty" doc:"Of HTTP." example:"403"`
	Code            string `json:"code,omitempty" doc:"error.code of the provider's APIs, error of OAuth." example:"Authorization_RequestDenied"`
	Inner           string `json:"inner,omitempty" doc:"The innermost innererror.code."`
	Number          string `json:"number,omitempty" doc:"Of the sign-in service." example:"AADSTS7000215"`
	Quote           string `json:"quote,omitempty" doc:"The source's own words, at most 200 characters. A quotation: it is not the desk that speaks."`
	RequestID       string `json:"requestId,omitempty" doc:"Which the provider's support asks for."`
	ClientRequestID string `json:"clientRequestId,omitempty"`
	CorrelationID   string `json:"correlationId,omitempty"`
	RetryAfter      int    `json:"retryAfter,omitempty" doc:"Seconds that the source asked to wait."`
}

func newCauseBody(p *tocsin.Problem) *causeBody {
	if p == nil {
		return nil
	}
	body := &causeBody{Code: causeCode(p.Code), Args: maps.Clone(p.Args), Help: lang.EnglishHelp(p)}
	if p.Evidence != nil {
		evidence := evidenceBody(*p.Evidence)
		body.Evidence = &evidence
	}
	for _, more := range p.More {
		body.More = append(body.More, newCauseBody(more))
	}
	return body
}

// causeCode is a [tocsin.ProblemCode] whose schema lists all of them.
type causeCode string

// Schema describes the codes.
func (causeCode) Schema(huma.Registry) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeString, Examples: []any{string(tocsin.ProblemSecret)}}
	for _, code := range tocsin.ProblemCodes() {
		schema.Enum = append(schema.Enum, string(code))
	}
	return schema
}

var _ huma.SchemaProvider = causeCode("")
