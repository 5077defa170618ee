// Package films draws animated GIFs of the kinds that people have, for comparisons of encoders: cartoons,
// screen recordings, photos that move, sprites, loaders, and all that a GIF can have in its structure.
package films

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"math/rand/v2"
)

// A Film is an animation.
type Film struct {
	Name       string
	Photo      bool // it shows photographs
	Interlaced bool // the file should be; image/gif does not write that
	File       []byte
}

// scene is how a film is drawn.
type scene struct {
	name       string
	photo      bool
	interlaced bool
	size       image.Point
	frames     int
	colors     int
	dither     draw.Drawer // nil: the nearest color
	local      bool        // a palette for each frame
	whole      bool        // frames are written whole, not by what has changed
	disposal   byte
	delay      func(i int) int
	draw       func(c *canvas, i int)
}

// All draws all films. Those that show photographs take them from photo, which returns one of that size.
func All(photo func(i int, size image.Point) (image.Image, error)) (all []Film, err error) {
	shown, err := photographs(photo)
	if err != nil {
		return nil, err
	}
	return files(append(append(drawings(), recordings()...), shown...))
}

// Drawn draws those without photographs.
func Drawn() ([]Film, error) { return files(append(drawings(), recordings()...)) }

func files(scenes []scene) (all []Film, err error) {
	for _, s := range scenes {
		file, err := s.file()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		all = append(all, Film{Name: s.name, Photo: s.photo, Interlaced: s.interlaced, File: file})
	}
	return all, nil
}

// file draws the frames and writes the film.
func (s *scene) file() ([]byte, error) {
	var frames []*image.NRGBA
	for i := range s.frames {
		c := newCanvas(s.size, uint64(i))
		s.draw(c, i)
		frames = append(frames, c.img)
	}
	g := &gif.GIF{Config: image.Config{Width: s.size.X, Height: s.size.Y}}
	global := paletteOf(frames, s.colors)
	if !s.local {
		g.Config.ColorModel = global
	}
	var last *image.Paletted
	for i, img := range frames {
		palette := global
		if s.local {
			palette = paletteOf(frames[i:i+1], s.colors)
		}
		whole := image.NewPaletted(img.Rect, palette)
		s.drawer().Draw(whole, whole.Rect, img, image.Point{})
		clearTransparent(whole, img)
		frame := whole
		if last != nil && !s.local && !s.whole && s.disposal <= gif.DisposalNone {
			frame = changed(whole, last)
		}
		last = whole
		delay := 8
		if s.delay != nil {
			delay = s.delay(i)
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, frame), append(g.Delay, delay), append(g.Disposal, s.disposal)
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, g)
	return b.Bytes(), err
}

func (s *scene) drawer() draw.Drawer {
	if s.dither == nil {
		return draw.Src
	}
	return s.dither
}

// changed is the part of a frame that differs from the one before.
func changed(now, before *image.Paletted) *image.Paletted {
	var r image.Rectangle
	for y := range now.Rect.Dy() {
		for x := range now.Rect.Dx() {
			if now.ColorIndexAt(x, y) != before.ColorIndexAt(x, y) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if r.Empty() {
		r = image.Rect(0, 0, 1, 1)
	}
	return now.SubImage(r).(*image.Paletted)
}

// clearTransparent gives pixels that are transparent the last color, which is transparent.
func clearTransparent(p *image.Paletted, img *image.NRGBA) {
	for i := range p.Pix {
		if img.Pix[4*i+3] < 128 {
			p.Pix[i] = uint8(len(p.Palette) - 1)
		}
	}
}

// paletteOf returns a palette for frames: their colors, if those are few enough, or means of boxes that are cut at the
// median of their longest side. The last one is transparent if there are transparent pixels.
func paletteOf(frames []*image.NRGBA, n int) color.Palette {
	random := rand.New(rand.NewPCG(1, 2))
	count := map[[3]uint8]int{}
	transparent := false
	step := max(1, len(frames)*len(frames[0].Pix)/4_000_000)
	for _, img := range frames {
		for i := 4 * random.IntN(step); i < len(img.Pix); i += 4 * step {
			if img.Pix[i+3] < 128 {
				transparent = true
				continue
			}
			count[[3]uint8(img.Pix[i:])]++
		}
	}
	if transparent {
		n--
	}
	palette := cut(count, n)
	if transparent {
		palette = append(palette, color.NRGBA{})
	}
	return palette
}
