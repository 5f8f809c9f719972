package respond

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

const requestColumns = `x.id, r.n, r.rev, r.state, r.waits, r.waits_since, r.requester, r.content, r.opened_at, r.opened_by, r.filed_at, r.filed_by, r.channel, r.call_back, r.case_number, r.ended_at, r.ended_by, r.solved, r.rating, r.remark, r.surveyed_at FROM requests r JOIN tenants x ON x.num = r.tenant`

func scanRequest(rows *sql.Rows) (r tocsin.Request, err error) {
	var content, requester string
	f, u := &r.Filing, &r.Survey
	err = rows.Scan(&r.TenantID, &r.N, &r.Rev, &r.State, &r.Waits, instant{&r.WaitsSince}, &requester, &content, instant{&r.OpenedAt}, &r.OpenedBy,
		instant{&f.At}, &f.By, &f.Channel, &f.CallBack, &f.Case, instant{&r.EndedAt}, &r.EndedBy, &u.Solved, &u.Rating, &u.Comment, instant{&u.At})
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(content), &r.Content); err != nil {
		return r, fmt.Errorf("read content of request %d: %w", r.N, err)
	}
	r.Content.Requester = requester
	return r, nil
}

// requests reads requests without their severities and duties.
func requests(ctx context.Context, q store.Querier, where string, args ...any) ([]tocsin.Request, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+requestColumns+` `+where, args...)
	return store.Collect(rows, err, scanRequest)
}

// write writes content into the row of a request.
func (x *turning) write(ctx context.Context, c tocsin.RequestContent) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = x.tx.ExecContext(ctx, `UPDATE requests SET rev = rev + 1, content = $3 WHERE tenant = $1 AND n = $2`, x.tenant, x.n, store.Clean(string(text)))
	return err
}

// A RequestsQuery asks for requests of a tenant.
type RequestsQuery struct {
	TenantID string
	Open     bool   // those alone that go on
	Surveyed bool   // those alone of which the survey was answered
	Issue    string // those alone that are about an issue
	Incident int64  // those alone of an incident
	Limit    int
}

// Requests lists requests, newest first, with their severities.
func (s *Store) Requests(ctx context.Context, q RequestsQuery) ([]tocsin.Request, error) {
	list, err := requests(ctx, s.db.Read(), `WHERE x.id = $1 AND (NOT $2 OR r.ended_at = 0) AND ($3 = '' OR r.issue = $3) AND ($4 = 0 OR r.incident = $4) AND (NOT $6 OR r.surveyed_at > 0) ORDER BY r.n DESC LIMIT $5`, q.TenantID, q.Open, q.Issue, q.Incident, max(0, q.Limit), q.Surveyed)
	if err == nil {
		err = s.severities(ctx, q.TenantID, list)
	}
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", s.db.Translate(err))
	}
	return list, nil
}

// severities reads what was proposed, asked for and given of requests of a tenant.
func (s *Store) severities(ctx context.Context, tenantID string, list []tocsin.Request) error {
	at := map[int64]*tocsin.Request{}
	low, high := int64(0), int64(0)
	for i := range list {
		n := list[i].N
		at[n] = &list[i]
		if low == 0 || n < low {
			low = n
		}
		high = max(high, n)
	}
	rows, err := s.db.Read().QueryContext(ctx, `SELECT v.request, v.stage, v.severity, v.why, v.at, v.by_name FROM request_severities v JOIN tenants x ON x.num = v.tenant WHERE x.id = $1 AND v.request BETWEEN $2 AND $3 ORDER BY v.request, v.place`, tenantID, low, high)
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (struct{}, error) {
		var n int64
		var one tocsin.RequestSeverity
		err := rows.Scan(&n, &one.Stage, &one.Severity, &one.Why, instant{&one.At}, &one.By)
		if r := at[n]; err == nil && r != nil {
			r.Severities = append(r.Severities, one)
		}
		return struct{}{}, err
	})
	return err
}

// Request returns a request by its number. It fails with [tocsin.ErrNotFound].
func (s *Store) Request(ctx context.Context, tenantID string, n int64) (tocsin.Request, error) {
	list, err := requests(ctx, s.db.Read(), `WHERE x.id = $1 AND r.n = $2`, tenantID, n)
	if err == nil && len(list) == 0 {
		err = noRequest(n)
	}
	if err == nil {
		err = s.severities(ctx, tenantID, list)
	}
	if err == nil {
		var rows *sql.Rows
		rows, err = s.db.Read().QueryContext(ctx, `SELECT d.duty, d.done, d.note, d.at, d.by_name FROM request_duties d JOIN tenants x ON x.num = d.tenant WHERE x.id = $1 AND d.request = $2 ORDER BY d.duty`, tenantID, n)
		list[0].Duties, err = store.Collect(rows, err, func(rows *sql.Rows) (d tocsin.RequestDuty, err error) {
			return d, rows.Scan(&d.Duty, &d.Done, &d.Note, instant{&d.At}, &d.By)
		})
	}
	if err != nil {
		return tocsin.Request{}, fmt.Errorf("read request: %w", s.db.Translate(err))
	}
	return list[0], nil
}

const turnColumns = `t.num, t.kind, t.at, t.written_at, t.by_name, t.subject, t.state, t.words FROM request_turns t JOIN tenants x ON x.num = t.tenant`

func scanTurn(rows *sql.Rows) (t tocsin.RequestTurn, err error) {
	return t, rows.Scan(&t.N, &t.Kind, instant{&t.At}, instant{&t.WrittenAt}, &t.By, &t.Subject, &t.State, &t.Text)
}

// RequestThread lists the rows of the thread of a request, oldest first, at most
// limit, the newest.
func (s *Store) RequestThread(ctx context.Context, tenantID string, n int64, limit int) ([]tocsin.RequestTurn, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT num, kind, at, written_at, by_name, subject, state, words FROM (
			SELECT `+turnColumns+` WHERE x.id = $1 AND t.request = $2 ORDER BY t.num DESC LIMIT $3
		) AS newest ORDER BY num`, tenantID, n, limit)
	list, err := store.Collect(rows, err, scanTurn)
	if err != nil {
		return nil, fmt.Errorf("read thread of request: %w", s.db.Translate(err))
	}
	return list, nil
}

// RequestTurn returns a row of the thread of a request. It fails with
// [tocsin.ErrNotFound].
func (s *Store) RequestTurn(ctx context.Context, tenantID string, n, num int64) (tocsin.RequestTurn, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+turnColumns+` WHERE x.id = $1 AND t.request = $2 AND t.num = $3`, tenantID, n, num)
	t, err := store.One(rows, err, scanTurn, tocsin.NotFoundf("The thread of request %d has no row %d.", n, num))
	if err != nil {
		return t, fmt.Errorf("read row of thread: %w", s.db.Translate(err))
	}
	return t, nil
}

// RequestsTold returns requests of a tenant by their numbers, without severities, and
// the rows of their threads that say under which number one was filed, or which
// severity it was given, by the number of the request. What is not there is left out.
func (s *Store) RequestsTold(ctx context.Context, tenantID string, ns []int64) (list []tocsin.Request, turns map[int64][]tocsin.RequestTurn, err error) {
	turns = map[int64][]tocsin.RequestTurn{}
	for some := range slices.Chunk(ns, store.MaxArgs/2) {
		args := append([]any{tenantID}, store.Args(some)...)
		in := store.Placeholders(2, len(some))
		found, err := requests(ctx, s.db.Read(), `WHERE x.id = $1 AND r.n IN (`+in+`)`, args...)
		if err != nil {
			return nil, nil, fmt.Errorf("read requests: %w", s.db.Translate(err))
		}
		list = append(list, found...)
		rows, err := s.db.Read().QueryContext(ctx, `SELECT t.request, `+turnColumns+` WHERE x.id = $1 AND t.kind IN ('filed', 'severity') AND t.request IN (`+in+`) ORDER BY t.request, t.num`, args...)
		_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
			var n int64
			var t tocsin.RequestTurn
			err = rows.Scan(&n, &t.N, &t.Kind, instant{&t.At}, instant{&t.WrittenAt}, &t.By, &t.Subject, &t.State, &t.Text)
			turns[n] = append(turns[n], t)
			return none, err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read threads of requests: %w", s.db.Translate(err))
		}
	}
	return list, turns, nil
}

// AddRequestFile adds a file to a request that goes on, and returns it with its
// place. It fails with [tocsin.ErrConflict] when the request has
// [tocsin.MaxRequestFiles] already, or [tocsin.MaxRequestFilesSum] bytes.
func (s *Store) AddRequestFile(ctx context.Context, tenantID string, n int64, f tocsin.RequestFile, now time.Time) (tocsin.RequestFile, error) {
	if err := f.Validate(); err != nil {
		return f, err
	}
	err := s.turning(ctx, "add file of request", tenantID, n, now, func(x *turning) error {
		if err := x.open(); err != nil {
			return err
		}
		if err := x.quota(ctx, "file", int64(len(f.Body))); err != nil {
			return err
		}
		var count, sum, last int64
		if err := x.tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(MAX(place), 0) FROM request_files WHERE tenant = $1 AND request = $2`, x.tenant, n).Scan(&count, &sum, &last); err != nil {
			return err
		}
		f.Size = int64(len(f.Body))
		if count >= tocsin.MaxRequestFiles || sum+f.Size > tocsin.MaxRequestFilesSum {
			return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "file", Message: fmt.Sprintf("A request has at most %s, of %d MiB in all.", tocsin.Count(tocsin.MaxRequestFiles, "file", "files"), tocsin.MaxRequestFilesSum>>20)}
		}
		f.Place, f.Name, f.AddedAt, f.By = last+1, tocsin.Clip(store.Clean(f.Name), 200), x.now, x.by
		_, err := x.tx.ExecContext(ctx, `INSERT INTO request_files (tenant, request, place, name, size, added_at, by_name, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			x.tenant, n, f.Place, f.Name, f.Size, tocsin.Micros(f.AddedAt), x.by, f.Body)
		if err != nil {
			return err
		}
		return x.turn(ctx, "file", tocsin.RequestTurn{Subject: f.Name, State: tocsin.Count(f.Size, "byte", "bytes")})
	})
	f.Body = nil
	return f, err
}

// RequestFiles lists the files of a request without their bodies, in the order in
// which they were added.
func (s *Store) RequestFiles(ctx context.Context, tenantID string, n int64) ([]tocsin.RequestFile, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT f.place, f.name, f.size, f.added_at, f.by_name FROM request_files f JOIN tenants x ON x.num = f.tenant WHERE x.id = $1 AND f.request = $2 ORDER BY f.place`, tenantID, n)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (f tocsin.RequestFile, err error) {
		return f, rows.Scan(&f.Place, &f.Name, &f.Size, instant{&f.AddedAt}, &f.By)
	})
	if err != nil {
		return nil, fmt.Errorf("list files of request: %w", s.db.Translate(err))
	}
	return list, nil
}

// RequestFile returns a file of a request with its body. It fails with
// [tocsin.ErrNotFound].
func (s *Store) RequestFile(ctx context.Context, tenantID string, n, place int64) (f tocsin.RequestFile, err error) {
	err = s.db.Read().QueryRowContext(ctx, `SELECT f.place, f.name, f.size, f.added_at, f.by_name, f.body FROM request_files f JOIN tenants x ON x.num = f.tenant WHERE x.id = $1 AND f.request = $2 AND f.place = $3`, tenantID, n, place).
		Scan(&f.Place, &f.Name, &f.Size, instant{&f.AddedAt}, &f.By, &f.Body)
	if errors.Is(err, sql.ErrNoRows) {
		err = tocsin.NotFoundf("There is no such file.")
	}
	if err != nil {
		return tocsin.RequestFile{}, fmt.Errorf("read file of request: %w", s.db.Translate(err))
	}
	return f, nil
}
