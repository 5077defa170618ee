//go:build !unix

package imagetest

import "time"

var started = time.Now()

// CPU replaces the CPU time of this process on systems that don't report it.
func CPU() time.Duration { return time.Since(started) }
