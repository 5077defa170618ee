package processors

import (
	"image"
	"image/color"
	"io"

	"github.com/rest-thumbnails/thumbnail/processors/internal/gif"
)

// GIF encodes as GIF, without loss where the picture, or the whole of an [Animation], has no more than 256 colours, and else in 256
// that suit it, dithered. A pixel that is less than half opaque becomes transparent, others opaque. The zero value is ready to
// use.
//
// An animation keeps its timing and its loop count. Frames that look the same become one; of others only what has changed is
// written. All frames share a palette, but where one of their own is smaller, or scenes differ so much that they look better with one each.
type GIF struct{}

// Animates implements [Animator].
func (GIF) Animates() bool { return true }

// Encode writes img to w. It does not modify img.
func (GIF) Encode(w io.Writer, img image.Image) error {
	frames, delays, loop := []*image.NRGBA{}, []int{0}, -1
	if moving, ok := img.(*Animation); ok {
		frames, delays, loop = append(frames, moving.Frames...), moving.Delays, moving.LoopCount
	} else {
		frames = append(frames, toNRGBA(img))
	}
	for i := range frames {
		frames[i] = hardEdged(frames[i])
	}
	return gif.Encode(w, gifPalettes(frames), delays, loop)
}

// gifPalettes brings frames, whose pixels are opaque or transparent, to 256 colours each.
func gifPalettes(frames []*image.NRGBA) []*image.Paletted {
	if exact := exactPalettes(frames, 256); exact != nil {
		return exact
	}
	limit := 256
	if len(frames) > 1 || !frames[0].Opaque() {
		limit = 255 // and the transparent one
	}
	var all []*image.Paletted
	for _, s := range scenes(newScene(frames, limit)) {
		d := newDitherer(s.palette, limit == 255)
		for _, img := range s.frames {
			all = append(all, d.draw(img))
		}
	}
	return all
}

// A scene is a row of frames that have a palette in common.
type scene struct {
	frames  []*image.NRGBA
	limit   int // of colours
	palette color.Palette
	lack    float64 // sum over the pixels of their squared distances from the palette
}

func newScene(frames []*image.NRGBA, limit int) scene {
	palette, lack := choosePalette(frames, limit)
	return scene{frames, limit, palette, lack}
}

// tolerable is the mean squared distance of pixels from their palette that needs no better one: some three levels in each sample.
const tolerable = 3 * 3 * 3

// scenes cuts a scene in two where its palette is bad and those of the halves are much better, and these again. Where cutting gains
// little, frames do with one palette: each with its own would flicker, and be larger. (Twice the colours for the same cube would leave 0.63.)
func scenes(s scene) []scene {
	n := len(s.frames)
	if n == 1 || s.lack <= tolerable*float64(n)*float64(area(s.frames[0].Rect.Size())) {
		return []scene{s}
	}
	before, after := newScene(s.frames[:n/2], s.limit), newScene(s.frames[n/2:], s.limit)
	if before.lack+after.lack > 0.8*s.lack {
		return []scene{s}
	}
	return append(scenes(before), scenes(after)...)
}

// hardEdged returns img with every pixel either opaque or transparent.
func hardEdged(img *image.NRGBA) *image.NRGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewNRGBA(img.Rect)
	eachPixel(img, func(x, y int, p []byte) {
		if p[3] >= 128 {
			copy(out.Pix[y*out.Stride+4*x:], []byte{p[0], p[1], p[2], 255})
		}
	})
	return out
}
