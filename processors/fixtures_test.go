package processors_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"

	"github.com/stretchr/testify/require"
)

// distance returns the root mean square difference of the samples of two pictures, in 8-bit levels.
func distance(t testing.TB, a, b image.Image) float64 {
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	p, q := nrgbaOf(a), nrgbaOf(b)
	sum, n := 0.0, 0
	for y := range p.Rect.Dy() {
		for i, v := range p.Pix[y*p.Stride:][:4*p.Rect.Dx()] {
			d := float64(v) - float64(q.Pix[y*q.Stride+i])
			sum += d * d
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

// decodeFile decodes an encoded file.
func decodeFile(t testing.TB, file []byte) (format string, img image.Image) {
	img, format, err := image.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	return format, img
}

func uniform(size image.Point, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	fill(img, c)
	return img
}

func wholeOf(img image.Image, size image.Point) image.Image {
	out, err := scaling.Whole(context.Background(), img, size)
	if err != nil {
		panic(err)
	}
	return out
}

func nrgbaOf(img image.Image) *image.NRGBA {
	out, _, err := pixels.NRGBA(context.Background(), img)
	if err != nil {
		panic(err)
	}
	return out
}

// overlap returns the fraction of a that b covers.
func overlap(a, b image.Rectangle) float64 {
	both := a.Intersect(b).Size()
	return float64(both.X*both.Y) / float64(a.Dx()*a.Dy())
}
