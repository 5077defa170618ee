// Package tiff decodes the first picture of TIFF and BigTIFF files. It decodes row by row, so that a picture can be
// shrunk while it is decoded, and memory depends on the width of the picture.
//
// Sources: TIFF 6.0 (Adobe, 1992) with its technical notes, the BigTIFF design of libtiff, and ITU-T
// T.4 and T.6 for fax. Section numbers in comments are those of TIFF 6.0.
package tiff

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Format implements TIFF.
var Format = &codec.Format{
	Name:   "tiff",
	Match:  match,
	Header: header,
	Memory: memory,
	Decode: decode,
	Color:  colorOf,
}

func match(head []byte) bool {
	for _, magic := range []string{"II\x2a\x00", "MM\x00\x2a", "II\x2b\x00", "MM\x00\x2b"} {
		if codec.HasMagic(head, magic) {
			return true
		}
	}
	return false
}

func corrupt(format string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrCorrupt, fmt.Sprintf(format, v...))
}

func unsupported(format string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrFormat, fmt.Sprintf(format, v...))
}

func header(ctx context.Context, r *codec.Reader) (codec.Header, error) {
	l, err := readLayout(r)
	if err == nil {
		err = l.readJPEG(ctx, r)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return codec.Header{}, corrupt("the directory is cut off")
	case err != nil:
		return codec.Header{}, err
	}
	out := codec.Header{Stored: image.Pt(l.width, l.height), Orientation: l.orientation, Palette: l.photometric == palette, Detail: l}
	out.Profile, out.Described = max(l.profile.count, 0), l.profile.count > 0
	return out, nil
}

// layoutOf returns the layout in the header, or reads it again if the header has none.
func layoutOf(ctx context.Context, data []byte, h *codec.Header) (*layout, error) {
	if l, ok := h.Detail.(*layout); ok {
		return l, nil
	}
	again, err := header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return nil, err
	}
	return again.Detail.(*layout), nil
}

// colorOf implements Format.Color. The ICC profile is a field of the directory (ICC.1:2022, B.5).
func colorOf(ctx context.Context, data []byte, h *codec.Header) (codec.Color, error) {
	l, err := layoutOf(ctx, data, h)
	if err != nil {
		return codec.Color{}, err
	}
	c := codec.Color{Space: codec.SpaceRGB}
	switch l.photometric {
	case whiteIsZero, blackIsZero, transparencyMask:
		c.Space = codec.SpaceGray
	case separated:
		c.Space = codec.SpaceCMYK
	case cieLab, iccLab:
		return c, nil // the decoder converts CIELAB to sRGB
	}
	if p := l.profile; p.kind == typeUndefined || p.kind == typeByte {
		if block, ok := p.bytes(data); ok && len(block) > 0 {
			c.Profile = block
		}
	}
	return c, nil
}
