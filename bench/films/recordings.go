package films

import (
	"image"
	"math"
)

// recordings returns screen recordings.
func recordings() []scene {
	return []scene{
		{name: "window", size: image.Pt(640, 400), frames: 40, colors: 64, draw: func(c *canvas, i int) { window(c, i, true) }},
		{name: "window, sharp text", size: image.Pt(480, 320), frames: 30, colors: 32, draw: func(c *canvas, i int) { window(c, i, false) }},
		{name: "window, whole frames", size: image.Pt(480, 320), frames: 12, colors: 256, whole: true, draw: func(c *canvas, i int) { window(c, 3*i, true) }},
		{name: "terminal", size: image.Pt(560, 336), frames: 50, colors: 16, draw: func(c *canvas, i int) { terminal(c, i, false) }},
		{name: "terminal, smooth text", size: image.Pt(560, 336), frames: 30, colors: 48, draw: func(c *canvas, i int) { terminal(c, i, true) }},
		{name: "scrolling text", size: image.Pt(320, 240), frames: 30, colors: 4, draw: func(c *canvas, i int) { scroll(c, i, false) }},
		{name: "scrolling text, smooth", size: image.Pt(320, 240), frames: 20, colors: 32, draw: func(c *canvas, i int) { scroll(c, i, true) }},
		{name: "chart", size: image.Pt(400, 300), frames: 30, colors: 32, delay: func(i int) int { return 4 + i/29*200 }, draw: chart},
	}
}

func window(c *canvas, i int, smooth bool) {
	w, h := c.img.Rect.Dx(), c.img.Rect.Dy()
	c.background(0x35506b)
	c.fill(30, 24, w-60, h-48, 0xf5f6f7)
	c.fill(30, 24, w-60, 24, 0xd9dde2)
	for k, v := range []uint32{0xff5f57, 0xfebc2e, 0x28c840} {
		c.ellipse(float64(44+18*k), 36, 6, 6, v, true)
	}
	c.fill(30, 48, 110, h-72, 0xe9edf1)
	size := 1.0
	if smooth {
		size = 1.3
	}
	for k := range 8 {
		if k == i/6 {
			c.fill(34, 56+22*k, 102, 18, 0x3b82f6)
		}
		c.text(42, float64(60+22*k), words(uint64(k), 10), size, 0x333c48, smooth)
	}
	typed := words(uint64(90+i/12), 400)[:min(i%12*14+20, 400)]
	for row := 0; len(typed) > 0; row++ {
		n := min(len(typed), (w-200)/8)
		c.text(156, float64(62+16*row), typed[:n], size, 0x1f2933, smooth)
		typed = typed[n:]
	}
	c.fill(156, h-70, 90, 26, 0x22a06b)
	c.text(166, float64(h-62), "save it", size, 0xffffff, smooth)
	x, y := 200+float64(120*math.Sin(float64(i)/7)), 150+float64(80*math.Cos(float64(i)/9))
	for k := range 12 {
		c.fill(int(x), int(y)+k, k*2/3+1, 1, 0x000000)
	}
}

func terminal(c *canvas, i int, smooth bool) {
	c.background(0x1e1e2e)
	size := 1.0
	if smooth {
		size = 1.4
	}
	height := int(11 * size)
	rows := 336/height - 1
	lines := 3 + i
	for row := range min(rows, lines) {
		line := row + max(0, lines-rows)
		n := 12 + line*29%50
		if line == lines-1 {
			n = min(n, i%7*8+4)
		}
		c.text(6, float64(6+row*height), "> ", size, 0xa6e3a1, smooth)
		c.text(6+float64(12*size), float64(6+row*height), words(uint64(line), n), size, []uint32{0xcdd6f4, 0xcdd6f4, 0xf38ba8, 0x89b4fa, 0xf9e2af}[line%5], smooth)
	}
}

func scroll(c *canvas, i int, smooth bool) {
	c.background(0xffffff)
	size, step := 2.0, 3.0
	if smooth {
		size, step = 1.6, 2.5
	}
	for row := range 40 {
		y := float64(row)*size*10 - float64(i)*step
		if y > -20 && y < 240 {
			c.text(10, y, words(uint64(row), 25), size, 0x202020, smooth)
		}
	}
}

func chart(c *canvas, i int) {
	c.background(0xffffff)
	for k := range 6 {
		c.fill(40, 30+44*k, 340, 1, 0xdddddd)
		c.text(8, float64(26+44*k), words(uint64(k), 4), 1, 0x666666, false)
	}
	for s, v := range []uint32{0xe4572e, 0x17bebb, 0x76b041} {
		for k := range i {
			at := func(k int) float64 { return 150 + float64(60*math.Sin(float64(k)/4+float64(s)*2)) + float64(s*20) }
			c.line(40+float64(k)*11.5, at(k), 40+float64(k+1)*11.5, at(k+1), 2.2, v)
		}
	}
}
