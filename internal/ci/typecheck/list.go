package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A listedPackage is the output of go list for a package, or for its variant with tests.
type listedPackage struct {
	Dir, ImportPath string
	GoFiles, SFiles []string
	ImportMap       map[string]string
	DepOnly         bool // a dependency of the listed packages
	Module          *struct{ GoVersion string }
}

// list lists the packages of this module, their tests and all dependencies. Each package follows its own dependencies.
func list(goos, arch string) (all []*listedPackage, err error) {
	fields := "-json=Dir,ImportPath,GoFiles,SFiles,ImportMap,DepOnly,Module"
	cmd := exec.Command("go", "list", "-deps", "-test", fields, "./...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.Bytes())
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listedPackage)
		err := d.Decode(p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(p.ImportPath, ".test") && p.ImportPath != "unsafe" { // the main package of the test binary is generated
			all = append(all, p)
		}
	}
}
