package png

import (
	"cmp"
	"encoding/binary"
	"image"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/colorset"
)

// form is the color type, bit depth and palette with which a picture is written.
type form struct {
	pictureHeader
	colors colorset.Set // indexed only: the palette as R | G<<8 | B<<16 | A<<24. Opaque colors are last.
	direct colorType    // indexed only: the color type without a palette
}

// without returns the form for the same picture without a palette.
func (f *form) without() *form {
	g := &form{pictureHeader: f.pictureHeader}
	g.Color, g.Depth = f.direct, 8
	return g
}

// paletteHeavy reports whether the palette might take more bytes than it saves. A palette is not heavy if the picture has
// more than four pixels per byte of the palette.
func (f *form) paletteHeavy() bool {
	return f.Color == colorIndexed && f.Width*f.Height < 4*4*len(f.colors.List())
}

// chooseForm returns the form with the fewest bits per pixel. It reads all pixels. At equal size it prefers gray to
// indexed, because gray has no palette.
func chooseForm(size image.Point, row func(y int) []byte) *form {
	f := &form{pictureHeader: pictureHeader{Width: size.X, Height: size.Y, Depth: 8}}
	few, gray, opaque, grayDepth := true, true, true, 1
	for y := 0; y < size.Y && (few || gray || opaque); y++ {
		last := uint32(1) // no pixel has this value
		for p := row(y); len(p) >= 4; p = p[4:] {
			c := binary.LittleEndian.Uint32(p)
			if c == last {
				continue
			}
			last = c
			if few {
				_, few = f.colors.Place(c)
			}
			opaque = opaque && c>>24 == 255
			if gray = gray && (c^c>>8)&0xffff == 0; gray {
				grayDepth = max(grayDepth, depthOf(byte(c)))
			}
		}
	}
	indexDepth := 64 // worse than all others
	if few {
		indexDepth = indexDepthOf(len(f.colors.List()))
	}
	switch {
	case gray && opaque:
		f.direct = colorGray
	case gray:
		f.direct = colorGrayAlpha
	case opaque:
		f.direct = colorRGB
	default:
		f.direct = colorRGBA
	}
	switch {
	case f.direct == colorGray && grayDepth <= indexDepth:
		f.Color, f.Depth = colorGray, grayDepth
	case few:
		f.Color, f.Depth = colorIndexed, indexDepth
		f.sortColors()
	default:
		f.Color = f.direct
	}
	return f
}

// indexDepthOf returns the bit depth of indices into a palette of n colors; n is at most 256.
func indexDepthOf(n int) int {
	depth := 1
	for 1<<depth < n {
		depth *= 2
	}
	return depth
}

// depthOf returns the smallest bit depth that can represent the gray value v.
func depthOf(v byte) int {
	switch {
	case v%0xff == 0:
		return 1
	case v%0x55 == 0:
		return 2
	case v%0x11 == 0:
		return 4
	default:
		return 8
	}
}

// pack converts a row of NRGBA to a row of the file.
func (f *form) pack(dst, src []byte) {
	switch f.Color {
	case colorRGBA:
		copy(dst, src)
	case colorRGB:
		for len(dst) >= 4 && len(src) >= 4 { // alpha is overwritten by the next pixel
			binary.LittleEndian.PutUint32(dst, binary.LittleEndian.Uint32(src))
			dst, src = dst[3:], src[4:]
		}
		for len(dst) >= 3 && len(src) >= 4 {
			dst[0], dst[1], dst[2] = src[0], src[1], src[2]
			dst, src = dst[3:], src[4:]
		}
	case colorGrayAlpha:
		for len(dst) >= 2 && len(src) >= 4 {
			dst[0], dst[1] = src[0], src[3]
			dst, src = dst[2:], src[4:]
		}
	case colorGray:
		clear(dst)
		for bit := 0; len(src) >= 4; bit += f.Depth {
			dst[bit/8] |= src[0] >> (8 - f.Depth) << (8 - f.Depth - bit%8)
			src = src[4:]
		}
	case colorIndexed:
		clear(dst)
		for bit := 0; len(src) >= 4; bit += f.Depth {
			place, _ := f.colors.Place(binary.LittleEndian.Uint32(src))
			dst[bit/8] |= byte(place) << (8 - f.Depth - bit%8)
			src = src[4:]
		}
	}
}

// sortColors sorts the palette by alpha, because tRNS requires colors that are not opaque first. Colors of equal alpha
// are sorted from dark to light, so that similar colors tend to be neighbors.
func (f *form) sortColors() {
	sorted := slices.SortedFunc(slices.Values(f.colors.List()), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(a>>24, b>>24), cmp.Compare(luma(a), luma(b)), cmp.Compare(a, b))
	})
	f.colors = colorset.Set{}
	for _, c := range sorted {
		f.colors.Place(c)
	}
}

// luma returns about 8 times the luma of Rec. 601.
func luma(c uint32) uint32 { return 2*(c&255) + 5*(c>>8&255) + c>>16&255 }
