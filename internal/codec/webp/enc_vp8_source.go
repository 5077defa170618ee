package webp

import (
	"context"
	"image"
	"image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A vp8Source holds the pixels in the form that VP8 encodes: Y'CbCr of BT.601 in video range (16 to 235, chroma 16 to
// 240), with 4:2:0 chroma. The planes are padded to whole macroblocks by repeating the last pixels.
type vp8Source struct {
	size    image.Point // pixels
	stride  int         // stride of y; the stride of cb and cr is half of it
	y       []byte
	cb, cr  []byte
	account *codec.Account
	taken   int64
}

// vp8SourceBytes returns the memory that the source of a picture takes.
func vp8SourceBytes(size image.Point) int64 {
	w, h := int64(size.X+15)&^15, int64(size.Y+15)&^15
	return w*h*3/2 + 2*4*w
}

// newVP8Source converts img and ignores its transparency. Memory is charged to the account of ctx until close.
func newVP8Source(ctx context.Context, img image.Image) (*vp8Source, error) {
	size := img.Bounds().Size()
	n := vp8SourceBytes(size)
	if err := take(ctx, n); err != nil {
		return nil, err
	}
	s := &vp8Source{size: size, stride: (size.X + 15) &^ 15}
	if n > codec.Free {
		s.account, s.taken = codec.AccountOf(ctx), n
	}
	rows := (size.Y + 15) &^ 15
	pix := make([]byte, s.stride*rows*3/2)
	s.y, pix = pix[:s.stride*rows], pix[s.stride*rows:]
	s.cb, s.cr = pix[:len(pix)/2], pix[len(pix)/2:]
	var err error
	if m, ok := img.(*image.YCbCr); ok && s.fits(m) {
		err = s.narrow(ctx, m)
	} else {
		err = s.convert(ctx, img)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.extend(s.y, s.stride, size.X, size.Y)
	s.extend(s.cb, s.stride/2, (size.X+1)/2, (size.Y+1)/2)
	s.extend(s.cr, s.stride/2, (size.X+1)/2, (size.Y+1)/2)
	return s, nil
}

func (s *vp8Source) close() {
	s.account.Give(s.taken)
	s.taken = 0
}

// extend pads a plane by repeating its last column and row. w×h samples of the plane are valid.
func (s *vp8Source) extend(pix []byte, stride, w, h int) {
	if w < stride {
		for y := range h {
			row := pix[y*stride:][:stride]
			for x := w; x < stride; x++ {
				row[x] = row[w-1]
			}
		}
	}
	last := pix[(h-1)*stride:][:stride]
	for at := h * stride; at < len(pix); at += stride {
		copy(pix[at:], last)
	}
}

// fits reports whether the chroma of m is 4:2:0 and aligned, so that no resampling is needed.
func (s *vp8Source) fits(m *image.YCbCr) bool {
	b := m.Rect
	return m.SubsampleRatio == image.YCbCrSubsampleRatio420 && b.Min.X >= 0 && b.Min.Y >= 0 && b.Min.X%2 == 0 && b.Min.Y%2 == 0
}

// narrowLuma and narrowChroma convert full range to video range.
var narrowLuma, narrowChroma = makeNarrow()

func makeNarrow() (luma, chroma [256]byte) {
	for v := range 256 {
		luma[v] = byte(16 + (v*219+127)/255)
		chroma[v] = byte((128*255 + (v-128)*224 + 127) / 255)
	}
	return luma, chroma
}

// narrow converts full-range planes.
func (s *vp8Source) narrow(ctx context.Context, m *image.YCbCr) error {
	b := m.Rect
	for y := range s.size.Y {
		if y%16 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		translate(s.y[y*s.stride:][:s.size.X], m.Y[m.YOffset(b.Min.X, b.Min.Y+y):], &narrowLuma)
		if y%2 == 0 {
			from, to := m.COffset(b.Min.X, b.Min.Y+y), y/2*(s.stride/2)
			translate(s.cb[to:][:(s.size.X+1)/2], m.Cb[from:], &narrowChroma)
			translate(s.cr[to:][:(s.size.X+1)/2], m.Cr[from:], &narrowChroma)
		}
	}
	return nil
}

func translate(to, from []byte, table *[256]byte) {
	from = from[:len(to)]
	for i, v := range from {
		to[i] = table[v]
	}
}

// convert converts RGB, two rows at a time.
func (s *vp8Source) convert(ctx context.Context, img image.Image) error {
	b := img.Bounds()
	var buffer *image.RGBA
	for y := 0; y < s.size.Y; y += 2 {
		if y%16 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var upper, lower []byte
		rows := min(2, s.size.Y-y)
		switch m := img.(type) {
		case *image.NRGBA:
			upper = m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			lower = m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y+rows-1):]
		case *image.RGBA:
			upper = m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			lower = m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y+rows-1):]
		default:
			if buffer == nil {
				buffer = image.NewRGBA(image.Rect(0, 0, s.size.X, 2))
			}
			draw.Draw(buffer, buffer.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
			upper, lower = buffer.Pix, buffer.Pix[(rows-1)*buffer.Stride:]
		}
		w := s.size.X
		second := y + rows - 1
		c := y / 2 * (s.stride / 2)
		convertQuads(upper[:4*w], lower[:4*w], s.y[y*s.stride:][:w], s.y[second*s.stride:][:w], s.cb[c:][:(w+1)/2], s.cr[c:][:(w+1)/2])
	}
	return nil
}

// Factors of BT.601 in video range, with 15 fractional bits.
const (
	yR, yG, yB    = 8414, 16520, 3208
	cbR, cbG, cbB = -4857, -9535, 14392
	crR, crG, crB = 14392, -12052, -2340
)

// convertQuadsGo converts two rows of pixels. A pixel is R, G, B and a fourth byte, which is ignored. In rows of odd
// width the last pixel counts twice.
func convertQuadsGo(upper, lower, luma, next, cb, cr []byte) {
	for x := 0; x < len(luma); x += 2 {
		right := min(x+1, len(luma)-1)
		a, b := upper[4*x:][:3], upper[4*right:][:3]
		c, d := lower[4*x:][:3], lower[4*right:][:3]
		luma[x], luma[right], next[x], next[right] = lumaOf(a), lumaOf(b), lumaOf(c), lumaOf(d)
		red := int32(a[0]) + int32(b[0]) + int32(c[0]) + int32(d[0])
		green := int32(a[1]) + int32(b[1]) + int32(c[1]) + int32(d[1])
		blue := int32(a[2]) + int32(b[2]) + int32(c[2]) + int32(d[2])
		cb[x/2] = byte((cbR*red + cbG*green + cbB*blue + 128<<17 + 1<<16) >> 17)
		cr[x/2] = byte((crR*red + crG*green + crB*blue + 128<<17 + 1<<16) >> 17)
	}
}

func lumaOf(p []byte) byte {
	return byte((yR*int32(p[0]) + yG*int32(p[1]) + yB*int32(p[2]) + 16<<15 + 1<<14) >> 15)
}

// load copies macroblock x, y.
func (s *vp8Source) load(x, y int, luma *[4]quad, chroma *[2]quad) {
	from := s.y[16*y*s.stride+16*x:]
	for i := range 16 {
		*(*[16]byte)(luma[i/4][16*(i%4):]) = [16]byte(from[i*s.stride:])
	}
	half := s.stride / 2
	at := 8*y*half + 8*x
	for i := range 8 {
		to := 16*(i%4) + i/4*8
		*(*[8]byte)(chroma[0][to:]) = [8]byte(s.cb[at+i*half:])
		*(*[8]byte)(chroma[1][to:]) = [8]byte(s.cr[at+i*half:])
	}
}
