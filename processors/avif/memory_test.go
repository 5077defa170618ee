package avif_test

import (
	"bytes"
	"image"
	"io"
	"runtime"
	"slices"
	"testing"

	gen2brain "github.com/gen2brain/avif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// allocated is how many bytes f takes from Go's heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestMemoryIsUsedAgain(t *testing.T) {
	img := picture(400, 300)
	file := encode(t, avif.Encoder{}, img)
	const rounds = 10
	// An instance takes 7 MB of memory to encode, and with that which it grows out of 36.
	encoding := allocated(func() {
		for range rounds {
			require.NoError(t, avif.Encoder{}.Encode(io.Discard, img))
		}
	})
	assert.Less(t, encoding/rounds, uint64(14<<20)) // the race detector makes sync.Pool forget one in four
	decoding := allocated(func() {
		for range rounds {
			decode(t, file)
		}
	})
	assert.Less(t, decoding/rounds, uint64(8<<20))
}

// Whoever uses github.com/gen2brain/avif beside this package has pictures of his own too.
func TestAPictureStaysWhenMemoryIsUsedAgain(t *testing.T) {
	img, err := gen2brain.Decode(bytes.NewReader(encode(t, avif.Encoder{}, picture(90, 60))))
	require.NoError(t, err)
	ours := decode(t, encode(t, avif.Encoder{}, picture(90, 60)))
	before := slices.Clone(img.(*image.RGBA).Pix)
	assert.Equal(t, before, ours.Pix)
	for i := range 3 {
		decode(t, encode(t, avif.Encoder{}, picture(100+i, 70)))
	}
	assert.Equal(t, before, img.(*image.RGBA).Pix)
	assert.Equal(t, before, ours.Pix)
}
