package films

import (
	"image"
	"image/color"
	"math"
)

// drawings returns the films of flat art.
func drawings() []scene {
	return []scene{
		{name: "cartoon", size: image.Pt(320, 240), frames: 24, colors: 16, draw: func(c *canvas, i int) { cartoon(c, i, false) }},
		{name: "cartoon, smooth edges", size: image.Pt(360, 270), frames: 24, colors: 64, draw: func(c *canvas, i int) { cartoon(c, i, true) }},
		{name: "cartoon, interlaced", interlaced: true, size: image.Pt(300, 200), frames: 12, colors: 32, whole: true, draw: func(c *canvas, i int) { cartoon(c, 2*i, true) }},
		{name: "cartoon, local palettes", size: image.Pt(320, 240), frames: 12, colors: 32, local: true, draw: func(c *canvas, i int) { cartoon(c, 2*i, true) }},
		{name: "gradients", size: image.Pt(320, 200), frames: 20, colors: 128, draw: sunset},
		{name: "gradients, dithered", size: image.Pt(320, 200), frames: 20, colors: 64, dither: bayer{12}, draw: sunset},
		{name: "spinner", size: image.Pt(64, 64), frames: 60, colors: 32, disposal: 2, delay: func(int) int { return 3 }, draw: spinner},
		{name: "loading bar", size: image.Pt(220, 19), frames: 16, colors: 8, draw: loader},
		{name: "banner of two frames", size: image.Pt(468, 60), frames: 2, colors: 64, delay: func(i int) int { return 70 + 30*i }, draw: banner},
		{name: "sprites, background", size: image.Pt(240, 180), frames: 20, colors: 64, disposal: 2, draw: func(c *canvas, i int) { sprites(c, i, true) }},
		{name: "sprites, previous", size: image.Pt(240, 180), frames: 20, colors: 24, disposal: 3, draw: func(c *canvas, i int) { sprites(c, i, false) }},
		{name: "tiles", size: image.Pt(320, 224), frames: 32, colors: 24, draw: tiles},
		{name: "black and white", size: image.Pt(300, 300), frames: 18, colors: 2, draw: wheel},
		{name: "fade", size: image.Pt(240, 240), frames: 24, colors: 128, delay: func(i int) int { return []int{0, 1, 2, 5, 100}[i%5] }, draw: fade},
	}
}

func cartoon(c *canvas, i int, smooth bool) {
	t := float64(i) / 24 * 2 * math.Pi
	w, h := float64(c.img.Rect.Dx()), float64(c.img.Rect.Dy())
	c.background(0x8fd3f4)
	c.fill(0, int(h*0.7), int(w), int(h), 0x6abf4b)
	c.ellipse(w*0.85, h*0.18, 26, 26, 0xffd93b, smooth)
	for k := range 3 {
		x := math.Mod(float64(float64(k)*w*0.4)+float64(i*4), w+80) - 40
		c.ellipse(x, h*0.2+float64(k*12), 34, 12, 0xffffff, smooth)
		c.ellipse(x+18, h*0.17+float64(k*12), 20, 13, 0xffffff, smooth)
	}
	x, y := w*0.5+float64(60*math.Sin(t)), h*0.58-math.Abs(float64(30*math.Sin(2*t)))
	c.ellipse(x, h*0.86, 44, 8, 0x57a33c, smooth)
	c.ellipse(x, y, 48, 56, 0x222222, smooth)
	c.ellipse(x, y, 45, 53, 0xe8553a, smooth)
	c.ellipse(x-16, y-14, 13, 16, 0xffffff, smooth)
	c.ellipse(x+16, y-14, 13, 16, 0xffffff, smooth)
	c.ellipse(x-14+float64(4*math.Cos(t)), y-12, 5, 7, 0x222222, smooth)
	c.ellipse(x+18+float64(4*math.Cos(t)), y-12, 5, 7, 0x222222, smooth)
	c.ellipse(x, y+22, 18, 6+math.Abs(float64(6*math.Sin(t))), 0x7a1f1f, smooth)
}

func sunset(c *canvas, i int) {
	w, h := c.img.Rect.Dx(), c.img.Rect.Dy()
	for y := range h {
		f := float64(y) / float64(h)
		v := uint32(20+float64(200*f))<<16 | uint32(40+float64(80*f))<<8 | uint32(120-float64(60*f))
		c.fill(0, y, w, 1, v)
	}
	c.ellipse(float64(w)/2, 60+float64(i)*5, 34, 34, 0xffe08a, true)
	c.fill(0, h*3/4, w, h, 0x101830)
}

func spinner(c *canvas, i int) {
	for k := range 12 {
		a := float64(k) / 12 * 2 * math.Pi
		age := (i/5 - k + 24) % 12
		v := uint32(60 + 14*age)
		c.line(32+float64(14*math.Cos(a)), 32+float64(14*math.Sin(a)), 32+float64(26*math.Cos(a)), 32+float64(26*math.Sin(a)), 5, v<<16|v<<8|(v+20))
	}
}

func loader(c *canvas, i int) {
	c.background(0xffffff)
	c.fill(0, 0, 220, 19, 0x99aabb)
	c.fill(1, 1, 218, 17, 0xe8eef4)
	for x := range 218 {
		if (x+i)%16 < 8 {
			c.fill(1+x, 3, 1, 13, 0x3b82f6)
		} else {
			c.fill(1+x, 3, 1, 13, 0x60a5fa)
		}
	}
}

func banner(c *canvas, i int) {
	c.background([]uint32{0xd02020, 0x2030c0}[i])
	c.text(14, 12, words(uint64(i), 18), 3, 0xffffff, false)
	c.text(14.3, 38.4, words(uint64(i+9), 34), 1.7, 0xffee66, true)
	c.ellipse(430, 30, 24, 24, []uint32{0xffee66, 0xffffff}[i], true)
}

func sprites(c *canvas, i int, smooth bool) {
	for k := range 5 {
		t := float64(i)/20*2*math.Pi + float64(k)
		x, y := 120+float64(80*math.Cos(t)), 90+float64(55*math.Sin(t*2))
		c.ellipse(x, y, 20, 20, []uint32{0xff5577, 0x44bb66, 0x4477dd, 0xffbb33, 0x9955cc}[k], smooth)
		c.ellipse(x-6, y-6, 6, 6, 0xffffff, smooth)
	}
}

func tiles(c *canvas, i int) {
	colors := []uint32{0x5c94fc, 0x5c94fc, 0x00a800, 0xc84c0c, 0x80d010, 0xfcbcb0}
	for ty := range 15 {
		for tx := range 41 {
			x, kind := tx*16-(i*3)%16, 0
			column := tx + i*3/16
			if ty >= 12 {
				kind = 3
			} else if (column*7+column*column)%11 < 3 && ty > 8 {
				kind = 2 + column%3
			}
			c.fill(x, ty*16, 16, 16, colors[kind])
			if kind > 1 {
				c.fill(x, ty*16, 16, 1, colors[5])
				c.fill(x+(column*5)%12, ty*16+4, 3, 3, 0x000000)
				c.fill(x+9, ty*16+10, 5, 2, 0xf8f8f8)
			}
		}
	}
	y := 176 - int(math.Abs(float64(40*math.Sin(float64(i)/5))))
	c.fill(100, y, 12, 8, 0xf83800)
	c.fill(98, y+8, 16, 8, 0xfca044)
	c.fill(102, y+2, 3, 3, 0xffffff)
}

func wheel(c *canvas, i int) {
	for y := range 300 {
		for x := range 300 {
			dx, dy := float64(x-150), float64(y-150)
			r, a := math.Hypot(dx, dy), math.Atan2(dy, dx)+float64(i)/18*2*math.Pi/12
			v := uint8(255)
			if r < 140 && (r > 134 || r < 20 || math.Mod(a+20*math.Pi, math.Pi/6) < 0.08) {
				v = 0
			}
			c.img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
}

func fade(c *canvas, i int) {
	c.background(0xffffff)
	c.ellipse(120, 100, 70, 70, 0x2266cc, true)
	c.text(36, 190, words(3, 9), 3, 0x222222, false)
	part := 1 - float64(i)/23
	for at := range c.img.Pix {
		if at%4 != 3 {
			c.img.Pix[at] = uint8(float64(c.img.Pix[at]) * part)
		}
	}
}
