package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc, which is the same on every Linux: USER_HZ, 100 per second.
const tick = 10 * time.Millisecond

// cpu returns the CPU time of a process and its descendants, such as nginx's workers, or 0 without /proc.
// Unlike requests per second, it does not depend on the other load of the machine.
func (s *server) cpu() (sum time.Duration) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	children := map[int][]int{}
	times := map[int]time.Duration{}
	for _, file := range files {
		pid, parent, used, err := readStat(file)
		if err != nil {
			continue // the process has ended
		}
		children[parent] = append(children[parent], pid)
		times[pid] = used
	}
	for next := []int{s.cmd.Process.Pid}; len(next) > 0; next = next[1:] {
		sum += times[next[0]]
		next = append(next, children[next[0]]...)
	}
	return sum
}

// readStat reads /proc/PID/stat, proc(5).
func readStat(file string) (pid, parent int, used time.Duration, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, 0, err
	}
	// The second field is the program's name in parentheses, and may contain spaces and parentheses.
	before, after, ok := strings.Cut(string(b), " (")
	if i := strings.LastIndexByte(after, ')'); ok && i >= 0 {
		after = after[i+1:]
	}
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, 0, 0, fmt.Errorf("%s: %q", file, b)
	}
	if pid, err = strconv.Atoi(before); err != nil {
		return 0, 0, 0, err
	}
	if parent, err = strconv.Atoi(fields[1]); err != nil {
		return 0, 0, 0, err
	}
	for _, field := range fields[11:13] { // user and system
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, 0, 0, err
		}
		used += time.Duration(n) * tick
	}
	return pid, parent, used, nil
}
