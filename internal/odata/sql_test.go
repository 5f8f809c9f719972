package odata

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/huandu/go-sqlbuilder"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"example.org/tocsin/internal/pgtest"
)

func sampleMapping(position string) *Mapping {
	ofIssue := [][2]string{{"issue", "i.id"}}
	return &Mapping{
		Position: position,
		Columns: map[string]string{
			"id": "i.id", "title": "i.title", "status": "i.status", "isResolved": "i.resolved", "isMajorChange": "i.major",
			"startDateTime": "i.start_at", "endDateTime": "i.end_at", "body": "i.body_type", "body/contentType": "i.body_type",
			"body/content": "i.body", "seats": "i.seats", "ratio": "i.ratio", "code": "i.code", "day": "i.day", "plan": "i.plan",
		},
		Children: map[string]Child{
			"services": {Table: "odata_service", Join: ofIssue, Columns: map[string]string{"": "name"}},
			"details":  {Table: "odata_detail", Join: ofIssue, Columns: map[string]string{"name": "name", "value": "value"}},
			"posts": {
				Table: "odata_post", Join: ofIssue, Columns: map[string]string{"createdDateTime": "created_at"},
				Children: map[string]Child{
					"tags": {Table: "odata_tag", Join: [][2]string{{"post", "id"}}, Columns: map[string]string{"": "tag"}},
				},
			},
		},
	}
}

const sampleSchema = `
	CREATE TEMPORARY TABLE odata_issue (id TEXT, title TEXT, status TEXT, plan TEXT, code TEXT, resolved BOOLEAN, major BOOLEAN,
		start_at BIGINT, end_at BIGINT, body_type TEXT, body TEXT, seats BIGINT, ratio DOUBLE PRECISION, day BIGINT);
	CREATE TEMPORARY TABLE odata_service (issue TEXT, name TEXT);
	CREATE TEMPORARY TABLE odata_detail (issue TEXT, name TEXT, value TEXT);
	CREATE TEMPORARY TABLE odata_post (id BIGINT, issue TEXT, created_at BIGINT);
	CREATE TEMPORARY TABLE odata_tag (post BIGINT, tag TEXT)`

// sampleDatabase stores the rows, in temporary tables of one connection.
func sampleDatabase(t *testing.T, driver, source string, rows []*sampleRow) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	exec := func(text string, args ...any) {
		if _, err := db.ExecContext(t.Context(), text, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, statement := range strings.Split(sampleSchema, ";") {
		exec(statement)
	}
	posts := 0
	for _, r := range rows {
		body := []Value{{}, {}}
		if r.Body != nil {
			body = []Value{r.Body.Value(0), r.Body.Value(1)}
		}
		exec(`INSERT INTO odata_issue VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			r.ID, r.Value(propTitle).Any(), r.Status, textOrNull(r.Plan).Any(), textOrNull(r.Code).Any(), r.Resolved, r.Major.Any(),
			Instant(r.Start).Any(), Instant(r.End).Any(), body[0].Any(), body[1].Any(), r.Seats.Any(), r.Ratio.Any(), r.Day.Any())
		for _, name := range r.Services {
			exec(`INSERT INTO odata_service VALUES ($1, $2)`, r.ID, name)
		}
		for _, d := range r.Details {
			exec(`INSERT INTO odata_detail VALUES ($1, $2, $3)`, r.ID, d.Name, textOrNull(d.Text).Any())
		}
		for _, p := range r.Posts {
			posts++
			exec(`INSERT INTO odata_post VALUES ($1, $2, $3)`, posts, r.ID, p.Created.UnixMicro())
			for _, tag := range p.Tags {
				exec(`INSERT INTO odata_tag VALUES ($1, $2)`, posts, tag)
			}
		}
	}
	return db
}

// selectIDs runs a filter in the database, beside other conditions.
func selectIDs(db *sql.DB, f *Filter, m *Mapping, others ...string) (ids []string, text string, err error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("i.id").From("odata_issue i").OrderBy("i.id")
	where, err := f.SQL(b, m)
	if err != nil {
		return nil, "", err
	}
	b.Where(append(others, where)...)
	text, args := b.Build()
	rows, err := db.Query(text, args...)
	if err != nil {
		return nil, text, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, text, err
		}
		ids = append(ids, id)
	}
	return ids, text, rows.Err()
}

func TestMemoryAndSQLiteAgree(t *testing.T) {
	t.Parallel()
	memoryAndDatabaseAgree(t, "sqlite", filepath.Join(t.TempDir(), "odata.db"), "instr")
}

func TestMemoryAndPostgreSQLAgree(t *testing.T) {
	t.Parallel()
	memoryAndDatabaseAgree(t, "pgx", pgtest.URL(t), "strpos")
}

// memoryAndDatabaseAgree draws filters, prints and parses them, and compares
// the rows that they match in memory and in the database.
func memoryAndDatabaseAgree(t *testing.T, driver, source, position string) {
	m, issue := sampleModel(t)
	rows := sampleRows()
	db := sampleDatabase(t, driver, source, rows)
	mapping := sampleMapping(position)
	rapid.Check(t, func(t *rapid.T) {
		text := (&author{t: t}).condition().String()
		f, err := m.ParseFilter(issue, text, sampleNow())
		var e *Error
		if errors.As(err, &e) && e.Code == TooComplex {
			t.Skip(text)
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var want []string
		for _, row := range rows {
			if f.Match(row) {
				want = append(want, row.ID)
			}
			checkConjuncts(t, issue, f, row)
		}
		got, query, err := selectIDs(db, f, mapping)
		if err != nil {
			t.Fatalf("%s: %v\n%s", text, err, query)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: memory and database differ (-memory +database):\n%s\n%s", text, diff, query)
		}
		// What the caller demands beside a filter, such as the tenant, holds
		// whatever the filter says.
		want = slices.DeleteFunc(want, func(id string) bool { return id < "EX20" || id >= "EX40" })
		got, query, err = selectIDs(db, f, mapping, "i.id >= 'EX20'", "i.id < 'EX40'")
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%s: beside other conditions: %v (-want +got):\n%s\n%s", text, err, diff, query)
		}
	})
}

// checkConjuncts fails if a conjunct is false for a row that matches.
func checkConjuncts(t *rapid.T, issue *Type, f *Filter, row *sampleRow) {
	if !f.Match(row) {
		return
	}
	for _, c := range f.Conjuncts() {
		if c.Any || c.Fold || c.Op != "eq" || strings.Contains(c.Path, "/") {
			continue
		}
		p, ok := issue.Property(c.Path, false)
		if !ok || p.Struct != nil {
			continue
		}
		if order := compareNull(row.Value(p.Index), c.Values[0]); order != 0 {
			t.Fatalf("%s matches %s, but %s is not %v", f, row.ID, c.Path, c.Values[0].Any())
		}
	}
}

func TestSQLText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		filter, want string
		args         []any
	}{
		{`title eq 'x' and startDateTime ge 1970-01-02`, `(i.title = $1 AND i.start_at >= $2)`, []any{"x", int64(microsPerDay)}},
		{`not (title eq 'x')`, `NOT (i.title IS NOT DISTINCT FROM $1)`, []any{"x"}},
		{`endDateTime eq null`, `i.end_at IS NULL`, nil},
		{`services/any(s:s eq 'x')`, `EXISTS (SELECT 1 FROM odata_service odata1 WHERE odata1.issue = i.id AND odata1.name = $1)`, []any{"x"}},
		{`'x' in services`, `EXISTS (SELECT 1 FROM odata_service odata1 WHERE odata1.issue = i.id AND odata1.name = $1)`, []any{"x"}},
		{
			`'x' in services or not (title in services)`,
			`(EXISTS (SELECT 1 FROM odata_service odata1 WHERE odata1.issue = i.id AND odata1.name = $1) OR ` +
				`NOT (EXISTS (SELECT 1 FROM odata_service odata2 WHERE odata2.issue = i.id AND odata2.name IS NOT DISTINCT FROM i.title)))`,
			[]any{"x"},
		},
		{`code eq 'X'`, `lower(i.code) = $1`, []any{"x"}},
		{`title eq '$1; DROP TABLE x --'`, `i.title = $1`, []any{"$1; DROP TABLE x --"}},
		{`status in ('resolved','investigating')`, `i.status IN ($1, $2)`, []any{"resolved", "investigating"}},
	}
	m, issue := sampleModel(t)
	for _, tt := range tests {
		f, err := m.ParseFilter(issue, tt.filter, sampleNow())
		if err != nil {
			t.Errorf("%s: %v", tt.filter, err)
			continue
		}
		b := sqlbuilder.PostgreSQL.NewSelectBuilder()
		where, err := f.SQL(b, sampleMapping(""))
		if err != nil {
			t.Errorf("%s: %v", tt.filter, err)
			continue
		}
		text, args := b.Select("1").From("x").Where(where).Build()
		if got := strings.TrimPrefix(text, "SELECT 1 FROM x WHERE "); got != tt.want {
			t.Errorf("%s: SQL %s, want %s", tt.filter, got, tt.want)
		}
		if diff := cmp.Diff(tt.args, args, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: arguments (-want +got):\n%s", tt.filter, diff)
		}
	}
}

func TestSQLRefusesWhatIsNotMapped(t *testing.T) {
	t.Parallel()
	m, issue := sampleModel(t)
	for _, text := range []string{
		`title eq 'x'`, `services/any()`, `services/$count gt 1`, `services/any(s:s eq 'x')`, `indexof(id,'x') eq 1`, `'x' in services`,
	} {
		f, err := m.ParseFilter(issue, text, sampleNow())
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.SQL(sqlbuilder.NewCond(), &Mapping{Columns: map[string]string{"id": "id"}})
		var e *Error
		if !errors.As(err, &e) || e.Code != NotImplemented {
			t.Errorf("%s: %v, want NotImplemented", text, err)
		}
	}
	if text, err := (*Filter)(nil).SQL(nil, nil); text != "TRUE" || err != nil {
		t.Errorf("a nil filter is %s, %v", text, err)
	}
}

func TestOrderBySQL(t *testing.T) {
	t.Parallel()
	m, issue := sampleModel(t)
	rows := sampleRows()
	db := sampleDatabase(t, "sqlite", filepath.Join(t.TempDir(), "odata.db"), rows)
	for _, text := range []string{"endDateTime,id", "endDateTime desc,id desc", "title,length(body/content) desc,id", "seats,isMajorChange desc,id"} {
		order, err := m.parseOrderBy(issue, text, sampleNow(), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		b := sqlbuilder.PostgreSQL.NewSelectBuilder()
		terms, err := order.SQL(b, sampleMapping("instr"))
		if err != nil {
			t.Fatal(err)
		}
		query, args := b.Select("i.id").From("odata_issue i").OrderBy(terms...).Build()
		result, err := db.QueryContext(t.Context(), query, args...)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var got, want []string
		for result.Next() {
			var id string
			if err := result.Scan(&id); err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if err := result.Err(); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(rows, func(a, b *sampleRow) int { return order.Compare(a, b) })
		for _, row := range rows {
			want = append(want, row.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-memory +database):\n%s", text, diff)
		}
	}
}
