package tiff

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func TestDifferencesOfWordsAreAddedUpPerSample(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 2))
	buffers := [2][]byte{codectest.AtPageEnd(t, 600), codectest.AtPageEnd(t, 600)} // a byte beyond a row can't be accessed
	for step := 1; step <= 6; step++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			for pixels := range 50 {
				var row, want []byte
				sums := make([]uint16, step)
				for i := range pixels * step {
					v := uint16(r.Uint32())
					sums[i%step] += v
					row, want = order.AppendUint16(row, v), binary.BigEndian.AppendUint16(want, sums[i%step])
				}
				little := fmt.Sprint(order) == "LittleEndian"
				dst, src := buffers[0][600-len(row):], buffers[1][600-len(row):]
				copy(src, row)
				accumulateWords(dst, src, step, little)
				require.Equal(t, string(want), string(dst), "%d pixels of %d samples, %v", pixels, step, order)
				require.Equal(t, string(row), string(src), "the source has changed")
				accumulateWordsGo(src, step, little)
				require.Equal(t, string(want), string(src), "%d pixels of %d samples, %v", pixels, step, order)
			}
		}
	}
}

func TestBytesOfWordsAreReversed(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 3))
	buffers := [2][]byte{codectest.AtPageEnd(t, 200), codectest.AtPageEnd(t, 200)}
	for n := 0; n <= 200; n += 2 {
		dst, src := buffers[0][200-n:], buffers[1][200-n:]
		var want []byte
		for i := 0; i < n; i += 2 {
			v := uint16(r.Uint32())
			binary.LittleEndian.PutUint16(src[i:], v)
			want = binary.BigEndian.AppendUint16(want, v)
		}
		swapWords(dst, src)
		require.Equal(t, string(want), string(dst), "%d bytes", n)
		swapWords(src, src)
		require.Equal(t, string(want), string(src), "%d bytes in place", n)
	}
}

func BenchmarkWordsAgainstGo(b *testing.B) {
	src, dst := make([]byte, 24000), make([]byte, 24000)
	b.Run("differences", func(b *testing.B) {
		for b.Loop() {
			accumulateWords(dst, src, 3, true)
		}
	})
	b.Run("differences in go", func(b *testing.B) {
		for b.Loop() {
			copy(dst, src)
			accumulateWordsGo(dst, 3, true)
		}
	})
	b.Run("swap", func(b *testing.B) {
		for b.Loop() {
			swapWords(dst, src)
		}
	})
	b.Run("swap in go", func(b *testing.B) {
		for b.Loop() {
			swapWordsGo(dst, src)
		}
	})
}
