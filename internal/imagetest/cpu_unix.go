//go:build unix

package imagetest

import (
	"syscall"
	"time"
)

// CPU returns the CPU time of this process so far. Tests compare it instead of wall-clock time, because
// other programs hardly affect it.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // getrusage fails only for invalid arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
