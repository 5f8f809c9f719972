package apertium

import "syscall"

// dieTogether makes the server the head of a group, and ends it with this
// process, also when that is killed.
func dieTogether() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// kill ends the server with the programs that it started.
func (l *Local) kill() { _ = syscall.Kill(-l.command.Process.Pid, syscall.SIGKILL) } // it may have ended
