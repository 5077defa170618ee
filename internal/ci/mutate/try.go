package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A test is one test function.
type test struct {
	name string
	cost time.Duration // CPU time, which depends less on other load than took
	took time.Duration
}

// tryAll tries the chosen changes of p and prints those that no test notices. It returns how many were noticed, and how many were tried.
func (p *pkg) tryAll(chosen []int, workers int, known map[string]bool, skip *regexp.Regexp, longest, limit time.Duration) (noticed, tried int, err error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	program, err := p.weave(dir)
	if err != nil {
		return 0, 0, err
	}
	reached, all, err := p.reach(program, dir, skip, longest)
	if err != nil {
		return 0, 0, err
	}
	seen := p.notice(chosen, workers, func(k int) bool {
		m := p.mutants[k]
		switch {
		case known[m.id()]:
			return false
		case m.alone:
			return p.tryAlone(m, all, limit)
		}
		return fails(p.dir, program, reached[k], limit, "MUTANT="+strconv.Itoa(k))
	})
	for i, k := range chosen {
		m := p.mutants[k]
		if m.dropped {
			continue
		}
		tried++
		if seen[i] {
			noticed++
		} else if !known[m.id()] {
			note := ""
			if !m.alone && len(reached[k]) == 0 {
				note = " (no test gets there)"
			}
			fmt.Printf("%s:%d: %s: %s%s\n", m.file, m.line, m.what, m.code, note)
		}
	}
	return noticed, tried, nil
}

// notice calls try for the chosen changes. Several workers run at a time, because many tests wait more than they compute.
func (p *pkg) notice(chosen []int, workers int, try func(k int) bool) []bool {
	seen := make([]bool, len(chosen))
	var wg sync.WaitGroup
	var next, done atomic.Int64
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(chosen) {
					return
				}
				if !p.mutants[chosen[i]].dropped {
					seen[i] = try(chosen[i])
				}
				if n := done.Add(1); n%50 == 0 {
					fmt.Fprintf(os.Stderr, "%s: %d of %d\n", p.dir, n, len(chosen))
				}
			}
		})
	}
	wg.Wait()
	return seen
}

// reach returns the tests that reach each change, and all tests.
func (p *pkg) reach(program, dir string, skip *regexp.Regexp, longest time.Duration) (reached map[int][]test, all []test, err error) {
	list := exec.Command(program, "-test.list", ".")
	list.Dir = p.dir
	out, err := list.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("list tests: %w", err)
	}
	log := filepath.Join(dir, "log")
	reached = map[int][]test{}
	for name := range strings.FieldsSeq(string(out)) {
		if skip.MatchString(name) || !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") && !strings.HasPrefix(name, "Example") {
			continue
		}
		if err := os.WriteFile(log, nil, 0o600); err != nil {
			return nil, nil, err
		}
		start := time.Now()
		cmd := command(p.dir, program, []string{name}, 10*time.Minute, "MUTANT_LOG="+log)
		if cmd.Run() != nil {
			fmt.Fprintf(os.Stderr, "%s fails, and is not run\n", name)
			continue
		}
		t := test{name, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(start)}
		if t.cost > longest || t.took > time.Minute {
			fmt.Fprintf(os.Stderr, "%s takes %v, and is not run\n", name, t.cost)
			continue
		}
		all = append(all, t)
		data, err := os.ReadFile(log)
		if err != nil {
			return nil, nil, err
		}
		once := map[string]bool{} // a change may be logged twice, because a test may start its own program, which appends to the same log
		for line := range strings.Lines(string(data)) {
			if k, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && !once[line] {
				once[line] = true
				reached[k] = append(reached[k], t)
			}
		}
	}
	return reached, all, nil
}

// Tests are run in groups by their CPU time, the quick ones first, because these notice most changes.
var quick = []time.Duration{100 * time.Millisecond, 500 * time.Millisecond, time.Hour}

// fails reports whether any of the tests fails or times out. The timeout is 10 s plus four times the time that the tests take without a
// change, and at most limit.
func fails(dir, program string, tests []test, limit time.Duration, env ...string) bool {
	for i, atMost := range quick {
		var names []string
		took := time.Duration(0)
		for _, t := range tests {
			if t.cost <= atMost && (i == 0 || t.cost > quick[i-1]) {
				names, took = append(names, t.name), took+t.took
			}
		}
		if len(names) == 0 {
			continue
		}
		patience := min(limit, 10*time.Second+4*took)
		if command(dir, program, names, patience, env...).Run() != nil {
			return true
		}
	}
	return false
}

// command returns a command that runs tests until the first one fails.
func command(dir, program string, names []string, patience time.Duration, env ...string) *exec.Cmd {
	cmd := exec.Command(program, "-test.short", "-test.run", "^("+strings.Join(names, "|")+")$", "-test.failfast", "-test.timeout", patience.String())
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.WaitDelay = time.Second
	return cmd
}

// tryAlone builds a program for one change. It drops the change if it does not compile.
func (p *pkg) tryAlone(m *mutant, tests []test, limit time.Duration) (noticed bool) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	program, _, err := p.build(dir, map[string][]edit{m.file: m.edits}, false)
	if err != nil {
		m.dropped = true
		return false
	}
	return fails(p.dir, program, tests, limit)
}
