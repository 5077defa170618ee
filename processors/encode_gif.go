package processors

import (
	"image"
	"image/color"
	"io"

	"github.com/rest-thumbnails/thumbnail/processors/internal/gif"
)

// GIF encodes as GIF. If the picture, or the whole of an [Animation], has no more than 256 colours,
// that is lossless; otherwise it is dithered with 256 suitable ones. A pixel that is less than half
// opaque becomes transparent, others opaque. The zero value is ready to use.
//
// An animation keeps its timing and its loop count. Frames that look the same become one; of others
// only what has changed is written. The frames share a palette, unless palettes of their own are
// smaller, or scenes differ so much that they look better with one each.
type GIF struct{}

// Animates implements [Animator].
func (GIF) Animates() bool { return true }

// Encode writes img to w. It does not modify img.
func (GIF) Encode(w io.Writer, img image.Image) error {
	if moving, ok := img.(*Animation); ok {
		return gif.Encode(w, gifPalettes(moving.Frames), moving.Delays, moving.LoopCount)
	}
	return gif.Encode(w, gifPalettes([]*image.NRGBA{toNRGBA(img)}), []int{0}, -1)
}

// gifPalettes brings frames to 256 colours each, opaque or transparent.
func gifPalettes(frames []*image.NRGBA) []*image.Paletted {
	if exact := exactPalettes(frames); exact != nil {
		return exact
	}
	limit := 256
	if len(frames) > 1 || !frames[0].Opaque() {
		limit = 255 // and the transparent one
	}
	var all []*image.Paletted
	for _, s := range shots(newShot(frames, limit)) {
		d := newDitherer(s.palette, limit == 255)
		for _, img := range s.frames {
			all = append(all, d.draw(img))
		}
	}
	return all
}

// A shot is a row of frames that have a palette in common.
type shot struct {
	frames  []*image.NRGBA
	limit   int // of colours
	palette color.Palette
	lack    float64 // sum over the pixels of their squared distances from the palette
}

func newShot(frames []*image.NRGBA, limit int) shot {
	palette, lack := choosePalette(frames, limit)
	return shot{frames, limit, palette, lack}
}

// tolerable is the mean squared distance of pixels from their palette that needs no better one:
// some three levels in each sample.
const tolerable = 3 * 3 * 3

// shots cuts a shot in two where its palette is bad and those of the halves are much better, and
// these again. Where cutting gains little, frames do with one palette: each with its own would
// flicker, and be larger. (Twice the colours for the same cube would leave 0.63.)
func shots(s shot) []shot {
	n := len(s.frames)
	if n == 1 || s.lack <= tolerable*float64(n)*float64(area(s.frames[0].Rect.Size())) {
		return []shot{s}
	}
	before, after := newShot(s.frames[:n/2], s.limit), newShot(s.frames[n/2:], s.limit)
	if before.lack+after.lack > 0.8*s.lack {
		return []shot{s}
	}
	return append(shots(before), shots(after)...)
}
