package jpeg

import (
	"image"
	"image/color"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// source holds the samples of one row of MCUs of the picture.
type source struct {
	img        image.Image
	bounds     image.Rectangle
	background color.RGBA
	h, v       int // sampling factors of luma: the number of pixels per chroma sample

	planes [3]plane
	edge   [64]byte // a block that lies partly outside of the picture

	ycbcr *image.YCbCr // the picture, if its chroma has another subsampling; else nil
	rgb   bool         // the picture is converted from RGB

	memory []byte // converted samples, kept for reuse
	row    [2][]byte
}

// plane holds the samples of a component.
type plane struct {
	samples []byte
	stride  int
	whole   bool // samples are those of the picture; otherwise those of the MCU row that was loaded
}

func isGray(img image.Image) bool {
	switch img.(type) {
	case *image.Gray, *image.Gray16:
		return true
	}
	return false
}

// begin selects the planes of the picture that can be used without conversion.
func (s *source) begin(img image.Image, background color.RGBA, h, v int) {
	s.img, s.bounds, s.background, s.h, s.v = img, img.Bounds(), background, h, v
	s.ycbcr, s.rgb, s.planes = nil, false, [3]plane{}
	switch m := img.(type) {
	case *image.Gray:
		s.planes[0] = plane{m.Pix[m.PixOffset(s.bounds.Min.X, s.bounds.Min.Y):], m.Stride, true}
	case *image.Gray16:
	case *image.YCbCr:
		s.planes[0] = plane{m.Y[m.YOffset(s.bounds.Min.X, s.bounds.Min.Y):], m.YStride, true}
		dx, dy := pixels.ChromaFactors(m.SubsampleRatio)
		aligned := s.bounds.Min.X >= 0 && s.bounds.Min.X%dx == 0 && s.bounds.Min.Y >= 0 && s.bounds.Min.Y%dy == 0
		if dx != h || dy != v || !aligned {
			s.ycbcr = m
			break
		}
		from := m.COffset(s.bounds.Min.X, s.bounds.Min.Y)
		s.planes[1] = plane{m.Cb[from:], m.CStride, true}
		s.planes[2] = plane{m.Cr[from:], m.CStride, true}
	default:
		s.rgb = true
	}
}

// size returns the number of bytes that allocate allocates.
func (s *source) size() int {
	width := s.bounds.Dx()
	n := 0
	for i := range s.planes {
		if s.converted(i) {
			n += width * 8 * s.v
		}
	}
	return n + 2*4*width
}

// converted reports whether the samples of component i must be converted from the picture.
func (s *source) converted(i int) bool {
	return !s.planes[i].whole && (i == 0 || !isGray(s.img))
}

// allocate allocates the memory for a row of MCUs. Chroma has the full width, even if the file has half of it.
func (s *source) allocate() {
	s.memory = grown(s.memory, s.size())
	rest := s.memory
	width := s.bounds.Dx()
	for i := range s.planes {
		if s.converted(i) {
			n := width * 8 * s.v
			s.planes[i].samples, s.planes[i].stride = rest[:n:n], width
			rest = rest[n:]
		}
	}
	s.row = [2][]byte{rest[:4*width], rest[4*width:]}
}

// release drops the picture, and memory that is too large for the pool.
func (s *source) release() {
	s.img, s.ycbcr, s.planes, s.row = nil, nil, [3]plane{}, [2][]byte{}
	if cap(s.memory) > 1<<20 {
		s.memory = nil
	}
}

// load converts a row of MCUs, if components need conversion.
func (s *source) load(row int) {
	top := s.bounds.Min.Y + 8*s.v*row
	bottom := min(top+8*s.v, s.bounds.Max.Y)
	switch {
	case s.rgb:
		for y := top; y < bottom; y += s.v {
			s.convert(y, y-top, min(y+1, bottom-1))
		}
	case s.ycbcr != nil:
		for y := top; y < bottom; y += s.v {
			s.resample(y, (y-top)/s.v, min(y+s.v-1, bottom-1))
		}
	case !s.planes[0].whole: // the picture is an image.Gray16
		for y := top; y < bottom; y++ {
			to := s.planes[0].samples[(y-top)*s.planes[0].stride:]
			for x := range s.bounds.Dx() {
				to[x] = color.GrayModel.Convert(s.img.At(s.bounds.Min.X+x, y)).(color.Gray).Y
			}
		}
	}
}

// block returns the 8×8 samples of a block of component i, and their stride. Only the first w columns and h rows of
// the block lie in the picture; the others repeat the last sample of the row or column. v is the row of the block in
// its MCU.
func (s *source) block(i, x, y, v, w, h int) (samples []byte, stride int) {
	p := &s.planes[i]
	if !p.whole {
		y = v
	}
	from := p.samples[8*y*p.stride+8*x:]
	if w == 8 && h == 8 {
		return from, p.stride
	}
	for j := range 8 {
		row, to := from[min(j, h-1)*p.stride:][:w], s.edge[8*j:][:8]
		for k := range to {
			to[k] = row[min(k, w-1)]
		}
	}
	return s.edge[:], 8
}

// forward transforms and quantizes a block of component i into coded. nonzero is the set of coefficients to write,
// in zigzag order.
func (e *encoder) forward(i, x, y, v int) (nonzero uint64) {
	w, h := e.blockSize(&e.comps[i], x, y)
	samples, stride := e.src.block(i, x, y, v, w, h)
	nonzero, weak := forward(&e.coded, samples, stride, &e.quant[i])
	if weak &= nonzero; weak == 0 || bits.OnesCount64(nonzero) < busy {
		return inZigzag(nonzero)
	}
	return prune(inZigzag(nonzero), inZigzag(weak))
}
