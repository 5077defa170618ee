// Bits makes thumbnails and prints a hash of each. CI builds it for several CPU architectures and compares the hashes, because thumbnails must
// be identical on all of them.
//
//	bits -write DIR    writes originals of many kinds into a folder
//	bits DIR...        makes thumbnails of the files in folders in several ways; prints a line "hash file way" for each
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	write := flag.String("write", "", "folder to write originals into")
	every := flag.Int("every", 1, "take every such file only")
	pixels := flag.Int("pixels", 1_000_000, "leave out originals of more pixels")
	flag.Parse()
	if *write != "" {
		if err := writeOriginals(*write); err != nil {
			log.Fatal(err)
		}
		return
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	n := 0
	for _, dir := range flag.Args() {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			if n++; n%*every != 0 {
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			for _, line := range hashes(data, *pixels) {
				fmt.Fprintln(out, line[0], name, line[1])
			}
			return nil
		})
		if err != nil {
			log.Fatal(err)
		}
	}
}
