package icc

import (
	"math"
)

// nodes samples the device on a grid. A sample has width bytes, 1 or 2.
func nodes(width int, coding func(vector) vector, curve func(float64) float64, grid ...int) (b []byte) {
	at := make([]int, len(grid))
	for {
		in := make([]float64, len(grid))
		for i := range in {
			in[i] = curve(float64(at[i]) / float64(grid[i]-1))
		}
		for _, v := range coding(device(in)) {
			if width == 1 {
				b = append(b, byte(math.Round(clip(v)*255)))
			} else {
				b = append(b, u16(v)...)
			}
		}
		i := len(grid) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < grid[i] {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return b
		}
	}
}

func same(x float64) float64 { return x }

// lutTables returns a lut8 or lut16 whose input tables are x^0.8 and whose output tables are the identity.
func lutTables(width, inputs, points int, coding func(vector) vector, out func(float64) float64) []byte {
	entries := 256
	kind := "mft1"
	if width == 2 {
		entries, kind = 400, "mft2"
	}
	table := func(f func(float64) float64) (b []byte) {
		for i := range entries {
			v := f(float64(i) / float64(entries-1))
			if width == 1 {
				b = append(b, byte(math.Round(clip(v)*255)))
			} else {
				b = append(b, u16(v)...)
			}
		}
		return b
	}
	b := join([]byte(kind+"\x00\x00\x00\x00"), []byte{byte(inputs), 3, byte(points), 0})
	b = append(b, identityMatrix(0)[:36]...)
	if width == 2 {
		b = append(b, 0, 0, 0, 0)
		be.PutUint16(b[48:], uint16(entries))
		be.PutUint16(b[50:], uint16(entries))
	}
	for range inputs {
		b = append(b, table(func(x float64) float64 { return math.Pow(x, 0.8) })...)
	}
	grid := make([]int, inputs)
	for i := range grid {
		grid[i] = points
	}
	b = append(b, nodes(width, coding, func(x float64) float64 { return math.Pow(x, 1/0.8) }, grid...)...)
	for range 3 {
		b = append(b, table(out)...)
	}
	return b
}

// lutAToB assembles a lutAToBType; nil parts are absent.
func lutAToB(inputs int, a, clut, m, mat, b []byte) []byte {
	out := join([]byte("mAB \x00\x00\x00\x00"), []byte{byte(inputs), 3, 0, 0}, make([]byte, 20))
	for i, part := range [][]byte{b, mat, m, clut, a} {
		if part == nil {
			continue
		}
		copy(out[12+4*i:], u32(len(out)))
		out = append(out, padded(part)...)
	}
	return out
}

func repeat(n int, curve []byte) (b []byte) {
	for range n {
		b = append(b, padded(append([]byte(nil), curve...))...)
	}
	return b
}

func gridOf(width int, coding func(vector) vector, curve func(float64) float64, grid ...int) []byte {
	b := make([]byte, 20)
	for i, g := range grid {
		b[i] = byte(g)
	}
	b[16] = byte(width)
	return append(b, nodes(width, coding, curve, grid...)...)
}
