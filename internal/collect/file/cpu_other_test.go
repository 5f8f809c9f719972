//go:build !linux

package file_test

import "time"

var began = time.Now()

// busy is the time that went by.
func busy() time.Duration { return time.Since(began) }
