package quantize

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"unsafe"
)

// A Difference says how much a picture in a palette differs from the original. Its numbers have no unit. They are 0 if the pictures are
// equal.
type Difference struct {
	// Visible is the 4-norm of the visible differences of all pixels that have changed, or whose neighbors have: so a few bad pixels
	// count more than many good ones. At 0.05, even a close look shows no difference.
	Visible float64
	// Hue is the largest loss of a hue, however few pixels have it. It is 1 if the hue has become gray. It is less than 0.5 if the hue has
	// only become slightly paler or slightly different: see Hues.
	Hue float64
}

// Compare compares a picture with the same picture in palette p. It returns early if ctx ends.
//
// The eye does not see differences of alternating sign between neighboring pixels. So the difference of a pixel is the mean of the
// Oklab differences of the 3×3 pixels around it. The eye sees differences of lightness less where the lightness changes, such as along
// the edges of letters. So these are divided by maskBase plus the range of the lightness of the 3×3 pixels. Differences of hue are
// divided by the constant maskHue.
func Compare(ctx context.Context, img *image.NRGBA, out *image.Paletted, p *Palette) Difference {
	v := newViewer(img, out, p)
	size := img.Rect.Size()
	every := max(1<<16/size.X, 1)
	v.load(0)
	for y := range size.Y {
		if y%every == 0 && ctx.Err() != nil {
			break
		}
		if y+1 < size.Y {
			v.load(y + 1)
		}
		v.add(max(y-1, 0), y, min(y+1, size.Y-1))
	}
	return Difference{math.Sqrt(math.Sqrt(v.fourth / max(v.changed, 1))), v.hues.Lost(leastHue)}
}

const (
	maskBase = 0.09
	maskHue  = 0.28
)

// A pixel has a hue if its chroma is at least leastChroma. A picture has a hue if the sum of the squared chromas of the pixels that have
// it is at least leastHue, such as in a dark letter of five pixels.
const (
	leastChroma = 0.04
	leastHue    = 0.02
)

// CompareBytes returns the memory of Compare for rows of n pixels.
func CompareBytes(n int) int64 { return 3*int64(unsafe.Sizeof(seen{}))*int64(n) + 16<<10 }

// seen is what a viewer knows of a pixel: the original, and its difference from the picture in the palette.
type seen struct{ want, apart point }

type viewer struct {
	img    *image.NRGBA
	out    *image.Paletted
	points []point // of the palette
	rows   [3][]seen
	cache  [256]struct {
		color uint32
		point point
	}
	fourth, changed float64
	hues            Hues
}

func newViewer(img *image.NRGBA, out *image.Paletted, p *Palette) *viewer {
	v := &viewer{img: img, out: out, points: make([]point, len(p.Colors))}
	for i, c := range p.Colors {
		v.points[i] = pointOf(c)
	}
	for i := range v.rows {
		v.rows[i] = make([]seen, img.Rect.Dx())
	}
	return v
}

// point returns the point of a color.
func (v *viewer) point(c uint32) point {
	e := &v.cache[c*0x9e3779b1>>24]
	if e.color != c {
		e.color, e.point = c, pointOf(color.NRGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), uint8(c >> 24)})
	}
	return e.point
}

// load computes a row.
func (v *viewer) load(y int) {
	row, to := v.rows[y%3], v.out.Pix[y*v.out.Stride:]
	from := v.img.Pix[y*v.img.Stride:]
	for x := range row {
		want := v.point(binary.LittleEndian.Uint32(from[4*x:]))
		got := &v.points[to[x]]
		for i, w := range want {
			row[x].apart[i] = w - got[i]
		}
		row[x].want = want
	}
}

// add adds the visible differences of a row, which is in the middle of three.
func (v *viewer) add(above, y, below int) {
	rows := [3][]seen{v.rows[above%3], v.rows[y%3], v.rows[below%3]}
	for x := range rows[1] {
		var sum, apart point
		least, most := float32(2), float32(-2)
		for _, row := range rows {
			for i := max(x-1, 0); i <= min(x+1, len(row)-1); i++ {
				s := &row[i]
				for j, d := range s.apart {
					apart[j] += d
					sum[j] += s.want[j]
				}
				least, most = min(least, s.want[0]), max(most, s.want[0])
			}
		}
		if chroma2(&sum) >= 9*9*leastChroma*leastChroma {
			v.hues.Add(sum[1]/9, sum[2]/9, apart[1]/9, apart[2]/9)
		}
		if apart == (point{}) {
			continue
		}
		mask := maskBase + most - least
		light := float32(float32(apart[0]*apart[0])+float32(apart[3]*apart[3])) / float32(mask*mask)
		hue := chroma2(&apart) / (maskHue * maskHue)
		e := float64(light+hue) / (9 * 9)
		v.fourth += float64(e * e)
		v.changed++
	}
}

// chroma2 returns the squared chroma of a point.
func chroma2(p *point) float32 { return float32(p[1]*p[1]) + float32(p[2]*p[2]) }
