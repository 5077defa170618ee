package films

import (
	"image"
	"image/draw"
)

// photographs returns the films that show photographs.
func photographs(photo func(i int, size image.Point) (image.Image, error)) (all []scene, err error) {
	var large [4]*image.NRGBA
	for i := range large {
		img, err := photo(i, image.Pt(640, 480))
		if err != nil {
			return nil, err
		}
		large[i] = image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
		draw.Draw(large[i], large[i].Rect, img, img.Bounds().Min, draw.Src)
	}
	pan := func(k, step int) func(c *canvas, i int) {
		return func(c *canvas, i int) {
			draw.Draw(c.img, c.img.Rect, large[k], image.Pt(20+step*i, 40+step*i/2), draw.Src)
		}
	}
	return []scene{
		{name: "pan, error diffusion", photo: true, size: image.Pt(320, 240), frames: 15, colors: 256, dither: draw.FloydSteinberg, draw: pan(0, 4)},
		{name: "pan, ordered dither", photo: true, size: image.Pt(320, 240), frames: 15, colors: 256, dither: bayer{24}, draw: pan(1, 6)},
		{name: "pan, no dither", photo: true, size: image.Pt(320, 240), frames: 12, colors: 128, draw: pan(2, 5)},
		{name: "film, local palettes", photo: true, size: image.Pt(256, 192), frames: 12, colors: 256, local: true, dither: draw.FloydSteinberg, draw: noisy(large[3])},
		{name: "fade of photos", photo: true, size: image.Pt(256, 192), frames: 12, colors: 256, dither: bayer{16}, draw: func(c *canvas, i int) { mixed(c, large[0], large[1], float64(i)/11) }},
		{name: "slides", photo: true, size: image.Pt(320, 240), frames: 4, colors: 256, local: true, dither: draw.FloydSteinberg, delay: func(int) int { return 150 },
			draw: func(c *canvas, i int) { draw.Draw(c.img, c.img.Rect, large[i], image.Pt(100, 80), draw.Src) }},
		{name: "sprite over a photo", photo: true, size: image.Pt(320, 240), frames: 20, colors: 200, dither: bayer{16}, draw: func(c *canvas, i int) {
			draw.Draw(c.img, c.img.Rect, large[2], image.Pt(120, 100), draw.Src)
			c.ellipse(float64(30+13*i), 120, 24, 24, 0xff3366, true)
		}},
	}, nil
}

// noisy adds the noise of a camera.
func noisy(photo *image.NRGBA) func(c *canvas, i int) {
	return func(c *canvas, i int) {
		draw.Draw(c.img, c.img.Rect, photo, image.Pt(150+i, 100), draw.Src)
		for at := range c.img.Pix {
			if at%4 != 3 {
				c.img.Pix[at] = uint8(min(max(int(c.img.Pix[at])+c.random.IntN(9)-4, 0), 255))
			}
		}
	}
}

func mixed(c *canvas, a, b *image.NRGBA, part float64) {
	for y := range c.img.Rect.Dy() {
		for x := range c.img.Rect.Dx() {
			p, q, to := a.Pix[a.PixOffset(x+80, y+60):][:3], b.Pix[b.PixOffset(x+80, y+60):][:3], c.img.Pix[c.img.PixOffset(x, y):][:4]
			for i := range p {
				to[i] = uint8(float64(float64(p[i])*(1-part)) + float64(float64(q[i])*part) + 0.5)
			}
			to[3] = 255
		}
	}
}
