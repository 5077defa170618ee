package main

import (
	"math"
	"slices"
	"time"
)

// sides are the two programs, newly started.
type sides struct {
	vips, library *worker
	settings      settings
}

// settings say how to measure.
type settings struct {
	vips    string        // the program made from libvips/worker.c
	self    string        // this program, which is also the library's worker
	rounds  int           // of each side, alternately
	atLeast time.Duration // minimum CPU time of a round of one side
}

func (s settings) start() (*sides, error) {
	vips, err := start([]string{s.vips}, "VIPS_CONCURRENCY=1")
	if err != nil {
		return nil, err
	}
	library, err := start([]string{s.self, "-worker"})
	if err != nil {
		vips.stop()
		return nil, err
	}
	return &sides{vips, library, s}, nil
}

func (s *sides) each(do func(*worker) error) error {
	if err := do(s.vips); err != nil {
		return err
	}
	return do(s.library)
}

func (s *sides) stop() { _ = s.each((*worker).stop) }

// prepare gives both sides the input and the job.
func (s *sides) prepare(in *input, j job, output string) error {
	return s.each(func(w *worker) error {
		if err := w.load(in.path); err != nil {
			return err
		}
		return w.set(j, output)
	})
}

// times are the CPU times of one thumbnail, one for each round.
type times []time.Duration

func (t times) min() time.Duration { return slices.Min(t) }

func (t times) median() time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// A comparison has the times of both sides in one series of alternating rounds.
type comparison struct{ vips, library clock }

type clock struct{ cpu, wall times }

// ratio returns the CPU time of the library divided by that of libvips, for the shortest times and for the
// medians.
func (c comparison) ratio() (shortest, median float64) {
	return float64(c.library.cpu.min()) / float64(c.vips.cpu.min()),
		float64(c.library.cpu.median()) / float64(c.vips.cpu.median())
}

// compare times the prepared job on both sides, with the given number of threads each.
func (s *sides) compare(workers int) (comparison, error) {
	var c comparison
	runs := map[*worker]int{}
	err := s.each(func(w *worker) error {
		if _, _, err := w.run(workers, workers); err != nil { // the first run is slower, and is not measured
			return err
		}
		cpu, _, err := w.run(workers, workers)
		each := max(cpu, time.Microsecond) / time.Duration(workers)
		n := int(math.Ceil(float64(s.settings.atLeast) / float64(each)))
		runs[w] = (max(n, 1) + workers - 1) / workers * workers // a multiple of workers, so that no worker is idle at the end
		return err
	})
	for range s.settings.rounds {
		if err == nil {
			err = s.each(func(w *worker) error {
				n := runs[w]
				cpu, wall, err := w.run(n, workers)
				to := &c.vips
				if w == s.library {
					to = &c.library
				}
				to.cpu = append(to.cpu, cpu/time.Duration(n))
				to.wall = append(to.wall, wall/time.Duration(n))
				return err
			})
		}
	}
	return c, err
}

// peaks starts both sides again and returns their peak resident memory in MiB, with the given number of threads.
func (s settings) peaks(in *input, j job, workers int) (vips, library float64, err error) {
	fresh, err := s.start()
	if err != nil {
		return 0, 0, err
	}
	defer fresh.stop()
	if err := fresh.prepare(in, j, "jpeg"); err != nil {
		return 0, 0, err
	}
	var mib []float64
	err = fresh.each(func(w *worker) error {
		if _, _, err := w.run(8*workers, workers); err != nil {
			return err
		}
		kib, err := w.peak()
		mib = append(mib, float64(kib)/1024)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return mib[0], mib[1], nil
}
