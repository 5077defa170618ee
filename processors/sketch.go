package processors

import (
	"image"
	"image/color"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// A sketch is a sample of an animation: bands of rows of the first frame and of some pairs of consecutive frames. The sketch
// encodes the first frame of the animation, and the second frame of each pair. The first frame of a pair is not encoded; it only
// sets the screen for the second frame. A sketch estimates the bytes and the visible error of the animation in a palette, at a
// fraction of the cost of encoding it.
type sketch struct {
	writer *gifWriter
	frames []*image.NRGBA
	skip   []bool  // by frame: the frame is only drawn on the screen
	every  int     // every n-th encoded frame is compared with the original frame
	part   float64 // the fraction of the frames' detail that the sample has
}

const (
	sketchAll    = 6       // an animation with at most this number of frames is sampled completely
	sketchPairs  = 5       // the minimum number of pairs
	sketchPart   = 6       // the number of pairs is at least the number of frames divided by sketchPart
	sketchLooks  = 3       // the approximate number of frames that are compared
	sketchPixels = 1 << 16 // if an animation has at most this number of pixels, its sample has whole frames
)

// newSketch takes the sample. Its memory is taken from the account until g gives it back. The distances between pairs are
// irregular, because the frames may be periodic.
func newSketch(g *gifWriter) (*sketch, error) {
	n := len(g.held)
	encoded := make([]bool, n)
	encoded[0] = true
	if n <= sketchAll {
		for i := range encoded {
			encoded[i] = true
		}
	} else {
		for i := range max(n/sketchPart, sketchPairs) {
			_, part := math.Modf(float64((float64(i) + 0.5) * math.Phi))
			encoded[1+int(part*float64(n-1))] = true
		}
	}
	s := &sketch{writer: g, part: 1}
	count, whole, part := 0, 0, 0
	for i, f := range g.held {
		if !encoded[i] && (i+1 == n || !encoded[i+1]) {
			continue
		}
		img, err := s.sample(f.Image, &whole, &part)
		if err != nil {
			return nil, err
		}
		s.frames, s.skip = append(s.frames, img), append(s.skip, !encoded[i])
		if encoded[i] {
			count++
		}
	}
	s.every = (count + sketchLooks - 1) / sketchLooks
	if whole > 0 {
		s.part = float64(part) / float64(whole)
	}
	return s, nil
}

// sample returns a small frame unchanged. From a larger frame it takes four bands, which have half of the rows. It adds the detail of
// the frame and of the bands to whole and part.
func (s *sketch) sample(img *image.NRGBA, whole, part *int) (*image.NRGBA, error) {
	const bands = 4
	w, h := img.Rect.Dx(), img.Rect.Dy()
	rows := h / (2 * bands)
	if rows < 8 || int64(len(s.writer.held))*int64(w*h) <= sketchPixels {
		return img, nil
	}
	if err := s.writer.take(int64(4 * bands * rows * w)); err != nil {
		return nil, err
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, bands*rows))
	for y := range bands * rows {
		from := y + (y/rows)*rows + rows/2
		copy(out.Pix[y*out.Stride:], img.Pix[from*img.Stride:][:4*w])
	}
	*whole += detail(img)
	*part += detail(out)
	return out, nil
}

// detail measures how many bytes a picture needs, in an arbitrary unit: pixels of the color of their left neighbor need few.
func detail(img *image.NRGBA) (sum int) {
	const change = 16
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		sum += len(row) / 4
		for last := row; len(row) >= 4; last, row = row, row[4:] {
			if [4]byte(row) != [4]byte(last) {
				sum += change
			}
		}
	}
	return sum
}

// A trial is an estimate of the animation by a recipe.
type trial struct {
	recipe
	bytes int

	degradation float64 // visible error, in approximate points of SSIMULACRA 2
	hue         float64 // the largest loss of a hue: see quantize.Hues
}

// try estimates the bytes and the degradation of the animation in a palette. It gives back all memory that it takes, so it searches a
// copy of the palette: a palette remembers what it has found.
func (s *sketch) try(r recipe, palette *quantize.Palette, plain bool) (*trial, error) {
	g, size := s.writer, s.frames[0].Rect.Size()
	taken := g.taken
	defer func() { g.give(g.taken - taken) }()
	n := area(size)
	if err := g.take(quantize.DithererBytes(n) + planesBytes(n) + n*int64(len(s.frames))); err != nil {
		return nil, err
	}
	palette = quantize.NewPalette(palette.Colors)
	out, err := gif.NewEncoder(g.ctx, size)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	seen := newErrors(s.frames, s.compared())
	out.Quick, out.Loss, out.Slack, out.Watch = true, r.loss, r.slack, seen.add
	ditherer := quantize.Ditherer{Palette: palette, Transparent: uint8(len(palette.Colors)), Plain: plain, Calm: true, Calmer: r.calmer, Curve: r.curve}
	colors := paletteWithTransparent(palette)
	painted := make([]*image.Paletted, len(s.frames))
	for i, img := range s.frames {
		painted[i] = image.NewPaletted(img.Rect, colors)
		ditherer.Draw(g.ctx, painted[i], img)
	}
	order := newArrangement(g.ctx, colors, painted)
	for i, img := range painted {
		order.apply(g.ctx, img)
		switch {
		case s.skip[i]:
			err = out.Skip(img)
		case plain:
			err = out.AddFrom(img, s.frames[i], 0)
		default:
			err = out.Add(img, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	t := &trial{recipe: r}
	t.bytes, err = out.Estimate(len(g.held), s.part)
	t.degradation, t.hue = seen.degradation(), seen.hue()
	return t, err
}

// compared reports which encoded frames are compared with the original frames.
func (s *sketch) compared() []bool {
	compared, encoded := make([]bool, len(s.frames)), 0
	for i := range compared {
		if !s.skip[i] {
			compared[i] = encoded%s.every == 0
			encoded++
		}
	}
	return compared
}

// paletteWithTransparent returns the colors of a palette and the transparent one.
func paletteWithTransparent(p *quantize.Palette) color.Palette {
	colors := make(color.Palette, 0, 256) // with full capacity, because gif.Encoder requires that it is never reallocated
	for _, c := range p.Colors {
		colors = append(colors, c)
	}
	return append(colors, color.NRGBA{})
}
