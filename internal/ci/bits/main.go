// Bits prints a hash of each thumbnail that it makes. It is built for different processors, and the hashes are compared: the pictures have
// to be the same to the last bit.
//
//	bits -write DIR    writes originals of many kinds into a folder
//	bits DIR...        prints "hash file way", a line for each thumbnail of the files in folders
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
