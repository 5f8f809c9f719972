//go:build !linux

package pgtest

import (
	"errors"
	"os"
	"syscall"
)

// unprivileged refuses: only Linux ends a server together with its tests.
func unprivileged(string) (*syscall.SysProcAttr, error) {
	return nil, errors.New("a private PostgreSQL is started on Linux only")
}

// directory is a new place for a cluster.
func directory() (string, error) { return os.MkdirTemp("", "tocsin-pg-") }

func dieTogether(as *syscall.SysProcAttr) *syscall.SysProcAttr { return as }
