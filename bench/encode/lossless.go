package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// lossless is a comparison of lossless encoders.
type lossless struct {
	subject  side
	theirs   []side
	pictures []*picture
	decode   func(file []byte) (image.Image, error)
}

// write measures everything and writes a table with a line for each picture and the mean of each set.
func (l *lossless) write(b *bench, p printer) error {
	p("File size, then the ratios of file size and CPU time of %s to those of:\n", l.subject.label)
	head, line := "| picture | size | kB |", "|---|--:|--:|"
	for _, s := range l.theirs {
		head, line = head+" "+s.label+" |", line+"--:|"
	}
	p("%s\n%s", head, line)
	var sums [][2]float64
	n := 0.0
	for i, pic := range l.pictures {
		row, err := l.measure(b, pic)
		if err != nil {
			return fmt.Errorf("%s: %w", pic.path, err)
		}
		p("| %s: %s | %d×%d | %.1f |%s", pic.set, pic.name, pic.size.X, pic.size.Y, row.bytes/1000, ratios(row.theirs, 1))
		if sums == nil {
			sums, n = make([][2]float64, len(l.theirs)), 0
		}
		for j, r := range row.theirs {
			sums[j][0], sums[j][1] = sums[j][0]+r[0], sums[j][1]+r[1]
		}
		n++
		if i+1 == len(l.pictures) || l.pictures[i+1].set != pic.set {
			p("| **%s, mean** | | |%s", pic.set, ratios(sums, n))
			sums = nil
		}
	}
	p("")
	return nil
}

// losslessRow has the bytes of a picture, and the ratios of bytes and of CPU time.
type losslessRow struct {
	bytes  float64
	theirs [][2]float64
}

func (l *lossless) measure(b *bench, p *picture) (r losslessRow, err error) {
	defer p.forget()
	file, err := l.subject.encode(b, p, 0)
	if err != nil {
		return r, err
	}
	if err := l.check(file, p); err != nil {
		return r, err
	}
	r.bytes = float64(len(file))
	for _, s := range l.theirs {
		theirs, err := s.encode(b, p, 0)
		if err != nil {
			return r, fmt.Errorf("%s: %w", s.label, err)
		}
		ratio := [2]float64{r.bytes / float64(len(theirs)), 0}
		if s.cpu != nil {
			took, other, err := b.compare(l.subject, s, p, 0)
			if err != nil {
				return r, err
			}
			ratio[1] = took / other
		}
		r.theirs = append(r.theirs, ratio)
	}
	return r, nil
}

// check returns an error unless every visible pixel is unchanged.
func (l *lossless) check(file []byte, p *picture) error {
	decoded, err := l.decode(file)
	if err != nil {
		return err
	}
	img, err := p.image()
	if err != nil {
		return err
	}
	want, got := straight(img), straight(decoded)
	for i := 0; i < len(want.Pix); i += 4 {
		if want.Pix[i+3] != got.Pix[i+3] || want.Pix[i+3] > 0 && !bytes.Equal(want.Pix[i:i+3], got.Pix[i:i+3]) {
			return fmt.Errorf("pixel %d has changed", i/4)
		}
	}
	return nil
}

func ratios(all [][2]float64, n float64) string {
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintf(&b, " %.3f / ", r[0]/n)
		if r[1] == 0 {
			b.WriteString("– |")
		} else {
			fmt.Fprintf(&b, "%.2f |", r[1]/n)
		}
	}
	return b.String()
}

// decodedBy returns the decoder of a format of this library.
func decodedBy(f *codec.Format) func(file []byte) (image.Image, error) {
	return func(file []byte) (image.Image, error) {
		ctx := context.Background()
		h, err := f.Header(ctx, codec.NewReader(ctx, bytes.NewReader(file), true))
		if err != nil {
			return nil, err
		}
		p, err := f.Decode(ctx, file, &h, codec.Options{})
		if err != nil {
			return nil, err
		}
		return p.Image, nil
	}
}

func decodedAsPNG(file []byte) (image.Image, error) { return png.Decode(bytes.NewReader(file)) }

// raw returns the path of a PAM file with the pixels, which the programs in native read.
func (p *picture) raw() (string, error) {
	img, err := p.image()
	if err != nil {
		return "", err
	}
	path := p.path + ".pam"
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	pixels, out := straight(img), bufio.NewWriter(f)
	depth, kind := 4, "RGB_ALPHA"
	if pixels.Opaque() {
		depth, kind = 3, "RGB"
	}
	fmt.Fprintf(out, "P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL 255\nTUPLTYPE %s\nENDHDR\n", p.size.X, p.size.Y, depth, kind)
	for i := 0; i < len(pixels.Pix); i += 4 {
		out.Write(pixels.Pix[i : i+depth])
	}
	return path, out.Flush()
}
