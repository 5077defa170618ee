package png

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestARowThatEqualsThePreviousOneGetsTheFilterOfTheFewestPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		row := make([]byte, 4+4*random.IntN(60))
		if random.IntN(3) > 0 {
			for i := range row {
				row[i] = byte(random.IntN(1 + random.IntN(256)))
			}
		}
		var f filterer
		f.room(len(row))
		got := bytes.Clone(f.filtered(byPairs, row, bytes.Clone(row), 4))
		for filter := range f.tries {
			other := make([]byte, len(row))
			filterRow(byte(filter), other, row, row, 4)
			assert.LessOrEqual(t, f.pairs(got[1:], len(row)), f.pairs(other, len(row)))
		}
		want := make([]byte, len(row))
		filterRow(got[0], want, row, row, 4)
		assert.Equal(t, want, got[1:])
	}
}
