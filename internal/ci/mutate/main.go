// Command mutate asks whether tests would notice mistakes: it makes one small change at a time to the
// code of packages, runs the tests that reach it, and lists the changes that no test has noticed.
//
//	go run ./internal/ci/mutate [-n 100] [-seed 1] [-part 1/4] [-parallel 2] [-skip REGEXP] [-longest 10s] [-files REGEXP] [-known FILE] PACKAGE...
//
// The changes are those of Offutt et al., "An experimental determination of sufficient mutant
// operators" (1996), as far as Go has them: relational and logical operators are exchanged, numbers
// moved by one, conditions negated, statements left out. Numbers that are returned beside an error or a false,
// and those that make takes, are left alone, as they change nothing. All of a package's are woven into one program,
// which a number in its environment tells which one to make ("mutant schemata", Untch et al. 1993); a
// test that does not reach a change is not run for it. Constants, which can't be woven, are changed
// one build at a time. The files themselves are not touched: the go command is given an overlay.
//
// Changes that FILE lists, a line each as this command prints them (line numbers do not count), are
// known to change nothing that a test could see: they are not tried, and count as noticed by nobody. The
// command exits with 1 if less than 90 % of all are noticed.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
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
		fmt.Printf("%s: %d of %d changes were noticed; %d of the others are listed in %s\n", dir, a, b, of, *knownFile)
	}
	if noticed*10 < tried*9 {
		os.Exit(1)
	}
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
