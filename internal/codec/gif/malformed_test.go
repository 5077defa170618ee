package gif

import (
	"bytes"
	"image"
	"image/gif"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// one returns a file with one frame of 4 × 2 pixels and a global color table of two colors.
func one(pixels []byte, width int) []byte {
	out := appendHead(nil, image.Pt(4, 2), hasTable, []byte{1, 2, 3, 4, 5, 6}, -1)
	out = appendDescriptor(out, image.Rect(0, 0, 4, 2), 0)
	return append(append(out, compressed(pixels, width)...), trailer)
}

func TestInvalidFramesAreErrors(t *testing.T) {
	pixels := []byte{0, 1, 0, 1, 1, 0, 1, 0}
	sound := one(pixels, 2)
	size := bytes.LastIndexByte(sound[:len(sound)-4], 2) // the minimum code size
	resized := func(n byte) []byte {
		out := bytes.Clone(sound)
		out[size] = n
		return out
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"sound":               {sound, nil},
		"codes of 0 bits":     {resized(0), errCodeSize},
		"an unknown code":     {append(bytes.Clone(sound[:size]), 1, 2, 0b1_111_00_10, 255, 0, trailer), errCode},
		"codes of 9 bits":     {resized(9), errCodeSize},
		"seven pixels":        {one(pixels[:7], 2), io.ErrUnexpectedEOF},
		"no pixels":           {one(nil, 2), io.ErrUnexpectedEOF},
		"no sub-blocks":       {append(bytes.Clone(sound[:size+1]), 0, trailer), io.ErrUnexpectedEOF},
		"a cut-off sub-block": {append(bytes.Clone(sound[:size+1]), 1, sound[size+2], 0, trailer), io.ErrUnexpectedEOF},
	} {
		f, err := parse(c.file, 10)
		require.NoError(t, err, name)
		require.Len(t, f.Frames, 1, name)
		for range 2 { // the frame covers a screen of its size; the other screen is larger
			_, err = new(decoder).still(t.Context(), &f.Frames[0], f.Screen)
			assert.ErrorIs(t, err, c.want, name)
			f.Screen = f.Screen.Add(image.Pt(1, 1))
		}
		_, err = gif.DecodeAll(bytes.NewReader(c.file))
		assert.Equal(t, c.want == nil, err == nil, "%s, by image/gif: %v", name, err)
	}
}

func TestPixelsBeyondTheColorTableAreTransparent(t *testing.T) {
	indices := []byte{0, 1, 2, 1, 1, 0, 3, 0}
	f, err := parse(one(indices, 2), 10)
	require.NoError(t, err)
	for range 2 { // the frame covers a screen of its size; the other screen is larger
		d := new(decoder)
		img, err := d.still(t.Context(), &f.Frames[0], f.Screen)
		require.NoError(t, err)
		assert.NoError(t, d.damage)
		for i, index := range indices {
			_, _, _, a := img.At(f.Frames[0].Rect.Min.X+i%f.Frames[0].Rect.Dx(), f.Frames[0].Rect.Min.Y+i/f.Frames[0].Rect.Dx()).RGBA()
			assert.Equal(t, index < 2, a == 0xffff, "pixel %d", i)
		}
		f.Screen = f.Screen.Add(image.Pt(1, 1))
	}
}

// compressed returns the LZW data of indices, in sub-blocks. width is the number of bits of an index.
func compressed(indices []byte, width int) []byte {
	c := &coder{gain: 1, leave: -1}
	c.more = func() bool {
		for _, index := range indices {
			c.cells = append(c.cells, cell(index))
		}
		return false
	}
	c.compress(width, math.MaxInt)
	data, _ := c.out.pieces()
	return bytes.Join(data, nil)
}
