package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// memory prints the memory of the Go processes while connections are open. Each connection has transferred
// one thumbnail, and stays open.
func memory(servers []*server, links []string, connections int) error {
	fmt.Printf("| process | MB at first | MB after the load | MB with %d connections open |\n|---|--:|--:|--:|\n", connections)
	for _, s := range servers {
		if s.rss == 0 || s.name != fileServer && s.name != stream {
			continue
		}
		loaded := s.memory()
		open, err := openAll(strings.TrimPrefix(s.url, "http://"), links, connections)
		if err == nil {
			fmt.Printf("| %s | %.1f | %.1f | %.1f |\n", s.name, mb(s.rss), mb(loaded), mb(s.memory()))
		}
		for _, conn := range open {
			_ = conn.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func mb(kB int) float64 { return float64(kB) / 1024 }

// openAll opens connections, requests one thumbnail over each, and reads it.
func openAll(address string, links []string, n int) (open []net.Conn, err error) {
	for i := range n {
		conn, err := net.DialTimeout("tcp", address, 10*time.Second)
		if err != nil {
			return open, err
		}
		open = append(open, conn)
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", links[i%len(links)]); err != nil {
			return open, err
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return open, err
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return open, err
		}
		if resp.StatusCode != http.StatusOK {
			return open, fmt.Errorf("status %d", resp.StatusCode)
		}
	}
	return open, nil
}

var residentSet = regexp.MustCompile(`VmRSS:\s+([0-9]+) kB`)

// memory returns the resident set of a process in kB, or 0 without /proc.
func (s *server) memory() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	m := residentSet.FindSubmatch(status)
	if m == nil {
		return 0
	}
	kB, _ := strconv.Atoi(string(m[1]))
	return kB
}
