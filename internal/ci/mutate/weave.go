package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// helpers is the source file with the functions that woven code calls. It is added to the package.
const helpers = `package %s

import (
	"cmp"
	"os"
	"strconv"
	"sync"
)

var mutNow, mutLog, mutSeen = mutStart()

func mutStart() (int, *os.File, *sync.Map) {
	now, err := strconv.Atoi(os.Getenv("MUTANT"))
	if err != nil {
		now = -1
	}
	var log *os.File
	if name := os.Getenv("MUTANT_LOG"); name != "" {
		log, _ = os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	}
	return now, log, new(sync.Map)
}

func mutOn(k int) bool {
	if mutLog != nil {
		if _, seen := mutSeen.LoadOrStore(k, true); !seen {
			_, _ = mutLog.WriteString(strconv.Itoa(k) + "\n")
		}
	}
	return k == mutNow
}

type mutSum interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64 | ~complex64 | ~complex128
}

func mutNot(k int, x bool) bool { return x != mutOn(k) }
func mutNumber[T mutSum](k int, x T) T { if mutOn(k) { return x + 1 }; return x }
func mutLess[T cmp.Ordered](k int, x, y T) bool { return x < y || mutOn(k) && x == y }
func mutLessOrEqual[T cmp.Ordered](k int, x, y T) bool { return x < y || !mutOn(k) && x == y }
func mutGreater[T cmp.Ordered](k int, x, y T) bool { return x > y || mutOn(k) && x == y }
func mutGreaterOrEqual[T cmp.Ordered](k int, x, y T) bool { return x > y || !mutOn(k) && x == y }
func mutAdd[T mutSum](k int, x, y T) T { if mutOn(k) { return x - y }; return x + y }
func mutSubtract[T mutSum](k int, x, y T) T { if mutOn(k) { return x + y }; return x - y }
func mutAnd(k int, x bool, y func() bool) bool { if mutOn(k) { return x || y() }; return x && y() }
func mutOr(k int, x bool, y func() bool) bool { if mutOn(k) { return x && y() }; return x || y() }
`

// apply applies edits to a source file. Edits of outer nodes precede those of inner nodes in the list.
func apply(source []byte, edits []edit) []byte {
	type placed struct {
		edit
		order int
	}
	var all []placed
	for i, e := range edits {
		order := i
		if e.closes {
			order = -i // edits of inner nodes are closed first
		}
		all = append(all, placed{e, order})
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.closes != b.closes && a.closes:
			return -1
		case a.closes != b.closes:
			return 1
		}
		return a.order - b.order
	})
	var out []byte
	at := 0
	for _, e := range all {
		out = append(out, source[at:e.at]...)
		out = append(out, e.text...)
		at = e.end
	}
	return append(out, source[at:]...)
}

// build compiles the tests of p and returns the path of the program. edits are the edits of each file. If add is true, the program contains
// the helpers.
func (p *pkg) build(dir string, edits map[string][]edit, add bool) (program string, output []byte, err error) {
	replace := map[string]string{}
	for file, list := range edits {
		original, err := filepath.Abs(file)
		if err != nil {
			return "", nil, err
		}
		replace[original] = filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(replace[original], apply(p.sources[file], list), 0o600); err != nil {
			return "", nil, err
		}
	}
	if add {
		name, err := filepath.Abs(filepath.Join(p.dir, "mutants_of_this_package.go"))
		if err != nil {
			return "", nil, err
		}
		replace[name] = filepath.Join(dir, "helpers")
		if err := os.WriteFile(replace[name], fmt.Appendf(nil, helpers, p.name), 0o600); err != nil {
			return "", nil, err
		}
	}
	spelled, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", nil, err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, spelled, 0o600); err != nil {
		return "", nil, err
	}
	program = filepath.Join(dir, "tests")
	output, err = exec.Command("go", "test", "-c", "-vet", "off", "-gcflags", "-e", "-overlay", overlay, "-o", program, p.dir).CombinedOutput()
	return program, output, err
}

var complaint = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):(\d+): `)

// weave builds one program with all changes. Changes that do not compile this way get separate builds.
func (p *pkg) weave(dir string) (program string, err error) {
	for range 20 {
		edits := map[string][]edit{}
		for _, m := range p.mutants {
			if !m.alone {
				edits[m.file] = append(edits[m.file], m.edits...)
			}
		}
		program, output, err := p.build(dir, edits, true)
		if err == nil {
			return program, nil
		}
		found := false
		for _, c := range complaint.FindAllStringSubmatch(string(output), -1) {
			line, _ := strconv.Atoi(c[2])
			for _, m := range p.mutants {
				if filepath.Base(m.file) == filepath.Base(c[1]) && m.line == line && !m.alone {
					m.alone, m.dropped, found = true, true, true
				}
			}
		}
		if !found {
			return "", fmt.Errorf("the woven package does not compile: %s", strings.TrimSpace(string(output)))
		}
	}
	return "", errors.New("the woven package does not compile")
}
