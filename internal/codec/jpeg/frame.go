package jpeg

import "image/color"

// frame holds the contents of SOF and of the application markers (sections B.2.2 and A.1.1), and the geometry
// that follows from them and from the scale.
type frame struct {
	width, height  int
	progressive    bool
	arithmetic     bool
	comps          []component
	hMax, vMax     int
	jfif, adobe    bool
	adobeTransform byte // 0: RGB or CMYK, 1: YCbCr, 2: YCCK

	mcusX, mcusY int // number of MCUs of an interleaved scan
	scale        int // scale of the picture in eighths
	outW, outH   int // size of the scaled picture in pixels
	roughChroma  bool
}

// component is one color channel.
type component struct {
	id   byte
	h, v int // sampling factors
	tq   byte

	// An interleaved scan has blocksX × blocksY blocks, including padding. A scan of this component alone has
	// codedX × codedY blocks (section A.2.2).
	blocksX, blocksY int
	codedX, codedY   int

	scale int       // eighths; a block becomes scale × scale samples
	seen  bool      // a scan with its DC coefficients has been read
	steps [64]int32 // the quantization table at the time of the component's first scan, in zigzag order; only for progressive files
}

func (f *frame) readSOF(marker byte, seg []byte) error {
	if len(f.comps) != 0 {
		return corrupt("second frame header")
	}
	switch marker {
	case mSOF0, mSOF1, mSOF2, mSOF9, mSOF10:
	case mSOF3, mSOF11:
		if len(seg) < 6 || len(seg) != 6+3*int(seg[5]) {
			return corrupt("SOF has a wrong length")
		}
		return ErrLossless
	default:
		return unsupported(markerName(marker))
	}
	if len(seg) < 6 {
		return corrupt("SOF has a wrong length")
	}
	if seg[0] != 8 {
		return unsupported("sample precision other than 8 bits")
	}
	f.progressive = marker == mSOF2 || marker == mSOF10
	f.arithmetic = marker >= mSOF9
	f.height = int(seg[1])<<8 | int(seg[2])
	f.width = int(seg[3])<<8 | int(seg[4])
	n := int(seg[5])
	switch {
	case f.height == 0:
		return unsupported(markerName(mDNL))
	case f.width == 0:
		return corrupt("picture of width 0")
	case n != 1 && n != 3 && n != 4:
		return unsupported("number of components")
	case len(seg) != 6+3*n:
		return corrupt("SOF has a wrong length")
	}
	for s := seg[6:]; len(s) > 0; s = s[3:] {
		c := component{id: s[0], h: int(s[1] >> 4), v: int(s[1] & 15), tq: s[2]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return corrupt("sampling factor outside 1 to 4")
		}
		if c.tq > 3 {
			return corrupt("quantization table number above 3")
		}
		f.comps = append(f.comps, c)
	}
	f.geometry()
	return nil
}

// geometry computes the numbers of MCUs and blocks from the sampling factors (sections A.1.1 and A.2).
func (f *frame) geometry() {
	if len(f.comps) == 1 {
		f.comps[0].h, f.comps[0].v = 1, 1 // a scan of one component is never interleaved (section A.2.2)
	}
	f.hMax, f.vMax = 1, 1
	for _, c := range f.comps {
		f.hMax, f.vMax = max(f.hMax, c.h), max(f.vMax, c.v)
	}
	f.mcusX = ceilDiv(f.width, 8*f.hMax)
	f.mcusY = ceilDiv(f.height, 8*f.vMax)
	for i := range f.comps {
		c := &f.comps[i]
		c.blocksX, c.blocksY = f.mcusX*c.h, f.mcusY*c.v
		c.codedX = ceilDiv(ceilDiv(f.width*c.h, f.hMax), 8)
		c.codedY = ceilDiv(ceilDiv(f.height*c.v, f.vMax), 8)
	}
}

// scaleTo sets the size of the picture to n eighths.
func (f *frame) scaleTo(n int, fullChroma bool) {
	f.scale = n
	f.outW, f.outH = ceilDiv(f.width*n, 8), ceilDiv(f.height*n, 8)
	for i := range f.comps {
		c := &f.comps[i]
		k := 1 // scale of this component relative to n
		for fullChroma && 2*k*n <= 8 && f.hMax%(2*k*c.h) == 0 && f.vMax%(2*k*c.v) == 0 {
			k *= 2
		}
		c.scale = k * n
	}
}

// isRGB reports whether the three components are R, G and B. It decides as libjpeg and browsers do: a JFIF file is
// Y'CbCr; else the Adobe marker decides, and without one the component identifiers decide. In package image/jpeg, the
// identifiers decide even if there is an Adobe marker.
func (f *frame) isRGB() bool {
	if len(f.comps) != 3 || f.jfif {
		return false
	}
	if f.adobe {
		return f.adobeTransform == 0
	}
	return f.comps[0].id == 'R' && f.comps[1].id == 'G' && f.comps[2].id == 'B'
}

func (f *frame) colorModel() color.Model {
	switch {
	case len(f.comps) == 1:
		return color.GrayModel
	case len(f.comps) == 4:
		return color.CMYKModel
	case f.isRGB():
		return color.RGBAModel
	}
	return color.YCbCrModel
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
