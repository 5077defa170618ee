package processors

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/colorspace"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// ReadHeader is [DecodeHeader], or [PeekHeader] if whole is false, with formats that are asked before
// the built-in ones.
func ReadHeader(ctx context.Context, r io.Reader, formats []Format, whole bool) (Header, error) {
	if len(formats) > 0 {
		head := make([]byte, 64)
		n, err := io.ReadFull(r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return Header{}, fmt.Errorf("read image header: %w", errRead{err})
		}
		r = rewound(r, head[:n])
		for i := range formats {
			if formats[i].Match(head[:n]) {
				return foreignHeader(ctx, r, &formats[i])
			}
		}
	}
	s := newScanner(r)
	s.peeking = !whole
	return readHeader(s)
}

// rewound goes back to before what has been read.
func rewound(r io.Reader, head []byte) io.Reader {
	if s, ok := r.(io.Seeker); ok {
		if _, err := s.Seek(-int64(len(head)), io.SeekCurrent); err == nil {
			return r
		}
	}
	return &prefixed{head: head, Reader: r}
}

// prefixed is a reader of which some has been read.
type prefixed struct {
	head []byte
	io.Reader
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.head) == 0 {
		return p.Reader.Read(b)
	}
	n := copy(b, p.head)
	p.head = p.head[n:]
	return n, nil
}

// foreignHeader reads the header of somebody else's format.
func foreignHeader(ctx context.Context, r io.Reader, f *Format) (h Header, err error) {
	src := &watchedReader{Reader: r}
	defer func() {
		if p := recover(); p != nil {
			h, err = Header{}, fmt.Errorf("read %s header: %w: %v", f.Name, ErrCorrupt, p)
		}
	}()
	var in io.Reader = src
	if s, ok := r.(io.Seeker); ok {
		in = struct {
			io.Reader
			io.Seeker
		}{src, s}
	}
	header, err := f.Header(ctx, in)
	switch {
	case src.err != nil:
		return Header{}, fmt.Errorf("read %s header: %w", f.Name, errRead{src.err})
	case err != nil:
		return Header{}, foreignError(ctx, "read "+f.Name+" header", err)
	}
	h = Header{Format: f.Name, Orientation: 1, foreign: f, foreignBytes: header.Bytes, stored: image.Pt(header.Width, header.Height)}
	if header.Orientation >= 1 && header.Orientation <= 8 {
		h.Orientation = header.Orientation
	}
	h.stored = h.asStored(h.stored)
	if h.foreignBytes <= 0 {
		h.foreignBytes = int64(min(8*float64(h.stored.X)*float64(h.stored.Y), math.MaxInt64/4))
	}
	return h.upright()
}

func foreignError(ctx context.Context, what string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrFormat), errors.Is(err, ErrCorrupt), errors.Is(err, ErrTooLarge):
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrCorrupt, err)
}

// decodeForeign decodes within the memory that the header has announced.
func decodeForeign(ctx context.Context, data []byte, h Header) (*Picture, error) {
	img, err := h.foreign.Decode(codec.WithAccount(ctx, codec.NewAccount(h.foreignBytes)), data)
	if err == nil && (img == nil || img.Bounds().Size() != h.stored) {
		err = fmt.Errorf("not %v pixels, as the header says", h.stored)
	}
	if err != nil {
		return nil, foreignError(ctx, "decode "+h.Format, err)
	}
	pic := newPicture(atOrigin(img))
	pic.size, pic.orientation = h.Size, h.Orientation
	pic.header, pic.data = h, data
	colors, err := foreignColors(ctx, data, h)
	if err != nil {
		return nil, err
	}
	pic.setColours(colors)
	return pic, nil
}

func foreignColors(ctx context.Context, data []byte, h Header) (*icc.Transform, error) {
	if h.foreign.Color == nil {
		return nil, nil
	}
	c, err := h.foreign.Color(ctx, data)
	if err != nil {
		return nil, foreignError(ctx, "read colors of "+h.Format, err)
	}
	var points *[2]uint8
	if c.CICP != nil {
		points = &[2]uint8{c.CICP.Primaries, c.CICP.Transfer}
	}
	return colorspace.Described(c.Profile, c.Gray, points), nil
}
