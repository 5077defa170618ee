package engine

import (
	"context"
	"fmt"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// foreign adapts a processors.Format to a codec.Format. Its Decode may take memory by processors.Reserve;
// foreign takes the estimated memory from the account first, so that the limit holds even if Decode reserves
// nothing.
func foreign(f processors.Format) *codec.Format {
	out := &codec.Format{Name: f.Name, Match: f.Match}
	out.Header = func(ctx context.Context, r *codec.Reader) (codec.Header, error) {
		s := &stream{r: r}
		var src io.Reader = s
		if r.Seeks() {
			src = seeker{s}
		}
		h, err := f.Header(ctx, src)
		if s.err != nil {
			return codec.Header{}, s.err
		}
		if err != nil {
			return codec.Header{}, err
		}
		if h.Orientation < 1 || h.Orientation > 8 {
			h.Orientation = 1
		}
		out := codec.Header{Orientation: h.Orientation, Described: f.Color != nil, Detail: h.Bytes}
		if f.Color != nil {
			out.Profile = foreignProfile
		}
		out.Stored = out.Turn(image.Pt(h.Width, h.Height))
		return out, nil
	}
	out.Memory = func(h *codec.Header, _ codec.Options) int64 {
		if n := h.Detail.(int64); n > 0 {
			return n
		}
		return saturated(8 * float64(h.Stored.X) * float64(h.Stored.Y))
	}
	out.Decode = func(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
		return decodeForeign(ctx, h, out.Memory(h, o), func(ctx context.Context) (image.Image, error) { return f.Decode(ctx, data) })
	}
	if f.Color != nil {
		out.Color = func(ctx context.Context, data []byte, h *codec.Header) (codec.Color, error) {
			c, err := f.Color(ctx, data)
			color := codec.Color{Profile: c.Profile}
			if c.Gray {
				color.Space = codec.SpaceGray
			}
			if c.CICP != nil {
				color.CICP = &codec.CICP{Primaries: c.CICP.Primaries, Transfer: c.CICP.Transfer, FullRange: true}
			}
			return color, err
		}
	}
	return out
}

// foreignProfile is the assumed size in bytes of the profile in a file of a processors.Format. Display profiles
// are smaller.
const foreignProfile = 64 << 10

// decodeForeign takes estimate bytes from the account and calls decode, whose reservations must fit into the
// estimate. Afterwards the account stays charged only for the picture, or for what decode has reserved if that is
// more.
func decodeForeign(ctx context.Context, h *codec.Header, estimate int64, decode func(context.Context) (image.Image, error)) (*codec.Picture, error) {
	own := codec.NewAccount(estimate + codec.Free) // small tables need not be reserved here, either
	if err := codec.AccountOf(ctx).Take(estimate); err != nil {
		return nil, err
	}
	img, err := decode(codec.WithAccount(ctx, own))
	if err != nil {
		return nil, err
	}
	if img == nil || img.Bounds().Size() != h.Stored {
		return nil, fmt.Errorf("%w: the picture does not have the %v pixels that the header declares", codec.ErrCorrupt, h.Stored)
	}
	if n := pixels.Bytes(img); n > 0 {
		if err := codec.AccountOf(ctx).Take(max(n-estimate, 0)); err != nil {
			return nil, err
		}
		codec.AccountOf(ctx).Give(max(estimate-max(n, min(own.Used(), estimate)), 0))
	}
	img, err = atOrigin(ctx, img)
	return &codec.Picture{Image: img}, err
}

// saturated returns int64(f), or 1<<62 if f is larger.
func saturated(f float64) int64 { return int64(min(f, 1<<62)) }
