//go:build !unix

package imagetest

import "time"

var started = time.Now()

// CPU returns the wall-clock time since the start of the process, because this system does not report CPU time.
func CPU() time.Duration { return time.Since(started) }
