// Command bench compares this library with libvips: CPU time, memory, and the PSNR of the pictures to a
// textbook resampling.
//
//	make bench                                          measures everything and writes bench/RESULTS.md
//	bench/run.sh -rows progressive -rounds 3 -results ''  measures some rows of the table, quickly, and writes no file
//	bench/run.sh -psnr photo.jpg …                      prints the PSNR by the scale of the decode, on which the rule of MinDecode is based
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	var c config
	flag.BoolVar(&c.worker, "worker", false, "obey commands on the standard input, as libvips/worker.c does")
	flag.BoolVar(&c.psnr, "psnr", false, "print the PSNR of thumbnails of the given JPEGs by the size of the decode")
	flag.StringVar(&c.dir, "dir", "bench/out", "`directory` of vips-worker and of the inputs, which are made if they are absent")
	flag.StringVar(&c.corpus, "corpus", "../shared/corpus", "`directory` of the corpus, which may be absent")
	flag.StringVar(&c.results, "results", "bench/RESULTS.md", "`file` to write; empty: none")
	flag.StringVar(&c.rows, "rows", "", "only the rows with this `text` in their name")
	flag.IntVar(&c.rounds, "rounds", 9, "rounds of each side")
	flag.DurationVar(&c.atLeast, "round", 150*time.Millisecond, "CPU time that a round takes at least")
	flag.Parse()
	if err := c.run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type config struct {
	worker, psnr               bool
	dir, corpus, results, rows string
	rounds                     int
	atLeast                    time.Duration
}

func (c config) run(args []string) error {
	if runtime.GOOS != "linux" {
		return errors.New("runs on Linux only")
	}
	if c.worker {
		return serve()
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s, err := settings{filepath.Join(c.dir, "vips-worker"), self, max(1, c.rounds), c.atLeast}.start()
	if err != nil {
		return err
	}
	defer s.stop()
	if c.psnr {
		return printPSNR(os.Stdout, s.vips, args)
	}
	return c.everything(s)
}

func (c config) everything(s *sides) (err error) {
	r := &report{settings: s.settings, began: time.Now(), load: [2]string{loadAverage()}}
	if r.versions[0], err = s.vips.ask("version"); err != nil {
		return err
	}
	if r.versions[1], err = s.library.ask("version"); err != nil {
		return err
	}
	if r.made, err = makeInputs(c.dir, c.corpus); err != nil {
		return err
	}
	picked := func(name string) bool { return strings.Contains(strings.ToLower(name), strings.ToLower(c.rows)) }
	if r.results, err = measureTable(s, r.made, func(x row) bool { return picked(x.work) }); err != nil {
		return err
	}
	for _, name := range table[0].inputs {
		in := r.made[name]
		if in == nil {
			continue
		}
		if picked("two workers on two cores") {
			x, err := measureScaling(s, in, table[0].job)
			if err != nil {
				return err
			}
			r.scaling = append(r.scaling, x)
			fmt.Printf("%-32s two workers: libvips %.2f×, library %.2f×\n", in.name, x.speedup[0], x.speedup[1])
		}
		if picked("peak memory") {
			x, err := measureCrowd(s.settings, in, table[0].job)
			if err != nil {
				return err
			}
			r.crowds = append(r.crowds, x)
			fmt.Printf("%-32s %d at a time: libvips %.0f MiB, library %.0f MiB\n", in.name, crowd, x.mib[0], x.mib[1])
		}
	}
	r.load[1] = loadAverage()
	if c.results == "" {
		return nil
	}
	f, err := os.Create(c.results)
	if err != nil {
		return err
	}
	r.write(f)
	return f.Close()
}
