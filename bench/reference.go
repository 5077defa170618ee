package main

import (
	"image"
	"image/color"
	"math"
	"runtime"
	"sync"
)

// This file makes the references that both sides are compared with: textbook resampling in float64, which
// uses no code of the two sides. The original is decoded at full size, converted to R'G'B' (not to linear light,
// which neither side uses), premultiplied if it has alpha, and filtered by Lanczos-3, first along the rows
// and then along the columns. The weights of every output sample sum to 1.

// A box is the rectangle of the source, in its pixels, that becomes the whole result.
type box struct{ x0, y0, x1, y1 float64 }

// A want describes one reference: the box scaled to size.
type want struct {
	box  box
	size image.Point
}

// A raster is a picture in float64, 0 to 255, alpha-premultiplied, with four samples per pixel.
type raster struct {
	size image.Point
	pix  []float64
}

func newRaster(size image.Point) *raster {
	return &raster{size, make([]float64, 4*size.X*size.Y)}
}

func lanczos3(x float64) float64 {
	switch x = math.Abs(x); {
	case x >= 3:
		return 0
	case x < 1e-8:
		return 1
	}
	a := math.Pi * x
	return 3 * math.Sin(a) * math.Sin(a/3) / (a * a)
}

// A tap has the input samples of an output sample, and their weights.
type tap struct {
	first   int
	weights []float64
}

// taps returns the taps of n output samples for the range x0 to x1 of an input line; length is the number of its
// samples. Positions beyond the ends of the line have no weight; the other weights sum to 1.
func taps(x0, x1 float64, length, n int) []tap {
	step := (x1 - x0) / float64(n)
	wide := max(1, step)
	out := make([]tap, n)
	for i := range out {
		center := x0 + (float64(i)+0.5)*step
		first := max(0, int(math.Ceil(center-3*wide-0.5)))
		last := min(length-1, int(math.Floor(center+3*wide-0.5)))
		t := tap{first, make([]float64, max(0, last-first+1))}
		sum := 0.0
		for j := range t.weights {
			t.weights[j] = lanczos3((float64(first+j) + 0.5 - center) / wide)
			sum += t.weights[j]
		}
		for j := range t.weights {
			t.weights[j] /= sum
		}
		out[i] = t
	}
	return out
}

// reference makes all wants of img in one pass over it.
func reference(img image.Image, wants []want) []*raster {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	narrow := make([]*raster, len(wants)) // with the width of the result and the height of the source
	across := make([][]tap, len(wants))
	for i, want := range wants {
		narrow[i] = newRaster(image.Pt(want.size.X, h))
		across[i] = taps(want.box.x0, want.box.x1, w, want.size.X)
	}
	inParallel(h, func(from, to int) {
		row := make([]float64, 4*w)
		for y := from; y < to; y++ {
			readRow(row, img, y)
			for i := range wants {
				filterRow(narrow[i].pix[4*y*wants[i].size.X:], row, across[i])
			}
		}
	})
	out := make([]*raster, len(wants))
	for i, want := range wants {
		out[i] = newRaster(want.size)
		down := taps(want.box.y0, want.box.y1, h, want.size.Y)
		inParallel(want.size.Y, func(from, to int) {
			for y := from; y < to; y++ {
				filterColumns(out[i].pix[4*y*want.size.X:][:4*want.size.X], narrow[i], down[y])
			}
		})
	}
	return out
}

func filterRow(dst, row []float64, across []tap) {
	for x, t := range across {
		var r, g, b, a float64
		for j, weight := range t.weights {
			p := row[4*(t.first+j):][:4]
			r, g, b, a = r+weight*p[0], g+weight*p[1], b+weight*p[2], a+weight*p[3]
		}
		dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = r, g, b, a
	}
}

// filterColumns makes one row of the result, and clamps it to the range of samples.
func filterColumns(dst []float64, narrow *raster, t tap) {
	for j, weight := range t.weights {
		for x, v := range narrow.pix[4*(t.first+j)*narrow.size.X:][:len(dst)] {
			dst[x] += weight * v
		}
	}
	for x := range dst {
		dst[x] = min(max(dst[x], 0), 255)
	}
}

// readRow writes row y of img to dst, with four premultiplied samples per pixel.
func readRow(dst []float64, img image.Image, y int) {
	b := img.Bounds()
	if ycc, ok := img.(*image.YCbCr); ok {
		readYCbCr(dst, ycc, y)
		return
	}
	for x := range b.Dx() {
		// Read the samples by type, so that no value is rounded.
		var r, g, bl, a float64
		switch c := img.At(b.Min.X+x, b.Min.Y+y).(type) {
		case color.NRGBA:
			a = float64(c.A)
			r, g, bl = float64(c.R)*a/255, float64(c.G)*a/255, float64(c.B)*a/255
		default:
			cr, cg, cb, ca := c.RGBA()
			r, g, bl, a = float64(cr)/257, float64(cg)/257, float64(cb)/257, float64(ca)/257
		}
		copy(dst[4*x:], []float64{r, g, bl, a})
	}
}

// readYCbCr converts a row by the equations of JFIF, without rounding. Subsampled chroma is interpolated
// linearly, like libjpeg's "fancy upsampling", but in float64. The center of a chroma sample is in the
// middle of its luma samples.
func readYCbCr(dst []float64, img *image.YCbCr, y int) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	dx, dy := subsampling(img.SubsampleRatio)
	cw, ch := (w+dx-1)/dx, (h+dy-1)/dy
	above, below, fy := between(y, dy, ch)
	for x := range w {
		left, right, fx := between(x, dx, cw)
		chroma := func(plane []byte) float64 {
			at := func(x, y int) float64 { return float64(plane[y*img.CStride+x]) }
			upper := at(left, above)*(1-fx) + at(right, above)*fx
			lower := at(left, below)*(1-fx) + at(right, below)*fx
			return upper*(1-fy) + lower*fy - 128
		}
		l, cb, cr := float64(img.Y[y*img.YStride+x]), chroma(img.Cb), chroma(img.Cr)
		p := dst[4*x:][:4]
		p[0] = l + 1.402*cr
		p[1] = l - 0.114*1.772/0.587*cb - 0.299*1.402/0.587*cr
		p[2] = l + 1.772*cb
		for i := range 3 {
			p[i] = min(max(p[i], 0), 255)
		}
		p[3] = 255
	}
}

// between returns the two of n samples that lie on either side of sample i of a finer line, which has d times as many
// samples, and the position of sample i between them, 0 to 1.
func between(i, d, n int) (before, after int, share float64) {
	at := (float64(i)+0.5)/float64(d) - 0.5
	floor := math.Floor(at)
	return min(max(int(floor), 0), n-1), min(max(int(floor)+1, 0), n-1), at - floor
}

// subsampling returns how many luma samples share a chroma sample, along a row and along a column.
func subsampling(r image.YCbCrSubsampleRatio) (dx, dy int) {
	unit := image.NewYCbCr(image.Rect(0, 0, 4, 2), r) // the largest ratio of package image
	return 4 / unit.CStride, 2 * unit.CStride / len(unit.Cb)
}

// inParallel divides 0 to n into one range for each CPU.
func inParallel(n int, do func(from, to int)) {
	var wg sync.WaitGroup
	parts := runtime.GOMAXPROCS(0)
	for i := range parts {
		wg.Go(func() { do(n*i/parts, n*(i+1)/parts) })
	}
	wg.Wait()
}
