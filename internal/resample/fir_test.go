package resample

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// convolveRowPlainly computes the horizontal pass directly from its definition.
func convolveRowPlainly(dst, src []int16, a *axis) {
	for i, start := range a.start {
		sum := int32(one / 2)
		for j, w := range a.w[i*a.stride:][:a.stride] {
			sum += int32(src[int(start)+j]) * int32(w)
		}
		dst[i] = int16(sum >> weightBits)
	}
}

// words returns a row as in the ring: n samples in a word, as the Go functions (2) or the assembly (4) store them.
func words(row []int16, n int) []uint64 {
	w := make([]uint64, len(row)/n)
	for i, v := range row {
		if n == 2 {
			w[i/2] |= uint64(int64(v)+bias) << (i % 2 * 32)
		} else {
			w[i/4] |= uint64(uint16(v)) << (i % 4 * 16)
		}
	}
	return w
}

// On processors without assembly, this test compares the Go functions with themselves.
func TestAssemblyAgreesWithGoBitByBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	samples := func(n int) []int16 { // up to the largest overshoot
		s := make([]int16, n)
		for i := range s {
			s[i] = int16(rng.IntN(28000) - 6000)
		}
		return s
	}
	for round := range 300 {
		g := grid{size: 1 + rng.IntN(300), n: 1 + rng.IntN(100)}
		if round%4 == 0 {
			g.size = g.n * (1 + rng.IntN(6)) // most weights are the same in reverse order
		}
		g.step = float64(g.size) / float64(g.n)
		var a axis
		setAxis(&a, Kernel(rng.IntN(2)), g, exactResidual, rng.IntN(3))
		gap := a.cells + a.stride + rng.IntN(9)
		src := samples(8 * gap)
		for i, v := range src {
			src[i] = max(v, 0) // only the passes overshoot
		}
		want := make([][]uint64, 1+rng.IntN(8))
		wantGo, got, gotGo := make([][]uint64, len(want)), make([][]uint64, len(want)), make([][]uint64, len(want))
		for i := range want {
			row := make([]int16, len(a.start))
			convolveRowPlainly(row, src[i*gap:], &a)
			want[i], wantGo[i] = words(row, perWord), words(row, 2)
			got[i], gotGo[i] = make([]uint64, len(want[i])), make([]uint64, len(wantGo[i]))
		}
		var scratch []column
		convolveCellsGo(gotGo, src, gap, &a, &scratch)
		require.Equal(t, wantGo, gotGo, "%+v", g)
		convolveCells(got, src, gap, &a, &scratch)
		require.Equal(t, want, got, "%+v", g)

		n := lineAlign * (1 + rng.IntN(5))
		rows, rowsGo := make([][]uint64, align(a.taps, 2)), make([][]uint64, align(a.taps, 2))
		for i := range rows {
			row := samples(n)
			rows[i], rowsGo[i] = words(row, perWord), words(row, 2)
		}
		i := rng.IntN(g.n)
		w := a.w[i*a.stride:][:a.stride]
		wantWide, gotWide := make([]int16, n), make([]int16, n)
		convolveRowsWideGo(wantWide, rowsGo, w)
		convolveRowsWide(gotWide, rows, w)
		require.Equal(t, wantWide, gotWide, "%+v", g)
		wantLine, gotLine := make([]byte, n), make([]byte, n)
		convolveRowsGo(wantLine, rowsGo, w)
		convolveRows(gotLine, rows, w)
		require.Equal(t, wantLine, gotLine, "%+v", g)

		bytes := make([]byte, 1+rng.IntN(200))
		noise(bytes)
		sums, sumsGo := make([]uint16, len(bytes)), make([]uint16, len(bytes))
		n = 1 + rng.IntN(maxBox)
		m := meanOf(n, 0)
		for range n {
			addRow(sums, bytes)
			addRowGo(sumsGo, bytes)
		}
		inOrderGo := slices.Clone(sumsGo)
		sortSums(inOrderGo)

		wide, wideGo := make([]int16, len(bytes)), make([]int16, len(bytes))
		widenGo(wideGo, bytes)
		widen(wide, bytes)
		require.Equal(t, wideGo, wide)

		bits := uint(rng.IntN(8))
		means, meansGo := make([]int16, len(bytes)), make([]int16, len(bytes))
		mean(means, sums, m)
		meanGo(meansGo, sumsGo, m)
		require.Equal(t, meansGo, means)
		n = len(bytes) / 4
		means, meansGo = make([]int16, 4*n+99), make([]int16, 4*n+99)
		meanSplit(means, n+33, sums[:4*n], m)
		meanSplitGo(meansGo, n+33, sumsGo[:4*n], m)
		require.Equal(t, meansGo, means)
		inOrder(sums)
		require.Equal(t, inOrderGo, sums)

		pixels := make([]byte, 4*(1+rng.IntN(90)))
		noise(pixels)
		stride := len(pixels)/4 + rng.IntN(20)
		split4, split4Go := make([]int16, 4*stride), make([]int16, 4*stride)
		split(split4, stride, pixels)
		splitGo(split4Go, stride, pixels)
		require.Equal(t, split4Go, split4)
		splitPremul(split4, stride, pixels)
		splitPremulGo(split4Go, stride, pixels)
		require.Equal(t, split4Go, split4)
		three := pixels[:len(pixels)/4*3]
		splitRGB(split4, stride, three)
		splitRGBGo(split4Go, stride, three)
		require.Equal(t, split4Go, split4)
		pre, preGo := make([]uint16, len(pixels)), make([]uint16, len(pixels))
		for range 1 + rng.IntN(maxBox>>bits) {
			addPremul(pre, pixels, premulOf(bits))
			addPremulGo(preGo, pixels, premulOf(bits))
		}
		inOrder(pre)
		sortSums(preGo)
		require.Equal(t, preGo, pre)
	}
}

func TestMultiplyingByAlphaIsExact(t *testing.T) {
	for c := range 256 {
		for a := range 256 {
			want := float64(c) * float64(a) / 255
			for bits := range uint(8) {
				got := premulOf(bits).of(byte(c), byte(a))
				require.InDelta(t, want*float64(int(1)<<bits), got, 1)
				if c == 255 || a == 255 {
					require.EqualValues(t, min(c, a)<<bits, got)
				}
			}
		}
		require.Equal(t, int16(c*64), from16(uint32(c*257)))
		require.Equal(t, int16(c*64), premul16(uint32(c*257), 65535))
	}
}

func TestMeansOfEqualBytesAreExactAndOthersNearlySo(t *testing.T) {
	for rows := 1; rows <= maxBox; rows++ {
		m := meanOf(rows, 0)
		for v := range 256 {
			require.Equal(t, int16(v*64), m.of(uint16(v*rows)), "%d rows of %d", rows, v)
			for bits := uint(1); bits < 8 && rows<<bits <= maxBox; bits++ {
				require.Equal(t, int16(v*64), meanOf(rows, bits).of(uint16(v*rows)<<bits), "%d rows of %d, %d bits", rows, v, bits)
			}
		}
		for sum := 0; sum <= 255*rows; sum += 7 {
			require.InDelta(t, 64*float64(sum)/float64(rows), float64(m.of(uint16(sum))), 1)
		}
	}
}

func TestTheMeanOfABoxOfColumnsIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for box := 2; box <= maxBox; box++ {
		row := make([]int16, 2*box+1+rng.IntN(box))
		for i := range row {
			row[i] = int16(rng.IntN(2)*16319 + rng.IntN(2))
		}
		var want []int16
		for i := 0; i < len(row); i += box {
			cell := row[i:min(len(row), i+box)]
			sum := len(cell) / 2
			for _, v := range cell {
				sum += int(v)
			}
			want = append(want, int16(sum/len(cell)))
		}
		shrinkRow(row, box)
		require.Equal(t, want, row[:len(want)], "boxes of %d", box)
	}
}

func TestPremultipliedWordsAreRoundedOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 1))
	for range 100_000 {
		pixel, sum := make([]byte, 8), make([]uint32, 4)
		v := []uint32{r.Uint32N(65536), 65535, 0, r.Uint32N(65536)}
		if r.IntN(8) == 0 {
			v[3] = 65535
		}
		for i := range v {
			binary.BigEndian.PutUint16(pixel[2*i:], uint16(v[i]))
		}
		addPremulWords(sum, pixel)
		require.Equal(t, []uint32{v[3], v[3], 0, uint32((uint64(v[0])*uint64(v[3]) + 32767) / 65535)}, sum, v)
	}
}
