// Package ico decodes the icons and cursors of Windows. A file has several pictures. The package decodes the largest
// picture. If several have that size, it decodes the one with the most bits per pixel. Packages png and bmp decode its
// pixels.
//
// Source: Microsoft's documentation of ICONDIR and ICONDIRENTRY.
package ico

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// Format implements ICO and CUR. There is no encoder.
var Format = &codec.Format{
	Name:   "ico",
	Match:  match,
	Header: header,
	Memory: memory,
	Decode: decode,
	Color:  colorOf,
}

// match also checks the first entry, because many files begin with the same four bytes, which are nearly all zero.
func match(head []byte) bool {
	if len(head) < dirSize+entrySize || head[0] != 0 || head[1] != 0 || head[2] != 1 && head[2] != 2 || head[3] != 0 {
		return false
	}
	e, count := parseEntry(head[dirSize:]), int64(head[4])|int64(head[5])<<8
	return count > 0 && e.offset >= dirSize+entrySize && (e.size > 0 || e.offset == dirSize+count*entrySize)
}

func corrupt(format string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrCorrupt, fmt.Sprintf(format, v...))
}

func header(ctx context.Context, r *codec.Reader) (codec.Header, error) {
	p, err := choose(ctx, r)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = corrupt("the directory is cut off")
	}
	if err != nil {
		return codec.Header{}, err
	}
	return codec.Header{Stored: p.stored, Orientation: 1, Detail: p}, nil
}

func memory(h *codec.Header, o codec.Options) int64 {
	p, ok := h.Detail.(*picture)
	switch {
	case !ok:
		return 0
	case p.icon != nil:
		return p.icon.Memory(o)
	}
	return png.Format.Memory(&p.png, o)
}

func decode(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	p, part, err := pictureOf(ctx, data, h)
	if err != nil {
		return nil, err
	}
	if p.icon != nil {
		return p.icon.Decode(ctx, part, o)
	}
	inner, err := png.Format.Header(ctx, codec.NewBytesReader(ctx, part))
	if err != nil {
		return nil, err
	}
	return png.Format.Decode(ctx, part, &inner, o)
}

func colorOf(ctx context.Context, data []byte, h *codec.Header) (codec.Color, error) {
	p, part, err := pictureOf(ctx, data, h)
	if err != nil || p.icon != nil {
		return codec.Color{}, err
	}
	inner, err := png.Format.Header(ctx, codec.NewBytesReader(ctx, part))
	if err != nil {
		return codec.Color{}, err
	}
	return png.Format.Color(ctx, part, &inner)
}

// pictureOf returns the picture in the header, or chooses it again if the header has none. It also returns the bytes of the picture. They end
// where the directory says, so that an icon without a mask does not get one from the next picture. If that is within the pixels, or if the
// picture is a PNG, which has its own end, they go to the end of the file.
func pictureOf(ctx context.Context, data []byte, h *codec.Header) (*picture, []byte, error) {
	p, ok := h.Detail.(*picture)
	if !ok {
		again, err := header(ctx, codec.NewBytesReader(ctx, data))
		if err != nil {
			return nil, nil, err
		}
		p = again.Detail.(*picture)
	}
	if p.offset > int64(len(data)) {
		return nil, nil, corrupt("the picture is not in the file")
	}
	part := data[p.offset:]
	if p.icon != nil && p.size >= p.icon.PixelsEnd() {
		part = part[:min(p.size, int64(len(part)))]
	}
	return p, part, nil
}
