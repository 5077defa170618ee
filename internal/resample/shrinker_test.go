package resample

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// picture returns the picture whose rows in format f are given.
func picture(f Format, w, h int, rows [][]byte) image.Image {
	img := image.NewNRGBA64(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := rows[y][x*f.BytesPerPixel():]
			b := func(i int) uint16 { return uint16(p[i]) * 257 }
			d := func(i int) uint16 { return uint16(p[2*i])<<8 | uint16(p[2*i+1]) }
			var c color.Color
			switch f {
			case Gray8:
				c = color.NRGBA64{b(0), b(0), b(0), 65535}
			case Gray16:
				c = color.NRGBA64{d(0), d(0), d(0), 65535}
			case GrayAlpha8:
				c = color.NRGBA64{b(0), b(0), b(0), b(1)}
			case GrayAlpha16:
				c = color.NRGBA64{d(0), d(0), d(0), d(1)}
			case RGB8, RGBX8:
				c = color.NRGBA64{b(0), b(1), b(2), 65535}
			case RGB16:
				c = color.NRGBA64{d(0), d(1), d(2), 65535}
			case NRGBA8:
				c = color.NRGBA64{b(0), b(1), b(2), b(3)}
			case NRGBA16:
				c = color.NRGBA64{d(0), d(1), d(2), d(3)}
			case RGBA8: // these pixels are opaque
				p[3] = 255
				c = color.NRGBA64{b(0), b(1), b(2), 65535}
			case RGBA16:
				p[6], p[7] = 255, 255
				c = color.NRGBA64{d(0), d(1), d(2), 65535}
			case CMYK8:
				c = color.CMYK{p[0], p[1], p[2], p[3]}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func TestRowsOfEveryFormatAgreeWithTheTextbook(t *testing.T) {
	for f := range cmykRaw {
		for _, size := range []image.Point{{20, 17}, {90, 50}, {7, 5}} {
			t.Run(fmt.Sprint("format ", f, size), func(t *testing.T) {
				const w, h = 61, 43
				rows := make([][]byte, h)
				for y := range rows {
					rows[y] = make([]byte, w*f.BytesPerPixel())
					rng := rand.New(rand.NewPCG(uint64(y), uint64(f)))
					for i := range rows[y] {
						rows[y][i] = byte(rng.Uint32())
					}
				}
				img := picture(f, w, h, rows)
				r := Rect{0.5, 2, 60, 40.25}
				opt := Options{Exact: true}
				s := shrinkerOf(f, image.Pt(w, h), r, size, opt)
				from, to := s.Rows()
				for y, row := range rows {
					if y >= from && y < to {
						assert.Nil(t, imageOf(s))
					}
					s.WriteRow(row)
				}
				got := imageOf(s)
				require.NotNil(t, got)
				within(t, reference(img, r, size, Lanczos3), got, 1)

				// Large reductions average boxes by separate code for each format. The result must agree with that of the 16-bit picture.
				fast := shrinkerOf(f, image.Pt(w, h), r, image.Pt(3, 2), Options{})
				from, to = fast.Rows()
				fast.Skip(from)
				for _, row := range rows[from:to] {
					fast.WriteRow(row)
				}
				within(t, channels(resize(img, r, image.Pt(3, 2), Options{})), imageOf(fast), 1)
			})
		}
	}
}

func TestOnlyRowsWithinReachOfTheKernelAreNeeded(t *testing.T) {
	s := shrinkerOf(Gray8, image.Pt(1000, 1000), Rect{0, 400, 1000, 600}, image.Pt(100, 100), Options{})
	from, to := s.Rows()
	assert.Equal(t, 400-5, from, "three pixels of the result are six of the source; the outermost weigh nothing")
	assert.Equal(t, 600+5, to)
	s.Close()
	s.Close()
	assert.Nil(t, imageOf(s))
}

func TestMemoryDependsOnTheWidth(t *testing.T) {
	s := shrinkerOf(NRGBA8, image.Pt(4000, 20000), Rect{0, 0, 4000, 20000}, image.Pt(200, 50), Options{})
	defer s.Close()
	cells, ring := 2*s.planes*s.cellStride, 8*s.planes*s.ringStride // bytes of a row
	together := (atOnce - 1) * (cells + ring)                       // rows that are processed together
	assert.Less(t, 2*len(s.cells)+len(s.ring)*ring+2*len(s.sums.sum)-together, 160_000)
}
