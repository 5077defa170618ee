// Corpus makes a folder of unusual and damaged pictures. Its manifest has the expected result of each: a picture, an error, or either.
//
//	go run ./internal/corpus -o .corpus
//
// The source pictures are photos of the gallery, and pictures that this program draws. Programs of Debian packages store them in many formats and
// variants. This program truncates files, flips bits, and writes headers that declare huge pictures. It makes the same files each time. If the
// folder was made by the same version of this program, the program does nothing.
package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// sources are the program's own source files: if they change, the folder is made again.
//
//go:embed *.go
var sources embed.FS

func main() {
	log.SetFlags(0)
	log.SetPrefix("corpus: ")
	dir := flag.String("o", ".corpus", "the `folder` to write")
	flag.Parse()
	if err := run(*dir); err != nil {
		log.Fatal(err)
	}
}

func run(dir string) error {
	version, err := versionOf()
	if err != nil {
		return err
	}
	stamp := filepath.Join(dir, ".version")
	if got, err := os.ReadFile(stamp); err == nil && string(got) == version {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	b, err := newBench()
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	for _, add := range []func(*bench) error{jpegs, pngs, gifs, webps, others, damaged, bombs, strangers} {
		if err := add(b); err != nil {
			return err
		}
	}
	if err := write(dir, b.files); err != nil {
		return err
	}
	log.Printf("%d files in %s", len(b.files), dir)
	return os.WriteFile(stamp, []byte(version), 0o666)
}

// write writes the files and MANIFEST.tsv, which has a row for each.
func write(dir string, files []file) error {
	var manifest strings.Builder
	manifest.WriteString("path\tset\tclass\tbytes\tformat\tdimensions\tdisplay_dimensions\tmode\tfeatures\texpect\tsource\tlicense\tsha256\n")
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.data, 0o666); err != nil {
			return err
		}
		class, _, _ := strings.Cut(f.name, "/")
		sum := sha256.Sum256(f.data)
		stored, seen := "", ""
		if f.width > 0 {
			stored, seen = fmt.Sprintf("%dx%d", f.width, f.height), fmt.Sprintf("%dx%d", f.width, f.height)
			if f.turned {
				seen = fmt.Sprintf("%dx%d", f.height, f.width)
			}
		}
		row := []string{f.name, "own", class, fmt.Sprint(len(f.data)), f.format, stored, seen, "", f.features, f.expect, f.of.origin, f.of.license, hex.EncodeToString(sum[:])}
		manifest.WriteString(strings.Join(row, "\t") + "\n")
	}
	return os.WriteFile(filepath.Join(dir, "MANIFEST.tsv"), []byte(manifest.String()), 0o666)
}

func versionOf() (string, error) {
	sum := sha256.New()
	entries, err := sources.ReadDir(".")
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		data, err := sources.ReadFile(e.Name())
		if err != nil {
			return "", err
		}
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
