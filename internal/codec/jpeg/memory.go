package jpeg

import (
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// fixed is the memory of a Decoder besides pixels and coefficients: tables, the buffer of the bitReader and the
// list of scans.
const fixed = 256 << 10

// Memory returns the number of bytes that Decode takes for pixels and coefficients. It does not depend on the length
// of the file. It is 0 for invalid options. Tables and the input buffer, about 150 kB, are reused and not included.
func (h Header) Memory(o Options) int64 {
	n, err := o.scale()
	if err != nil {
		return 0
	}
	f := frame{width: h.Width, height: h.Height, progressive: h.progressive}
	for i := range h.Components {
		f.comps = append(f.comps, component{h: h.sampling[i][0], v: h.sampling[i][1]})
	}
	f.geometry()
	f.scaleTo(n, o.FullChroma)
	return f.memory(h.colorModel)
}

// decodeMemory returns the memory that decoding and reading the ICC profile take from the account.
func decodeMemory(h *codec.Header, o codec.Options) int64 {
	d := h.Detail.(*detail)
	f := d.frame
	f.comps = append([]component(nil), d.comps...)
	options := f.reduction(o.Least)
	f.scaleTo(options.Scale, options.FullChroma)
	return f.need() + d.profile
}

// need returns the memory that Decode takes from the account.
func (f *frame) need() int64 {
	columns := int64(f.outW) * int64(len(f.comps)) * 8 // for samplers
	return f.memory(f.colorModel()) + columns + fixed
}

// memory returns the maximum memory of planes and coefficients in bytes, for a picture of the given color model.
func (f *frame) memory(model color.Model) int64 {
	total := f.interleaved(model)
	for _, c := range f.comps {
		blocks, samples := int64(c.blocksX)*int64(c.blocksY), int64(c.scale*c.scale)
		total += blocks * samples
		if f.progressive {
			total += 2*blocks*samples + 8*blocks // coefficients.value and .nonzero
		}
	}
	return total
}

// interleaved returns the memory of the interleaved picture, or 0 if the planes themselves are the picture.
func (f *frame) interleaved(model color.Model) int64 {
	area := int64(f.outW) * int64(f.outH)
	switch model {
	case color.RGBAModel, color.CMYKModel:
		return 4 * area
	case color.YCbCrModel:
		if _, ok := f.subsampling(); !ok {
			return 3 * area
		}
	}
	return 0
}
