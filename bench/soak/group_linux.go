package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A group is a control group below the one of this process, with a memory limit. It may be nil.
type group struct {
	dir     string
	version int
}

// newGroup makes a group (cgroups(7), of either version).
func newGroup(limit int64) (*group, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	var g *group
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(parts) < 3:
		case parts[1] == "memory":
			g = &group{filepath.Join("/sys/fs/cgroup/memory", parts[2]), 1}
		case parts[0] == "0" && g == nil:
			g = &group{filepath.Join("/sys/fs/cgroup", parts[2]), 2}
		}
	}
	if g == nil {
		return nil, fmt.Errorf("this process is in no group for memory")
	}
	g.dir = filepath.Join(g.dir, "soak-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return nil, err
	}
	name := map[int]string{1: "memory.limit_in_bytes", 2: "memory.max"}[g.version]
	if err := os.WriteFile(filepath.Join(g.dir, name), []byte(strconv.FormatInt(limit, 10)), 0); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

func (g *group) name() string {
	if g == nil {
		return "nobody"
	}
	return fmt.Sprintf("cgroup v%d", g.version)
}

// procs returns the file to which a process writes its ID to join the group.
func (g *group) procs() string {
	if g == nil {
		return ""
	}
	return filepath.Join(g.dir, "cgroup.procs")
}

// peak returns the peak memory of the group in bytes. It includes the page cache, which the kernel can
// reclaim.
func (g *group) peak() int64 {
	if g == nil {
		return 0
	}
	text, _ := os.ReadFile(filepath.Join(g.dir, map[int]string{1: "memory.max_usage_in_bytes", 2: "memory.peak"}[g.version]))
	n, _ := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	return n
}

func (g *group) remove() {
	if g == nil {
		return
	}
	for range 100 { // until the last process of the group has ended
		if os.Remove(g.dir) == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// highWater returns the peak resident memory of a process, in bytes: VmHWM of proc_pid_status(5).
func highWater(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no VmHWM", pid) // a zombie
}
