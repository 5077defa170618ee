//go:build !noasm

package png

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPairsAreDecodedOnlyWhereEveryInstructionOfTheirLoopExists(t *testing.T) {
	defer func(bmi2, avx bool) { hasBMI2, hasAVX = bmi2, avx }(hasBMI2, hasAVX)
	hasBMI2, hasAVX = true, true
	assert.True(t, Pairs())
	hasBMI2, hasAVX = true, false
	assert.False(t, Pairs())
	hasBMI2, hasAVX = false, true
	assert.False(t, Pairs())
}

// inGo runs f without the assembly of the inflater.
func inGo(f func()) {
	defer func(has bool) { hasBMI2 = has }(hasBMI2)
	hasBMI2 = false
	f()
}
