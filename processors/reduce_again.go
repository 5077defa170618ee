package processors

import (
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// These are the largest values of [quantize.Difference] of a palette. Up to sameVisible, even a close look shows no difference. Up to
// fitVisible, edges are less smooth. Up to keptHue, each hue is the same, although it may be paler.
const (
	sameVisible = 0.05
	fitVisible  = 0.1
	keptHue     = 0.35
)

// sameField is the largest [quantize.Palette.Merged] of a palette in which fields of different colors stay different.
const sameField = 0.025

// goodError is the largest error of a picture of 256 colors that is acceptable if the original had no more
// colors.
const goodError = 0.012

// These are the largest parts of the original's bytes at which an estimated size counts as fitting: an estimate from all rows, and an
// estimate from some of them.
const (
	sureFit   = 0.99
	likelyFit = 0.94
)

// steps are the numbers of colors that are tried.
var steps = []int{3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256}

// smaller returns the palette of the most colors with which the picture has no more bytes than the original, if it looks good enough.
// Otherwise it returns the palette of the fewest colors that looks the same. It returns nil if there is none.
func (r *reducer) smaller() *quantize.Palette {
	r.histogram.Vivid = true
	if p := r.fitting(); p != nil {
		return p
	}
	low, high := 0, len(steps)
	for low < high && r.ctx.Err() == nil {
		middle := (low + high) / 2
		if r.looks(r.histogram.Choose(r.ctx, steps[middle]), sameVisible) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if low < len(steps) {
		return r.histogram.Choose(r.ctx, steps[low])
	}
	if p := r.histogram.Choose(r.ctx, 256); r.original.Palette && p.Error <= goodError {
		return p
	}
	return nil
}

// fitting returns the palette of the most colors with which the picture has no more bytes than the original, or nil if that
// palette does not look good enough.
func (r *reducer) fitting() *quantize.Palette {
	room := float64(r.original.Bytes)
	if height := r.img.Rect.Dy(); sampleRows(height) == height {
		room *= sureFit
	} else {
		room *= likelyFit
	}
	if most := r.histogram.Choose(r.ctx, 256); most.Error == 0 { // the first encoding had all colors, so its size shows how wrong the estimate is
		first := r.original.Exceeded * float64(r.original.Bytes)
		room *= min(r.bytes(most)/first, 1)
	}
	low, high := 0, len(steps) // steps[:low] fit, and steps[high:] do not
	for low < high && r.ctx.Err() == nil {
		middle := (low + high) / 2
		if r.bytes(r.histogram.Choose(r.ctx, steps[middle])) <= room {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == 0 {
		return nil
	}
	p := r.histogram.Choose(r.ctx, steps[low-1])
	if !r.looks(p, fitVisible) {
		return nil
	}
	return p
}

// looks reports whether the picture in p looks good enough: its difference is at most as visible as given, it has the same hues, and no two
// fields have become one.
func (r *reducer) looks(p *quantize.Palette, visible float64) bool {
	if p.Merged > sameField {
		return false
	}
	r.draw(p)
	d := quantize.Compare(r.ctx, r.img, r.out, p)
	return d.Visible <= visible && d.Hue <= keptHue
}

// bytes returns the approximate size of the picture in palette p. Of a large picture it encodes only a quarter of the rows, from
// the middle.
func (r *reducer) bytes(p *quantize.Palette) float64 {
	r.draw(p)
	part := r.out.Rect
	rows := sampleRows(part.Dy())
	part.Min.Y += (part.Dy() - rows) / 2
	part.Max.Y = part.Min.Y + rows
	var n counter
	if err := r.encode(r.ctx, &n, r.out.SubImage(part)); err != nil {
		return math.Inf(1) // the estimate needs memory that the account lacks, or ctx has ended
	}
	return float64(n) * float64(r.out.Rect.Dy()) / float64(rows)
}

// sampleRows returns the number of rows that are encoded for an estimate of a picture of the given height.
func sampleRows(height int) int { return max(height/4, min(height, 256)) }

// A counter counts the bytes that are written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
