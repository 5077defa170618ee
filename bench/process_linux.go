package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
)

// cpuTime is what all threads of this process have used so far, in the program and in the kernel.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak reads the high-water mark of this program's memory. ru_maxrss would count what the driver
// had resident before exec.
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
