package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// today is the date of a section.
func today() string { return time.Now().Format("2 January 2006") }

func writeJPEG(b *bench, p printer) error {
	c, ok := chromas[b.chroma]
	if !ok {
		return fmt.Errorf("-chroma %s", b.chroma)
	}
	baseline := func(q int) processors.JPEG {
		return processors.JPEG{Quality: q, Subsampling: c.subsampling, Baseline: true}
	}
	progressive := func(q int) processors.JPEG {
		return processors.JPEG{Quality: q, Subsampling: c.subsampling, Progressive: true}
	}
	of := func(e processors.JPEG) thumbnail.Encoder { return e }
	if b.chroma == "gray" {
		of = func(e processors.JPEG) thumbnail.Encoder { return inGray{e} }
	}
	turbo := command("cjpeg -quality {q} -optimize "+c.option+"{in}").timedBy("jpeg", "{in} {q} 0 0 4")
	fromPlanes := turbo.timedBy("jpeg", "{in} {q} 0 1 4")
	if c.option != "" { // the program in native writes only 4:2:0
		turbo, fromPlanes = turbo.untimed(), turbo.untimed()
	}
	l := lossy{
		pairs: []pair{
			{name: "baseline", theirs: turbo,
				subject: ours("`processors.JPEG{Baseline: true}`", func(q int) thumbnail.Encoder { return of(baseline(q)) }),
				more:    []timing{{"baseline, from planes", planes(baseline), fromPlanes}}},
			{name: "progressive", theirs: turbo,
				subject: ours("`processors.JPEG{Progressive: true}`", func(q int) thumbnail.Encoder { return of(progressive(q)) }),
				more:    []timing{{"progressive, from planes", planes(progressive), fromPlanes}}},
		},
		qualities: []int{65, 75, 85, 90, 94},
		compared:  []int{65, 75, 85, 90, 94},
		timed:     85,
		decode:    printing("djpeg", "{in}"),
		sizes:     b.sizes,
	}
	if b.jpegli != "" {
		l.pairs = append(l.pairs,
			pair{name: "jpegli, baseline", theirs: turbo, subject: command(b.jpegli + " {in} {out}.jpg -q {q} --chroma_subsampling=420 -p 0 --quiet")},
			pair{name: "jpegli, progressive", theirs: turbo, subject: command(b.jpegli + " {in} {out}.jpg -q {q} --chroma_subsampling=420 -p 2 --quiet")})
	}
	if b.mozjpeg != "" {
		l.pairs = append(l.pairs, pair{name: "mozjpeg", theirs: turbo, subject: command(b.mozjpeg + " -quality {q} -sample 2x2 {in}")})
	}
	p("%s, %s. %s Chroma is %s.\n", today(), packages(b.set.with("libjpeg-turbo-progs", "libjxl-devtools")...), b.photoNames(), b.chroma)
	l.writePairs(p)
	return l.write(b, p)
}

// chromas are the values of the flag -chroma: our option, and that of cjpeg.
var chromas = map[string]struct {
	subsampling processors.Subsampling
	option      string
}{
	"4:2:0": {processors.Subsampling420, ""},
	"4:2:2": {processors.Subsampling422, "-sample 2x1 "},
	"4:4:4": {processors.Subsampling444, "-sample 1x1 "},
	"gray":  {processors.Subsampling420, "-grayscale "},
}

// inGray encodes pictures as shades of gray.
type inGray struct{ processors.JPEG }

// EncodeContext implements processors.ContextEncoder.
func (g inGray) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	gray := image.NewGray(img.Bounds())
	draw.Draw(gray, gray.Rect, img, gray.Rect.Min, draw.Src)
	return g.JPEG.EncodeContext(ctx, w, gray)
}

// becomeGray replaces the picture by a gray one in another file.
func (p *picture) becomeGray() error {
	img, err := p.image()
	if err != nil {
		return err
	}
	gray := image.NewGray(img.Bounds())
	draw.Draw(gray, gray.Rect, img, gray.Rect.Min, draw.Src)
	colors := image.NewRGBA(gray.Rect)
	draw.Draw(colors, gray.Rect, gray, gray.Rect.Min, draw.Src)
	*p = picture{set: p.set, name: p.name, size: p.size, path: strings.TrimSuffix(p.path, ".ppm") + "-gray.ppm"}
	f, err := os.Create(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	return writePPM(f, colors)
}

// planes returns an encoder that receives Y'CbCr in 4:2:0, as for the thumbnail of a JPEG.
func planes(of func(quality int) processors.JPEG) side {
	return side{cpu: func(_ *bench, p *picture, quality int) (float64, error) {
		img, err := p.planes()
		if err != nil {
			return 0, err
		}
		return inProcess(p.size, func() error { return of(quality).EncodeContext(context.Background(), io.Discard, img) })
	}}
}

func (p *picture) planes() (image.Image, error) {
	img, err := p.image()
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := (processors.JPEG{Quality: 98, Baseline: true}).Encode(&file, img); err != nil {
		return nil, err
	}
	return jpeg.Decode(&file)
}
