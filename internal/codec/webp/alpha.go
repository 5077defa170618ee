package webp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/vp8l"
)

// DecodeAlpha decodes the content of a chunk "ALPH", which r reads, of a picture of size pixels: a
// byte for each, row by row (WebP Container Specification, "Alpha"). Memory is that, and what
// vp8l.Decode takes.
func DecodeAlpha(r io.Reader, size image.Point) ([]byte, error) {
	var head [1]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("webp: alpha: %w", err)
	}
	alpha := make([]byte, size.X*size.Y)
	switch head[0] & 3 {
	case 0:
		if _, err := io.ReadFull(r, alpha); err != nil {
			return nil, fmt.Errorf("webp: alpha: %w", err)
		}
	case 1:
		if err := decodeGreen(alpha, r, size); err != nil {
			return nil, fmt.Errorf("webp: alpha: %w", err)
		}
	default:
		return nil, errors.New("webp: alpha is compressed in an unknown way")
	}
	unfilter(alpha, size.X, head[0]>>2&3)
	return alpha, nil
}

// decodeGreen sets alpha to the green samples of a lossless picture without the header that says
// its size.
func decodeGreen(alpha []byte, r io.Reader, size image.Point) error {
	w, h := size.X-1, size.Y-1
	header := []byte{0x2f, byte(w), byte(w>>8&0x3f) | byte(h<<6), byte(h >> 2), byte(h >> 10 & 0x0f)}
	img, err := vp8l.Decode(io.MultiReader(bytes.NewReader(header), r))
	if err != nil {
		return err
	}
	pix := img.(*image.NRGBA).Pix
	for i := range alpha {
		alpha[i] = pix[4*i+1]
	}
	return nil
}

// unfilter adds its prediction to each value: that on the left (filter 1), that above (2), or left
// + above - corner (3). In the first row it is always the left one, in the first column that above.
func unfilter(alpha []byte, width int, filter byte) {
	if filter == 0 {
		return
	}
	for i := 1; i < width; i++ {
		alpha[i] += alpha[i-1]
	}
	for i := width; i < len(alpha); i++ {
		above := alpha[i-width]
		switch {
		case i%width == 0 || filter == 2:
			alpha[i] += above
		case filter == 1:
			alpha[i] += alpha[i-1]
		default:
			alpha[i] += clip(int32(alpha[i-1]) + int32(above) - int32(alpha[i-width-1]))
		}
	}
}
