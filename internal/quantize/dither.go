package quantize

import (
	"context"
	"image"
)

// These constants set the share of the quantization error that is diffused to neighboring pixels. The share is larger in
// smooth areas, where steps would be visible, than elsewhere, where noise would be visible. An error of less than minError
// levels is not diffused. Of all values tried, these have the highest SSIMULACRA 2 score for the size of a GIF.
const (
	roughShare  = 0.4
	smoothShare = 0.6
	smoothStep  = 4 // difference between neighboring pixels, in levels
	minError    = 2.5
)

// A Ditherer converts pictures of one size to palette indices, one picture after the other. Pixels that are more than half
// transparent get a separate index. If there are such pixels, the palette may have at most 255 colors.
type Ditherer struct {
	Palette     *Palette
	Transparent uint8
	Plain       bool // without dithering
	Calm        bool // an opaque pixel stays opaque if its alpha becomes only a little lower
	Single      bool // only one picture is drawn, so nothing is kept for the next

	source []uint8 // for each pixel, the color for which its index was chosen
	index  []uint8
}

// steady is the number of levels by which a pixel may differ from the previous frame and still keep its index.
const steady = 2

// Draw sets the indices of out. It diffuses the quantization error of each pixel to its neighbors (R. Floyd and
// L. Steinberg, 1976). A pixel that is nearly unchanged from the previous picture keeps its index, so that still areas do
// not flicker and need not be encoded again. Draw returns early if ctx ends.
func (d *Ditherer) Draw(ctx context.Context, out *image.Paletted, img *image.NRGBA) {
	w := img.Rect.Dx()
	again := d.index != nil
	if !again && !d.Single {
		d.source, d.index = make([]uint8, 4*w*img.Rect.Dy()), make([]uint8, w*img.Rect.Dy())
	}
	every := max(1<<18/max(w, 1), 1)
	now, below := make([][3]float32, w+2), make([][3]float32, w+2) // x is at x+1
	above := img.Pix[:4*w]
	for y := range img.Rect.Dy() {
		if y%every == 0 && ctx.Err() != nil {
			return
		}
		now, below = below, now
		clear(below)
		row, to := img.Pix[y*img.Stride:][:4*w], out.Pix[y*out.Stride:][:w]
		if d.Single {
			for x := range to {
				to[x] = d.Transparent
				if row[4*x+3] >= opaqueFrom {
					to[x] = d.draw(row[4*x:][:4], share(row, above, x), now, below, x+1)
				}
			}
			above = row
			continue
		}
		source, index := d.source[4*w*y:][:4*w], d.index[w*y:][:w]
		for x := range to {
			p := row[4*x:][:4]
			if !again || !near(p, source[4*x:][:4]) {
				opaque := p[3] >= opaqueFrom || again && d.Calm && source[4*x+3] >= opaqueFrom && source[4*x+3]-p[3] <= flicker
				copy(source[4*x:], p)
				index[x] = d.Transparent
				if opaque {
					index[x] = d.draw(p, share(row, above, x), now, below, x+1)
				}
			}
			to[x] = index[x]
		}
		above = row
	}
}

// flicker is the maximum decrease of alpha that leaves an opaque pixel opaque if Calm is set.
const flicker = 24

// near reports whether two pixels are nearly equal, or both transparent.
func near(p, q []uint8) bool {
	if (p[3] < opaqueFrom) != (q[3] < opaqueFrom) {
		return false
	}
	for i := range 3 {
		if d := int(p[i]) - int(q[i]); d > steady || d < -steady {
			return p[3] < opaqueFrom
		}
	}
	return true
}

// share returns the share of the neighbors' quantization error that is added to a pixel.
func share(row, above []uint8, x int) float32 {
	left := max(x-1, 0)
	for i := range 3 {
		p, l, u := int(row[4*x+i]), int(row[4*left+i]), int(above[4*x+i])
		if p-l > smoothStep || l-p > smoothStep || p-u > smoothStep || u-p > smoothStep {
			return roughShare
		}
	}
	return smoothShare
}

// draw returns the index of a pixel, and diffuses its quantization error.
func (d *Ditherer) draw(p []uint8, share float32, now, below [][3]float32, x int) uint8 {
	if d.Plain {
		return uint8(d.Palette.Index(p[0], p[1], p[2]))
	}
	var want [3]float32
	var level [3]uint8
	for i := range want {
		want[i] = min(max(float32(p[i])+float32(now[x][i]*share), 0), 255)
		level[i] = uint8(want[i] + 0.5)
	}
	index := d.Palette.Index(level[0], level[1], level[2])
	c := d.Palette.Colors[index]
	e := [3]float32{want[0] - float32(c.R), want[1] - float32(c.G), want[2] - float32(c.B)}
	if max(e[0], -e[0], e[1], -e[1], e[2], -e[2]) < minError {
		return uint8(index)
	}
	for i := range e {
		l := float32(e[i] * (1.0 / 16))
		now[x+1][i] += float32(7 * l)
		below[x-1][i] += float32(3 * l)
		below[x][i] += float32(5 * l)
		below[x+1][i] += l
	}
	return uint8(index)
}

// DithererBytes returns the memory of a Ditherer for n pixels, including its Palette. For a single picture, n is 0.
func DithererBytes(n int64) int64 { return 5*n + paletteBytes }
