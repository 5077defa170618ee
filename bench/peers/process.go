package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// findProcess returns the ID of the process that listens at a URL.
func findProcess(at string) (int, error) {
	u, err := url.Parse(at)
	if err != nil {
		return 0, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return 0, fmt.Errorf("%s has no port", at)
	}
	inode := ""
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(table)
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) > 9 && f[3] == "0A" && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				inode = f[9]
			}
		}
	}
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, file := range files {
		if to, err := os.Readlink(file); err == nil && inode != "" && to == "socket:["+inode+"]" {
			return strconv.Atoi(strings.Split(file, "/")[2])
		}
	}
	return 0, fmt.Errorf("no process of this machine is seen to listen at %s", at)
}

// tick is the unit of the times in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// cpuTime returns the CPU time of a process, on all CPUs together.
func cpuTime(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * tick
}

var peak = regexp.MustCompile(`VmHWM:\s+([0-9]+) kB`)

// peakMemory returns the largest resident set of a process so far, in MB.
func peakMemory(pid int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if m := peak.FindSubmatch(b); m != nil {
		kB, _ := strconv.Atoi(string(m[1]))
		return kB >> 10
	}
	return 0
}

// version returns the version that a server reports: over HTTP, by a command, or else in the build
// information of its Go binary.
func (s *server) version() string {
	exe := fmt.Sprintf("/proc/%d/exe", s.pid)
	switch s.kind.flag {
	case "imagor":
		var answer struct{ Imagor struct{ Version string } }
		if _, body, err := get(s.url + "/"); err == nil && json.Unmarshal(body, &answer) == nil && answer.Imagor.Version != "" {
			return answer.Imagor.Version
		}
	case "imgproxy":
		if out, err := exec.Command(exe, "version").Output(); err == nil {
			return strings.TrimSpace(string(out))
		}
	}
	info, err := buildinfo.ReadFile(exe)
	if err != nil {
		return "unknown"
	}
	version := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && version == "(devel)" {
			version = setting.Value[:min(12, len(setting.Value))]
		}
	}
	return version + ", " + info.GoVersion
}
