package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// writeScript writes a script for wrk that requests all paths one after the other, with the headers of a
// browser.
func writeScript(dir string, links []string) (string, error) {
	path := filepath.Join(dir, "wrk.lua")
	script := "local paths = {\"" + strings.Join(links, "\",\"") + "\"}\nlocal i = 0\n" +
		"wrk.headers[\"Accept\"] = \"image/*\"\n" +
		"request = function() i = i % #paths + 1; return wrk.format(\"GET\", paths[i]) end\n"
	return path, os.WriteFile(path, []byte(script), 0o600)
}

var (
	rate  = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	total = regexp.MustCompile(`([0-9]+) requests in`)
)

// load runs wrk against a server.
func (s *server) load(ctx context.Context, script string, duration time.Duration, connections int) error {
	before := s.cpu()
	out, err := exec.CommandContext(ctx, "wrk", "-t", "1", "-c", strconv.Itoa(connections), "-d", strconv.Itoa(int(duration.Seconds()))+"s",
		"-s", script, s.url+"/").CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	m, n := rate.FindSubmatch(out), total.FindSubmatch(out)
	if m == nil || n == nil || strings.Contains(string(out), "Non-2xx") {
		return fmt.Errorf("%s did not answer every request with 200:\n%s", s.name, out)
	}
	perSecond, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return err
	}
	requests, err := strconv.Atoi(string(n[1]))
	if err != nil || requests == 0 {
		return fmt.Errorf("wrk sent %s requests", n[1])
	}
	s.rate = append(s.rate, perSecond)
	s.cost = append(s.cost, (s.cpu()-before)/time.Duration(requests))
	return nil
}

// report prints the request rates of the best and of the median round, and the CPU time of one request: in
// the best round, and as the median of the ratios to http.FileServer in the same round.
func report(servers []*server) {
	fmt.Println("| stored thumbnails served by | requests/s, best round | median | CPU per request, best round | ratio, median of rounds | from | to |\n|---|--:|--:|--:|--:|--:|--:|")
	first := servers[0]
	for _, s := range servers {
		ratios := make([]float64, len(s.cost))
		for i, cost := range s.cost {
			ratios[i] = float64(cost) / float64(first.cost[i])
		}
		slices.Sort(ratios)
		rates := slices.Sorted(slices.Values(s.rate))
		fmt.Printf("| %s | %.0f | %.0f | %.1f µs | %.2f | %.2f | %.2f |\n", s.name, rates[len(rates)-1], rates[len(rates)/2],
			float64(slices.Min(s.cost))/float64(time.Microsecond), ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1])
	}
	fmt.Println()
}

func get(url string) (status int, body string, err error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}
