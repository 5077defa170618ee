package webp

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	ximage "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// A drawing is flat art for tests and benchmarks of the lossless encoder.
type drawing struct {
	name string
	img  *image.NRGBA
}

// A canvas is an image with methods that draw shapes with smooth edges.
type canvas struct {
	*image.NRGBA
	r *rand.Rand
}

func newCanvas(w, h int, ground color.Color, seed uint64) canvas {
	c := canvas{image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(seed, 1))}
	if ground != nil {
		draw.Draw(c, c.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	}
	return c
}

func (c canvas) polygon(fill image.Image, points ...float64) {
	v := vector.NewRasterizer(c.Rect.Dx(), c.Rect.Dy())
	v.MoveTo(float32(points[0]), float32(points[1]))
	for i := 2; i < len(points); i += 2 {
		v.LineTo(float32(points[i]), float32(points[i+1]))
	}
	v.ClosePath()
	v.Draw(c, c.Rect, fill, image.Point{})
}

func (c canvas) sector(fill image.Image, x, y, r, from, to float64) {
	points := []float64{}
	if to-from < 6.28 {
		points = append(points, x, y)
	}
	for a := from; a < to; a += 0.03 {
		points = append(points, x+r*math.Cos(a), y+r*math.Sin(a))
	}
	points = append(points, x+r*math.Cos(to), y+r*math.Sin(to))
	c.polygon(fill, points...)
}

func (c canvas) box(fill color.Color, x, y, w, h int) {
	draw.Draw(c, image.Rect(x, y, x+w, y+h), image.NewUniform(fill), image.Point{}, draw.Over)
}

// text draws letters of 13 pixels, enlarged by size. Enlarged letters have smooth edges.
func (c canvas) text(fill color.Color, x, y int, size float64, s string) {
	d := font.Drawer{Face: basicfont.Face7x13, Src: image.NewUniform(fill), Dot: fixed.P(x, y)}
	if size == 1 {
		d.Dst = c
		d.DrawString(s)
		return
	}
	w := 7 * len(s)
	small := image.NewNRGBA(image.Rect(0, 0, w, 16))
	d.Dst, d.Dot = small, fixed.P(0, 12)
	d.DrawString(s)
	to := image.Rect(x, y-int(12*size), x+int(float64(w)*size), y+int(4*size))
	ximage.CatmullRom.Scale(c, to, small, small.Rect, draw.Over, nil)
}

func (c canvas) word() string {
	b := make([]byte, 2+c.r.IntN(9))
	for i := range b {
		b[i] = "etaoinshrdlucmfwypvbgkqjxz"[min(c.r.IntN(26), c.r.IntN(26))]
	}
	return string(b)
}

func (c canvas) line(chars int) (s string) {
	for len(s) < chars {
		s += c.word() + " "
	}
	return s[:chars]
}

func uniform(r, g, b, a uint8) *image.Uniform { return image.NewUniform(color.NRGBA{r, g, b, a}) }

func (c canvas) color() color.NRGBA {
	return color.NRGBA{byte(40 + c.r.IntN(200)), byte(40 + c.r.IntN(200)), byte(40 + c.r.IntN(200)), 255}
}

// A ramp is an unbounded image with a vertical gradient from one color to another.
type ramp struct {
	from, to color.NRGBA
	h        int
}

func (r ramp) ColorModel() color.Model { return color.NRGBAModel }
func (r ramp) Bounds() image.Rectangle { return image.Rect(-1e9, -1e9, 1e9, 1e9) }
func (r ramp) At(_, y int) color.Color {
	y = min(max(y, 0), r.h)
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(r.h-y) + int(b)*y) / r.h) }
	return color.NRGBA{mix(r.from.R, r.to.R), mix(r.from.G, r.to.G), mix(r.from.B, r.to.B), mix(r.from.A, r.to.A)}
}

func scaledTo(img *image.NRGBA, w, h int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	ximage.CatmullRom.Scale(out, out.Rect, img, img.Rect, draw.Src, nil)
	return out
}

func logo(w, h int, seed uint64, smooth bool) *image.NRGBA {
	c := newCanvas(w, h, nil, seed)
	s := float64(h)
	for range 4 {
		var fill image.Image = image.NewUniform(c.color())
		if smooth {
			fill = ramp{c.color(), c.color(), h}
		}
		x, y := c.r.Float64()*s, c.r.Float64()*s
		if c.r.IntN(2) == 0 {
			c.sector(fill, x, y, s/8+c.r.Float64()*s/4, 0, 2*math.Pi)
		} else {
			c.polygon(fill, x, y, x+s/3, y+c.r.Float64()*s/3, x+c.r.Float64()*s/3, y+s/2)
		}
	}
	c.text(c.color(), w/4, h*2/3, float64(h)/40, "Acme")
	return c.NRGBA
}

func chart(w, h int, ground color.Color, seed uint64) *image.NRGBA {
	c := newCanvas(w, h, ground, seed)
	for i := range 9 {
		c.box(color.NRGBA{200, 200, 200, 255}, 40, 20+i*(h-60)/8, w-60, 1)
		c.text(color.NRGBA{90, 90, 90, 255}, 8, 24+i*(h-60)/8, 1, string(rune('0'+8-i))+"00")
	}
	n := w / 40
	for i := range n {
		bar := c.r.IntN(h - 100)
		c.polygon(image.NewUniform(c.color()), 50.5+float64(i*36), float64(h-40), 50.5+float64(i*36), float64(h-40-bar)+0.3, 74.2+float64(i*36), float64(h-40-bar)+0.3, 74.2+float64(i*36), float64(h-40))
		c.text(color.Black, 46+i*36, h-20, 1, c.word()[:2])
	}
	y := float64(h / 2)
	for x := 50.0; x < float64(w-40); x += 12 {
		to := min(max(y+c.r.Float64()*60-30, 20), float64(h-40))
		c.polygon(uniform(220, 50, 40, 255), x, y, x+12, to, x+12, to+2.5, x, y+2.5)
		y = to
	}
	return c.NRGBA
}

func pie(w int, seed uint64) *image.NRGBA {
	c := newCanvas(w, w, nil, seed)
	at := 0.0
	for at < 6 {
		to := min(at+0.2+c.r.Float64(), 2*math.Pi)
		c.sector(image.NewUniform(c.color()), float64(w)/2, float64(w)/2, float64(w)/2.2, at, to)
		at = to
	}
	return c.NRGBA
}

func terminal(w, h int, seed uint64) *image.NRGBA {
	c := newCanvas(w, h, color.NRGBA{30, 30, 46, 255}, seed)
	palette := []color.NRGBA{{205, 214, 244, 255}, {166, 227, 161, 255}, {249, 226, 175, 255}, {137, 180, 250, 255}, {243, 139, 168, 255}}
	for y := 16; y < h; y += 15 {
		x := 6
		for range c.r.IntN(10) {
			s := c.line(4 + c.r.IntN(16))
			c.text(palette[c.r.IntN(len(palette))], x, y, 1, s)
			x += 7 * (len(s) + 1)
		}
	}
	return c.NRGBA
}

func page(w, h int, seed uint64) *image.NRGBA {
	c := newCanvas(w, h, color.NRGBA{246, 248, 250, 255}, seed)
	c.box(color.NRGBA{36, 41, 47, 255}, 0, 0, w, 48)
	c.text(color.White, 20, 34, 1.7, "Dashboard")
	for i := range 6 {
		c.text(color.NRGBA{80, 90, 100, 255}, 16, 90+i*34, 1.15, c.word())
	}
	c.box(color.White, 170, 64, w-190, h-84)
	c.box(color.NRGBA{208, 215, 222, 255}, 170, 64, w-190, 1)
	c.text(color.NRGBA{31, 35, 40, 255}, 190, 110, 2.1, c.line(18))
	for y := 140; y < h-60; y += 19 {
		if c.r.IntN(9) == 0 {
			c.sector(image.NewUniform(c.color()), 205, float64(y), 8, 0, 2*math.Pi)
			continue
		}
		c.text(color.NRGBA{60, 65, 70, 255}, 190, y, 1.1, c.line((w-240)/8-c.r.IntN(20)))
	}
	c.polygon(uniform(31, 136, 61, 255), float64(w-130), float64(h-50), float64(w-40), float64(h-50), float64(w-40), float64(h-24), float64(w-130), float64(h-24))
	c.text(color.White, w-110, h-32, 1.1, "Save")
	return c.NRGBA
}

func cartoon(w, h int, seed uint64) *image.NRGBA {
	c := newCanvas(w, h, color.NRGBA{135, 206, 235, 255}, seed)
	colors := make([]color.NRGBA, 12)
	x, y := make([]int, len(colors)), make([]int, len(colors))
	for i := range colors {
		colors[i], x[i], y[i] = c.color(), c.r.IntN(w), c.r.IntN(h)
	}
	for py := range h {
		for px := range w {
			best, second, at := 1<<30, 1<<30, 0
			for i := range colors {
				if d := (px-x[i])*(px-x[i]) + (py-y[i])*(py-y[i]); d < best {
					best, second, at = d, best, i
				} else if d < second {
					second = d
				}
			}
			if second-best > 700 {
				c.SetNRGBA(px, py, colors[at])
			} else {
				c.SetNRGBA(px, py, color.NRGBA{20, 20, 20, 255})
			}
		}
	}
	return c.NRGBA
}

func modules(n, size int, seed uint64) *image.NRGBA {
	c := newCanvas(n*size, n*size, color.White, seed)
	for i := range n * n {
		if c.r.IntN(2) == 0 {
			c.box(color.Black, i%n*size, i/n*size, size, size)
		}
	}
	return c.NRGBA
}

func shadow(w, h int, seed uint64) *image.NRGBA {
	c := newCanvas(w, h, nil, seed)
	for y := range h {
		for x := range w {
			dx, dy := max(float64(40-x), float64(x-w+40), 0), max(float64(40-y), float64(y-h+40), 0)
			a := 90 * math.Exp(-(dx*dx+dy*dy)/300)
			c.SetNRGBA(x, y, color.NRGBA{0, 0, 0, byte(a)})
		}
	}
	c.box(color.White, 36, 32, w-72, h-72)
	c.text(color.NRGBA{40, 40, 40, 255}, 60, 80, 1.8, "Delete files?")
	for i := range 4 {
		c.text(color.NRGBA{90, 90, 90, 255}, 60, 110+20*i, 1, c.line((w-120)/7))
	}
	return c.NRGBA
}

func dithered(w, h int, colors int) *image.NRGBA {
	c := newCanvas(w, h, nil, 1)
	for y := range h {
		for x := range w {
			bayer := []int{0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5}[y%4*4+x%4]
			v := (x*16*(colors-1)/w + bayer) / 16 * 255 / (colors - 1)
			u := (y*16*(colors-1)/h + bayer) / 16 * 255 / (colors - 1)
			c.SetNRGBA(x, y, color.NRGBA{byte(v), byte(u), 128, 255})
		}
	}
	return c.NRGBA
}

// drawings returns flat art of many kinds. Some pictures are scaled, as thumbnails are. Icons of Debian's package adwaita-icon-theme are
// included if it is installed.
func drawings() (all []drawing) {
	add := func(name string, img *image.NRGBA) { all = append(all, drawing{name, img}) }
	add("chart 800x600", chart(800, 600, color.White, 1))
	add("chart, transparent 640x400", chart(640, 400, nil, 2))
	add("chart, scaled 320x240", scaledTo(chart(800, 600, color.White, 1), 320, 240))
	add("pie, transparent 400x400", pie(400, 3))
	add("logo, transparent 512x256", logo(512, 256, 4, false))
	add("logo, transparent 200x200", logo(200, 200, 5, false))
	add("logo with gradients 400x400", logo(400, 400, 6, true))
	add("logo, scaled 128x64", scaledTo(logo(512, 256, 4, false), 128, 64))
	add("logo of gradients, scaled 160x160", scaledTo(logo(512, 512, 7, true), 160, 160))
	add("terminal 800x600", terminal(800, 600, 8))
	add("terminal, scaled 400x300", scaledTo(terminal(800, 600, 8), 400, 300))
	add("page 1024x768", page(1024, 768, 9))
	add("page, scaled 800x600", scaledTo(page(1024, 768, 9), 800, 600))
	add("page, scaled 200x150", scaledTo(page(1024, 768, 9), 200, 150))
	add("cartoon 600x400", cartoon(600, 400, 10))
	add("cartoon, scaled 300x200", scaledTo(cartoon(600, 400, 11), 300, 200))
	add("modules 296x296", modules(37, 8, 12))
	add("modules, scaled 200x200", scaledTo(modules(37, 8, 12), 200, 200))
	add("dialog with shadow 480x320", shadow(480, 320, 13))
	add("dithered 320x240, 4 levels", dithered(320, 240, 4))
	add("dithered 320x240, 7 levels", dithered(320, 240, 7))
	add("gradients 640x480", func() *image.NRGBA {
		c := newCanvas(640, 480, nil, 14)
		draw.Draw(c, c.Rect, ramp{c.color(), c.color(), 480}, image.Point{}, draw.Src)
		for range 6 {
			c.sector(image.NewUniform(c.color()), 640*c.r.Float64(), 480*c.r.Float64(), 60, 0, 2*math.Pi)
		}
		return c.NRGBA
	}())
	names, _ := filepath.Glob("/usr/share/icons/Adwaita/*/mimetypes/*.png")
	for i := 0; i < len(names); i += 17 {
		if img := iconPNG(names[i]); img != nil {
			add(filepath.Base(names[i])+" "+img.Rect.Size().String(), img)
		}
	}
	return all
}

func iconPNG(name string) *image.NRGBA {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return nil
	}
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}
