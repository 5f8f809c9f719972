package respond

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// EndStep writes down that a step of the runbook was done, or is not needed for a
// reason. A zero At is now. It fails with [tocsin.ErrConflict], and says by whom,
// when somebody was faster; with [tocsin.ErrInvalid] for an update whose hour is
// far away. The review is done when the incident is closed.
func (s *Store) EndStep(ctx context.Context, n int64, e tocsin.IncidentStep, now time.Time) error {
	e.Reason = strings.TrimSpace(e.Reason)
	return s.alter(ctx, "end step", n, e.Step == tocsin.StepReview, now, func(c *change) error {
		written, err := c.endStep(ctx, e)
		if err == nil && !written {
			err = c.taken(ctx, "step", `SELECT by_name FROM incident_steps WHERE incident = $1 AND step = $2 AND num = $3`, n, e.Step, e.N)
		}
		return err
	})
}

// endStep ends a step, and reports false where it has ended already.
func (c *change) endStep(ctx context.Context, e tocsin.IncidentStep) (bool, error) {
	var err error
	if e.At, err = c.when(e.At); err != nil {
		return false, err
	}
	if err := c.validStep(ctx, e); err != nil {
		return false, err
	}
	result, err := c.tx.ExecContext(ctx, `INSERT INTO incident_steps (incident, step, num, needed, reason, at, by_name, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		c.n, e.Step, e.N, e.Needed, store.Clean(e.Reason), tocsin.Micros(e.At), c.by, tocsin.Micros(c.now))
	if written, err := store.Changed(result, err); err != nil || !written {
		return false, err
	}
	state := "done"
	if !e.Needed {
		state = "not-needed"
	}
	return true, c.tell(ctx, "step", e.At, tocsin.IncidentEntry{Subject: stepName(e), State: state, Text: e.Reason})
}

func stepName(e tocsin.IncidentStep) string {
	if e.N == 0 {
		return e.Step
	}
	return e.Step + "/" + strconv.Itoa(e.N)
}

// taken says who was faster.
func (c *change) taken(ctx context.Context, field, query string, args ...any) error {
	var name string
	if err := c.tx.QueryRowContext(ctx, query, args...).Scan(&name); err != nil {
		return err
	}
	return &tocsin.Error{Kind: tocsin.ErrConflict, Field: field, About: name, Message: fmt.Sprintf("%s has done this already.", name)}
}

func (c *change) validStep(ctx context.Context, e tocsin.IncidentStep) error {
	problems := []error{tocsin.OneOfIncident("step", e.Step, tocsin.IncidentSteps()), tocsin.IncidentLine("reason", e.Reason, !e.Needed)}
	var t0 int64
	if err := c.tx.QueryRowContext(ctx, `SELECT t0 FROM incident_starts WHERE incident = $1 ORDER BY place DESC LIMIT 1`, c.n).Scan(&t0); err != nil {
		return err
	}
	most := int(max(0, c.now.Sub(tocsin.FromMicros(t0))/time.Hour)) + 2
	switch updates := e.Step == tocsin.StepUpdates; {
	case updates && (e.N < 1 || e.N > most):
		problems = append(problems, tocsin.Invalidf("step", "The update is one of the numbers 1 to %d.", most))
	case !updates && e.N != 0:
		problems = append(problems, tocsin.Invalidf("step", "Updates alone have numbers."))
	}
	return errors.Join(problems...)
}

// ReopenStep takes back that a step ended, for a reason. The timeline keeps both.
func (s *Store) ReopenStep(ctx context.Context, n int64, step string, num int, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if err := tocsin.IncidentLine("reason", reason, true); err != nil {
		return err
	}
	return s.alter(ctx, "reopen step", n, step == tocsin.StepReview, now, func(c *change) error {
		result, err := c.tx.ExecContext(ctx, `DELETE FROM incident_steps WHERE incident = $1 AND step = $2 AND num = $3`, n, step, num)
		if err := store.ExpectOne(result, err, "This step is open."); err != nil {
			return err
		}
		return c.tell(ctx, "reopen", c.now, tocsin.IncidentEntry{Subject: stepName(tocsin.IncidentStep{Step: step, N: num}), Text: reason})
	})
}

// AddEntry writes a note or a decision into the timeline, also of a closed
// incident. A zero instant is now.
func (s *Store) AddEntry(ctx context.Context, n int64, kind, text string, happened, now time.Time) error {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if err := errors.Join(tocsin.OneOfIncident("kind", kind, []string{"note", "decision"}), tocsin.IncidentText("text", text)); err != nil {
		return err
	}
	return s.alter(ctx, "write into timeline", n, true, now, func(c *change) error {
		at, err := c.when(happened)
		if err != nil {
			return err
		}
		return c.tell(ctx, kind, at, tocsin.IncidentEntry{Text: text})
	})
}

// AmendEntry says what is right in the place of an entry, which stays as it is.
func (s *Store) AmendEntry(ctx context.Context, n, entry int64, text string, now time.Time) error {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if err := tocsin.IncidentText("text", text); err != nil {
		return err
	}
	return s.alter(ctx, "amend entry", n, true, now, func(c *change) error {
		var happened, amends int64
		err := c.tx.QueryRowContext(ctx, `SELECT happened_at, amends FROM incident_entries WHERE incident = $1 AND num = $2`, n, entry).Scan(&happened, &amends)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return tocsin.NotFoundf("The timeline has no entry %d.", entry)
		case err != nil:
			return err
		case amends != 0:
			entry = amends // what is amended once more is the first one
		}
		return c.tell(ctx, "amend", tocsin.FromMicros(happened), tocsin.IncidentEntry{Text: text, Amends: entry})
	})
}

// GiveRole gives somebody a part until the incident is closed. It ends for whoever
// had it.
func (s *Store) GiveRole(ctx context.Context, n int64, role, name string, now time.Time) error {
	name = strings.TrimSpace(name)
	if err := errors.Join(tocsin.OneOfIncident("role", role, tocsin.IncidentRoles()), tocsin.IncidentLine("name", name, true)); err != nil {
		return err
	}
	return s.alter(ctx, "give role", n, false, now, func(c *change) error {
		if err := c.endRoles(ctx, `role = $3`, role); err != nil {
			return err
		}
		_, err := c.tx.ExecContext(ctx, `
			INSERT INTO incident_roles (incident, place, role, name, given_at, given_by, ended_at)
			SELECT CAST($1 AS BIGINT), COUNT(*) + 1, $2, $3, CAST($4 AS BIGINT), $5, 0 FROM incident_roles WHERE incident = $1`, n, role, store.Clean(name), tocsin.Micros(c.now), c.by)
		if err != nil {
			return err
		}
		return c.tell(ctx, "role", c.now, tocsin.IncidentEntry{Subject: role, State: name})
	})
}

func (c *change) endRoles(ctx context.Context, where string, args ...any) error {
	_, err := c.tx.ExecContext(ctx, `UPDATE incident_roles SET ended_at = $1 WHERE incident = $2 AND ended_at = 0 AND `+where, append([]any{tocsin.Micros(c.now), c.n}, args...)...)
	return err
}

// SetIncidentState writes down how a service worked when somebody tried it now.
func (s *Store) SetIncidentState(ctx context.Context, n int64, state tocsin.IncidentState, now time.Time) error {
	state.Service, state.Workaround = strings.TrimSpace(state.Service), strings.TrimSpace(state.Workaround)
	if err := errors.Join(tocsin.IncidentLine("service", state.Service, true), tocsin.OneOfIncident("state", state.State, tocsin.IncidentStates()), tocsin.IncidentLine("workaround", state.Workaround, false)); err != nil {
		return err
	}
	return s.alter(ctx, "set state of a service", n, false, now, func(c *change) error {
		_, err := c.tx.ExecContext(ctx, `
			INSERT INTO incident_states (incident, place, service, state, workaround, at, by_name)
			SELECT CAST($1 AS BIGINT), COUNT(*) + 1, $2, $3, $4, CAST($5 AS BIGINT), $6 FROM incident_states WHERE incident = $1`,
			n, store.Clean(state.Service), state.State, store.Clean(state.Workaround), tocsin.Micros(c.now), c.by)
		if err != nil {
			return err
		}
		if _, err := c.tx.ExecContext(ctx, `INSERT INTO incident_subjects (incident, kind, id) VALUES ($1, 'service', $2) ON CONFLICT DO NOTHING`, n, store.Clean(state.Service)); err != nil {
			return err
		}
		return c.tell(ctx, "state", c.now, tocsin.IncidentEntry{Subject: state.Service, State: state.State, Text: state.Workaround})
	})
}

// AddMeasure enters something that was changed for the time being.
func (s *Store) AddMeasure(ctx context.Context, n int64, m tocsin.IncidentMeasure, now time.Time) error {
	for _, text := range []*string{&m.What, &m.Where, &m.Who, &m.UndoBy} {
		*text = strings.TrimSpace(*text)
	}
	err := errors.Join(tocsin.IncidentLine("what", m.What, true), tocsin.IncidentLine("where", m.Where, false), tocsin.IncidentLine("who", m.Who, false), tocsin.IncidentLine("undo", m.UndoBy, true))
	if err != nil {
		return err
	}
	return s.alter(ctx, "add measure", n, false, now, func(c *change) error {
		var num int64
		err := c.tx.QueryRowContext(ctx, `
			INSERT INTO incident_measures (incident, num, what, place, who, undo_by, added_at, added_by, ended_at, ended_by, kept, reason)
			SELECT CAST($1 AS BIGINT), COUNT(*) + 1, $2, $3, $4, $5, CAST($6 AS BIGINT), $7, 0, '', FALSE, '' FROM incident_measures WHERE incident = $1 RETURNING num`,
			n, store.Clean(m.What), store.Clean(m.Where), store.Clean(m.Who), store.Clean(m.UndoBy), tocsin.Micros(c.now), c.by).Scan(&num)
		if err != nil {
			return err
		}
		return c.tell(ctx, "measure", c.now, tocsin.IncidentEntry{Subject: strconv.FormatInt(num, 10), Text: m.What})
	})
}

// EndMeasure says that a measure was undone, or is kept for a reason.
func (s *Store) EndMeasure(ctx context.Context, n, measure int64, kept bool, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if err := tocsin.IncidentLine("reason", reason, kept); err != nil {
		return err
	}
	return s.alter(ctx, "end measure", n, false, now, func(c *change) error {
		result, err := c.tx.ExecContext(ctx, `UPDATE incident_measures SET ended_at = $1, ended_by = $2, kept = $3, reason = $4 WHERE incident = $5 AND num = $6 AND ended_at = 0`,
			tocsin.Micros(c.now), c.by, kept, store.Clean(reason), n, measure)
		switch ended, err := store.Changed(result, err); {
		case err != nil:
			return err
		case !ended:
			err := c.taken(ctx, "measure", `SELECT ended_by FROM incident_measures WHERE incident = $1 AND num = $2`, n, measure)
			if errors.Is(err, sql.ErrNoRows) {
				err = tocsin.NotFoundf("There is no measure %d.", measure)
			}
			return err
		}
		state := "undone"
		if kept {
			state = "kept"
		}
		return c.tell(ctx, "measure-end", c.now, tocsin.IncidentEntry{Subject: strconv.FormatInt(measure, 10), State: state, Text: reason})
	})
}

// Tick says that an item of the recovery checklist was checked, or is not needed
// for a reason. It fails with [tocsin.ErrConflict] when somebody did so already.
func (s *Store) Tick(ctx context.Context, n int64, check tocsin.IncidentCheck, now time.Time) error {
	check.Reason = strings.TrimSpace(check.Reason)
	if err := errors.Join(tocsin.IncidentLine("item", check.Item, true), tocsin.IncidentLine("reason", check.Reason, !check.Needed)); err != nil {
		return err
	}
	return s.alter(ctx, "tick item", n, false, now, func(c *change) error {
		result, err := c.tx.ExecContext(ctx, `INSERT INTO incident_checks (incident, item, needed, reason, at, by_name) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			n, store.Clean(check.Item), check.Needed, store.Clean(check.Reason), tocsin.Micros(c.now), c.by)
		if written, err := store.Changed(result, err); err != nil || !written {
			return errors.Join(err, c.taken(ctx, "item", `SELECT by_name FROM incident_checks WHERE incident = $1 AND item = $2`, n, check.Item))
		}
		state := "done"
		if !check.Needed {
			state = "not-needed"
		}
		return c.tell(ctx, "check", c.now, tocsin.IncidentEntry{Subject: check.Item, State: state, Text: check.Reason})
	})
}

// CorrectStart says from when due times count, for a reason.
func (s *Store) CorrectStart(ctx context.Context, n int64, t0 time.Time, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if err := errors.Join(tocsin.IncidentInstant("t0", t0, now), tocsin.IncidentLine("reason", reason, true)); err != nil {
		return err
	}
	return s.alter(ctx, "correct T0", n, false, now, func(c *change) error {
		var place int
		if err := c.tx.QueryRowContext(ctx, `SELECT COUNT(*) + 1 FROM incident_starts WHERE incident = $1`, n).Scan(&place); err != nil {
			return err
		}
		start := tocsin.IncidentStart{T0: t0.UTC().Truncate(time.Microsecond), Since: c.now, Reason: reason, By: c.by}
		if err := insertStart(ctx, c.tx, n, place, start); err != nil {
			return err
		}
		return c.tell(ctx, "start", c.now, tocsin.IncidentEntry{State: start.T0.Format(time.RFC3339), Text: reason})
	})
}

// AttachIssue makes an incident one about another issue as well.
func (s *Store) AttachIssue(ctx context.Context, n int64, issue string, now time.Time) error {
	issue = strings.TrimSpace(issue)
	if err := tocsin.IncidentLine("issue", issue, true); err != nil {
		return err
	}
	return s.alter(ctx, "attach issue", n, false, now, func(c *change) error {
		result, err := c.tx.ExecContext(ctx, `INSERT INTO incident_subjects (incident, kind, id) VALUES ($1, 'issue', $2) ON CONFLICT DO NOTHING`, n, store.Clean(issue))
		if written, err := store.Changed(result, err); err != nil || !written {
			return errors.Join(err, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "issue", Message: "The incident is about this issue already."})
		}
		return c.attached(ctx, issue)
	})
}

// JoinIncident has an issue of a tenant handled in a room that is open already: the
// room is about the issue, its service and the tenant from now on. It fails with
// [tocsin.ErrConflict] where it is so.
func (s *Store) JoinIncident(ctx context.Context, n int64, tenantID, issue, service string, now time.Time) error {
	issue = strings.TrimSpace(issue)
	if err := tocsin.IncidentLine("issue", issue, true); err != nil {
		return err
	}
	return s.alter(ctx, "join incident", n, false, now, func(c *change) error {
		num, err := s.db.TenantNum(ctx, c.tx, tenantID)
		if err != nil {
			return err
		}
		result, err := c.tx.ExecContext(ctx, `INSERT INTO incident_tenants (incident, tenant) VALUES ($1, $2) ON CONFLICT DO NOTHING`, n, num)
		entered, err := store.Changed(result, err)
		if err != nil {
			return err
		}
		if entered {
			c.tenants, c.nums = append(c.tenants, tenantID), append(c.nums, num)
		}
		result, err = c.tx.ExecContext(ctx, `INSERT INTO incident_subjects (incident, kind, id) VALUES ($1, 'issue', $2) ON CONFLICT DO NOTHING`, n, store.Clean(issue))
		if written, err := store.Changed(result, err); err != nil || !written && !entered {
			return errors.Join(err, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "issue", Message: "The incident is about this issue already."})
		}
		if service != "" {
			if _, err := c.tx.ExecContext(ctx, `INSERT INTO incident_subjects (incident, kind, id) VALUES ($1, 'service', $2) ON CONFLICT DO NOTHING`, n, store.Clean(service)); err != nil {
				return err
			}
		}
		return c.attached(ctx, issue)
	})
}

// attached tells that an incident is about one more issue.
func (c *change) attached(ctx context.Context, issue string) error {
	if err := c.tell(ctx, "issue", c.now, tocsin.IncidentEntry{Subject: issue}); err != nil {
		return err
	}
	var t0 int64
	if err := c.tx.QueryRowContext(ctx, `SELECT t0 FROM incident_starts WHERE incident = $1 ORDER BY place DESC LIMIT 1`, c.n).Scan(&t0); err != nil {
		return err
	}
	return c.qualified(ctx, tocsin.FromMicros(t0))
}

// DetachIssue says that an incident is not about an issue after all, for a reason. The
// tenants stay: what was written may be about them.
func (s *Store) DetachIssue(ctx context.Context, n int64, issue, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if err := tocsin.IncidentLine("reason", reason, true); err != nil {
		return err
	}
	return s.alter(ctx, "detach issue", n, false, now, func(c *change) error {
		result, err := c.tx.ExecContext(ctx, `DELETE FROM incident_subjects WHERE incident = $1 AND kind = 'issue' AND id = $2`, n, issue)
		if gone, err := store.Changed(result, err); err != nil || !gone {
			return errors.Join(err, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "detach", Message: "The incident is not about this issue."})
		}
		return c.tell(ctx, "issue-end", c.now, tocsin.IncidentEntry{Subject: issue, Text: reason})
	})
}

// CloseIncident closes an incident, and ends its roles. It fails with
// [tocsin.ErrConflict], naming what is missing, while one of the items is not
// ticked or a measure is open.
func (s *Store) CloseIncident(ctx context.Context, n int64, items []string, now time.Time) error {
	return s.alter(ctx, "close incident", n, false, now, func(c *change) error {
		ticked, err := strs(c.tx.QueryContext(ctx, `SELECT item FROM incident_checks WHERE incident = $1`, n))
		if err != nil {
			return err
		}
		var open []error
		for _, item := range items {
			if !slices.Contains(ticked, item) {
				open = append(open, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "checks", About: item, Message: "Not checked yet: " + item + "."})
			}
		}
		measures, err := strs(c.tx.QueryContext(ctx, `SELECT what FROM incident_measures WHERE incident = $1 AND ended_at = 0 ORDER BY num`, n))
		if err != nil {
			return err
		}
		for _, what := range measures {
			open = append(open, &tocsin.Error{Kind: tocsin.ErrConflict, Field: "measures", About: what, Message: "Neither undone nor kept: " + what})
		}
		if len(open) > 0 {
			return errors.Join(open...)
		}
		if _, err := c.tx.ExecContext(ctx, `UPDATE incidents SET closed_at = $1, closed_by = $2 WHERE n = $3`, tocsin.Micros(c.now), c.by, n); err != nil {
			return err
		}
		if err := c.endRoles(ctx, `TRUE`); err != nil {
			return err
		}
		return c.tell(ctx, "close", c.now, tocsin.IncidentEntry{})
	})
}
