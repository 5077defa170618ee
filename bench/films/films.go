// Package films draws animated GIFs of typical kinds, for comparisons of encoders: cartoons, screen
// recordings, moving photos, sprites and loading indicators, with all structures that a GIF can have.
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
	Interlaced bool // the file should be interlaced; image/gif can't write that
	File       []byte
}

// scene describes how a film is drawn.
type scene struct {
	name       string
	photo      bool
	interlaced bool
	size       image.Point
	frames     int
	colors     int
	dither     draw.Drawer // nil: the nearest color
	local      bool        // a palette for each frame
	whole      bool        // the file has whole frames, not only their changed parts
	disposal   byte
	delay      func(i int) int
	draw       func(c *canvas, i int)
}

// All draws all films. photo returns a photograph of the requested size, for films that show photographs.
func All(photo func(i int, size image.Point) (image.Image, error)) (all []Film, err error) {
	shown, err := photographs(photo)
	if err != nil {
		return nil, err
	}
	return files(append(append(drawings(), recordings()...), shown...))
}

// Drawn draws the films that show no photographs.
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

// changed returns the part of a frame that differs from the previous frame.
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

// clearTransparent sets transparent pixels to the last color of the palette, which is transparent.
func clearTransparent(p *image.Paletted, img *image.NRGBA) {
	for i := range p.Pix {
		if img.Pix[4*i+3] < 128 {
			p.Pix[i] = uint8(len(p.Palette) - 1)
		}
	}
}

// paletteOf returns a palette of at most n colors for frames: their own colors, or the colors of a median
// cut if there are more. If the frames have transparent pixels, the last color is transparent.
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
