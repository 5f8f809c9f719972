package respond

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// SendOut has a message sent in the transaction in which it is kept as sent.
type SendOut = func(ctx context.Context, tx *store.Tx, m tocsin.IncidentMessage) error

// AddMessage keeps a message of an incident. Where approve is set it waits for a second
// person, else it is sent at once: it is written into the timeline as it was sent,
// the step ends that it belongs to where that is open, and send is called; a step
// without a name is none. A message with a number is one that waits or was returned,
// written anew; it fails with [tocsin.ErrConflict] when it is not as its writer
// saw it.
func (s *Store) AddMessage(ctx context.Context, n int64, m tocsin.IncidentMessage, step tocsin.IncidentStep, approve bool, now time.Time, send SendOut) (tocsin.IncidentMessage, error) {
	m.Name = strings.TrimSpace(m.Name)
	if err := m.Validate(now); err != nil {
		return m, err
	}
	err := s.alter(ctx, "keep message", n, false, now, func(c *change) (err error) {
		if m.N == 0 {
			if err := c.tx.QueryRowContext(ctx, `SELECT COUNT(*) + 1 FROM incident_messages WHERE incident = $1`, n).Scan(&m.N); err != nil {
				return err
			}
		} else if err := c.asSeen(ctx, &m, tocsin.MessageWaiting, tocsin.MessageReturned); err != nil {
			return err
		}
		m.Revision++
		m.State, m.WrittenAt, m.WrittenBy, m.WriterID = tocsin.MessageWaiting, c.now, c.by, tocsin.ActorOf(ctx).UserID
		m.SettledAt, m.SettledBy, m.Reason, m.Change = time.Time{}, "", "", 0
		if approve {
			if err := c.tell(ctx, "message-wait", c.now, tocsin.IncidentEntry{Subject: m.Name}); err != nil {
				return err
			}
			return c.putMessage(ctx, m)
		}
		return c.send(ctx, &m, step, send)
	})
	return m, err
}

// ApproveMessage has a message sent that waits for a second person, as
// [Store.AddMessage] has one sent. It fails with [tocsin.ErrForbidden] for whoever
// wrote it, and with [tocsin.ErrConflict] when it is not in the revision that was
// read, or waits no longer.
func (s *Store) ApproveMessage(ctx context.Context, n int64, read tocsin.IncidentMessage, step tocsin.IncidentStep, now time.Time, send SendOut) (m tocsin.IncidentMessage, err error) {
	err = s.alter(ctx, "approve message", n, false, now, func(c *change) error {
		if m, err = c.second(ctx, read); err != nil {
			return err
		}
		return c.send(ctx, &m, step, send)
	})
	return m, err
}

// ReturnMessage gives a message that waits back to its writer, for a reason. It fails
// as [Store.ApproveMessage] does.
func (s *Store) ReturnMessage(ctx context.Context, n int64, read tocsin.IncidentMessage, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if err := tocsin.IncidentLine("reason", reason, true); err != nil {
		return err
	}
	return s.alter(ctx, "return message", n, false, now, func(c *change) error {
		m, err := c.second(ctx, read)
		if err != nil {
			return err
		}
		m.State, m.SettledAt, m.SettledBy, m.Reason = tocsin.MessageReturned, c.now, c.by, reason
		if err := c.tell(ctx, "message-return", c.now, tocsin.IncidentEntry{Subject: m.Name, Text: reason}); err != nil {
			return err
		}
		return c.putMessage(ctx, m)
	})
}

// second returns a message that waits, for somebody who did not write it.
func (c *change) second(ctx context.Context, read tocsin.IncidentMessage) (tocsin.IncidentMessage, error) {
	m := read
	if err := c.asSeen(ctx, &m, tocsin.MessageWaiting); err != nil {
		return m, err
	}
	m, err := c.message(ctx, m.N)
	if actor := tocsin.ActorOf(ctx); err == nil && (m.WriterID != "" && m.WriterID == actor.UserID || m.WrittenBy == c.by) {
		err = &tocsin.Error{Kind: tocsin.ErrForbidden, Field: "approve", Message: "Somebody else than its writer looks at a message before it is sent."}
	}
	return m, err
}

// asSeen checks that a message is in one of some states and in the revision that
// somebody read.
func (c *change) asSeen(ctx context.Context, m *tocsin.IncidentMessage, states ...string) error {
	now, err := c.message(ctx, m.N)
	if err != nil {
		return err
	}
	for _, state := range states {
		if now.State != state {
			continue
		}
		if now.Revision == m.Revision {
			return nil
		}
		return anew(now.WrittenBy + " has written this message anew: read it again.")
	}
	if now.State == tocsin.MessageWaiting {
		return anew("This message waits for a second person.")
	}
	return anew(now.SettledBy + " has done this already.")
}

// anew fails for a message that is not as somebody read it.
func anew(why string) error {
	return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "message", Message: why}
}

func (c *change) message(ctx context.Context, num int64) (tocsin.IncidentMessage, error) {
	rows, err := c.tx.QueryContext(ctx, `SELECT `+messageColumns+` WHERE incident = $1 AND num = $2`, c.n, num)
	return store.One(rows, err, scanMessage, tocsin.NotFoundf("There is no message %d.", num))
}

// send keeps a message as sent.
func (c *change) send(ctx context.Context, m *tocsin.IncidentMessage, step tocsin.IncidentStep, send SendOut) error {
	m.State, m.SettledAt, m.SettledBy = tocsin.MessageSent, c.now, c.by
	state := "sent"
	if len(m.Channels) == 0 {
		state = "outside"
	} else if len(c.nums) == 0 {
		return tocsin.Conflictf("The tenants of this incident are gone: nobody can be told.")
	}
	if err := c.tell(ctx, "message", c.now, tocsin.IncidentEntry{Subject: m.Name, State: state, Text: m.Words[0].Text()}); err != nil {
		return err
	}
	m.Change = c.told
	if err := c.putMessage(ctx, *m); err != nil {
		return err
	}
	if step.Step != "" {
		if _, err := c.endStep(ctx, step); err != nil {
			return err
		}
	}
	if len(m.Channels) == 0 {
		return nil
	}
	return send(ctx, c.tx, *m)
}

func (c *change) putMessage(ctx context.Context, m tocsin.IncidentMessage) error {
	words, err := json.Marshal(m.Words)
	if err != nil {
		return err
	}
	channels, err := json.Marshal(m.Channels)
	if err != nil {
		return err
	}
	facts, err := json.Marshal(m.Facts)
	if err != nil {
		return err
	}
	_, err = c.tx.ExecContext(ctx, `INSERT INTO incident_messages (incident, num, template, name, words, facts, channels, promised, state, revision, written_at, written_by, writer_id, settled_at, settled_by, reason, change)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (incident, num) DO UPDATE SET template = excluded.template, name = excluded.name, words = excluded.words, facts = excluded.facts, channels = excluded.channels, promised = excluded.promised, state = excluded.state,
			revision = excluded.revision, written_at = excluded.written_at, written_by = excluded.written_by, writer_id = excluded.writer_id, settled_at = excluded.settled_at, settled_by = excluded.settled_by, reason = excluded.reason, change = excluded.change`,
		c.n, m.N, store.Clean(m.Template), store.Clean(m.Name), store.Clean(string(words)), store.Clean(string(facts)), store.Clean(string(channels)), tocsin.Micros(m.Promised), m.State, m.Revision, tocsin.Micros(m.WrittenAt), m.WrittenBy, m.WriterID,
		tocsin.Micros(m.SettledAt), m.SettledBy, store.Clean(m.Reason), m.Change)
	return err
}

const messageColumns = `num, template, name, words, facts, channels, promised, state, revision, written_at, written_by, writer_id, settled_at, settled_by, reason, change FROM incident_messages`

func scanMessage(rows *sql.Rows) (m tocsin.IncidentMessage, err error) {
	var words, facts, channels string
	err = rows.Scan(&m.N, &m.Template, &m.Name, &words, &facts, &channels, instant{&m.Promised}, &m.State, &m.Revision, instant{&m.WrittenAt}, &m.WrittenBy, &m.WriterID, instant{&m.SettledAt}, &m.SettledBy, &m.Reason, &m.Change)
	if err == nil {
		err = errors.Join(json.Unmarshal([]byte(words), &m.Words), json.Unmarshal([]byte(facts), &m.Facts), json.Unmarshal([]byte(channels), &m.Channels))
	}
	return m, err
}

// IncidentMessages lists the messages of an incident, the newest first.
func (s *Store) IncidentMessages(ctx context.Context, n int64) ([]tocsin.IncidentMessage, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+messageColumns+` WHERE incident = $1 ORDER BY num DESC LIMIT 200`, n)
	list, err := store.Collect(rows, err, scanMessage)
	if err != nil {
		return nil, fmt.Errorf("read messages of incident: %w", s.db.Translate(err))
	}
	return list, nil
}

// MessageOf returns the message that a change tells, of the incident with an id. It
// fails with [tocsin.ErrNotFound] when there is none.
func (s *Store) MessageOf(ctx context.Context, incident string, change int64) (tocsin.IncidentMessage, error) {
	n, _ := strconv.ParseInt(incident, 10, 64) // no number names nothing
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+messageColumns+` WHERE incident = $1 AND change = $2 AND change > 0`, n, change)
	m, err := store.One(rows, err, scanMessage, tocsin.NotFoundf("No message tells of change %d.", change))
	if err != nil {
		return m, fmt.Errorf("read message of incident: %w", s.db.Translate(err))
	}
	return m, nil
}
