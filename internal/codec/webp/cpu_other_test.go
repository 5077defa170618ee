//go:build !linux

package webp

import "time"

var started = time.Now()

// processTime stands in for the CPU time of this process where that can't be asked for.
func processTime() time.Duration { return time.Since(started) }
