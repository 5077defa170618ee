//go:build unix

package imagetest

import (
	"syscall"
	"time"
)

// CPU returns the CPU time that this process has used: what tests of cost compare, as it does not grow
// while other programs run.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no error but for wrong arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
