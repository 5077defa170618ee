package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
)

// cpuTime returns the user and system time of all threads of this process so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak returns VmHWM, the peak resident memory of this program. ru_maxrss would include the memory of the
// driver before exec.
func peak() (string, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "", err
	}
	var kib int
	for line := range bytes.Lines(status) {
		if scan(string(line), "VmHWM: %d", &kib) {
			return fmt.Sprint(kib), nil
		}
	}
	return "", fmt.Errorf("/proc/self/status has no VmHWM")
}
