package store_test

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(openVariable); dsn != "" {
		os.Exit(openOnly(dsn))
	}
	os.Exit(m.Run())
}
