package main

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
)

// A result is one line of the table.
type result struct {
	row     row
	in      *input
	encoded comparison // one worker: source in memory to JPEG in memory, quality 85
	picture comparison // one worker: source in memory to picture in memory
	both    comparison // as encoded, but with two workers on two cores
	mib     [2]float64 // peak of resident memory, libvips and library
	score   [2]score
}

// met reports whether this input meets the target of its row. Its quality must be good enough, and so must the ratios
// with and without encoding. For WebP, the ratio without encoding does not count.
func (r *result) met() bool {
	encoded, _ := r.encoded.ratio()
	picture, _ := r.picture.ratio()
	return encoded <= r.row.target && (picture <= r.row.target || r.row.output() == "webp") && r.goodEnough()
}

// goodEnough reports whether the PSNR is at least 42 dB or that of libvips. A difference of 0.05 dB is
// rounded away in the table.
func (r *result) goodEnough() bool { return r.score[1].psnr >= min(r.score[0].psnr, 42)-0.05 }

// measureTable measures the rows of the table that picked selects, on every available input.
func measureTable(s *sides, made map[string]*input, picked func(row) bool) ([]*result, error) {
	var results []*result
	for _, row := range table {
		if !picked(row) {
			continue
		}
		fmt.Println("\n" + row.work)
		for _, name := range row.inputs {
			in := made[name]
			if in == nil {
				fmt.Println("  ", name, "is not there")
				continue
			}
			r, err := s.measure(row, in)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", row.work, in.name, err)
			}
			fmt.Println("  ", r.line())
			results = append(results, r)
		}
	}
	return results, nil
}

func (s *sides) measure(row row, in *input) (*result, error) {
	r := &result{row: row, in: in}
	var err error
	for _, m := range []struct {
		to      *comparison
		output  string
		workers int
	}{{&r.encoded, row.output(), 1}, {&r.picture, "picture", 1}, {&r.both, row.output(), 2}} {
		if err := s.prepare(in, row.job, m.output); err != nil {
			return nil, err
		}
		if *m.to, err = s.compare(m.workers); err != nil {
			return nil, err
		}
	}
	if r.mib[0], r.mib[1], err = s.settings.peaks(in, row.job, 1); err != nil {
		return nil, err
	}
	r.score, err = s.scores(in, row.job)
	return r, err
}

// scores compares the pictures of both sides with the reference, libvips first.
func (s *sides) scores(in *input, j job) (scores [2]score, err error) {
	full, err := decodeInFull(in)
	if err != nil {
		return scores, err
	}
	references := reference(full, conventions(full.Bounds().Size(), j))
	i := 0
	return scores, s.each(func(w *worker) error {
		thumb, err := w.picture()
		if err == nil {
			scores[i] = judge(thumb, references)
			i++
		}
		return err
	})
}

// decodeInFull decodes with a third decoder: dwebp, the reference decoder, for WebP, ImageMagick for TIFF
// and BMP, else package image.
func decodeInFull(in *input) (image.Image, error) {
	path, decode := in.path, png.Decode
	switch in.format {
	case "jpg":
		decode = jpeg.Decode
	case "webp", "tif", "bmp":
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "full.png")
		command := exec.Command("convert", in.path, "-define", "png:compression-level=1", path)
		if in.format == "webp" {
			command = exec.Command("dwebp", "-quiet", in.path, "-o", path)
		}
		if out, err := command.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", command.Path, err, out)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decode(f)
}

// A scaling has the pictures per second of two workers, divided by those of one worker. Libvips comes first.
type scaling struct {
	in      *input
	speedup [2]float64
	cpu     [2]float64 // CPU time of a picture with two workers, divided by that with one
}

// measureScaling alternates one worker and two, on both sides.
func measureScaling(s *sides, in *input, j job) (*scaling, error) {
	if err := s.prepare(in, j, "jpeg"); err != nil {
		return nil, err
	}
	var with [3]comparison // by number of workers
	rounds := s.settings.rounds
	s.settings.rounds = 1
	defer func() { s.settings.rounds = rounds }()
	for range 2 * rounds {
		for workers := 1; workers <= 2; workers++ {
			c, err := s.compare(workers)
			if err != nil {
				return nil, err
			}
			with[workers].append(c)
		}
	}
	one, two := with[1], with[2]
	ratio := func(a, b times) float64 { return float64(a.min()) / float64(b.min()) }
	return &scaling{in,
		[2]float64{ratio(one.vips.wall, two.vips.wall), ratio(one.library.wall, two.library.wall)},
		[2]float64{ratio(two.vips.cpu, one.vips.cpu), ratio(two.library.cpu, one.library.cpu)}}, nil
}

func (c *comparison) append(d comparison) {
	c.vips.append(d.vips)
	c.library.append(d.library)
}

func (c *clock) append(d clock) {
	c.cpu = append(c.cpu, d.cpu...)
	c.wall = append(c.wall, d.wall...)
}

// A crowding is the peak resident memory of several thumbnails at a time, in MiB, libvips first.
type crowding struct {
	in  *input
	mib [2]float64
}

func measureCrowd(s settings, in *input, j job) (c *crowding, err error) {
	c = &crowding{in: in}
	c.mib[0], c.mib[1], err = s.peaks(in, j, crowd)
	return c, err
}
