package file

import "io"

// Look is what a poll opens files with.
func Look(name string, open func() (io.ReadCloser, error), limit int64) (*File, error) {
	return look(name, open, limit)
}
