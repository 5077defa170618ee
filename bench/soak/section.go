//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"
)

// preface begins bench/SOAK.md.
const preface = `# Soak

Three processes share a directory and lock.File, then an S3 server and Redis. Every few seconds one of them, or a server, is killed
(SIGKILL) and started again, or stopped for a while (SIGSTOP). Nine of ten requests are for stored thumbnails. "404+" is a 404 with Retry-After: the thumbnail is being made.
`

// machine returns a description of the machine, and the date.
func machine() string {
	return fmt.Sprintf("with %s on %s/%s, %d processors, on %s", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly))
}

// writeSection replaces the section with the same heading in a file, or appends it.
func writeSection(name, section string) error {
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	heading, _, _ := strings.Cut(section, "\n")
	sections := []string{preface}
	found := false
	for i, s := range strings.Split(string(data), "\n## ") {
		switch {
		case i == 0:
		case strings.HasPrefix(s, strings.TrimPrefix(heading, "## ")+"\n"):
			sections, found = append(sections, section), true
		default:
			sections = append(sections, "## "+strings.TrimRight(s, "\n")+"\n")
		}
	}
	if !found {
		sections = append(sections, section)
	}
	return os.WriteFile(name, []byte(strings.Join(sections, "\n")), 0o644)
}

func listFindings(findings []string) string {
	if len(findings) == 0 {
		return "\nNothing was found.\n"
	}
	return "\n- " + strings.Join(findings, "\n- ") + "\n"
}
