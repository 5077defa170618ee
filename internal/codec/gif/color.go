package gif

import (
	"context"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// maxProfile is the maximum size of an ICC profile in bytes; a larger one is ignored.
const maxProfile = 4 << 20

// A profile collects the ICC profile in the application extension ICCRGBG1012 before the first frame. A profile that is cut off or too
// large is ignored.
type profile struct {
	ctx  context.Context
	data []byte
}

// readColor implements codec.Format.
func readColor(ctx context.Context, data []byte, _ *codec.Header) (codec.Color, error) {
	w, err := open(codec.NewBytesReader(ctx, data), data)
	if err != nil {
		return codec.Color{}, ignoreEnd(err)
	}
	p := &profile{ctx: ctx}
	w.profile = p
	if _, _, err := w.next(); err != nil {
		return codec.Color{}, ignoreEnd(err)
	}
	return codec.Color{Profile: p.data}, nil
}

// read reads the sub-blocks after the name. It first measures them and then joins their contents.
func (p *profile) read(w *walker) error {
	start, size := w.r.Pos(), int64(0)
	for {
		b, err := w.block()
		if err != nil {
			return err
		}
		if len(b) == 0 {
			break
		}
		size += int64(len(b))
	}
	end := w.r.Pos()
	if p.data != nil || size == 0 || size > maxProfile {
		return nil
	}
	data, err := codec.Bytes(p.ctx, int(size))
	if err != nil {
		return err
	}
	if err := w.r.SeekTo(start); err != nil {
		return err
	}
	for at := 0; at < len(data); {
		b, err := w.block()
		if err != nil {
			return err
		}
		at += copy(data[at:], b)
	}
	p.data = data
	return w.r.SeekTo(end)
}
