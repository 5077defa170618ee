package tiff_test

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// pack encodes rows of samples with the given number of bits. Each row begins at a byte.
func pack(order pieces.ByteOrder, bits, perRow int, values []uint64) []byte {
	var out []byte
	for ; len(values) > 0; values = values[min(perRow, len(values)):] {
		row := values[:min(perRow, len(values))]
		switch bits {
		case 16:
			for _, v := range row {
				out = order.AppendUint16(out, uint16(v))
			}
			continue
		case 24:
			for _, v := range row {
				if order == pieces.ByteOrder(binary.LittleEndian) {
					out = append(out, byte(v), byte(v>>8), byte(v>>16))
				} else {
					out = append(out, byte(v>>16), byte(v>>8), byte(v))
				}
			}
			continue
		case 32:
			for _, v := range row {
				out = order.AppendUint32(out, uint32(v))
			}
			continue
		case 64:
			for _, v := range row {
				out = order.AppendUint64(out, v)
			}
			continue
		}
		acc, count := uint64(0), 0
		for _, v := range row {
			acc, count = acc<<bits|v, count+bits
			for count >= 8 {
				out = append(out, byte(acc>>(count-8)))
				count -= 8
			}
		}
		if count > 0 {
			out = append(out, byte(acc<<(8-count)))
		}
	}
	return out
}

// noise returns n samples with the given number of bits. Neighboring samples are similar.
func noise(seed uint64, n, bits int) []uint64 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]uint64, n)
	most := math.Pow(2, float64(bits)) - 1
	v := 0.5
	for i := range out {
		v = min(1, max(0, v+(r.Float64()-0.5)/8))
		if r.IntN(50) == 0 {
			v = math.Round(r.Float64())
		}
		out[i] = uint64(math.Round(v * most))
	}
	return out
}

// level scales a sample from the given number of bits to 16 bits.
func level(v uint64, bits int) uint16 {
	if bits > 16 {
		return uint16(v >> (bits - 16))
	}
	return uint16(v * 65535 / (1<<bits - 1))
}

// grayOf and rgbOf return the picture with the given samples.
func grayOf(w, h, bits int, values []uint64) image.Image {
	m := image.NewGray16(image.Rect(0, 0, w, h))
	for i, v := range values[:w*h] {
		m.SetGray16(i%w, i/w, color.Gray16{Y: level(v, bits)})
	}
	return m
}

func rgbOf(w, h, bits, samples int, values []uint64) image.Image {
	m := image.NewNRGBA64(image.Rect(0, 0, w, h))
	for i := range w * h {
		p := values[i*samples:]
		m.SetNRGBA64(i%w, i/w, color.NRGBA64{R: level(p[0], bits), G: level(p[1], bits), B: level(p[2], bits), A: 65535})
	}
	return m
}

// maxDifference returns the largest difference between samples of two pictures, in levels of 8 bits.
func maxDifference(a, b image.Image) float64 {
	if a.Bounds().Size() != b.Bounds().Size() {
		return math.Inf(1)
	}
	most := 0.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, c, d := a.At(x, y).RGBA()
			r2, g2, c2, d2 := b.At(x, y).RGBA()
			for _, v := range [4][2]uint32{{r, r2}, {g, g2}, {c, c2}, {d, d2}} {
				most = max(most, math.Abs(float64(v[0])-float64(v[1]))/257)
			}
		}
	}
	return most
}
