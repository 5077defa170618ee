package jpeg

import "image/color"

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

// memory is what planes and coefficients allocate, in bytes, for a picture of that model.
func (f *frame) memory(model color.Model) int64 {
	total := int64(0)
	for _, c := range f.comps {
		blocks, samples := int64(c.blocksX)*int64(c.blocksY), int64(c.scale*c.scale)
		total += blocks * samples
		if f.progressive {
			total += 2 * blocks * samples // coefficients.value
			if c.scale > 1 {
				total += 8 * blocks // coefficients.nonzero
			}
		}
	}
	area := int64(f.outW) * int64(f.outH)
	switch model {
	case color.RGBAModel, color.CMYKModel:
		total += 4 * area
	case color.YCbCrModel:
		if _, ok := f.subsampling(); !ok {
			total += 3 * area
		}
	}
	return total
}
