package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"example.org/tocsin/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	for range 2 {
		conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), `CREATE TABLE x (n int)`); err != nil {
			t.Errorf("the database is not new: %v", err)
		}
		_ = conn.Close(t.Context())
	}
}
