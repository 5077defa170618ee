package processors

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"
)

// Flat art, such as diagrams, text and cartoons, consists of areas of few colors. When it is scaled,
// hundreds of others appear along their edges, which are rare, but break the runs that the compression
// of GIF lives on. So the colors of an animation of flat art are brought to those that matter, each pixel to the
// nearest one: dithering would break the runs again.

// fewColors is how many colors must cover fewShare of the pixels of flat art.
const (
	fewColors = 12
	fewShare  = 0.75
)

// flatError is the mean squared error, over the opaque pixels and the three samples, at which there are colors
// enough: 32 dB. What differs are edges.
const flatError = 255 * 255 / 1600.0

// maxFlat is how many colors flat art gets at most.
const maxFlat = 31

// A tone is one of the colors of the opaque pixels, with how often it is there, and the squared distance
// from the nearest one that was chosen.
type tone struct {
	rgb   [3]int
	votes int64 // for rgb: those of R. Boyer and J Moore, MJRTY, 1981
	n     int64
	error int64
}

func (t *tone) vote(r, g, b int) {
	if t.rgb == [3]int{r, g, b} {
		t.votes++
	} else {
		t.votes--
	}
}

// flatPalette returns the colors that matter of frames that are flat art, and nil of others.
func flatPalette(frames []*image.NRGBA) color.Palette {
	tones, pixels := tonesOf(frames)
	if pixels == 0 {
		return nil
	}
	covered := int64(0)
	for range min(fewColors, len(tones)) { // the most frequent ones come first
		most := 0
		for i := range tones {
			if tones[i].error >= 0 && (tones[most].error < 0 || tones[i].n > tones[most].n) {
				most = i
			}
		}
		covered += tones[most].n
		tones[most].error = -1
	}
	if float64(covered) < fewShare*float64(pixels) {
		return nil
	}
	for i := range tones {
		tones[i].error = 3 * 255 * 255
	}
	var palette color.Palette
	for len(palette) < maxFlat {
		worst, sum := 0, int64(0)
		for i := range tones {
			sum += tones[i].error * tones[i].n
			if tones[i].error*tones[i].n > tones[worst].error*tones[worst].n {
				worst = i
			}
		}
		if float64(sum) <= 3*flatError*float64(pixels) || tones[worst].error == 0 {
			break
		}
		c := tones[worst].rgb
		palette = append(palette, color.NRGBA{byte(c[0]), byte(c[1]), byte(c[2]), 255})
		for i := range tones {
			d := int64(0)
			for j, v := range tones[i].rgb {
				d += int64((v - c[j]) * (v - c[j]))
			}
			tones[i].error = min(tones[i].error, d)
		}
	}
	return palette
}

// tonesOf counts the colors of the opaque pixels. Those that agree in the upper five bits of each sample
// are one, which looks like the one that has the majority, if any has.
func tonesOf(frames []*image.NRGBA) (tones []tone, pixels int64) {
	var places [1 << 15]int32
	for _, img := range frames {
		for y := range img.Rect.Dy() {
			row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
			for ; len(row) >= 4; row = row[4:] {
				p := binary.LittleEndian.Uint32(row)
				if p>>24 < opaqueFrom {
					continue
				}
				r, g, b := int(p&255), int(p>>8&255), int(p>>16&255)
				place := &places[binOf(r, g, b)]
				if *place == 0 {
					tones = append(tones, tone{rgb: [3]int{r, g, b}})
					*place = int32(len(tones))
				}
				t := &tones[*place-1]
				t.n++
				pixels++
				if t.vote(r, g, b); t.votes == 0 {
					t.rgb, t.votes = [3]int{r, g, b}, 1
				}
			}
		}
	}
	return tones, pixels
}

// flat returns frames in the colors that matter, if they are flat art of more colors than can stay.
func (g *gifWriter) flat(frames []*image.NRGBA) []*image.Paletted {
	if !g.moving || !g.scaled || countColors(frames) <= exactFlat {
		return nil
	}
	palette := flatPalette(frames)
	if palette == nil {
		return nil
	}
	return undithered(g.ctx, frames, palette)
}

// exactFlat is how many colors of flat art are kept as they are.
const exactFlat = 64

// countColors returns the number of colors, or one more than exactFlat.
func countColors(frames []*image.NRGBA) int {
	known := map[uint32]bool{}
	for _, img := range frames {
		last := uint32(0)
		for y := range img.Rect.Dy() {
			row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
			for ; len(row) >= 4; row = row[4:] {
				p := binary.LittleEndian.Uint32(row)
				if p == last || p>>24 < opaqueFrom {
					continue
				}
				if last = p; !known[p|255<<24] {
					if known[p|255<<24] = true; len(known) > exactFlat {
						return len(known)
					}
				}
			}
		}
	}
	return len(known)
}

// undithered draws each pixel in the nearest color of a palette, behind which comes the transparent one.
func undithered(ctx context.Context, frames []*image.NRGBA, palette color.Palette) (out []*image.Paletted) {
	near := newNearest(palette)
	all := append(palette[:len(palette):len(palette)], color.NRGBA{})
	for _, img := range frames {
		m := image.NewPaletted(img.Rect, all)
		eachPixel(ctx, img, func(x, y int, p []byte) {
			index := len(palette)
			if p[3] >= opaqueFrom {
				index = near.index([3]int{int(p[0]), int(p[1]), int(p[2])})
			}
			m.Pix[y*m.Stride+x] = byte(index)
		})
		out = append(out, m)
	}
	return out
}
