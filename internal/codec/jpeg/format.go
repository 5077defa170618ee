package jpeg

import (
	"context"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Format implements JPEG.
var Format = &codec.Format{
	Name:     "jpeg",
	Match:    func(head []byte) bool { return codec.HasMagic(head, "\xff\xd8") },
	Complete: codec.EndsWith("\xff\xd9"),
	Header:   readFormatHeader,
	Memory:   decodeMemory,
	Decode:   decodeFormat,
	Color:    readColor,
	Strip:    strip,
}

// decodeFormat implements Format.Decode. It decodes at the smallest scale n/8 that is good enough for a result of
// o.Least pixels.
func decodeFormat(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	options := h.Detail.(*detail).reduction(o.Least)
	options.Tolerant = o.Tolerant
	d := Get()
	img, err := d.Decode(ctx, data, options)
	if err == nil && h.Stored != image.Pt(d.width, d.height) {
		err = corrupt(fmt.Sprintf("%d×%d pixels where the header says %v", d.width, d.height, h.Stored))
	}
	if err != nil {
		d.Release()
		return nil, err
	}
	p := d.describe(img)
	p.Partial = d.partial
	p.Release = func() {
		if d != nil {
			d.Release()
			d = nil
		}
	}
	return p, nil
}
