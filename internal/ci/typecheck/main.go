// Typecheck GOOS/GOARCH... type-checks the module in the current folder, including its tests, as each
// platform compiles it without cgo.
//
// It reads the source code of all imports, and compiles nothing. The compiler's back end and the assembler
// take nine tenths of the time of a build for another platform. In code without assembly they find no
// errors that the type checker does not find.
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
