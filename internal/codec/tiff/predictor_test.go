package tiff

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDifferencesOfWordsAreAddedUpPerSample(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 2))
	for step := 1; step <= 6; step++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			var row, want []byte
			sums := make([]uint16, step)
			for i := range 50 * step {
				v := uint16(r.Uint32())
				sums[i%step] += v
				row, want = order.AppendUint16(row, v), binary.BigEndian.AppendUint16(want, sums[i%step])
			}
			accumulateWords(row, step, fmt.Sprint(order) == "LittleEndian")
			require.Equal(t, want, row, "%d samples, %v", step, order)
		}
	}
}
