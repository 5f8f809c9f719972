package pgtest

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// unprivileged is how to run as somebody whom PostgreSQL accepts: root it
// refuses. The directory is handed over.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(account.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(account.Gid, 10, 32)
		if err := errors.Join(err1, err2, os.Chown(dir, int(uid), int(gid))); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("root cannot run PostgreSQL, and there is no user postgres or nobody")
}

// dieTogether ends the server with this process, also when that is killed.
func dieTogether(as *syscall.SysProcAttr) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as.Credential, Pdeathsig: syscall.SIGINT, Setpgid: true}
}

const (
	memory = "/dev/shm"
	prefix = "tocsin-pg-"
	room   = 4 << 30 // bytes that must be free in memory
	young  = time.Minute
)

// directory is a new place for a cluster. A database of the desk is hundreds of
// files, which are copied for each test: in memory, where there is room for
// them, that takes a fifth of the time.
func directory() (string, error) {
	var fs syscall.Statfs_t
	parent := ""
	if syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) > room {
		parent = memory
		abandoned()
	}
	dir, err := os.MkdirTemp(parent, prefix)
	if err == nil {
		_, err = owned(dir)
	}
	return dir, err
}

// owned takes a directory for this process: the lock ends with it.
func owned(dir string) (bool, error) {
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	err = syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = syscall.Close(fd)
	}
	return err == nil, nil
}

// abandoned removes what processes left in memory that were killed.
func abandoned() {
	list, _ := filepath.Glob(filepath.Join(memory, prefix+"*")) // the pattern is well formed
	for _, dir := range list {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < young {
			continue
		}
		if mine, err := owned(dir); err == nil && mine {
			_ = os.RemoveAll(dir) // of somebody else: it stays
		}
	}
}
