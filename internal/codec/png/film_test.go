package png

import (
	"bytes"
	"compress/flate"
	"image"
	"image/color"
	stdpng "image/png"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A film describes an APNG that the tests write.
type film struct {
	header pictureHeader
	hidden bool // the default image is not a frame
	frames []shot
	plays  uint32
}

type shot struct {
	rect           image.Rectangle
	num, den       uint16
	dispose, blend byte
	pix            []byte // rows of the file, without filters
}

func (f *film) chunks(rng *rand.Rand) []part {
	h := f.header
	ihdr := []byte{0, 0, 0, byte(h.Width), 0, 0, 0, byte(h.Height), byte(h.Depth), byte(h.Color), 0, 0, boolByte(h.Interlaced)}
	parts := []part{{"IHDR", string(ihdr)}, {"acTL", numbers(uint32(len(f.frames)), f.plays)}}
	sequence := uint32(0)
	number := func() string { sequence++; return numbers(sequence - 1) }
	if f.hidden {
		parts = append(parts, part{"IDAT", string(f.packed(shot{rect: image.Rect(0, 0, h.Width, h.Height), pix: f.random(rng, image.Rect(0, 0, h.Width, h.Height))}))})
	}
	for i, s := range f.frames {
		control := numbers(uint32(s.rect.Dx()), uint32(s.rect.Dy()), uint32(s.rect.Min.X), uint32(s.rect.Min.Y))
		control += string([]byte{byte(s.num >> 8), byte(s.num), byte(s.den >> 8), byte(s.den), s.dispose, s.blend})
		parts = append(parts, part{"fcTL", number() + control})
		for z := f.packed(s); len(z) > 0; {
			n := min(len(z), 1+rng.IntN(200))
			if i == 0 && !f.hidden {
				parts = append(parts, part{"IDAT", string(z[:n])})
			} else {
				parts = append(parts, part{"fdAT", number() + string(z[:n])})
			}
			z = z[n:]
		}
	}
	return append(parts, end)
}

func boolByte(b bool) byte { return byte(boolInt(b)) }

// random returns rows of random pixels for a frame. Many of them are opaque or transparent.
func (f *film) random(rng *rand.Rand, r image.Rectangle) []byte {
	h := f.header
	p := make([]byte, h.rowBytes(r.Dx())*r.Dy())
	for i := range p {
		p[i] = byte(rng.Uint32())
		if n := 4 * h.Depth / 8; h.Color == colorRGBA && i%n >= n-h.Depth/8 && rng.IntN(3) > 0 {
			p[i] = byte(rng.IntN(2) * 255)
		}
	}
	return p
}

func (f *film) packed(s shot) []byte {
	var raw []byte
	h := f.header
	n := h.rowBytes(s.rect.Dx())
	if !h.Interlaced {
		for y := range s.rect.Dy() {
			raw = append(append(raw, 0), s.pix[y*n:][:n]...)
		}
		return deflated(raw, flate.DefaultCompression)
	}
	pixel := h.pixelBytes()
	for _, p := range adam7 {
		for y := p.y; y < s.rect.Dy() && p.x < s.rect.Dx(); y += p.dy {
			raw = append(raw, 0)
			for x := p.x; x < s.rect.Dx(); x += p.dx {
				raw = append(raw, s.pix[y*n+x*pixel:][:pixel]...)
			}
		}
	}
	return deflated(raw, flate.DefaultCompression)
}

// compose draws the frames exactly as 13.16 describes, in floating point.
func (f *film) compose(t *testing.T) (frames []*image.NRGBA) {
	canvas := image.NewNRGBA(image.Rect(0, 0, f.header.Width, f.header.Height))
	for i, s := range f.frames {
		still := film{header: f.header, frames: []shot{s}}
		still.header.Width, still.header.Height = s.rect.Dx(), s.rect.Dy()
		whole := still.chunks(rand.New(rand.NewPCG(0, 0)))
		whole = append(whole[:1], whole[3:]...) // without acTL and fcTL
		img, err := stdpng.Decode(bytes.NewReader(fileOf(whole...)))
		require.NoError(t, err)
		before := bytes.Clone(canvas.Pix)
		for y := range s.rect.Dy() {
			for x := range s.rect.Dx() {
				src := color.NRGBA64Model.Convert(img.At(x, y)).(color.NRGBA64)
				at := s.rect.Min.Add(image.Pt(x, y))
				to8 := func(v uint16) float64 { return float64(v) / 257 }
				r, g, b, a := to8(src.R), to8(src.G), to8(src.B), to8(src.A)/255
				if d := canvas.NRGBAAt(at.X, at.Y); s.blend == blendOver {
					below := float64(d.A) / 255 * (1 - a)
					if sum := a + below; sum > 0 {
						r, g, b = (r*a+float64(d.R)*below)/sum, (g*a+float64(d.G)*below)/sum, (b*a+float64(d.B)*below)/sum
					}
					a += below
				}
				canvas.SetNRGBA(at.X, at.Y, color.NRGBA{byte(r + .5), byte(g + .5), byte(b + .5), byte(a*255 + .5)})
			}
		}
		shown := *canvas
		shown.Pix = bytes.Clone(canvas.Pix)
		frames = append(frames, &shown)
		switch {
		case s.dispose == disposeBackground, s.dispose == disposePrevious && i == 0:
			for y := s.rect.Min.Y; y < s.rect.Max.Y; y++ {
				clear(canvas.Pix[canvas.PixOffset(s.rect.Min.X, y):][:4*s.rect.Dx()])
			}
		case s.dispose == disposePrevious:
			canvas.Pix = before
		}
	}
	return frames
}

func randomFilm(rng *rand.Rand) *film {
	f := &film{hidden: rng.IntN(3) == 0, plays: uint32(rng.IntN(4))}
	kinds := []pictureHeader{{Depth: 8, Color: colorRGBA}, {Depth: 16, Color: colorRGBA}, {Depth: 8, Color: colorRGB}, {Depth: 8, Color: colorGrayAlpha}, {Depth: 8, Color: colorGray}, {Depth: 16, Color: colorRGB}}
	f.header = kinds[rng.IntN(len(kinds))]
	f.header.Interlaced = rng.IntN(3) == 0
	f.header.Width, f.header.Height = 1+rng.IntN(30), 1+rng.IntN(30)
	whole := image.Rect(0, 0, f.header.Width, f.header.Height)
	for i := range 2 + rng.IntN(6) {
		r := whole
		if i > 0 || f.hidden {
			x, y := rng.IntN(whole.Max.X), rng.IntN(whole.Max.Y)
			r = image.Rect(x, y, x+1+rng.IntN(whole.Max.X-x), y+1+rng.IntN(whole.Max.Y-y))
		}
		f.frames = append(f.frames, shot{r, uint16(rng.IntN(300)), uint16([]int{0, 100, 1000, 30}[rng.IntN(4)]), byte(rng.IntN(3)), byte(rng.IntN(2)), f.random(rng, r)})
	}
	return f
}
