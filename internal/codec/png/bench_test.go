package png

import (
	"bytes"
	"compress/flate"
	"context"
	"hash/adler32"
	"image"
	"image/color"
	stdpng "image/png"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/klauspost/compress/zlib"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// detailed returns a picture with the grain of a photo: octaves of smooth noise, of which the finest changes at every pixel.
func detailed(w, h int) *image.NRGBA {
	rng := rand.New(rand.NewPCG(11, 12))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := float64(x), float64(y)
			v := 128 + 60*math.Sin(fx/90+math.Cos(fy/70)) + 25*math.Sin(fx/13)*math.Sin(fy/11) + 3*rng.NormFloat64()
			m.SetNRGBA(x, y, color.NRGBA{clamp(v), clamp(v*0.8 + 20 + 2*rng.NormFloat64()), clamp(v*0.5 + 40), 255})
		}
	}
	return m
}

func clamp(v float64) byte { return byte(min(max(v, 0), 255)) }

// rival runs both functions in alternation. It reports the shortest time of each in milliseconds, and their ratio, which depends less on
// other load.
func rival(b *testing.B, name string, ours, theirs func()) {
	least := [2]time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i, f := range []func(){ours, theirs} {
			start := time.Now()
			f()
			least[i] = min(least[i], time.Since(start))
		}
	}
	b.ReportMetric(float64(least[0])/1e6, "ms")
	b.ReportMetric(float64(least[1])/1e6, name+"-ms")
	b.ReportMetric(float64(least[1])/float64(least[0]), "times-faster")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkShrinkAgainstDecodingByTheStandardLibrary(b *testing.B) {
	var file bytes.Buffer
	if err := stdpng.Encode(&file, detailed(1826, 1370)); err != nil {
		b.Fatal(err)
	}
	var d decoder
	rival(b, "image/png", func() {
		img, err := d.decodeShrunk(context.Background(), file.Bytes(), resample.Rect{X1: 1826, Y1: 1370}, image.Pt(267, 200), resample.Options{})
		if err != nil {
			b.Fatal(err)
		}
		resample.Release(context.Background(), img)
	}, func() {
		if _, err := stdpng.Decode(bytes.NewReader(file.Bytes())); err != nil {
			b.Fatal(err)
		}
	})
}

// photoStream returns the zlib stream of a photo, the length of its rows, and their number.
func photoStream() (z []byte, row, rows int) {
	raw := detailed(1826, 1370).Pix
	for i := len(raw) - 1; i >= 4; i-- {
		raw[i] -= raw[i-4]
	}
	return deflated(raw, flate.DefaultCompression), 4 * 1826, 1370
}

func inflateRows(b *testing.B, own *inflater, chunks []byte, row, rows int) {
	if err := own.resetTo(context.Background(), chunks, row); err != nil {
		b.Fatal(err)
	}
	for range rows {
		if _, err := own.next(row); err != nil {
			b.Fatal(err)
		}
	}
	if err := own.finish(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkInflateAgainstGo(b *testing.B) {
	z, row, rows := photoStream()
	chunks := append(pieces.PNG("IDAT", z), pieces.PNG("IEND")...)
	var own inflater
	rival(b, "go", func() {
		inflateRows(b, &own, chunks, row, rows)
	}, func() {
		inGo(func() { inflateRows(b, &own, chunks, row, rows) })
	})
}

func BenchmarkInflateAgainstKlauspost(b *testing.B) {
	z, row, rows := photoStream()
	chunks := append(pieces.PNG("IDAT", z), pieces.PNG("IEND")...)
	var own inflater
	buf := make([]byte, 64<<10)
	rival(b, "klauspost", func() {
		inflateRows(b, &own, chunks, row, rows)
	}, func() {
		r, err := zlib.NewReader(bytes.NewReader(z))
		for err == nil {
			_, err = r.Read(buf)
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	})
}

func BenchmarkAdler(b *testing.B) {
	raw := detailed(400, 300).Pix
	sum := newAdler()
	rival(b, "hash/adler32", func() { sum.add(raw) }, func() { adler32.Checksum(raw) })
}

func BenchmarkPaethAgainstGo(b *testing.B) {
	src, above, dst := detailed(4000, 1).Pix, detailed(4000, 2).Pix[16000:], make([]byte, 16000)
	rival(b, "go", func() {
		for range 100 {
			unfilterPaeth(dst, src, above, 4)
		}
	}, func() {
		for range 100 {
			unfilterPaethGo(dst, src, above, 4, 0)
		}
	})
}

func BenchmarkSubAgainstGo(b *testing.B) {
	src, dst := detailed(4000, 1).Pix[:12000], make([]byte, 12000)
	rival(b, "go", func() {
		for range 100 {
			unfilterSub(dst, src, 3)
		}
	}, func() {
		for range 100 {
			unfilterSubGo(dst, src, 3, 0)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	img := detailed(400, 300)
	for _, level := range []stdpng.CompressionLevel{stdpng.BestSpeed, stdpng.DefaultCompression} {
		b.Run(map[stdpng.CompressionLevel]string{stdpng.BestSpeed: "BestSpeed", stdpng.DefaultCompression: "Default"}[level], func(b *testing.B) {
			var ours, theirs bytes.Buffer
			rival(b, "image/png", func() {
				ours.Reset()
				Encode(context.Background(), &ours, img)
			}, func() {
				theirs.Reset()
				(&stdpng.Encoder{CompressionLevel: level}).Encode(&theirs, img)
			})
			b.ReportMetric(float64(theirs.Len())/float64(ours.Len()), "times-smaller")
		})
	}
}
