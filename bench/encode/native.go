package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// workers are the programs in the folder native, and the libraries that they are linked with.
var workers = map[string]string{"jpeg": "-ljpeg", "webp": "-lwebp -lm", "vips": "`pkg-config --cflags --libs vips`"}

// worker builds a program of the folder native if necessary, and returns its path.
func (b *bench) worker(name string) (string, error) {
	path := filepath.Join(b.dir, name+"-worker")
	source := "bench/encode/native/" + name + ".c"
	if newer(path, source) {
		return path, nil
	}
	build := fmt.Sprintf("gcc -O2 -Wall -Wextra -Werror -o %s %s %s", path, source, workers[name])
	if out, err := exec.Command("sh", "-c", build).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", build, err, out)
	}
	return path, nil
}

// newer reports whether a file is not older than its source.
func newer(path, source string) bool {
	made, err := os.Stat(path)
	if err != nil {
		return false
	}
	from, err := os.Stat(source)
	return err == nil && !made.ModTime().Before(from.ModTime())
}

// packages returns the versions of Debian packages.
func packages(names ...string) string {
	out, err := exec.Command("dpkg-query", append([]string{"-W", "-f=${Package} ${Version}, "}, names...)...).Output()
	if err != nil {
		return strings.Join(names, ", ")
	}
	return strings.TrimSuffix(string(out), ", ")
}
