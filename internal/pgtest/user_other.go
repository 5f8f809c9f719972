//go:build !linux

package pgtest

import (
	"errors"
	"syscall"
)

// unprivileged refuses: only Linux ends a server together with its tests.
func unprivileged(string) (*syscall.SysProcAttr, error) {
	return nil, errors.New("a private PostgreSQL is started on Linux only")
}

func dieTogether(as *syscall.SysProcAttr) *syscall.SysProcAttr { return as }
