package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// aboutFiles are the system calls that a request makes for its file. System calls for the connection and by
// Go's scheduler are not counted, because their number depends on timing.
var aboutFiles = []string{"newfstatat", "stat", "statx", "openat", "openat2", "fcntl", "epoll_ctl", "fstat", "lseek", "pread64", "sendfile", "close"}

// countCalls prints which system calls the Go processes make for one request, as strace counts them over many.
func countCalls(ctx context.Context, dir string, servers []*server, links []string) error {
	if _, err := exec.LookPath("strace"); err != nil {
		log.Print("System calls are not counted: ", err)
		return nil
	}
	fmt.Println("| system calls for the file of a request | |\n|---|---|")
	for _, s := range servers {
		if s.name != fileServer && s.name != stream {
			continue
		}
		counts, err := s.trace(ctx, filepath.Join(dir, "strace"), links, 1000)
		if err != nil {
			log.Printf("The system calls of %s are not counted: %v", s.name, err)
			continue
		}
		fmt.Printf("| %s | %s |\n", s.name, counts)
	}
	fmt.Println()
	return nil
}

// trace requests n files over one connection, and counts the system calls.
func (s *server) trace(ctx context.Context, out string, links []string, n int) (string, error) {
	tracer := exec.CommandContext(ctx, "strace", "-f", "-c", "-U", "name,calls", "-e", "trace="+strings.Join(aboutFiles, ","), "-o", out, "-p", strconv.Itoa(s.cmd.Process.Pid))
	stderr, err := tracer.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := tracer.Start(); err != nil {
		return "", err
	}
	if line, err := bufio.NewReader(stderr).ReadString('\n'); err != nil || !strings.Contains(line, "attached") {
		return "", fmt.Errorf("strace: %s%w", line, tracer.Wait())
	}
	time.Sleep(100 * time.Millisecond) // until all threads are attached
	for i := range n {
		if _, _, err := get(s.url + links[i%len(links)]); err != nil {
			return "", err
		}
	}
	_ = tracer.Process.Signal(syscall.SIGINT)
	_ = tracer.Wait() // returns an error, because the signal has ended strace
	report, err := os.ReadFile(out)
	if err != nil {
		return "", err
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(report)) {
		if fields := strings.Fields(line); len(fields) >= 2 {
			counts[fields[0]], _ = strconv.Atoi(fields[1])
		}
	}
	var all []string
	for _, name := range aboutFiles {
		if per := float64(counts[name]) / float64(n); per >= 0.1 {
			all = append(all, fmt.Sprintf("%s %.1f", name, per))
		}
	}
	return strings.Join(all, ", "), nil
}
