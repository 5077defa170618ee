package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

const preface = `# The encoders compared with those of Debian

` + "`bench/encode/run.sh`" + ` installs what it needs and measures everything again; ` + "`go run ./bench/encode -rows NAME`" + ` measures one section.
Each figure is a mean of ratios, one for each picture, from one run with one thread. Photos are from Debian packages, scaled
and cropped by vips; files are decoded by the reference's decoder. S2 is SSIMULACRA 2.1 (internal/ssimulacra2);
butteraugli is the version of libjxl.
`

// readPage returns the sections of ENCODE.md by title.
func readPage(path string) (map[string]string, error) {
	page := map[string]string{}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return page, nil
	}
	if err != nil {
		return nil, err
	}
	parts := strings.Split(string(data), "\n## ")
	for _, part := range parts[1:] {
		title, text, _ := strings.Cut(part, "\n")
		page[title] = strings.TrimSpace(text)
	}
	return page, nil
}

// writePage writes ENCODE.md. Sections that this program does not write stay after the others.
func writePage(path string, page map[string]string) error {
	var b strings.Builder
	b.WriteString(preface)
	for _, s := range sections {
		for _, title := range []string{s.title, s.title + holdout.suffix} {
			if text, ok := page[title]; ok {
				fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, text)
				delete(page, title)
			}
		}
	}
	for _, title := range slices.Sorted(maps.Keys(page)) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, page[title])
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
