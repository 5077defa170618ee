package tiff_test

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// A randomTIFF is a picture of random samples in a file of random layout.
type randomTIFF struct {
	w, h, bits, samples, colors, photometric int
	float, planar, tiled                     bool
	predictor, fillOrder                     int
	compression                              uint16
	segW, segH                               int
	extra                                    []uint16
	palette                                  []uint16
	values                                   []uint64 // all samples of a pixel are adjacent
	order                                    pieces.ByteOrder
}

func newRandomTIFF(r *rand.Rand) *randomTIFF {
	p := &randomTIFF{w: 1 + r.IntN(17), h: 1 + r.IntN(17), predictor: 1, fillOrder: 1, order: binary.LittleEndian}
	kind := []struct {
		photometric, colors int
		bits                []int
	}{
		{0, 1, []int{1, 2, 4, 8, 12, 14, 16, 32}}, {1, 1, []int{1, 2, 4, 8, 12, 14, 16, 32}}, {2, 3, []int{2, 4, 8, 12, 16, 32}}, {3, 1, []int{1, 2, 4, 8}}, {5, 4, []int{8, 16}},
		{1, 1, []int{-16, -24, -32, -64}}, {2, 3, []int{-16, -24, -32, -64}},
	}[r.IntN(7)]
	p.photometric, p.colors, p.bits = kind.photometric, kind.colors, kind.bits[r.IntN(len(kind.bits))]
	if p.bits < 0 {
		p.bits, p.float = -p.bits, true
	}
	for range max(0, r.IntN(5)-2) {
		p.extra = append(p.extra, uint16(r.IntN(3)))
	}
	p.samples = p.colors + len(p.extra)
	p.planar = p.samples > 1 && r.IntN(2) == 0
	p.compression = []uint16{1, 1, 5, 8, 32946, 32773}[r.IntN(6)]
	if p.compression != 1 && p.compression != 32773 && r.IntN(2) == 0 {
		switch {
		case p.float:
			p.predictor = 3
		case p.bits%8 == 0:
			p.predictor = 2
		}
	}
	if p.bits <= 8 && !p.float && r.IntN(3) == 0 {
		p.fillOrder = 2
	}
	p.segW, p.segH = p.w, 1+r.IntN(p.h+3)
	if r.IntN(2) == 0 {
		p.tiled, p.segW, p.segH = true, 16, 16
	}
	if p.photometric == 3 {
		for range 3 << p.bits {
			p.palette = append(p.palette, uint16(r.IntN(256))*257)
		}
	}
	if r.IntN(2) == 0 {
		p.order = binary.BigEndian
	}
	for range p.w * p.h * p.samples {
		v := r.Uint64() & (1<<p.bits - 1)
		if r.IntN(4) == 0 {
			v = 0
		}
		if p.float {
			v = floatBits(float64(r.IntN(257))/256, p.bits)
		}
		p.values = append(p.values, v)
	}
	return p
}

// floatBits encodes a number from 0 to 1 with at most 8 bits of mantissa.
func floatBits(f float64, size int) uint64 {
	switch size {
	case 64:
		return math.Float64bits(f)
	case 32:
		return uint64(math.Float32bits(float32(f)))
	case 24:
		v := math.Float32bits(float32(f))
		e := int(v>>23) - 127 + 63
		if v == 0 {
			e = 0
		}
		return uint64(e)<<16 | uint64(v>>7&0xffff)
	}
	v := math.Float32bits(float32(f))
	e := int(v>>23) - 127 + 15
	if v == 0 {
		e = 0
	}
	return uint64(e)<<10 | uint64(v>>13&0x3ff)
}

func (p *randomTIFF) String() string {
	return fmt.Sprintf("%d×%d, photometric %d, %d samples of %d bits (float %v), extra %v, planar %v, tiled %v (%d×%d), compression %d, predictor %d, fill order %d, %v",
		p.w, p.h, p.photometric, p.samples, p.bits, p.float, p.extra, p.planar, p.tiled, p.segW, p.segH, p.compression, p.predictor, p.fillOrder, p.order)
}

// segment encodes the samples of a strip or tile whose upper left pixel is x, y. plane is -1 for all samples.
func (p *randomTIFF) segment(x, y, plane int) []byte {
	rows := min(p.segH, p.h-y)
	if p.tiled {
		rows = p.segH
	}
	var out []byte
	for j := range rows {
		var row []uint64
		for i := range p.segW {
			at := (min(y+j, p.h-1)*p.w + min(x+i, p.w-1)) * p.samples
			if plane >= 0 {
				row = append(row, p.values[at+plane])
			} else {
				row = append(row, p.values[at:at+p.samples]...)
			}
		}
		step := len(row) / p.segW
		if p.predictor == 2 {
			for i := len(row) - 1; i >= step; i-- {
				row[i] = (row[i] - row[i-step]) & (1<<p.bits - 1)
			}
		}
		if p.predictor == 3 {
			out = append(out, p.predictFloats(row, step)...)
			continue
		}
		out = append(out, pack(p.order, p.bits, len(row), row)...)
	}
	switch p.compression {
	case 5:
		out = lzwLiterals(out)
	case 8, 32946:
		out = deflated(out)
	case 32773:
		out = packBits(out, len(out)/max(rows, 1))
	}
	if p.fillOrder == 2 {
		for i := range out {
			out[i] = bits.Reverse8(out[i])
		}
	}
	return out
}

// predictFloats groups the bytes of a row by their significance, highest first, and takes differences.
func (p *randomTIFF) predictFloats(row []uint64, step int) []byte {
	n := p.bits / 8
	out := make([]byte, n*len(row))
	for i, v := range row {
		for j := range n {
			out[j*len(row)+i] = byte(v >> (8 * (n - 1 - j)))
		}
	}
	for i := len(out) - 1; i >= step; i-- {
		out[i] -= out[i-step]
	}
	return out
}

// lzwLiterals encodes bytes as LZW codes of 9 bits. It clears the table before codes need 10 bits.
func lzwLiterals(p []byte) []byte {
	var out []byte
	acc, count := uint32(0), 0
	put := func(v uint32) {
		for acc, count = acc<<9|v, count+9; count >= 8; count -= 8 {
			out = append(out, byte(acc>>(count-8)))
		}
	}
	for i, v := range p {
		if i%200 == 0 {
			put(256)
		}
		put(uint32(v))
	}
	put(257)
	if count > 0 {
		out = append(out, byte(acc<<(8-count)))
	}
	return out
}

// packBits encodes rows by PackBits, as runs and as literals.
func packBits(p []byte, row int) (out []byte) {
	for ; len(p) > 0; p = p[min(row, len(p)):] {
		for rest := p[:min(row, len(p))]; len(rest) > 0; {
			n := 1
			for n < min(len(rest), 128) && rest[n] == rest[0] {
				n++
			}
			if n > 1 {
				out, rest = append(out, byte(1-n), rest[0]), rest[n:]
				continue
			}
			for n < min(len(rest), 128) && rest[n] != rest[n-1] {
				n++
			}
			out, rest = append(append(out, byte(n-1)), rest[:n]...), rest[n:]
		}
	}
	return out
}

// file returns the picture as a TIFF.
func (p *randomTIFF) file(r *rand.Rand) *pieces.TIFF {
	f := pieces.NewTIFF(p.w, p.h, p.bits, p.samples, p.photometric)
	f.Order, f.Big, f.Tiled, f.Last = p.order, r.IntN(3) == 0, p.tiled, r.IntN(2) == 0
	f.Set(259, []uint16{p.compression}).Set(317, []uint16{uint16(p.predictor)}).Set(266, []uint16{uint16(p.fillOrder)}).Set(284, []uint16{1})
	if p.planar {
		f.Set(284, []uint16{2})
	}
	if p.float {
		formats := make([]uint16, p.samples)
		for i := range formats {
			formats[i] = 3
		}
		f.Set(339, formats)
	}
	if p.tiled {
		f.Set(322, []uint16{16}).Set(323, []uint16{16})
	} else {
		f.Set(278, []uint32{uint32(p.segH)})
	}
	if len(p.extra) > 0 {
		f.Set(338, p.extra)
	}
	if p.palette != nil {
		f.Set(320, p.palette)
	}
	planes := []int{-1}
	if p.planar {
		planes = nil
		for i := range p.samples {
			planes = append(planes, i)
		}
	}
	for _, plane := range planes {
		for y := 0; y < p.h; y += p.segH {
			for x := 0; x < p.w; x += p.segW {
				f.Parts = append(f.Parts, p.segment(x, y, plane))
			}
		}
	}
	return f
}

// level returns a sample as a number from 0 to 1.
func (p *randomTIFF) level(v uint64) float64 {
	if !p.float {
		return float64(v) / (math.Pow(2, float64(p.bits)) - 1)
	}
	switch p.bits {
	case 64:
		return math.Float64frombits(v)
	case 32:
		return float64(math.Float32frombits(uint32(v)))
	case 24:
		if v == 0 {
			return 0
		}
		return math.Ldexp(1+float64(v&0xffff)/65536, int(v>>16&127)-63)
	}
	if v == 0 {
		return 0
	}
	return math.Ldexp(1+float64(v&0x3ff)/1024, int(v>>10&31)-15)
}

// at returns the color of a pixel: premultiplied, or CMYK.
func (p *randomTIFF) at(x, y int) color.Color {
	v := p.values[(y*p.w+x)*p.samples:][:p.samples]
	full := func(f float64) uint16 { return uint16(math.Round(f * 65535)) }
	if p.photometric == 5 {
		return p.inksAt(v)
	}
	var c [3]float64
	for i := range c {
		switch p.photometric {
		case 0:
			c[i] = 1 - p.level(v[0])
		case 1:
			c[i] = p.level(v[0])
		case 2:
			c[i] = p.level(v[i])
		case 3:
			c[i] = float64(p.palette[i<<p.bits+int(v[0])]) / 65535
		}
	}
	a := 1.0
	for i, kind := range p.extra {
		if kind != 1 && kind != 2 {
			continue
		}
		a = p.level(v[p.colors+i])
		for j := range c {
			if kind == 2 || p.photometric == 3 {
				c[j] *= a
			}
			c[j] = min(c[j], a)
		}
		break
	}
	return color.RGBA64{full(c[0]), full(c[1]), full(c[2]), full(a)}
}

// inksAt returns the color of a CMYK pixel.
func (p *randomTIFF) inksAt(v []uint64) color.Color {
	a, scaled := 1.0, 1.0
	for i, kind := range p.extra {
		if kind != 1 && kind != 2 {
			continue
		}
		if a = p.level(v[4+i]); kind == 1 {
			scaled = a
		}
		break
	}
	var inks [4]byte
	for i := range inks {
		if scaled > 0 {
			inks[i] = byte(uint16(math.Round(min(p.level(v[i])/scaled, 1)*65535)) >> 8)
		}
	}
	r, g, b := color.CMYKToRGB(inks[0], inks[1], inks[2], inks[3])
	return color.NRGBA64{uint16(r) * 257, uint16(g) * 257, uint16(b) * 257, uint16(math.Round(a * 65535))}
}

func TestRandomLayoutsAreDecodedAsTheyWereEncoded(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 77))
		p := newRandomTIFF(r)
		data := p.file(r).Encode()
		_, pic, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{})
		if !assert.NoError(t, err, "%d: %v", seed, p) {
			continue
		}
		worst := 0.0
		for y := range p.h {
			for x := range p.w {
				wr, wg, wb, wa := p.at(x, y).RGBA()
				gr, gg, gb, ga := pic.Image.At(x, y).RGBA()
				for _, d := range [4][2]uint32{{wr, gr}, {wg, gg}, {wb, gb}, {wa, ga}} {
					worst = max(worst, math.Abs(float64(d[0])-float64(d[1]))/257)
				}
			}
		}
		assert.Equal(t, image.Pt(p.w, p.h), pic.Image.Bounds().Size())
		assert.LessOrEqual(t, worst, 1.5, "%d: %v", seed, p)
	}
}
