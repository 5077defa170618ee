// Typecheck GOOS/GOARCH... type-checks the module of the current folder, its tests included, as each
// platform compiles it without cgo.
//
// It reads the source of everything that is imported, and compiles nothing: the compiler's back end
// and the assembler, which it leaves out, are nine tenths of what a build for another platform costs,
// and find nothing in code without assembly that the type checker does not.
package main

import (
	"fmt"
	"os"
	"sync"
)

func main() {
	platforms := os.Args[1:]
	reports := make([][]error, len(platforms))
	var all sync.WaitGroup
	for i, platform := range platforms {
		all.Go(func() { reports[i] = check(platform) })
	}
	all.Wait()
	status := 0
	for i, platform := range platforms {
		fmt.Printf("== types for %s\n", platform)
		for _, err := range reports[i] {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}
