//go:build !linux

package apertium

import "syscall"

func dieTogether() *syscall.SysProcAttr { return nil }

func (l *Local) kill() { _ = l.command.Process.Kill() } // it may have ended
