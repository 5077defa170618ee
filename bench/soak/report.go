//go:build unix

package main

import (
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// A report has the observations of one half of the run.
type report struct {
	kind  string
	made  string // the command that made it
	kills int    // how many workers to kill, or 0
	begun time.Time

	mu       sync.Mutex
	counts   map[string]map[string]int // by kind of request and status
	times    map[string][]time.Duration
	samples  []state
	findings []string
	compared int
}

func newReport(kind, made string) *report {
	return &report{kind: kind, made: made, begun: time.Now(), counts: map[string]map[string]int{}, times: map[string][]time.Duration{}}
}

func (r *report) count(kind, status string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts[kind] == nil {
		r.counts[kind] = map[string]int{}
	}
	r.counts[kind][status]++
}

// took records the duration of a request.
func (r *report) took(kind string, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.times[kind]; len(t) < 100_000 {
		r.times[kind] = append(t, d)
	}
}

func (r *report) sample(s state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, s)
}

// find records a finding.
func (r *report) find(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	log.Print(text)
	if len(r.findings) < 100 {
		r.findings = append(r.findings, text)
	}
}

// median returns the median of value over the samples.
func median(samples []state, value func(state) int64) int64 {
	all := make([]int64, 0, len(samples))
	for _, s := range samples {
		all = append(all, value(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

var watched = []struct {
	name  string
	value func(state) int64
	slack int64 // allowed growth, in addition to a quarter of the value at the beginning
}{
	{"heap, bytes", func(s state) int64 { return s.Heap }, 16 << 20},
	{"goroutines", func(s state) int64 { return s.Goroutines }, 40},
	{"file descriptors", func(s state) int64 { return s.Files }, 40},
}

// parts returns the samples of the second and of the last fifth of the time.
func (r *report) parts() (begin, end []state) {
	n := len(r.samples)
	return r.samples[n/5 : max(2*n/5, n/5+1)], r.samples[4*n/5:]
}

// growth records a finding for each value that has grown.
func (r *report) growth() {
	begin, end := r.parts()
	for _, w := range watched {
		if a, b := median(begin, w.value), median(end, w.value); b > a+a/4+w.slack {
			r.find("%s grew from %d to %d", w.name, a, b)
		}
	}
}

// title returns the heading of the report's section.
func (r *report) title() string {
	title := map[string]string{"dir": "A directory and lock.File", "s3": "S3 and Redis"}[r.kind]
	if r.kills > 0 {
		title += ", with many kills"
	}
	return title
}

// markdown returns the section of bench/SOAK.md.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\nMade by `%s`, %s.\n", r.title(), r.made, machine())
	b.WriteString("\n| requests | answers | median | 99 % |\n|---|---|--:|--:|\n")
	for _, kind := range slices.Sorted(maps.Keys(r.counts)) {
		var answers []string
		for _, status := range slices.Sorted(maps.Keys(r.counts[kind])) {
			answers = append(answers, strings.TrimSpace(fmt.Sprintf("%s %d", status, r.counts[kind][status])))
		}
		t := r.times[kind]
		slices.Sort(t)
		p50, p99 := "", ""
		if len(t) > 0 {
			p50, p99 = t[len(t)/2].Round(100*time.Microsecond).String(), t[len(t)*99/100].Round(100*time.Microsecond).String()
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", kind, strings.Join(answers, ", "), p50, p99)
	}
	if len(r.samples) > 0 {
		begin, end := r.parts()
		b.WriteString("\n| of the process that was never killed | second fifth | last fifth |\n|---|--:|--:|\n")
		for _, w := range watched {
			fmt.Fprintf(&b, "| %s | %d | %d |\n", w.name, median(begin, w.value), median(end, w.value))
		}
	}
	fmt.Fprintf(&b, "\n%d stored files were compared with a fresh generation.\n", r.compared)
	return b.String() + listFindings(r.findings)
}
