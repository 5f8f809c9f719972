package native

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/tocsin"
)

// consumers are the parts of the desk that react to changes.
type consumers interface {
	Consumers(ctx context.Context, skipped int) ([]tocsin.Consumer, error)
	Retry(ctx context.Context, consumer string, seq int64) error
}

// maxSkipped bounds how many changes that were skipped are listed, of all
// consumers together.
const maxSkipped = 1000

// consumerBody is a consumer and how far it is.
type consumerBody struct {
	Name        string        `json:"name" example:"events"`
	BeginsAfter int64         `json:"beginsAfter" doc:"Number of the change after which it began; 0 for the beginning of the archive."`
	Cursor      int64         `json:"cursor" doc:"Number of the last change that it handled or skipped."`
	Behind      int64         `json:"behind" doc:"Changes that it has still to handle."`
	Progress    float64       `json:"progress" minimum:"0" maximum:"1" doc:"Share of the changes since it began that it has behind it."`
	HandledAt   *time.Time    `json:"handledAt,omitempty" doc:"When the cursor moved last."`
	Failures    int           `json:"failures" doc:"Failed tries of the next change, in a row."`
	Problem     string        `json:"problem,omitempty" doc:"Why the last try failed, in English."`
	Cause       *causeBody    `json:"cause,omitempty" doc:"The same as a code with arguments."`
	Skipped     []skippedBody `json:"skipped" nullable:"false" doc:"Changes that it could not handle and went past, newest first; at most 1,000 of all consumers."`
}

type skippedBody struct {
	Change  int64      `json:"change" doc:"Number of the change."`
	Problem string     `json:"problem" doc:"Why it could not be handled, in English."`
	Cause   *causeBody `json:"cause,omitempty" doc:"The same as a code with arguments. The argument detail is what the program noted."`
	At      time.Time  `json:"at"`
}

type consumerList struct {
	Value []consumerBody `json:"value" nullable:"false"`
}

// inSkipped names a change that a consumer skipped.
type inSkipped struct {
	Consumer string `path:"consumer" maxLength:"64" doc:"Name of the consumer." example:"events"`
	Change   int64  `path:"change" minimum:"1" doc:"Number of the change."`
}

func (a *API) registerConsumers() {
	tag := []string{"consumers"}
	add(a, operation{needs: access.ManageAll, across: true, Operation: huma.Operation{
		OperationID: "listConsumers", Method: http.MethodGet, Path: "/consumers", Tags: tag, Summary: "List the consumers of changes",
		Description: "How far each is, and which changes it could not handle.",
	}}, a.listConsumers)
	add(a, operation{needs: access.ManageAll, across: true, Operation: huma.Operation{
		OperationID: "retrySkipped", Method: http.MethodPost, Path: "/consumers/{consumer}/skipped/{change}/retry", Tags: tag,
		Summary:     "Try a skipped change again",
		Description: "Hands the change to the consumer once more and answers with the consumer. A change that fails again stays skipped.",
	}}, a.retrySkipped)
}

func (a *API) listConsumers(ctx context.Context, _ *exchange, _ *struct{}) (*struct{ Body consumerList }, error) {
	list, err := a.consumerBodies(ctx)
	return &struct{ Body consumerList }{consumerList{list}}, err
}

// consumerBodies are all consumers, by name.
func (a *API) consumerBodies(ctx context.Context) ([]consumerBody, error) {
	consumers, err := a.consumers.Consumers(ctx, maxSkipped)
	if err != nil {
		return nil, err
	}
	list := make([]consumerBody, len(consumers))
	for i, c := range consumers {
		list[i] = consumerBody{
			Name: c.Name, BeginsAfter: c.Begin, Cursor: c.Seq, Behind: c.Behind(), Progress: c.Progress(), HandledAt: instant(c.HandledAt),
			Failures: c.Failures, Problem: lang.English(c.Problem), Cause: newCauseBody(c.Problem), Skipped: make([]skippedBody, len(c.Skipped)),
		}
		for n, s := range c.Skipped {
			list[i].Skipped[n] = skippedBody{s.Seq, lang.English(s.Problem), newCauseBody(s.Problem), s.At.UTC()}
		}
	}
	return list, nil
}

func (a *API) retrySkipped(ctx context.Context, _ *exchange, in *inSkipped) (*struct{ Body consumerBody }, error) {
	if err := a.consumers.Retry(ctx, in.Consumer, in.Change); err != nil {
		return nil, err
	}
	list, err := a.consumerBodies(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.Name == in.Consumer {
			return &struct{ Body consumerBody }{c}, nil
		}
	}
	return nil, tocsin.NotFoundf("There is no consumer %q.", tocsin.Clip(in.Consumer, 64))
}
