//go:build unix

package store

import (
	"os"
	"syscall"
)

// names returns how many names (hard links) a file has; 1 where nobody knows.
func names(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) //nolint:unconvert // its width depends on the system
	}
	return 1
}
