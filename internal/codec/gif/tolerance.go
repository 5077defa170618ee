package gif

import "image"

// A tolerance says which color of a palette a pixel may get instead of its own color, which is usually the nearest one.
type tolerance struct {
	loss  int32 // the maximum squared distance from the color that the pixel should have
	slack int32 // see Encoder.Slack
}

// any reports whether there is any tolerance.
func (t tolerance) any() bool { return t != tolerance{} }

// value returns how large a squared distance of colors the encoder accepts in order to make a sequence one pixel longer.
func (t tolerance) value() int32 { return max(t.slack*t.slack*5/4, t.loss, 1) }

// cost returns the cost of writing the color got instead of the color own, which the pixel has in the palette. want is the color that
// the pixel should have. ok is false if the color got is not allowed for the pixel.
func (t tolerance) cost(own, want, got uint32) (cost int32, ok bool) {
	if got == own {
		return 0, true
	}
	if !t.any() || got == 0 || own == 0 {
		return far, false
	}
	d := distance(got, want)
	more := d - distance(own, want)
	return max(more, 0), d <= t.loss || more*256 <= t.slack*distance(own, got)
}

// distance returns the squared distance of two colors. If one is transparent, the distance is larger than any loss.
func distance(a, b uint32) int32 {
	if a == 0 || b == 0 {
		return far
	}
	red, green, blue := int32(a&255)-int32(b&255), int32(a>>8&255)-int32(b>>8&255), int32(a>>16&255)-int32(b>>16&255)
	return red*red + green*green + blue*blue
}

// wanted returns the color that the pixel at column x and row y should have, and its color in the palette.
func (p *picture) wanted(x, y, width int) (want, own uint32) {
	own = p.packed[p.pix[y*width+x]]
	if p.source == nil || own == 0 {
		return own, own
	}
	c := p.source.Pix[y*p.source.Stride+4*x:][:3]
	return uint32(c[0]) | uint32(c[1])<<8 | uint32(c[2])<<16 | 255<<24, own
}

// AddFrom adds the next frame like Add. source has the colors that the pixels of img had before they were reduced to the palette, without
// dithering. It must not be modified afterwards, and its bounds must be those of img.
func (e *Encoder) AddFrom(img *image.Paletted, source *image.NRGBA, delay int) error {
	if source.Rect != img.Rect {
		return errFrame
	}
	return e.add(img, &picture{delay: delay, source: source})
}
