package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A test is one test function.
type test struct {
	name string
	took time.Duration
}

// tryAll tries the changes of p that were chosen, prints those that no test notices, and counts.
func (p *pkg) tryAll(chosen []int, known map[string]bool, skip *regexp.Regexp, longest, limit time.Duration) (noticed, tried int, err error) {
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
	for i, k := range chosen {
		m := p.mutants[k]
		if m.dropped {
			continue
		}
		seen := false
		switch {
		case known[m.id()]:
		case m.alone:
			if seen, err = p.tryAlone(m, all, limit); err != nil {
				continue // it does not compile
			}
		default:
			seen = fails(p.dir, program, reached[k], limit, "MUTANT="+strconv.Itoa(k))
		}
		tried++
		if seen {
			noticed++
		} else if !known[m.id()] {
			note := ""
			if !m.alone && len(reached[k]) == 0 {
				note = " (no test gets there)"
			}
			fmt.Printf("%s:%d: %s: %s%s\n", m.file, m.line, m.what, m.code, note)
		}
		if (i+1)%100 == 0 {
			fmt.Fprintf(os.Stderr, "%s: %d of %d\n", p.dir, i+1, len(chosen))
		}
	}
	return noticed, tried, nil
}

// reach returns which tests reach a change, by the change, and all tests.
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
		if fails(p.dir, program, []test{{name: name}}, 10*time.Minute, "MUTANT_LOG="+log) {
			fmt.Fprintf(os.Stderr, "%s fails, and is not run\n", name)
			continue
		}
		t := test{name, time.Since(start)}
		if t.took > longest {
			continue
		}
		all = append(all, t)
		data, err := os.ReadFile(log)
		if err != nil {
			return nil, nil, err
		}
		once := map[string]bool{} // tests may start themselves
		for line := range strings.Lines(string(data)) {
			if k, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && !once[line] {
				once[line] = true
				reached[k] = append(reached[k], t)
			}
		}
	}
	return reached, all, nil
}

// quick tests are run first.
const quick = 500 * time.Millisecond

// fails reports whether any of the tests fails.
func fails(dir, program string, tests []test, limit time.Duration, env ...string) bool {
	var groups [2][]string
	for _, t := range tests {
		i := 0
		if t.took > quick {
			i = 1
		}
		groups[i] = append(groups[i], t.name)
	}
	for _, names := range groups {
		if len(names) == 0 {
			continue
		}
		cmd := exec.Command(program, "-test.run", "^("+strings.Join(names, "|")+")$", "-test.failfast", "-test.timeout", limit.String())
		cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
		cmd.WaitDelay = time.Second
		if cmd.Run() != nil {
			return true
		}
	}
	return false
}

// tryAlone builds a program for one change.
func (p *pkg) tryAlone(m *mutant, tests []test, limit time.Duration) (noticed bool, err error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	program, _, err := p.build(dir, map[string][]edit{m.file: m.edits}, false)
	if err != nil {
		return false, err
	}
	return fails(p.dir, program, tests, limit), nil
}
