package processors

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"math/bits"

	"golang.org/x/image/bmp"
)

// Compressions of a bitmap whose pixels are numbers (BITMAPINFOHEADER, biCompression).
const (
	bmpRGB            = 0
	bmpBitFields      = 3 // masks of red, green and blue follow BITMAPINFOHEADER, or are part of its successors
	bmpAlphaBitFields = 6 // and one of alpha
)

// decodeBMP decodes a bitmap. Those of 16 and 32 bits per pixel are decoded here: x/image knows no
// masks, and in later versions of the header takes for alpha what has no meaning.
func decodeBMP(ctx context.Context, data []byte, size image.Point) (image.Image, error) {
	depth, compression := binary.LittleEndian.Uint16(data[28:]), binary.LittleEndian.Uint32(data[30:])
	if depth != 16 && depth != 32 || compression != bmpRGB && compression != bmpBitFields && compression != bmpAlphaBitFields {
		return bmp.Decode(&contextReader{ctx, data})
	}
	width, height := int32(binary.LittleEndian.Uint32(data[18:])), int32(binary.LittleEndian.Uint32(data[22:]))
	if int(width) != size.X || int(height) != size.Y && -int(height) != size.Y {
		return nil, errors.New("another size than in the header")
	}
	masks, err := bmpMasks(data, depth, compression)
	if err != nil {
		return nil, err
	}
	n := int64(depth) / 8
	stride := (n*int64(size.X) + 3) &^ 3
	pixels := data[min(int64(binary.LittleEndian.Uint32(data[10:])), int64(len(data))):]
	if int64(len(pixels)) < stride*int64(size.Y) {
		return nil, io.ErrUnexpectedEOF
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := pixels[int64(y)*stride:][:n*int64(size.X)]
		to := out.Pix[y*out.Stride:]
		if height > 0 { // the last row comes first
			to = out.Pix[(size.Y-1-y)*out.Stride:]
		}
		for ; len(row) > 0; row, to = row[n:], to[4:] {
			v := uint32(row[0]) | uint32(row[1])<<8
			if n == 4 {
				v |= uint32(row[2])<<16 | uint32(row[3])<<24
			}
			to[0], to[1], to[2], to[3] = masks[0].of(v), masks[1].of(v), masks[2].of(v), masks[3].of(v)
		}
	}
	return out, nil
}

// bmpMasks returns where the samples are in a pixel: red, green, blue, alpha.
func bmpMasks(data []byte, depth uint16, compression uint32) (masks [4]bitMask, err error) {
	values := [4]uint32{0xff0000, 0xff00, 0xff, 0}
	if depth == 16 {
		values = [4]uint32{0x7c00, 0x3e0, 0x1f, 0}
	}
	if compression != bmpRGB {
		const at = 14 + 40 // whether in the header or behind it
		if len(data) < at+16 {
			return masks, io.ErrUnexpectedEOF
		}
		for i := range values {
			values[i] = binary.LittleEndian.Uint32(data[at+4*i:])
		}
		if header := binary.LittleEndian.Uint32(data[14:]); header < 56 && compression == bmpBitFields {
			values[3] = 0 // what stands there are pixels
		}
	}
	for i, value := range values {
		if masks[i], err = newBitMask(value); err != nil {
			return masks, err
		}
	}
	if values[3] == 0 {
		masks[3].levels[0] = 255
	}
	return masks, nil
}

// A bitMask finds a sample in a pixel.
type bitMask struct {
	shift  int
	mask   uint32
	levels [256]byte // of its upper 8 bits, or of as many as there are
}

// newBitMask takes a run of ones. A sample of no bits is 0.
func newBitMask(value uint32) (m bitMask, err error) {
	width := bits.OnesCount32(value)
	if value != 0 && 32-bits.LeadingZeros32(value)-bits.TrailingZeros32(value) != width {
		return m, bmp.ErrUnsupported
	}
	if value == 0 {
		return m, nil
	}
	m.shift = bits.TrailingZeros32(value) + max(width-8, 0)
	m.mask = 1<<min(width, 8) - 1
	for i := range m.mask + 1 {
		m.levels[i] = byte((i*255 + m.mask/2) / m.mask)
	}
	return m, nil
}

func (m *bitMask) of(v uint32) byte { return m.levels[v>>m.shift&m.mask] }
