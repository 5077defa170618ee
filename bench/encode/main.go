// Command encode compares the JPEG encoder with libjpeg-turbo: bytes at equal quality as SSIMULACRA 2
// and butteraugli see it, how pictures of one Quality look, and CPU time. It writes ENCODE.md.
//
// It needs what run.sh installs: cjpeg and djpeg of libjpeg-turbo, butteraugli_main of libjxl, vips,
// and the photos of Debian's wallpaper packages.
package main

import (
	"flag"
	"fmt"
	"image"
	"log"
	"os"
	"path/filepath"
	"sync"
)

var sizes = []image.Point{{X: 200, Y: 200}, {X: 400, Y: 300}, {X: 800, Y: 600}, {X: 1600, Y: 1200}}

func main() {
	dir := flag.String("dir", "bench/out/encode", "where pictures are made")
	report := flag.String("report", "bench/ENCODE.md", "file to be written")
	worker := flag.String("worker", "bench/out/turbo", "program made from turbo/worker.c")
	flag.Parse()
	if err := run(*dir, *report, *worker); err != nil {
		log.Fatal(err)
	}
}

func run(dir, report, worker string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var all []*result
	for _, size := range sizes {
		for _, p := range photos {
			path := filepath.Join(dir, fmt.Sprintf("%s-%dx%d.ppm", p.name, size.X, size.Y))
			if err := p.make(path, size); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			all = append(all, &result{photo: p, size: size, path: path})
		}
	}
	for _, r := range all { // alone on the machine, as far as we can see to it
		if err := r.measureCPU(worker); err != nil {
			return fmt.Errorf("%s: %w", r.path, err)
		}
	}
	if err := eachOf(all, func(r *result) error { return r.measureCurves() }); err != nil {
		return err
	}
	return os.WriteFile(report, []byte(page(all)), 0o644)
}

// eachOf calls f for all results, two at a time.
func eachOf(all []*result, f func(r *result) error) error {
	var wg sync.WaitGroup
	todo, errs := make(chan *result), make(chan error, len(all))
	for range 2 {
		wg.Go(func() {
			for r := range todo {
				if err := f(r); err != nil {
					errs <- fmt.Errorf("%s: %w", r.path, err)
				}
			}
		})
	}
	for _, r := range all {
		todo <- r
	}
	close(todo)
	wg.Wait()
	close(errs)
	return <-errs
}
