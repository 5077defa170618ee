package codectest

import (
	"bytes"
	"errors"
	"image"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Fuzz checks the contract of a format for any file: the file is refused with an error of a known kind, or it is a picture of the size in
// its header. Fuzz decodes it at full size, reduced, and tolerantly, within a few megabytes of memory.
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
		t.Errorf("an error of an unknown kind: %v", err)
	}
}

// Ways decodes a file of less than 64 KiB in every way. It checks that a stream and a file in memory give the same results, that a file
// that decodes strictly also decodes tolerantly, and that memory stays within the estimates. It returns the strict and the tolerant
// picture, or nil.
func Ways(t *testing.T, f *codec.Format, data []byte) (strict, tolerant *codec.Picture) {
	h, err := f.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	streamed, streamErr := f.Header(t.Context(), codec.NewReader(t.Context(), io.MultiReader(bytes.NewReader(data)), true))
	require.Equal(t, err == nil, streamErr == nil)
	if err != nil {
		return nil, nil
	}
	require.Equal(t, h, streamed)
	if int64(h.Stored.X)*int64(h.Stored.Y) > 1<<18 {
		return nil, nil
	}
	_, err = f.Color(t.Context(), data, &h)
	require.NoError(t, err)
	account := codec.NewAccount(f.Memory(&h, codec.Options{}))
	strict, err = f.Decode(codec.WithAccount(t.Context(), account), data, &h, codec.Options{})
	require.False(t, errors.Is(err, codec.ErrTooLarge) && len(data) < 1<<16, "%v", err)
	tolerant, tolerantErr := f.Decode(t.Context(), data, &h, codec.Options{Tolerant: true})
	switch {
	case err == nil:
		require.NoError(t, tolerantErr)
		require.False(t, tolerant.Partial)
	case tolerantErr == nil:
		require.True(t, tolerant.Partial)
	}
	if h.FrameCount < 2 || h.FrameCount > 100 {
		return strict, tolerant
	}
	for _, o := range []codec.Options{{}, {Tolerant: true}} {
		frames, err := f.Frames(t.Context(), data, &h, o)
		for err == nil {
			_, err = frames.Next(t.Context())
		}
	}
	return strict, tolerant
}
