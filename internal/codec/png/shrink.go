package png

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// Shrink decodes data, a whole file, and scales the part r of the picture to size pixels, as resample.Resize does. The
// result is an *image.Gray of grey without transparency, else an opaque *image.RGBA, and the caller's, who may hand it to
// resample.Release. It panics if r or size is empty.
//
// Memory follows the width of the picture, except for an interlaced one, which is decoded whole as
// by Decode.
//
// Errors match [ErrCorrupt] or [ErrUnsupported], or are ctx's. All of the file is read and checked,
// even if r is only a part: see Decode.
func (d *Decoder) Shrink(ctx context.Context, data []byte, r resample.Rect, size image.Point, opt resample.Options) (image.Image, error) {
	defer d.forget()
	if err := d.begin(data); err != nil {
		return nil, err
	}
	if d.Interlaced {
		img, err := d.decode(ctx)
		if err != nil {
			return nil, err
		}
		return resample.Resize(ctx, img, r, size, opt)
	}
	x := d.expansion()
	if x.row != nil {
		d.wide = grow(d.wide, d.Width*x.to.BytesPerPixel())
	}
	full := image.Pt(d.Width, d.Height)
	s, err := resample.NewShrinker(ctx, x.to, full, r, size, opt)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	from, to := s.Rows()
	err = d.pass(ctx, full, to, func(y int, row []byte) {
		switch {
		case y < from:
			s.Skip(1)
		case x.row == nil:
			s.WriteRow(row)
		default:
			x.row(d.wide, row)
			s.WriteRow(d.wide)
		}
	})
	if err == nil {
		err = d.end(ctx)
	}
	if err != nil {
		return nil, err
	}
	return s.Image()
}

func grow(p []byte, n int) []byte {
	if cap(p) < n {
		return make([]byte, n)
	}
	return p[:n]
}
