package respond

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// SayInRequest writes into the thread of a request what somebody said, or a note. It
// fails with [tocsin.ErrConflict] for a request that ended, but for notes.
func (s *Store) SayInRequest(ctx context.Context, tenantID string, n int64, said tocsin.RequestSaid, now time.Time) error {
	said.Text = strings.TrimSpace(strings.ReplaceAll(said.Text, "\r\n", "\n"))
	if err := said.Validate(); err != nil {
		return err
	}
	return s.turning(ctx, "write into request", tenantID, n, now, func(x *turning) error {
		if said.Kind != "note" {
			if err := x.open(); err != nil {
				return err
			}
		}
		if err := x.quota(ctx, "turn", 0); err != nil {
			return err
		}
		if said.At.IsZero() {
			said.At = x.now
		}
		who := x.waits
		switch {
		case said.Kind == "ours":
			who = tocsin.WaitsForThem
		case said.Kind == "theirs" && said.Answers:
			who = tocsin.WaitsForUs
		}
		if err := x.turn(ctx, said.Kind, tocsin.RequestTurn{At: said.At, Subject: said.Role, Text: said.Text}); err != nil {
			return err
		}
		return x.waiting(ctx, who, said.At)
	})
}

// SetRequestSeverity notes which severity is asked for now, or which the provider
// gave, for a reason. A zero instant is now.
func (s *Store) SetRequestSeverity(ctx context.Context, tenantID string, n int64, sev tocsin.RequestSeverity, now time.Time) error {
	sev.Why = strings.TrimSpace(sev.Why)
	err := errors.Join(tocsin.OneOfIncident("stage", sev.Stage, []string{"asked", "given"}), tocsin.OneOfIncident("severity", sev.Severity, tocsin.RequestSeverities()), tocsin.IncidentLine("why", sev.Why, false))
	if err != nil {
		return err
	}
	return s.turning(ctx, "set severity of request", tenantID, n, now, func(x *turning) error {
		if err := x.open(); err != nil {
			return err
		}
		if sev.Stage == "given" && x.state != tocsin.RequestFiled {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "filed", Message: "The provider gives a severity to what is filed."}
		}
		if sev.Stage == "asked" {
			if err := x.ask(ctx, sev.Severity); err != nil {
				return err
			}
		}
		if err := x.severity(ctx, sev); err != nil {
			return err
		}
		return x.turn(ctx, "severity", tocsin.RequestTurn{At: sev.At, Subject: sev.Stage, State: sev.Severity, Text: sev.Why})
	})
}

// ask writes the severity that is asked for into the content.
func (x *turning) ask(ctx context.Context, severity string) error {
	list, err := requests(ctx, x.tx, `WHERE r.tenant = $1 AND r.n = $2`, x.tenant, x.n)
	if err != nil || len(list) == 0 {
		return err
	}
	list[0].Content.Severity = severity
	return x.write(ctx, list[0].Content)
}

// AnswerDuty answers one of the duties that are checked before a request is filed:
// it is done, or does not apply for a reason.
func (s *Store) AnswerDuty(ctx context.Context, tenantID string, n int64, d tocsin.RequestDuty, now time.Time) error {
	d.Note = strings.TrimSpace(d.Note)
	field := "note-" + d.Duty
	if err := errors.Join(tocsin.OneOfIncident("duty", d.Duty, tocsin.RequestDuties()), tocsin.IncidentLine(field, d.Note, !d.Done)); err != nil {
		return err
	}
	return s.turning(ctx, "answer duty of request", tenantID, n, now, func(x *turning) error {
		if err := x.open(); err != nil {
			return err
		}
		if err := x.answer(ctx, d); err != nil {
			return err
		}
		state := "done"
		if !d.Done {
			state = "not-needed"
		}
		return x.turn(ctx, "duty", tocsin.RequestTurn{Subject: d.Duty, State: state, Text: d.Note})
	})
}

// FileRequest notes that a request came to the provider, by somebody who may speak
// with it: by is their name. It ends the step of the runbook in the incident of the
// request, where that is open, in the same transaction. It fails with
// [tocsin.ErrConflict] for a request that is a draft, is to the desk itself, ended,
// or was filed by somebody who was faster.
func (s *Store) FileRequest(ctx context.Context, tenantID string, n int64, f tocsin.RequestFiling, now time.Time) error {
	if f.At.IsZero() {
		f.At = now
	}
	f.At = f.At.UTC().Truncate(time.Microsecond)
	for _, text := range []*string{&f.By, &f.CallBack, &f.Case} {
		*text = strings.TrimSpace(*text)
	}
	if err := f.Validate(now); err != nil {
		return err
	}
	return s.turning(ctx, "file request", tenantID, n, now, func(x *turning) error {
		if err := x.fileable(ctx); err != nil {
			return err
		}
		_, err := x.tx.ExecContext(ctx, `UPDATE requests SET state = $3, waits = $4, waits_since = $5, filed_at = $5, filed_by = $6, channel = $7, call_back = $8, case_number = $9 WHERE tenant = $1 AND n = $2`,
			x.tenant, n, tocsin.RequestFiled, tocsin.WaitsForThem, tocsin.Micros(f.At), store.Clean(f.By), f.Channel, store.Clean(f.CallBack), f.Case)
		if err != nil {
			return err
		}
		if err := x.turn(ctx, "filed", tocsin.RequestTurn{At: f.At, Subject: f.By, State: f.Channel, Text: f.Case}); err != nil {
			return err
		}
		return x.endEscalation(ctx, f.At)
	})
}

func (x *turning) fileable(ctx context.Context) error {
	if x.state == tocsin.RequestFiled {
		var name string
		if err := x.tx.QueryRowContext(ctx, `SELECT filed_by FROM requests WHERE tenant = $1 AND n = $2`, x.tenant, x.n).Scan(&name); err != nil {
			return err
		}
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "filed", Message: fmt.Sprintf("%s has filed this request already.", name)}
	}
	list, err := requests(ctx, x.tx, `WHERE r.tenant = $1 AND r.n = $2`, x.tenant, x.n)
	switch {
	case err != nil:
		return err
	case x.state == tocsin.RequestDraft:
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "draft", Message: "This request is a draft: complete it first."}
	case !list[0].ForProvider():
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "to", Message: "This request is to the desk itself."}
	}
	return x.open()
}

// endEscalation ends the step of the runbook that waits for a request, where the
// incident goes on and nobody has ended it.
func (x *turning) endEscalation(ctx context.Context, at time.Time) error {
	if x.incident == 0 {
		return nil
	}
	return endStepIn(ctx, x.tx, x.incident, tocsin.IncidentStep{Step: tocsin.StepEscalation, Needed: true, At: at}, x.now)
}

// ReplyToAll writes one answer into every request to the desk that goes on about
// an issue, and ends them where end says so. It returns how many there were.
func (s *Store) ReplyToAll(ctx context.Context, tenantID, issue, text string, end bool, now time.Time) (n int, err error) {
	issue, text = strings.TrimSpace(issue), strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if err := errors.Join(tocsin.IncidentLine("issue", issue, true), tocsin.IncidentText("text", text)); err != nil {
		return 0, err
	}
	now = now.UTC().Truncate(time.Microsecond)
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		tenant, err := s.db.TenantNum(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		list, err := requests(ctx, tx, `WHERE r.tenant = $1 AND r.issue = $2 AND r.state IN ('open', 'draft') ORDER BY r.n`, tenant, issue)
		if err != nil {
			return err
		}
		n = 0
		var written turning
		for _, r := range list {
			if r.ForProvider() {
				continue
			}
			x := &turning{tx: tx, tenant: tenant, tenantID: tenantID, n: r.N, state: r.State, waits: r.Waits, incident: r.Content.Incident, by: store.Clean(tocsin.ActorOf(ctx).Name), now: now}
			goes, err := x.replied(ctx, text, end)
			if err != nil {
				return err
			}
			if goes {
				n++
				written.changes = append(written.changes, x.changes...)
			}
		}
		if n == 0 {
			return tocsin.Invalidf("issue", "No request to the desk about it goes on.")
		}
		written.tx, written.tenant = tx, tenant
		return written.number(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("reply to requests: %w", err)
	}
	return n, nil
}

// replied writes an answer into a request, unless somebody ended it meanwhile: it
// reports false.
func (x *turning) replied(ctx context.Context, text string, end bool) (bool, error) {
	result, err := x.tx.ExecContext(ctx, `UPDATE requests SET turns = turns WHERE tenant = $1 AND n = $2 AND ended_at = 0`, x.tenant, x.n)
	if goes, err := store.Changed(result, err); err != nil || !goes {
		return false, err
	}
	if err := x.turn(ctx, "reply", tocsin.RequestTurn{Text: text}); err != nil {
		return false, err
	}
	if end {
		return true, x.end(ctx, "")
	}
	return true, x.waiting(ctx, tocsin.WaitsForThem, x.now)
}

// EndRequest ends a request with what solved it. It fails with
// [tocsin.ErrConflict] when it has ended already.
func (s *Store) EndRequest(ctx context.Context, tenantID string, n int64, text string, now time.Time) error {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text != "" {
		if err := tocsin.IncidentText("text", text); err != nil {
			return err
		}
	}
	return s.turning(ctx, "end request", tenantID, n, now, func(x *turning) error {
		if err := x.open(); err != nil {
			return err
		}
		return x.end(ctx, text)
	})
}

func (x *turning) end(ctx context.Context, text string) error {
	_, err := x.tx.ExecContext(ctx, `UPDATE requests SET state = $3, ended_at = $4, ended_by = $5 WHERE tenant = $1 AND n = $2`, x.tenant, x.n, tocsin.RequestEnded, tocsin.Micros(x.now), x.by)
	if err != nil {
		return err
	}
	return x.turn(ctx, "end", tocsin.RequestTurn{Text: text})
}

// ReopenRequest has a request that ended go on, for a reason. We have to move.
func (s *Store) ReopenRequest(ctx context.Context, tenantID string, n int64, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if err := tocsin.IncidentLine("reason", reason, true); err != nil {
		return err
	}
	return s.turning(ctx, "reopen request", tenantID, n, now, func(x *turning) error {
		if x.state != tocsin.RequestEnded {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "reopen", Message: "This request goes on."}
		}
		_, err := x.tx.ExecContext(ctx, `UPDATE requests SET state = CASE WHEN filed_at > 0 THEN 'filed' ELSE 'open' END, ended_at = 0, ended_by = '', waits = $3, waits_since = $4 WHERE tenant = $1 AND n = $2`,
			x.tenant, n, tocsin.WaitsForUs, tocsin.Micros(x.now))
		if err != nil {
			return err
		}
		return x.turn(ctx, "reopen", tocsin.RequestTurn{Text: reason})
	})
}

// AnswerSurvey keeps what whoever asked says of how a request was answered. It
// fails with [tocsin.ErrConflict] while the request goes on, and once somebody
// answered.
func (s *Store) AnswerSurvey(ctx context.Context, tenantID string, n int64, a tocsin.RequestSurvey, now time.Time) error {
	a.Comment = strings.TrimSpace(strings.ReplaceAll(a.Comment, "\r\n", "\n"))
	if err := a.Validate(); err != nil {
		return err
	}
	return s.turning(ctx, "answer survey of request", tenantID, n, now, func(x *turning) error {
		if x.state != tocsin.RequestEnded {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "survey", Message: "The survey is for a request that ended."}
		}
		result, err := x.tx.ExecContext(ctx, `UPDATE requests SET solved = $3, rating = $4, remark = $5, surveyed_at = $6 WHERE tenant = $1 AND n = $2 AND surveyed_at = 0`,
			x.tenant, n, a.Solved, a.Rating, store.Clean(a.Comment), tocsin.Micros(x.now))
		if written, err := store.Changed(result, err); err != nil || !written {
			return cmp.Or(err, error(&tocsin.Error{Kind: tocsin.ErrConflict, Field: "survey", Message: "Somebody has answered the survey already."}))
		}
		return x.turn(ctx, "survey", tocsin.RequestTurn{Subject: strconv.Itoa(a.Rating), State: a.Solved, Text: a.Comment})
	})
}
