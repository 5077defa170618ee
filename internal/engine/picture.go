package engine

import (
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/colorspace"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A Picture is a decoded image, possibly at a reduced size. It is turned upright after scaling, when it has
// fewer pixels. Only one goroutine at a time may use it.
type Picture struct {
	header  *codec.Header
	data    []byte // the file
	decoded *codec.Picture
	held    int64 // bytes of the account that the decoded picture takes

	img           image.Image // as stored, possibly reduced; nil after drop
	width, height float64     // size of img in its pixels; at n/8 the original may end within the last pixel
	options       resample.Options
	colorBytes    int64          // bytes of the account that colors takes
	described     *icc.Transform // from the colors of the file to sRGB; nil if they are sRGB
	colors        *icc.Transform // from the colors of img to sRGB, applied after scaling; nil if img is sRGB
	converted     bool           // the pixels of img are no longer those of the file
	small         image.Image    // img after scaling, or nil
	result        image.Image    // the thumbnail, or nil
	tolerant      bool
	reused        bool // Reuse was called: results do not replace img

	moving         *processors.Animation // the last result of Animate
	movingOriginal bool                  // every frame of moving is unchanged from the file
}

// Decode decodes the image in data, whose header is h. For an animation it decodes the first frame, composed on the
// whole canvas. Colors are converted to sRGB after scaling. If the tone curve is far from that of sRGB, as in linear
// light, colors are converted before scaling, if possible. If the color description is invalid, Decode assumes sRGB,
// and [colorspace.Press] for CMYK.
//
// least is the smallest size that the caller needs of the whole upright picture, in pixels: see [MinDecode].
// The decoder may reduce the picture accordingly, as described at codec.Options. The zero Point means the
// original size.
//
// If the picture is damaged, truncated, or not as large as h says, the error matches codec.ErrCorrupt,
// unless the Engine is tolerant. If it uses an unsupported feature of its format, the error matches codec.ErrFormat.
// data must not be changed while the picture is in use.
func (e *Engine) Decode(ctx context.Context, data []byte, h *codec.Header, least image.Point) (pic *Picture, err error) {
	defer func() {
		if p := recover(); p != nil { // panicked in a decoder: the file triggers a bug
			pic, err = nil, fmt.Errorf("decode %s: %w: %v", h.Format.Name, codec.ErrCorrupt, p)
		}
	}()
	if int64(len(data)) < h.MinBytes && !e.tolerant {
		return nil, fmt.Errorf("decode %s: %w: %d bytes are too few for %v pixels", h.Format.Name, codec.ErrCorrupt, len(data), h.Stored)
	}
	account := codec.AccountOf(ctx)
	before := account.Used()
	colors, err := colorsOf(ctx, data, h)
	colorBytes := account.Used() - before
	if err != nil {
		account.Give(colorBytes)
		return nil, imageError(ctx, "decode", h.Format.Name, err)
	}
	options := codec.Options{Least: h.Turn(least), Tolerant: e.tolerant}
	if colors.Far() && convertsWhole(h, options) {
		options.Least = image.Point{} // colors are converted before scaling
	}
	options.Inks = e.inks(colors)
	before = account.Used()
	decoded, err := h.Format.Decode(ctx, data, h, options)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		account.Give(account.Used() - before + colorBytes)
		return nil, imageError(ctx, "decode", h.Format.Name, err)
	}
	if _, inks := decoded.Image.(*image.CMYK); inks && colors == nil && !e.NaiveCMYK {
		colors = colorspace.Press()
	}
	pic = &Picture{header: h, data: data, decoded: decoded, held: account.Used() - before, colorBytes: colorBytes, tolerant: e.tolerant, described: colors}
	pic.take(decoded)
	if err := pic.setColors(ctx); err != nil {
		pic.Release(ctx)
		return nil, err
	}
	return pic, nil
}

// inks returns the value of codec.Options.Inks for a file whose colors t converts. t is nil if the file describes no colors, or sRGB.
func (e *Engine) inks(t *icc.Transform) func(dst, src []byte) {
	if e.NaiveCMYK && t == nil {
		return nil
	}
	var rows func(dst, src []byte)
	return func(dst, src []byte) {
		if rows == nil { // created only if the picture has a row of such pixels
			if t == nil || t.Space() != icc.CMYK {
				t = colorspace.Press()
			}
			rows = t.Rows()
		}
		rows(dst, src)
	}
}

// cheap is the memory in bytes up to which a picture is always decoded whole and converted before scaling.
const cheap = 4 << 20

// convertsWhole reports whether a picture whose tone curve is far from that of sRGB is decoded at full size.
func convertsWhole(h *codec.Header, o codec.Options) bool {
	return h.Format.Memory(h, codec.Options{Tolerant: o.Tolerant}) <= max(h.Format.Memory(h, o), cheap)
}

// colorsOf returns the transform from the colors of a file to sRGB, or nil if they are sRGB.
func colorsOf(ctx context.Context, data []byte, h *codec.Header) (*icc.Transform, error) {
	if h.Format.Color == nil {
		return nil, nil
	}
	account := codec.AccountOf(ctx)
	before := account.Used()
	color, err := h.Format.Color(ctx, data, h)
	if ctx.Err() != nil || errors.Is(err, codec.ErrTooLarge) {
		return nil, err
	}
	if err != nil {
		color = codec.Color{} // an invalid description is ignored
	}
	described := account.Used() - before
	t, err := colorspace.Transform(ctx, color)
	account.Give(described) // the Transform does not refer to the description
	return t, err
}

func (p *Picture) take(decoded *codec.Picture) {
	p.img = decoded.Image
	size := p.img.Bounds().Size()
	p.width, p.height = float64(size.X), float64(size.Y)
	if decoded.Width > 0 && decoded.Height > 0 {
		p.width, p.height = decoded.Width, decoded.Height
	}
	p.options = resample.Options{Luma: resample.Eighths(decoded.Luma), Chroma: resample.Eighths(decoded.Chroma)}
}

// setColors sets the transform of the colors of img. Colors are converted after scaling. If the tone curve is
// far from that of sRGB and img has its full size, setColors converts them now: browsers convert before
// scaling, too, and the scaled picture has only 8 bits per sample.
func (p *Picture) setColors(ctx context.Context) error {
	t := p.described
	p.converted = false
	if t.Far() && p.img.Bounds().Size() == p.header.Stored {
		img, err := t.Apply(ctx, p.img)
		if err != nil {
			return err
		}
		if img != p.img {
			p.drop(ctx)
			p.img, p.held = img, accounted(img)
		}
		t, p.converted = nil, true
	}
	p.colors = t
	p.options.KeepCMYK = t != nil && t.Space() == icc.CMYK
	return nil
}

// accounted returns the number of bytes that an image made by this package or by icc has taken from the
// account.
func accounted(img image.Image) int64 {
	if n := pixels.Bytes(img); n > codec.Free {
		return n
	}
	return 0
}

// Size returns the upright size of the original in pixels. The decoded picture may be smaller.
func (p *Picture) Size() image.Point { return p.header.Size() }

// Partial reports whether a part of the picture was missing or damaged.
func (p *Picture) Partial() bool { return p.decoded.Partial }

// Reuse allows several calls of Image, Apply and animate. The decoded picture then stays in memory. The result
// of a call is valid until the next call.
func (p *Picture) Reuse() { p.reused = true }

// Image returns the picture upright and in sRGB, with its upper left corner at (0,0). The result is valid until
// Release. Image can be called only once, unless Reuse has been called.
func (p *Picture) Image(ctx context.Context) (image.Image, error) {
	return p.upright(ctx, p.img, func() { p.drop(ctx) })
}

// upright converts img to sRGB and turns it upright. It calls dropped when img is no longer needed.
func (p *Picture) upright(ctx context.Context, img image.Image, dropped func()) (image.Image, error) {
	converted, err := p.colors.Apply(ctx, img)
	if err != nil {
		return nil, err
	}
	turned, err := orient(ctx, converted, p.header.Orientation)
	if err != nil {
		return nil, err
	}
	if converted != img && turned != converted {
		pixels.Give(ctx, converted)
	}
	if turned != img {
		p.result = turned
		dropped()
	}
	return turned, nil
}

// drop gives back the memory of the decoded picture.
func (p *Picture) drop(ctx context.Context) {
	if p.reused {
		return
	}
	account := codec.AccountOf(ctx)
	before := account.Used()
	if release := p.decoded.Release; release != nil {
		release()
		p.decoded.Release = nil
	}
	account.Give(p.held - (before - account.Used())) // the format may have given back a part of held itself
	p.img, p.held = nil, 0
}

// Release gives the memory of the picture back for reuse. Results of Image and Apply must not be used
// afterwards.
func (p *Picture) Release(ctx context.Context) {
	if p.small != nil {
		resample.Release(ctx, p.small)
		p.small = nil
	}
	p.forget(ctx)
}

// forget gives the memory back to the account. It does not release the memory for reuse, because the caller still
// refers to it.
func (p *Picture) forget(ctx context.Context) {
	p.reused = false
	if p.img != nil {
		p.drop(ctx)
	}
	for _, img := range []image.Image{p.small, p.result} {
		if img != nil {
			pixels.Give(ctx, img)
		}
	}
	p.small, p.result = nil, nil
	codec.AccountOf(ctx).Give(p.colorBytes)
	p.colorBytes = 0
}

// disown passes the memory of img to the caller. It returns false if img does not belong to p.
func (p *Picture) disown(img image.Image) bool {
	switch {
	case p.small != nil && samePointer(img, p.small):
		p.small = nil
	case p.result != nil && samePointer(img, p.result):
		p.result = nil
	case p.img != nil && samePointer(img, p.img) && p.held == accounted(p.img):
		p.img, p.held = nil, 0
	default:
		return false
	}
	return true
}
