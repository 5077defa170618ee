package jpeg

import "math/rand"

// coded is a picture given by its coefficients. The tests write files of every kind from it, so they know the expected result without a
// decoder.
type coded struct {
	width, height int
	comps         []codedComponent
	quant         [64]int // zigzag
	progressive   bool
	separate      bool // the scans of a component follow those of the previous component
	restart       int  // restart interval in MCUs; 0: none
	eobRun        int  // longest end-of-band run
	longCodes     bool // Huffman codes of 16 bits, which are too long for all lookup tables
	adobe         int  // transform of the Adobe marker, -1: no marker
}

type codedComponent struct {
	h, v             int
	blocksX, blocksY int // padded to whole MCUs
	codedX, codedY   int
	blocks           [][64]int // quantized, zigzag
}

// randomCoded returns a random picture with the given sampling factors.
func randomCoded(rng *rand.Rand, width, height int, sampling ...[2]int) *coded {
	c := &coded{width: width, height: height, adobe: -1, eobRun: 1 + rng.Intn(40)}
	hMax, vMax := 1, 1
	for _, s := range sampling {
		hMax, vMax = max(hMax, s[0]), max(vMax, s[1])
	}
	for k := range c.quant {
		c.quant[k] = 1 + rng.Intn(1+k/2)
	}
	for _, s := range sampling {
		cc := codedComponent{
			h: s[0], v: s[1],
			blocksX: ceilDiv(width, 8*hMax) * s[0], blocksY: ceilDiv(height, 8*vMax) * s[1],
			codedX: ceilDiv(ceilDiv(width*s[0], hMax), 8), codedY: ceilDiv(ceilDiv(height*s[1], vMax), 8),
		}
		cc.blocks = make([][64]int, cc.blocksX*cc.blocksY)
		for i := range cc.blocks {
			f, _ := randomCoefficients(rng)
			for k, z := range zigzag {
				cc.blocks[i][k] = int(f[z>>3][z&7]) / c.quant[k]
			}
		}
		c.comps = append(c.comps, cc)
	}
	return c
}

// script returns the scans of a progressive file in their order.
func (c *coded) script() (scans []scan) {
	var all []scanComponent
	for i := range c.comps {
		all = append(all, scanComponent{index: i})
	}
	if !c.separate {
		return scriptOf(all)
	}
	for i := range all {
		scans = append(scans, scriptOf(all[i:i+1])...)
	}
	return scans
}

// scriptOf returns the scans of some components, with successive approximation of DC and AC.
func scriptOf(comps []scanComponent) (scans []scan) {
	scans = append(scans, scan{comps: comps, al: 1})
	for i := range comps {
		one := comps[i : i+1]
		scans = append(scans,
			scan{comps: one, ss: 1, se: 5, al: 2}, scan{comps: one, ss: 6, se: 63, al: 2},
			scan{comps: one, ss: 1, se: 63, ah: 2, al: 1}, scan{comps: one, ss: 1, se: 9, ah: 1},
			scan{comps: one, ss: 10, se: 63, ah: 1})
	}
	return append(scans, scan{comps: comps, ah: 1})
}

// file returns the picture as a JPEG file.
func (c *coded) file() []byte {
	w := &writer{longCodes: c.longCodes}
	w.Write([]byte{0xFF, mSOI})
	if c.adobe >= 0 {
		w.segment(mAPP14, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(c.adobe)))
	}
	dqt := []byte{0x10} // 16 bits
	for _, q := range c.quant {
		dqt = append(dqt, byte(q>>8), byte(q))
	}
	w.segment(mDQT, dqt)
	sof := []byte{8, byte(c.height >> 8), byte(c.height), byte(c.width >> 8), byte(c.width), byte(len(c.comps))}
	for i, cc := range c.comps {
		sof = append(sof, byte(i), byte(cc.h<<4|cc.v), 0)
	}
	w.segment(map[bool]byte{false: mSOF1, true: mSOF2}[c.progressive], sof)
	w.tables()
	if c.restart > 0 {
		w.segment(mDRI, []byte{byte(c.restart >> 8), byte(c.restart)})
	}
	switch {
	case c.progressive:
		for _, s := range c.script() {
			c.scan(w, s)
		}
	case c.separate:
		for i := range c.comps {
			c.scan(w, scan{comps: []scanComponent{{index: i}}, se: 63})
		}
	default:
		s := scan{se: 63}
		for i := range c.comps {
			s.comps = append(s.comps, scanComponent{index: i})
		}
		c.scan(w, s)
	}
	w.Write([]byte{0xFF, mEOI})
	return w.Bytes()
}

// scan writes one scan.
func (c *coded) scan(w *writer, s scan) {
	sos := []byte{byte(len(s.comps))}
	for _, sc := range s.comps {
		sos = append(sos, byte(sc.index), 0)
	}
	w.segment(mSOS, append(sos, byte(s.ss), byte(s.se), byte(s.ah<<4|s.al)))
	var prediction [4]int
	mcu := 0
	begin := func() {
		if c.restart > 0 && mcu > 0 && mcu%c.restart == 0 {
			w.endOfBand()
			w.flush()
			w.Write([]byte{0xFF, mRST0 + byte(mcu/c.restart-1)%8})
			prediction = [4]int{}
		}
		mcu++
	}
	block := func(index, x, y int) {
		cc := &c.comps[index]
		b := &cc.blocks[y*cc.blocksX+x]
		switch {
		case s.ss > 0 && s.ah > 0:
			w.refine(b, s, c.eobRun)
		case s.ss > 0:
			w.first(b, s, c.eobRun)
		case s.ah > 0:
			w.bits(uint(b[0]>>s.al&1), 1)
		default:
			dc := b[0] >> s.al
			w.number(0, 0, dc-prediction[index])
			prediction[index] = dc
			if s.se == 63 {
				w.sequentialAC(b)
			}
		}
	}
	if len(s.comps) == 1 {
		cc := &c.comps[s.comps[0].index]
		for y := range cc.codedY {
			for x := range cc.codedX {
				begin()
				block(s.comps[0].index, x, y)
			}
		}
	} else {
		for my := range c.comps[0].blocksY / c.comps[0].v {
			for mx := range c.comps[0].blocksX / c.comps[0].h {
				begin()
				for _, sc := range s.comps {
					cc := &c.comps[sc.index]
					for i := range cc.h * cc.v {
						block(sc.index, mx*cc.h+i%cc.h, my*cc.v+i/cc.h)
					}
				}
			}
		}
	}
	w.endOfBand()
	w.flush()
}
