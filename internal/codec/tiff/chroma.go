package tiff

// chroma holds the tables for converting Y'CbCr to RGB (section 21).
type chroma struct {
	luma         [256]int32 // fixed-point numbers with 16 fractional bits
	red, greenR  [256]int32 // contribution of Cr
	greenB, blue [256]int32 // contribution of Cb
}

// newChroma computes the tables for the coefficients and the reference range of a layout.
func newChroma(l *layout) *chroma {
	k, r := l.coefficients, l.reference
	if k[0] <= 0 || k[1] <= 0 || k[2] <= 0 {
		k = [3]float64{0.299, 0.587, 0.114}
	}
	span := func(black, white float64) float64 {
		if white == black {
			return 1
		}
		return white - black
	}
	c := new(chroma)
	for i := range 256 {
		v := float64(i)
		cb, cr := (v-r[2])*127/span(r[2], r[3]), (v-r[4])*127/span(r[4], r[5])
		c.luma[i] = fixed((v - r[0]) * 255 / span(r[0], r[1]))
		c.red[i] = fixed(cr * (2 - 2*k[0]))
		c.blue[i] = fixed(cb * (2 - 2*k[2]))
		c.greenR[i] = -fixed(cr * (2 - 2*k[0]) * k[0] / k[1])
		c.greenB[i] = -fixed(cb * (2 - 2*k[2]) * k[2] / k[1])
	}
	return c
}

// fixed converts f to fixed point. It limits extreme values, so that sums do not overflow.
func fixed(f float64) int32 { return int32(max(-4000, min(f, 4000)) * (1 << 16)) }

func (c *chroma) pixel(y, cb, cr byte) (r, g, b byte) {
	l := c.luma[y] + 1<<15
	return clip(l + c.red[cr]), clip(l + c.greenR[cr] + c.greenB[cb]), clip(l + c.blue[cb])
}

func clip(v int32) byte {
	switch v >>= 16; {
	case v < 0:
		return 0
	case v > 255:
		return 255
	}
	return byte(v)
}

// convert returns a function that converts pixels of n samples. The fourth sample is alpha.
func (c *chroma) convert(n int) func(dst, src []byte) {
	return func(dst, src []byte) {
		for len(dst) >= n && len(src) >= n {
			dst[0], dst[1], dst[2] = c.pixel(src[0], src[1], src[2])
			if n == 4 {
				dst[3] = src[3]
			}
			dst, src = dst[n:], src[n:]
		}
	}
}
