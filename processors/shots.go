package processors

import (
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// A shot is a sequence of frames that share a palette.
type shot struct {
	frames  []*image.NRGBA
	limit   int // maximum number of colors
	palette *quantize.Palette
	plain   bool    // flat art, which is not dithered, because dithering would break the runs that compression depends on
	sum     float64 // sum of the squared distances of the pixels from the palette
	pixels  float64
}

// counted returns the colors of the opaque pixels. The account is charged for the Histogram until release is called.
func (g *gifWriter) counted(frames []*image.NRGBA) (h *quantize.Histogram, release func(), err error) {
	n := int64(len(frames)) * area(frames[0].Rect.Size())
	if err := g.take(quantize.Bytes(n)); err != nil {
		return nil, nil, err
	}
	h = quantize.NewHistogram(n, true)
	for _, img := range frames {
		h.Add(g.ctx, img)
	}
	return h, func() { g.give(quantize.Bytes(n)) }, g.ctx.Err()
}

// newShot chooses the palette. Scaled flat art gets only as many colors as it needs to look the same. Hundreds
// of other colors along its edges are dropped, which is invisible.
func (g *gifWriter) newShot(frames []*image.NRGBA) (s shot, err error) {
	if g.recipe.palette != nil {
		return shot{frames: frames, limit: g.limit(frames), plain: true, palette: g.recipe.palette}, nil
	}
	h, release, err := g.counted(frames)
	if err != nil {
		return s, err
	}
	defer release()
	flat := h.Share(flatColors) >= flatShare
	s = shot{frames: frames, limit: g.limit(frames), plain: flat || g.original.Exceeded > 0, pixels: float64(h.Pixels())}
	s.palette = h.Choose(g.ctx, s.limit)
	if s.plain && g.scaled {
		most, missed := g.largestErrors(flat)
		for n := 3; n < s.limit && g.ctx.Err() == nil; n += 1 + n/8 {
			if p := h.Choose(g.ctx, n); p.Error <= most && p.Missed <= missed {
				s.palette = p
				break
			}
		}
	}
	s.sum = s.palette.Error * s.palette.Error * s.pixels
	return s, g.ctx.Err()
}

// movingError and movingMissed are the largest errors at which animated flat art looks the same. For a still picture,
// sameError and sameMissed apply.
const (
	movingError  = 0.023
	movingMissed = 0.042
)

// largestErrors returns the largest errors allowed for a palette of a scaled picture that is not dithered.
func (g *gifWriter) largestErrors(flat bool) (most, missed float64) {
	most, missed = sameError, sameMissed
	if g.moving {
		most, missed = movingError, movingMissed
	}
	more := 1 + g.original.excess()
	if flat {
		more += g.original.excess() // a few colors of edges take many bytes
	}
	return more * most, more * missed
}

// tolerable is the error below which a palette needs no improvement: about three levels per sample.
const tolerable = 0.012

// muchBetter is the ratio to which a separate palette must reduce the squared error. Twice as many colors in
// the same cube would give a ratio of 0.63.
const muchBetter = 0.8

// shots splits a shot in two if its palette is bad and the palettes of the halves are much better, and then
// splits the halves in the same way. If splitting gains little, the frames share one palette: separate
// palettes would flicker and make the file larger.
func (g *gifWriter) shots(s shot) ([]shot, error) {
	n := len(s.frames)
	if n == 1 || s.plain && g.scaled || s.palette.Error <= tolerable {
		return []shot{s}, nil
	}
	before, err := g.newShot(s.frames[:n/2])
	if err != nil {
		return nil, err
	}
	after, err := g.newShot(s.frames[n/2:])
	if err != nil || before.sum+after.sum > muchBetter*s.sum {
		return []shot{s}, err
	}
	first, err := g.shots(before)
	if err != nil {
		return nil, err
	}
	second, err := g.shots(after)
	return append(first, second...), err
}

// begin prepares the ditherer for a shot. It keeps the ditherer of the previous shot if its palette is
// about as good.
func (g *gifWriter) begin(s shot) error {
	if g.ditherer != nil && g.ditherer.Plain == s.plain {
		h, release, err := g.counted(s.frames)
		if err != nil {
			return err
		}
		e := h.ErrorOf(g.ditherer.Palette)
		release()
		if s.sum >= muchBetter*e*e*s.pixels {
			return nil
		}
	}
	if g.ditherer == nil { // the next ditherer reuses the memory of this one
		pixels := area(s.frames[0].Rect.Size())
		if g.single {
			pixels = 0
		}
		if err := g.take(quantize.DithererBytes(pixels)); err != nil {
			return err
		}
	}
	g.ditherer = &quantize.Ditherer{Palette: s.palette, Transparent: uint8(len(s.palette.Colors)), Plain: s.plain, Calm: g.scaled, Calmer: g.recipe.calmer, Curve: g.recipe.curve, Single: g.single}
	g.palette, g.arranged = make(color.Palette, 0, 256), nil
	for _, c := range s.palette.Colors {
		g.palette = append(g.palette, c)
	}
	if s.limit < 256 {
		g.palette = append(g.palette, color.NRGBA{})
	}
	return nil
}

// paint returns a frame in the palette that begin has chosen.
func (g *gifWriter) paint(img *image.NRGBA) *image.Paletted {
	out := image.NewPaletted(img.Rect, g.palette)
	g.ditherer.Draw(g.ctx, out, img)
	return out
}
