//go:build unix

package cputest

import (
	"syscall"
	"testing"
	"time"
)

// Used returns the processor time that this process has used, its own and the
// system's for it.
func Used(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
