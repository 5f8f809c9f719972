package store_test

import (
	"os"
	"testing"

	"example.org/tocsin/internal/pgtest"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(openVariable); dsn != "" {
		os.Exit(openOnly(dsn))
	}
	pgtest.Main(m)
}
