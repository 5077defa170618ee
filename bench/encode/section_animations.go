package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rest-thumbnails/thumbnail/bench/films"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// setWidths sets the widths of thumbnails of animations, divided by those of their originals.
func (b *bench) setWidths(list string) error {
	for _, s := range strings.Split(list, ",") {
		width, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("-widths %s: %w", list, err)
		}
		b.widths = append(b.widths, width)
	}
	return nil
}

// writeGIFAnimated compares thumbnails of animations with those that gifsicle makes.
func writeGIFAnimated(b *bench, p printer) error {
	all, err := b.movies()
	if err != nil {
		return err
	}
	p("%s, %s. Thumbnails of animations, compared with those of `gifsicle --resize WxH -O3` in the same size. S2 is the mean over up to 12 frames, on white, compared with the frames before they are reduced to a palette.\n",
		today(), packages(b.set.with("gifsicle")...))
	p("| animation | size | frames | original, bytes | ours | gifsicle | over gifsicle | S2: ours, gifsicle |\n|---|--:|--:|--:|--:|--:|--:|--:|")
	sum, n, above := movieRow{}, 0.0, 0
	for _, m := range all {
		for _, part := range b.widths {
			r, err := b.moving(m, part)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			if r == nil {
				continue
			}
			p("| %s | %s | %d | %d | %d | %d | %.3f | %.1f, %.1f |", m.name, sizeName(r.size), r.frames, len(m.file), r.ours, r.theirs, r.ratio, r.S2, r.otherS2)
			sum.ratio, sum.S2, sum.otherS2, n = sum.ratio+r.ratio, sum.S2+r.S2, sum.otherS2+r.otherS2, n+1
			if r.ratio > 1.1 {
				above++
			}
		}
	}
	p("| **mean** | | | | | | %.3f | %.1f, %.1f |\n", sum.ratio/n, sum.S2/n, sum.otherS2/n)
	p("%d of %d are above 1.1.\n", above, int(n))
	return nil
}

// A movie is an animated GIF.
type movie struct {
	name string
	file []byte
}

// movies returns the animations of cases, of the corpus and of package films. It converts other formats to
// GIF.
func (b *bench) movies() (all []movie, err error) {
	if b.films != "" {
		return moviesIn(b.films)
	}
	for _, pattern := range []string{"cases/gif/*.gif", "cases/png/*apng*.png", "cases/webp/*anim*.webp", "cases/webp/*frames*.webp", "cases/webp/n7*.webp", "corpus/gif-animated/*.gif"} {
		found, err := filepath.Glob(filepath.Join(b.corpus, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if filepath.Ext(path) != ".gif" {
				var made bytes.Buffer
				if _, err := thumbnailOf(data, processors.GIF{}, 1, &made); err != nil {
					continue
				}
				data = made.Bytes()
			}
			all = append(all, movie{strings.TrimSuffix(filepath.Base(path), ".gif"), data})
		}
	}
	drawn, err := films.All(func(i int, size image.Point) (image.Image, error) {
		made, err := b.photosOf([]image.Point{size})
		if err != nil {
			return nil, err
		}
		return made[2*i%len(made)].image()
	})
	for _, f := range drawn {
		if f.Interlaced {
			if f.File, err = b.gifsicle(f.File, "--interlace"); err != nil {
				return nil, err
			}
		}
		all = append(all, movie{f.Name, f.File})
	}
	return all, err
}

// moviesIn returns the GIF files in a directory.
func moviesIn(dir string) (all []movie, err error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.gif"))
	for _, path := range found {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, movie{strings.TrimSuffix(filepath.Base(path), ".gif"), data})
	}
	return all, err
}

// gifsicle runs gifsicle on a file.
func (b *bench) gifsicle(file []byte, args string) ([]byte, error) {
	path := filepath.Join(b.dir, "original.gif")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		return nil, err
	}
	defer os.Remove(path)
	made, _, err := execute(b, "gifsicle --no-warnings "+args+" {in} -o {out}.gif", path, 0)
	return made, err
}

var formats = func() *engine.Engine {
	e, err := engine.New(nil, true)
	if err != nil {
		panic(err)
	}
	return e
}()

// thumbnailOf makes a thumbnail. part is the ratio of its width to that of the original.
func thumbnailOf(data []byte, encoder engine.Encoder, part float64, out *bytes.Buffer) (*codec.Header, error) {
	ctx := context.Background()
	h, err := formats.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return nil, err
	}
	width := max(1, int(float64(float64(h.Size().X)*part)+0.5))
	plan, err := formats.Plan(h, engine.Request{Processor: processors.Scale{}, Encoder: encoder, Width: width})
	if err != nil {
		return nil, err
	}
	return h, formats.Make(ctx, data, plan, out, nil)
}

// movieRow is a row of the table: the sizes in bytes and the SSIMULACRA 2 of our thumbnail and of gifsicle's.
type movieRow struct {
	size               image.Point
	frames             int
	ours, theirs       int
	ratio, S2, otherS2 float64
}

// moving returns nil for a file that has one frame or can't be scaled.
func (b *bench) moving(m movie, part float64) (*movieRow, error) {
	want := new(recorder)
	if h, err := thumbnailOf(m.file, want, part, new(bytes.Buffer)); err != nil || len(want.frames) < 2 || h.Size().X < 20 {
		return nil, nil
	}
	var out bytes.Buffer
	if _, err := thumbnailOf(m.file, processors.GIF{}, part, &out); err != nil {
		return nil, err
	}
	size := want.frames[0].Image.Rect.Size()
	theirs, err := b.gifsicle(m.file, fmt.Sprintf("--resize %dx%d -O3", size.X, size.Y))
	if err != nil {
		return nil, nil
	}
	r := &movieRow{size: size, frames: len(want.frames), ours: out.Len(), theirs: len(theirs)}
	r.ratio = float64(r.ours) / float64(r.theirs)
	if r.S2, err = want.score(out.Bytes()); err != nil {
		return nil, err
	}
	r.otherS2, err = want.score(theirs)
	return r, err
}
