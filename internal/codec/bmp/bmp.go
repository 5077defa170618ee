// Package bmp decodes the bitmaps of Windows and OS/2, with every version of their header.
//
// Sources: Microsoft's documentation of BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and
// BITMAPV5HEADER, and the OS/2 2.0 Presentation Manager reference. For cases that these do not define, and for files
// that violate them, the package follows Chromium.
package bmp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Format implements BMP.
var Format = &codec.Format{
	Name:   "bmp",
	Match:  match,
	Header: header,
	Memory: memory,
	Decode: decode,
	Color:  colorOf,
}

// match also checks the length of the second header, because a text file may begin with "BM".
func match(head []byte) bool {
	if !codec.HasMagic(head, "BM") || len(head) < 18 {
		return false
	}
	n := binary.LittleEndian.Uint32(head[14:])
	return n >= coreHeader && n <= maxHeader
}

func corrupt(format string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrCorrupt, fmt.Sprintf(format, v...))
}

func unsupported(format string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrFormat, fmt.Sprintf(format, v...))
}

func header(_ context.Context, r *codec.Reader) (codec.Header, error) {
	b, err := r.Block(fileHeader)
	if err != nil {
		return codec.Header{}, cutOff(err)
	}
	offset := int64(binary.LittleEndian.Uint32(b[10:]))
	m, err := readInfo(r)
	if err != nil {
		return codec.Header{}, cutOff(err)
	}
	m.readBare(r, offset)
	m.place(fileHeader, offset)
	h := codec.Header{Stored: image.Pt(m.width, m.height), Orientation: 1, Palette: m.bits <= 8, Detail: m}
	if m.size >= v5Header { // it may have a profile, which usually follows the pixels
		h.Profile, h.Described = usualProfile, true
	}
	if !m.rle() {
		h.MinBytes = m.pixels + int64(m.height-1)*m.stride() + m.rowBytes()
	}
	return h, nil
}

// usualProfile is the assumed maximum size of a profile in bytes. Display profiles are smaller.
const usualProfile = 64 << 10

func cutOff(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return corrupt("the header is cut off")
	}
	return err
}

// infoOf returns the info in the header, or reads it again if the header has none.
func infoOf(ctx context.Context, data []byte, h *codec.Header) (*info, error) {
	if m, ok := h.Detail.(*info); ok {
		return m, nil
	}
	again, err := header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return nil, err
	}
	return again.Detail.(*info), nil
}

// colorOf implements Format.Color. It returns the embedded profile of a version 5 header. Like Chromium it ignores the
// endpoints and gammas of version 4.
func colorOf(ctx context.Context, data []byte, h *codec.Header) (codec.Color, error) {
	const embedded = 'M'<<24 | 'B'<<16 | 'E'<<8 | 'D'
	m, err := infoOf(ctx, data, h)
	if err != nil || m.size < v5Header || len(data) < fileHeader+v5Header {
		return codec.Color{}, err
	}
	b := data[fileHeader:]
	if binary.LittleEndian.Uint32(b[56:]) != embedded {
		return codec.Color{}, nil
	}
	at, n := fileHeader+int64(binary.LittleEndian.Uint32(b[112:])), int64(binary.LittleEndian.Uint32(b[116:]))
	if n == 0 || at+n > int64(len(data)) {
		return codec.Color{}, nil
	}
	return codec.Color{Profile: data[at : at+n : at+n]}, nil
}
