package codectest

import (
	"errors"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Fuzz checks what has to hold for every file: it is refused with an error that says why, or is a
// picture of the size that its header says. It is decoded whole, reduced, and with tolerance, within
// a few megabytes.
func Fuzz(t *testing.T, f *codec.Format, data []byte) {
	const memory = 4 << 20
	if !f.Match(data[:min(64, len(data))]) {
		return
	}
	account := codec.NewAccount(memory)
	ctx := codec.WithAccount(t.Context(), account)
	h, err := f.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		assertKnown(t, err)
		return
	}
	require.Positive(t, h.Stored.X)
	require.Positive(t, h.Stored.Y)
	assert.Equal(t, h.Turn(h.Turn(h.Stored)), h.Stored)
	if f.Color != nil {
		_, err := f.Color(ctx, data, &h)
		assertKnown(t, err)
	}
	least := image.Pt(max(1, h.Stored.X/9), max(1, h.Stored.Y/9))
	for _, o := range []codec.Options{{}, {Least: least}, {Tolerant: true}, {Tolerant: true, Least: least}} {
		if f.Memory(&h, o) > memory {
			continue
		}
		ctx := codec.WithAccount(t.Context(), codec.NewAccount(memory))
		pic, err := f.Decode(ctx, data, &h, o)
		if err != nil {
			assertKnown(t, err)
			continue
		}
		if !o.Tolerant {
			assert.False(t, pic.Partial)
		}
		if o.Least == (image.Point{}) {
			assert.Equal(t, h.Stored, pic.Image.Bounds().Size())
		}
		if pic.Release != nil {
			pic.Release()
		}
	}
}

func assertKnown(t *testing.T, err error) {
	if err != nil && !errors.Is(err, codec.ErrFormat) && !errors.Is(err, codec.ErrCorrupt) && !errors.Is(err, codec.ErrTooLarge) {
		t.Errorf("an error of no kind: %v", err)
	}
}
