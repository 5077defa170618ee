package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	room "github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func writeGIF(b *bench, p printer) error {
	pictures, err := b.photosOf([]image.Point{{X: 200, Y: 200}, {X: 400, Y: 300}})
	if err != nil {
		return err
	}
	subject := ours("`processors.GIF{}`", func(int) thumbnail.Encoder { return processors.GIF{} })
	theirs := command("vips copy {in} {out}.gif").timedBy("vips", "{in} .gif 2")
	p("%s, %s. %s\n", today(), packages(b.set.with("libvips42", "gifsicle", "libjxl-devtools")...), b.photoNames())
	p("| photo | size | S2: ours, vips | butteraugli | kB | bytes | CPU time |\n|---|--:|--:|--:|--:|--:|--:|")
	var mean gifRow
	for _, pic := range pictures {
		r, err := b.still(subject, theirs, pic)
		if err != nil {
			return fmt.Errorf("%s: %w", pic.path, err)
		}
		p("| %s | %s | %v |", pic.name, sizeName(pic.size), r)
		for i := range r {
			mean[i] += r[i] / float64(len(pictures))
		}
		pic.forget()
	}
	p("| **mean** | | %v |\n", mean)
	if err := b.lossyGIF(subject, pictures, p); err != nil {
		return err
	}
	return b.scores.save()
}

// lossyGIF compares processors.GIF.Lossy with gifsicle --lossy. gifsicle gets our lossless files as input.
func (b *bench) lossyGIF(subject side, pictures []*picture, p printer) error {
	lossy := ours("`processors.GIF{Lossy: 40}`", func(int) thumbnail.Encoder { return processors.GIF{Lossy: 40} })
	var whole, scores [2]float64
	n := float64(len(pictures))
	for _, pic := range pictures {
		plain, err := subject.encode(b, pic, 0)
		if err != nil {
			return err
		}
		made, err := b.gifsicle(plain, "-O3 --lossy=40")
		if err != nil {
			return err
		}
		theirs := side{label: "gifsicle --lossy=40 of ours", encode: func(*bench, *picture, int) ([]byte, error) { return made, nil }}
		for i, s := range []side{lossy, theirs} {
			at, err := b.point(s, pic, 0, decodedGIF)
			if err != nil {
				return err
			}
			whole[i] += at.bytes / float64(len(plain)) / n
			scores[i] += at.S2 / n
		}
		pic.forget()
	}
	p("With %s, these photos have %.3f of the bytes, and an S2 of %.1f; by `gifsicle -O3 --lossy=40` from our files without loss %.3f and %.1f.\n",
		lossy.label, whole[0], scores[0], whole[1], scores[1])
	return nil
}

func decodedGIF(_ *bench, file []byte) (*image.RGBA, error) {
	img, err := gif.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	rgba := image.NewRGBA(img.Bounds())
	draw.Draw(rgba, rgba.Rect, img, image.Point{}, draw.Src)
	return rgba, nil
}

// gifRow is a row of the table: SSIMULACRA 2 and butteraugli of both sides, the size of our file in kB, and the
// ratios of bytes and of CPU time.
type gifRow [7]float64

func (r gifRow) String() string {
	return fmt.Sprintf("%.1f, %.1f | %.2f, %.2f | %.1f | %.3f | %.2f", r[0], r[1], r[2], r[3], r[4], r[5], r[6])
}

func (b *bench) still(subject, theirs side, p *picture) (r gifRow, err error) {
	s, err := b.point(subject, p, 0, decodedGIF)
	if err != nil {
		return r, err
	}
	t, err := b.point(theirs, p, 0, decodedGIF)
	if err != nil {
		return r, err
	}
	took, other, err := b.compare(subject, theirs, p, 0)
	return gifRow{s.S2, t.S2, s.Butteraugli, t.Butteraugli, s.bytes / 1000, s.bytes / t.bytes, took / other}, err
}

// animations returns the GIF files in the directory next to the repository that have several frames.
func (b *bench) animations() (all []string, err error) {
	for _, pattern := range []string{"cases/gif/*.gif", "corpus/gif-animated/*.gif"} {
		found, err := filepath.Glob(filepath.Join(b.corpus, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			info, err := os.Stat(path)
			if err == nil && info.Size() > 2000 {
				all = append(all, path)
			}
		}
	}
	return all, nil
}

// film returns the Animation that encoders receive for a file, or nil if the file is a still or damaged.
func film(path string) (*processors.Animation, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	h, err := room.Format.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil || h.FrameCount < 2 {
		return nil, nil
	}
	frames, err := room.Format.Frames(ctx, data, &h, codec.Options{})
	if err != nil {
		return nil, nil
	}
	a := &processors.Animation{LoopCount: frames.LoopCount()}
	var kept []processors.Frame
	for range h.FrameCount {
		f, err := frames.Next(ctx)
		if err != nil {
			return nil, nil
		}
		img := image.NewNRGBA(f.Image.Bounds())
		draw.Draw(img, img.Rect, f.Image, image.Point{}, draw.Src)
		kept = append(kept, processors.Frame{Image: img, Delay: f.Delay})
	}
	a.Image = kept[0].Image
	a.Frames = func(yield func(processors.Frame, error) bool) {
		for _, f := range kept {
			if !yield(f, nil) {
				return
			}
		}
	}
	return a, nil
}

func writeWebPAnimated(b *bench, p printer) error {
	var encoder any = processors.WebP{}
	if a, ok := encoder.(processors.Animator); !ok || !a.Animates() {
		p("Animations are not written.")
		return nil
	}
	paths, err := b.animations()
	if err != nil {
		return err
	}
	p("%s, %s. The file size of `processors.WebP{}` divided by that of `gif2webp -mixed` for the same frames, both file sizes divided by that of `processors.GIF{}`, and the CPU time divided by that of the process gif2webp.\n", today(), packages("webp"))
	p("| animation | frames' size | kB | over gif2webp | over our GIF | gif2webp over our GIF | CPU time |\n|---|--:|--:|--:|--:|--:|--:|")
	var mean [4]float64
	n := 0.0
	for _, path := range paths {
		a, err := film(path)
		if err != nil {
			return err
		}
		if a == nil {
			continue
		}
		size := a.Bounds().Size()
		subject := &picture{path: path, size: size}
		subject.img = a
		subject.load.Do(func() {})
		r, kB, err := b.animated(subject)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		p("| %s | %s | %.1f | %.3f | %.3f | %.3f | %.2f |", filepath.Base(path), sizeName(size), kB, r[0], r[1], r[2], r[3])
		for i := range r {
			mean[i] += r[i]
		}
		n++
	}
	p("| **mean** | | | %.3f | %.3f | %.3f | %.2f |\n", mean[0]/n, mean[1]/n, mean[2]/n, mean[3]/n)
	return nil
}

func (b *bench) animated(p *picture) (r [4]float64, kB float64, err error) {
	var sizes [3]float64
	subject := ours("", func(int) thumbnail.Encoder { return processors.WebP{} })
	theirs := command("gif2webp -quiet -mixed {in} -o {out}.webp")
	for i, s := range []side{subject, theirs, ours("", func(int) thumbnail.Encoder { return processors.GIF{} })} {
		file, err := s.encode(b, p, 0)
		if err != nil {
			return r, 0, err
		}
		sizes[i] = float64(len(file))
	}
	took, other, err := b.compare(subject, theirs, p, 0)
	return [4]float64{sizes[0] / sizes[1], sizes[0] / sizes[2], sizes[1] / sizes[2], took / other}, sizes[0] / 1000, err
}
