//go:build !unix

package imagetest

import "time"

var started = time.Now()

// CPU stands in for the CPU time of this process where it cannot be asked for.
func CPU() time.Duration { return time.Since(started) }
