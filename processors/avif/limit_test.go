//go:build !wasm2go

package avif

import (
	"bytes"
	"encoding/binary"
	"image"
	"runtime"
	"testing"

	gen2brain "github.com/gen2brain/avif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/processors/avif/internal/isobmff"
)

func TestMemoryGrowsWithZerosUpToItsLimit(t *testing.T) {
	m := new(memory)
	m.reset()
	copy(m.Reallocate(1<<16), "what there is")
	assert.Equal(t, "what there is", string(m.Reallocate(1 << 20)[:13]))
	m.empty()
	m.reset()
	assert.Equal(t, make([]byte, 1<<16), m.Reallocate(1<<16), "of an earlier picture")
	assert.Equal(t, make([]byte, 1<<20), m.Reallocate(1<<20), "of an earlier picture")

	m.prepareDecode(isobmff.Picture{Width: 1000, Height: 1000}, 5000)
	assert.Len(t, m.Reallocate(20<<20), 20<<20, "what it takes")
	assert.Nil(t, m.Reallocate(120<<20))
	assert.Len(t, m.Reallocate(21<<20), 21<<20, "less will do")
	m.prepareDecode(isobmff.Picture{Width: 1<<31 - 1, Height: 1<<31 - 1}, 5000)
	assert.LessOrEqual(t, m.expect, uint64(1<<30))
	m.empty()
	m.Reallocate(maxKept + 1)
	m.empty()
	assert.Zero(t, cap(m.buf), "too large to be kept")
}

// The header says that there is one pixel, but it is nine million.
func TestAFileOfMorePixelsThanItSaysCostsLittle(t *testing.T) {
	if gen2brain.Dynamic() == nil {
		t.Skip("the system's library decides what it takes")
	}
	defer func(old uint64) { hidden = old }(hidden)
	hidden = 8 << 20
	var b bytes.Buffer
	opaque := image.NewRGBA(image.Rect(0, 0, 3000, 3000))
	for i := range opaque.Pix {
		opaque.Pix[i] = 255
	}
	require.NoError(t, Encoder{}.Encode(&b, opaque))
	file := b.Bytes()
	i := bytes.Index(file, []byte("ispe"))
	require.Positive(t, i)
	binary.BigEndian.PutUint32(file[i+8:], 1)
	binary.BigEndian.PutUint32(file[i+12:], 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	assert.Error(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(24<<20))
}
