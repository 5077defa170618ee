// Command bench compares this library with libvips.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	psnr := flag.Bool("psnr", false, "print the PSNR of thumbnails of the given JPEGs by the size of the decode")
	vips := flag.String("vips", "bench/out/vips-worker", "`program` made from libvips/worker.c")
	flag.Parse()
	if err := run(*psnr, *vips, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(psnr bool, vips string, args []string) error {
	w, err := start([]string{vips}, "VIPS_CONCURRENCY=1")
	if err != nil {
		return err
	}
	defer w.stop()
	return printPSNR(os.Stdout, w, args)
}
