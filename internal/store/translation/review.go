package translation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// A Concern is why somebody should look at a line.
type Concern string

// The concerns.
const (
	Reported   Concern = "reported"   // readers found it bad
	Failed     Concern = "failed"     // what an engine said failed a check: it is in English
	Outdated   Concern = "outdated"   // a person wrote it, and no present text holds the source
	Unreviewed Concern = "unreviewed" // an engine said it, and no person
	Written    Concern = "written"    // a person wrote it
)

// Concerns lists the concerns, the most urgent first.
func Concerns() []Concern { return []Concern{Reported, Failed, Outdated, Unreviewed, Written} }

// standsNow is a condition: that a text that a tenant has now holds a segment.
func standsNow(segment, tenant string) string {
	return `EXISTS (SELECT 1 FROM segment_documents p JOIN document_tenants r ON r.document = p.document JOIN cut_documents c ON c.document = p.document
		WHERE p.segment = ` + segment + ` AND r.tenant = ` + tenant + ` AND r.n = (SELECT max(r2.n) FROM cut_documents c2 JOIN document_tenants r2 ON r2.document = c2.document
			WHERE c2.item = c.item AND r2.tenant = ` + tenant + `))`
}

// of selects the segments of a concern with the time of it. $1 is the number of
// the tenant, $2 the language.
func (c Concern) of() string {
	const (
		byPerson = ` FROM memory m WHERE m.language = $2 AND m.class = 'human' AND (m.tenant = 0 OR m.tenant = $1)`
		nobody   = ` AND NOT EXISTS (SELECT 1 FROM memory h WHERE h.segment = m.segment AND h.language = $2 AND h.class = 'human' AND (h.tenant = 0 OR h.tenant = $1))`
	)
	switch c {
	case Reported:
		return `SELECT m.segment, max(m.reported_at) AS at FROM translation_reports m WHERE m.tenant = $1 AND m.language = $2 GROUP BY m.segment`
	case Failed:
		return `SELECT m.segment, m.at FROM translation_wants m WHERE m.language = $2 AND m.state = 'closed'` + nobody
	case Outdated:
		return `SELECT m.segment, max(m.created_at) AS at` + byPerson + ` AND NOT ` + standsNow("m.segment", "$1") + ` GROUP BY m.segment`
	case Unreviewed:
		return `SELECT m.segment, m.created_at AS at FROM memory m WHERE m.language = $2 AND m.class = 'engine' AND m.engine <> ''` + nobody
	}
	return `SELECT m.segment, max(m.created_at) AS at` + byPerson + ` GROUP BY m.segment`
}

// A ReviewQuery says which lines are listed.
type ReviewQuery struct {
	TenantID string
	Language string
	Concern  Concern
	Words    string // in the source, "" for all
	From     int    // lines that are left out at the beginning
	Limit    int
}

// from is a query for the segments of a review, with its arguments.
func (q ReviewQuery) from(tenant int64) (string, []any) {
	args := []any{tenant, q.Language}
	query := ` FROM (` + q.Concern.of() + `) x JOIN segments s ON s.num = x.segment WHERE ` + hasSeen("x.segment", "$1")
	if words := strings.TrimSpace(q.Words); words != "" {
		query += ` AND lower(s.text) LIKE $3 ESCAPE '\'`
		args = append(args, likeWord(words))
	}
	return query, args
}

// Review lists lines of a tenant to look at, the newest concern first.
func (s *Store) Review(ctx context.Context, q ReviewQuery) ([]Known, error) {
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), q.TenantID)
	if err != nil {
		return nil, err
	}
	from, args := q.from(tenant)
	rows, err := s.db.Read().QueryContext(ctx, `SELECT x.segment`+from+fmt.Sprintf(` ORDER BY x.at DESC, x.segment DESC LIMIT %d OFFSET %d`, q.Limit, max(0, q.From)), args...)
	segments, err := store.Collect(rows, err, scanNum)
	if err != nil {
		return nil, fmt.Errorf("list lines to review: %w", s.db.Translate(err))
	}
	return s.KnownLines(ctx, q.TenantID, q.Language, segments)
}

// ReviewCount counts the lines of a review, up to its limit.
func (s *Store) ReviewCount(ctx context.Context, q ReviewQuery) (n int, err error) {
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), q.TenantID)
	if err != nil {
		return 0, err
	}
	from, args := q.from(tenant)
	err = s.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1`+from+fmt.Sprintf(` LIMIT %d) y`, q.Limit), args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count lines to review: %w", s.db.Translate(err))
	}
	return n, nil
}

// A Said is what somebody said for a segment; the zero Said is nothing.
type Said struct {
	Text  string
	By    string // the name of the person or engine
	Model string
	At    time.Time
}

// A Known is all that is known of a segment in one language.
type Known struct {
	Segment  int64
	Key      Key
	Source   string
	Own      Said   // by a person, for the tenant
	All      Said   // by a person, for all tenants
	Engine   Said   // by an engine
	Reason   string // why an engine's answer was refused
	Refused  Said   // that answer; By is the engine
	Reports  int    // of readers
	Outdated bool   // no text that the tenant has now holds it
}

// Holds returns what is said for the tenant: the zero Said for nothing.
func (k Known) Holds() Said {
	for _, said := range []Said{k.Own, k.All, k.Engine} {
		if said.Text != "" {
			return said
		}
	}
	return Said{}
}

// Human reports whether a person said what holds.
func (k Known) Human() bool { return k.Own.Text != "" || k.All.Text != "" }

// KnownLines returns what is known of segments by their numbers, in the order of the
// list. Those that the tenant has not seen are left out. A list has up to 400.
func (s *Store) KnownLines(ctx context.Context, tenantID, language string, segments []int64) ([]Known, error) {
	if len(segments) == 0 {
		return nil, nil
	}
	tenant, err := s.db.TenantNum(ctx, s.db.Read(), tenantID)
	if err != nil {
		return nil, err
	}
	segments = segments[:min(len(segments), store.MaxArgs)]
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT s.num, s.key, s.text, COALESCE(m.class, ''), COALESCE(m.tenant, 0), COALESCE(m.text, ''), COALESCE(m.engine, ''), COALESCE(m.model, ''), COALESCE(m.reviewer, ''), COALESCE(m.created_at, 0),
			COALESCE(w.reason, ''), COALESCE(w.answer, ''), COALESCE(w.engine, ''),
			(SELECT count(*) FROM translation_reports b WHERE b.tenant = $2 AND b.segment = s.num AND b.language = $1), NOT `+standsNow("s.num", "$2")+`
		FROM segments s LEFT JOIN memory m ON m.segment = s.num AND m.language = $1 AND (m.tenant = 0 OR m.tenant = $2)
		LEFT JOIN translation_wants w ON w.segment = s.num AND w.language = $1 AND w.state = 'closed'
		WHERE s.num IN (`+store.Placeholders(3, len(segments))+`) AND `+hasSeen("s.num", "$2"), append([]any{language, tenant}, store.Args(segments)...)...)
	found := make(map[int64]Known, len(segments))
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var k Known
		var key []byte
		var class, engine, reviewer string
		var said Said
		var scope, at int64
		err = rows.Scan(&k.Segment, &key, &k.Source, &class, &scope, &said.Text, &engine, &said.Model, &reviewer, &at, &k.Reason, &k.Refused.Text, &k.Refused.By, &k.Reports, &k.Outdated)
		if err != nil || len(key) != len(Key{}) {
			return none, err
		}
		if before, ok := found[k.Segment]; ok {
			k = before
		}
		k.Key, said.At = Key(key), tocsin.FromMicros(at)
		k.put(class, scope, said, engine, reviewer)
		found[k.Segment] = k
		return none, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is known of lines: %w", s.db.Translate(err))
	}
	list := make([]Known, 0, len(segments))
	for _, num := range segments {
		if k, ok := found[num]; ok {
			list = append(list, k)
		}
	}
	return list, nil
}

// put takes a row of the memory.
func (k *Known) put(class string, scope int64, said Said, engine, reviewer string) {
	switch {
	case class == "engine":
		said.By = engine
		k.Engine = said
	case class == "human" && scope == 0:
		said.By = reviewer
		k.All = said
	case class == "human":
		said.By = reviewer
		k.Own = said
	}
}

// A Place is an issue or message in which a segment stands.
type Place struct {
	Ref      tocsin.Ref
	N        int // the newest version that holds it
	Versions int // how many of its versions do
}

// Places lists the items of a tenant that hold a segment, the newest first.
func (s *Store) Places(ctx context.Context, tenantID string, segment int64) ([]Place, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT i.kind, i.id, max(r.n), count(*) FROM segment_documents p JOIN cut_documents c ON c.document = p.document JOIN items i ON i.num = c.item
		JOIN document_tenants r ON r.document = p.document JOIN tenants t ON t.num = r.tenant
		WHERE p.segment = $1 AND t.id = $2 GROUP BY i.kind, i.id ORDER BY max(c.at) DESC, i.id`, segment, tenantID)
	list, err := store.Collect(rows, err, func(rows *sql.Rows) (p Place, err error) {
		return p, rows.Scan(&p.Ref.Kind, &p.Ref.ID, &p.N, &p.Versions)
	})
	if err != nil {
		return nil, fmt.Errorf("list where a line stands: %w", s.db.Translate(err))
	}
	return list, nil
}

// A Source is a segment by its number.
type Source struct {
	Segment int64
	Text    string
}

func scanSource(rows *sql.Rows) (one Source, err error) {
	return one, rows.Scan(&one.Segment, &one.Text)
}

// Beside lists what stands now in the items that hold or held a segment, up to
// 2000: among it is what the provider wrote in its place.
func (s *Store) Beside(ctx context.Context, tenantID string, segment int64) ([]Source, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT DISTINCT s.num, s.text FROM segment_documents o JOIN cut_documents oc ON oc.document = o.document JOIN document_tenants h ON h.document = o.document
		JOIN tenants t ON t.num = h.tenant JOIN cut_documents c ON c.item = oc.item JOIN document_tenants r ON r.document = c.document AND r.tenant = t.num
		JOIN segment_documents p ON p.document = c.document JOIN segments s ON s.num = p.segment
		WHERE o.segment = $1 AND t.id = $2 AND s.num <> $1 AND r.n = (SELECT max(r2.n) FROM cut_documents c2 JOIN document_tenants r2 ON r2.document = c2.document
			WHERE c2.item = c.item AND r2.tenant = t.num) ORDER BY s.num DESC LIMIT 2000`, segment, tenantID)
	list, err := store.Collect(rows, err, scanSource)
	if err != nil {
		return nil, fmt.Errorf("list what stands beside a line: %w", s.db.Translate(err))
	}
	return list, nil
}

// SaidSources lists the segments that a tenant has seen and for which somebody says
// something that holds for it, the newest first, up to a limit.
func (s *Store) SaidSources(ctx context.Context, tenantID, language string, limit int) ([]Source, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT s.num, s.text FROM tenants t, segments s WHERE t.id = $1
		AND EXISTS (SELECT 1 FROM memory m WHERE m.segment = s.num AND m.language = $2 AND (m.tenant = 0 OR m.tenant = t.num))
		AND `+hasSeen("s.num", "t.num")+fmt.Sprintf(` ORDER BY s.num DESC LIMIT %d`, limit), tenantID, language)
	list, err := store.Collect(rows, err, scanSource)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", s.db.Translate(err))
	}
	return list, nil
}

// UpdatesOf counts the texts of a tenant that hold one of some segments.
func (s *Store) UpdatesOf(ctx context.Context, tenantID string, segments []int64) (n int, err error) {
	documents := map[int64]bool{}
	for part := range slices.Chunk(segments, store.MaxArgs) {
		rows, err := s.db.Read().QueryContext(ctx, `
			SELECT DISTINCT p.document FROM segment_documents p JOIN document_tenants r ON r.document = p.document JOIN tenants t ON t.num = r.tenant
			WHERE t.id = $1 AND p.segment IN (`+store.Placeholders(2, len(part))+`)`, append([]any{tenantID}, store.Args(part)...)...)
		list, err := store.Collect(rows, err, scanNum)
		if err != nil {
			return 0, fmt.Errorf("count texts that hold lines: %w", s.db.Translate(err))
		}
		for _, document := range list {
			documents[document] = true
		}
	}
	return len(documents), nil
}

// Exported keeps in the audit log that somebody took the translations of a
// tenant away as a file.
func (s *Store) Exported(ctx context.Context, tenantID, language string, units int, now time.Time) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, tocsin.AuditEntry{At: now, TenantID: tenantID, Action: "translation.export", Object: language, Detail: tocsin.Count(units, "line", "lines")})
	})
	if err != nil {
		return fmt.Errorf("note an export: %w", err)
	}
	return nil
}
