// Command mutate tests tests. It makes one small change at a time to the code of packages, runs the tests that reach the change, and lists
// the changes that no test notices.
//
//	go run ./internal/ci/mutate [-n 100] [-seed 1] [-part 1/4] [-parallel 2] [-skip REGEXP] [-longest 10s] [-files REGEXP] [-known FILE] PACKAGE...
//
// The changes are those of Offutt et al., "An experimental determination of sufficient mutant operators" (1996), as far as they apply to
// Go: relational and logical operators are exchanged, numbers are increased by one, conditions are negated, statements are left out. Some
// numbers are not changed: those that are returned together with an error or false, and the arguments of make.
//
// All changes of a package are woven into one program. A number in its environment selects the change that it makes ("mutant schemata",
// Untch et al. 1993). Constants can't be woven; each change of a constant needs a build of its own. The source files stay unchanged,
// because the go command reads the changed files from an overlay.
//
// FILE lists changes that no test can notice, one per line, as this command prints them. Line numbers are ignored. The command does not try
// these changes, and counts them as not noticed. It prints those that the code no longer has. It exits with 1 if less than 90 % of all changes are noticed.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	n := flag.Int("n", 100, "how many changes of each package to try, chosen at random; 0 means all")
	seed := flag.Uint64("seed", 1, "of the choice")
	part := flag.String("part", "1/1", "try only this part of them")
	limit := flag.Duration("timeout", time.Minute, "for the tests of one change; what takes longer is noticed")
	workers := flag.Int("parallel", runtime.NumCPU(), "how many changes to try at a time")
	skip := flag.String("skip", "^$", "tests that are not run")
	longest := flag.Duration("longest", 10*time.Second, "tests that take more processor time are not run")
	only := flag.String("files", "", "change only files of such names")
	knownFile := flag.String("known", "", "file with changes that no test can notice")
	flag.Parse()
	var i, parts int
	if _, err := fmt.Sscanf(*part, "%d/%d", &i, &parts); err != nil || i < 1 || i > parts {
		fatal(fmt.Errorf("-part %q", *part))
	}
	known, err := readKnown(*knownFile)
	if err != nil {
		fatal(err)
	}
	skipped, err := regexp.Compile(*skip)
	if err != nil {
		fatal(err)
	}
	files, err := regexp.Compile(*only)
	if err != nil {
		fatal(err)
	}
	noticed, tried := 0, 0
	for _, dir := range flag.Args() {
		p, err := load(dir)
		if err != nil {
			fatal(err)
		}
		chosen := slices.DeleteFunc(rand.New(rand.NewPCG(*seed, 0)).Perm(len(p.mutants)), func(k int) bool { return !files.MatchString(p.mutants[k].file) })
		if *n > 0 && *n < len(chosen) {
			chosen = chosen[:*n]
		}
		chosen = chosen[len(chosen)*(i-1)/parts : len(chosen)*i/parts]
		a, b, err := p.tryAll(chosen, *workers, known, skipped, *longest, *limit)
		if err != nil {
			fatal(err)
		}
		of := 0
		for _, k := range chosen {
			if m := p.mutants[k]; known[m.id()] && !m.dropped {
				of++
			}
		}
		noticed, tried = noticed+a, tried+b
		fmt.Printf("%s: %d of %d changes were noticed; %d of the others are listed in %s; there are %d changes in all\n", dir, a, b, of, *knownFile, len(p.mutants))
		for _, id := range p.gone(known) {
			fmt.Printf("%s lists what is no longer there: %s\n", *knownFile, id)
		}
	}
	if noticed*10 < tried*9 {
		os.Exit(1)
	}
}

// gone returns the known changes in files of p that are no longer possible, because the code has changed.
func (p *pkg) gone(known map[string]bool) (all []string) {
	here := map[string]bool{}
	for _, m := range p.mutants {
		here[m.id()] = true
	}
	for id := range known {
		file, _, _ := strings.Cut(id, ":")
		if filepath.Dir(file) == filepath.Clean(p.dir) && !here[id] {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "mutate:", err)
	os.Exit(2)
}

var printed = regexp.MustCompile(`^\s*(\S+\.go):\d+: (.*)$`)

// readKnown reads the changes listed in a file.
func readKnown(name string) (map[string]bool, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	known := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if m := printed.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			known[m[1]+": "+m[2]] = true
		}
	}
	return known, err
}
