package films

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
)

// A canvas is a picture that frames are drawn on.
type canvas struct {
	img    *image.NRGBA
	random *rand.Rand
}

func newCanvas(size image.Point, seed uint64) *canvas {
	return &canvas{image.NewNRGBA(image.Rectangle{Max: size}), rand.New(rand.NewPCG(seed, 1))}
}

func rgb(v uint32) color.NRGBA { return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} }

func (c *canvas) fill(x, y, w, h int, v uint32) {
	draw.Draw(c.img, image.Rect(x, y, x+w, y+h), image.NewUniform(rgb(v)), image.Point{}, draw.Src)
}

func (c *canvas) background(v uint32) { c.fill(0, 0, c.img.Rect.Dx(), c.img.Rect.Dy(), v) }

// blend composites a color over a pixel. cover is the fraction of the pixel that the color covers.
func (c *canvas) blend(x, y int, v uint32, cover float64) {
	if !image.Pt(x, y).In(c.img.Rect) || cover <= 0 {
		return
	}
	p, q := c.img.NRGBAAt(x, y), rgb(v)
	if p.A == 0 {
		p = color.NRGBA{q.R, q.G, q.B, 0}
	}
	mix := func(a, b uint8) uint8 { return uint8(float64(float64(a)*(1-cover)) + float64(float64(b)*cover) + 0.5) }
	c.img.SetNRGBA(x, y, color.NRGBA{mix(p.R, q.R), mix(p.G, q.G), mix(p.B, q.B), max(p.A, uint8(min(cover, 1)*255))})
}

// ellipse draws a filled ellipse, antialiased if smooth is true.
func (c *canvas) ellipse(x, y, rx, ry float64, v uint32, smooth bool) {
	for py := int(y - ry - 2); py < int(y+ry+3); py++ {
		for px := int(x - rx - 2); px < int(x+rx+3); px++ {
			dx, dy := (float64(px)+0.5-x)/rx, (float64(py)+0.5-y)/ry
			cover := (1-math.Hypot(dx, dy))*min(rx, ry) + 0.5
			if !smooth {
				cover = math.Floor(cover + 0.5)
			}
			c.blend(px, py, v, min(max(cover, 0), 1))
		}
	}
}

// line draws an antialiased line.
func (c *canvas) line(x0, y0, x1, y1, width float64, v uint32) {
	length := max(math.Hypot(x1-x0, y1-y0), 1e-9)
	ux, uy := (x1-x0)/length, (y1-y0)/length
	for py := int(min(y0, y1) - width); py < int(max(y0, y1)+width+2); py++ {
		for px := int(min(x0, x1) - width); px < int(max(x0, x1)+width+2); px++ {
			dx, dy := float64(px)+0.5-x0, float64(py)+0.5-y0
			along := min(max(float64(dx*ux)+float64(dy*uy), 0), length)
			away := math.Hypot(dx-float64(along*ux), dy-float64(along*uy))
			c.blend(px, py, v, min(max(width/2+0.5-away, 0), 1))
		}
	}
}

// text draws letters of an invented font, of five by seven squares each. If smooth is true, the positions
// are fractions of pixels, as with outline fonts.
func (c *canvas) text(x, y float64, s string, size float64, v uint32, smooth bool) {
	for _, r := range s {
		if r != ' ' {
			letter := rand.New(rand.NewPCG(uint64(r), 7))
			for row := range 7 {
				bits := letter.Uint32() & letter.Uint32() & 31
				if row == 0 || row == 3 || row == 6 {
					bits |= letter.Uint32() & 31
				}
				bits |= 1 << (letter.Uint32() % 2 * 4)
				for column := range 5 {
					if bits>>column&1 != 0 {
						c.square(x+float64(float64(column)*size), y+float64(float64(row)*size), size, v, smooth)
					}
				}
			}
		}
		x += float64(6 * size)
	}
}

func (c *canvas) square(x, y, size float64, v uint32, smooth bool) {
	if !smooth {
		c.fill(int(x), int(y), int(size), int(size), v)
		return
	}
	for py := int(y); float64(py) < y+size; py++ {
		for px := int(x); float64(px) < x+size; px++ {
			w := min(float64(px+1), x+size) - max(float64(px), x)
			h := min(float64(py+1), y+size) - max(float64(py), y)
			c.blend(px, py, v, float64(w*h))
		}
	}
}

// words returns n words of random letters; the same seed gives the same words.
func words(seed uint64, n int) string {
	random := rand.New(rand.NewPCG(seed, 3))
	var b []byte
	for len(b) < n {
		for range 2 + random.IntN(7) {
			b = append(b, "etaoinshrdlcumwfgypbvk"[min(random.IntN(22), random.IntN(22))])
		}
		b = append(b, ' ')
	}
	return string(b[:n])
}
