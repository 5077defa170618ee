package jpeg

import (
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// fixed is what a Decoder takes besides pixels and coefficients: tables, the buffer of the
// bitReader, the list of scans.
const fixed = 256 << 10

// Memory is how many bytes Decode will take for pixels and coefficients, whatever the length of the
// file; 0 for options that it refuses. Tables and the input buffer (about 150 kB, reused) come on
// top.
func (h Header) Memory(o Options) int64 {
	n, err := o.scale()
	if err != nil {
		return 0
	}
	f := frame{width: h.Width, height: h.Height, progressive: h.Progressive}
	for i := range h.Components {
		f.comps = append(f.comps, component{h: h.Sampling[i][0], v: h.Sampling[i][1]})
	}
	f.geometry()
	f.scaleTo(n, o.FullChroma)
	return f.memory(h.ColorModel)
}

// decodeMemory returns what decoding takes from the account, and the profile.
func decodeMemory(h *codec.Header, o codec.Options) int64 {
	d := h.Detail.(*detail)
	f := d.frame
	f.comps = append([]component(nil), d.comps...)
	options := f.reduction(o.Least)
	f.scaleTo(options.Scale, options.FullChroma)
	return f.need() + d.profile
}

// need is what Decode takes from the account.
func (f *frame) need() int64 {
	columns := int64(f.outW) * int64(len(f.comps)) * 8 // of samplers
	return f.memory(f.colorModel()) + columns + fixed
}

// memory is what planes and coefficients allocate at most, in bytes, for a picture of that model.
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

// interleaved is the part of memory that holds the picture where the planes are not the picture.
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
