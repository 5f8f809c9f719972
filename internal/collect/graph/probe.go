package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"example.org/tocsin/internal/collect"
	"example.org/tocsin/internal/tocsin"
)

// Probe tries what a source needs, step by step, without storing anything: a
// token endpoint that answers, a secret that it takes, the two permissions, and
// answers of the expected form. It sends at most four requests.
func Probe(ctx context.Context, c Config, now func() time.Time) []tocsin.Check {
	checks := []tocsin.Check{
		{Step: "reach", State: tocsin.CheckSkipped},
		{Step: "secret", State: tocsin.CheckSkipped},
		{Step: "health", State: tocsin.CheckSkipped},
		{Step: "messages", State: tocsin.CheckSkipped},
		{Step: "lists", State: tocsin.CheckSkipped},
	}
	fail := func(i int, err error) []tocsin.Check {
		checks[i].State, checks[i].Problem = tocsin.CheckFailed, problemOf(err)
		return checks
	}
	source, err := New(c, now)
	if err != nil {
		return fail(0, err)
	}
	ask := collect.Ask{Full: true, Spend: func(context.Context) error { return nil }}
	if err := source.session.Authorize(ctx, ask); err != nil {
		if stepOf(err) != collect.StepSecret {
			return fail(0, err)
		}
		checks[0].State = tocsin.CheckOK
		return fail(1, err)
	}
	checks[0].State, checks[1].State = tocsin.CheckOK, tocsin.CheckOK
	formErr := errors.Join(
		source.tryList(ctx, ask, &checks[2], tocsin.KindOverview), source.tryList(ctx, ask, &checks[2], tocsin.KindIssue),
		source.tryList(ctx, ask, &checks[3], tocsin.KindMessage))
	switch {
	case formErr != nil:
		fail(4, formErr)
	case checks[2].State == tocsin.CheckOK && checks[3].State == tocsin.CheckOK:
		checks[4].State = tocsin.CheckOK
	}
	return checks
}

// tryList asks for one item of a list. Whether the app may is the check's; any
// other failure is returned.
func (s *Source) tryList(ctx context.Context, ask collect.Ask, check *tocsin.Check, kind tocsin.Kind) error {
	l := listings()[slices.IndexFunc(listings(), func(l listing) bool { return l.kind == kind })]
	header := s.header.Clone()
	header["Prefer"] = []string{"odata.maxpagesize=1"}
	answer, err := s.session.Get(ctx, ask, s.root+l.path, header)
	if stepOf(err) == collect.StepPermission {
		check.State, check.Problem = tocsin.CheckFailed, problemOf(err)
		return nil
	}
	if err != nil {
		return err
	}
	if check.State != tocsin.CheckFailed {
		check.State = tocsin.CheckOK
	}
	body, err := answer.Body()
	if err != nil {
		return damaged(kind, 1, "", err)
	}
	var list struct {
		Value []json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(body, &list); err != nil || list.Value == nil || answer.Status != http.StatusOK {
		return damaged(kind, 1, "", err)
	}
	return nil
}

func stepOf(err error) collect.Step {
	if failure, ok := errors.AsType[*collect.Failure](err); ok {
		return failure.Step
	}
	return ""
}

// problemOf is what an operator may know of an error.
func problemOf(err error) *tocsin.Problem {
	if failure, ok := errors.AsType[*collect.Failure](err); ok {
		return failure.Problem
	}
	if e, ok := errors.AsType[*tocsin.Error](err); ok && e.Field != "" {
		return tocsin.NewProblem(tocsin.ProblemSettings, "field", e.Field)
	}
	return tocsin.NewProblem(tocsin.ProblemUntried)
}
