package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"example.org/tocsin/internal/pgtest"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// readVariable makes the test binary read the store at its value and end.
const readVariable = "TOCSIN_STORE_READ"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(openVariable); dsn != "" {
		os.Exit(openOnly(dsn))
	}
	if dsn := os.Getenv(readVariable); dsn != "" {
		os.Exit(readOnly(dsn))
	}
	pgtest.Main(m)
}

// readOnly is what a process does that was started by [asReader].
func readOnly(dsn string) int {
	s, err := store.OpenToRead(context.Background(), dsn)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	rooms, err := archive.Open(context.Background(), s)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	list, err := rooms.Tenants(context.Background())
	if _, verr := s.VerifyAudit(context.Background(), 0, tocsin.Hash{}); err == nil {
		err = verr
	}
	fmt.Fprintln(os.Stderr, len(list), err, s.Close())
	return 0
}
