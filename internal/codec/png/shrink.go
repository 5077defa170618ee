package png

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// decodeShrunk decodes data, a whole file, and scales the part r of the picture to size pixels, like resample.Resize. For gray without
// transparency the result is an *image.Gray, else an opaque *image.RGBA or an *image.NRGBA. The caller owns the result and may pass it to
// resample.Release. decodeShrunk panics if r or size is empty.
//
// Memory depends on the width of the picture. Only an interlaced picture is decoded at full size first.
//
// Errors match [codec.ErrCorrupt] or [codec.ErrFormat], or are the error of ctx. The whole file is read and checked, even if r is only a
// part: see Decode.
func (d *decoder) decodeShrunk(ctx context.Context, data []byte, r resample.Rect, size image.Point, opt resample.Options) (image.Image, error) {
	defer d.forget()
	if err := d.begin(ctx, data); err != nil {
		return nil, err
	}
	if d.Interlaced {
		img, err := d.decode(ctx)
		if err != nil {
			return nil, err
		}
		return resample.Resize(ctx, img, r, size, opt)
	}
	img, err := d.shrink(ctx, r, size, opt)
	if err != nil {
		return nil, err
	}
	return img, nil
}

func (d *decoder) shrink(ctx context.Context, r resample.Rect, size image.Point, opt resample.Options) (image.Image, error) {
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
	rows, err := d.pass(full, to, func(y int, row []byte) {
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
		err = d.finish()
	}
	if err := d.salvaged(err, int64(rows)*int64(d.Width)); err != nil {
		if n := resultBytes(x.to, size); n > codec.Free { // taken by the Shrinker
			d.account.Give(n)
		}
		return nil, err
	}
	if rows < to {
		missing := make([]byte, d.Width*x.to.BytesPerPixel())
		fillMissing(missing, x.to)
		for ; rows < to; rows++ {
			if rows < from {
				s.Skip(1)
				continue
			}
			s.WriteRow(missing)
		}
	}
	return s.Image()
}

// shrinkBytes returns an upper bound of the memory of a Shrinker to size pixels: the rows of the result that the kernel
// covers, a few rows of the source, the weights, and the result.
func (f *file) shrinkBytes(size image.Point) int64 {
	to := f.expansion().to
	return 50*planes(to)*int64(f.Width) + 100*int64(size.X+size.Y) + resultBytes(to, size)
}

func resultBytes(f resample.Format, size image.Point) int64 {
	n := int64(size.X) * int64(size.Y)
	if planes(f) > 1 {
		n *= 4
	}
	return n
}

// planes returns the number of samples per pixel that are scaled.
func planes(f resample.Format) int64 {
	switch f {
	case resample.Gray8, resample.Gray16:
		return 1
	case resample.RGB8, resample.RGB16, resample.RGBX8:
		return 3
	}
	return 4
}

// fillMissing makes pixels mid-gray, or transparent if they have alpha.
func fillMissing(row []byte, f resample.Format) {
	switch f {
	case resample.GrayAlpha8, resample.GrayAlpha16, resample.NRGBA8, resample.NRGBA16:
		clear(row)
	default:
		for i := range row {
			row[i] = 128
		}
	}
}

func grow(p []byte, n int) []byte {
	if cap(p) < n {
		return make([]byte, n)
	}
	return p[:n]
}
