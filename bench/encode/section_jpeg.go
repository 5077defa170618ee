package main

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// today is the date of a section.
func today() string { return time.Now().Format("2 January 2006") }

func writeJPEG(b *bench, p printer) error {
	baseline := func(q int) processors.JPEG { return processors.JPEG{Quality: q, Baseline: true} }
	progressive := func(q int) processors.JPEG { return processors.JPEG{Quality: q, Progressive: true} }
	turbo := command("cjpeg -quality {q} -optimize {in}").timedBy("jpeg", "{in} {q} 0 0 4")
	fromPlanes := turbo.timedBy("jpeg", "{in} {q} 0 1 4")
	l := lossy{
		pairs: []pair{
			{name: "baseline", theirs: turbo,
				subject: ours("`processors.JPEG{Baseline: true}`", func(q int) thumbnail.Encoder { return baseline(q) }),
				more:    []timing{{"baseline, from planes", planes(baseline), fromPlanes}}},
			{name: "progressive", theirs: turbo,
				subject: ours("`processors.JPEG{Progressive: true}`", func(q int) thumbnail.Encoder { return progressive(q) }),
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
	p("%s, %s. %s Chroma is 4:2:0.\n", today(), packages(b.set.with("libjpeg-turbo-progs", "libjxl-devtools")...), b.photoNames())
	l.writePairs(p)
	return l.write(b, p)
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
