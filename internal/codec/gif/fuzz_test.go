package gif

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// FuzzFormat takes every way into a damaged file. What is read from a stream and from memory agrees;
// what decodes strictly is no less tolerantly; nothing takes more than was estimated.
func FuzzFormat(f *testing.F) {
	f.Add(file(f))
	f.Add(photo(20, 20, true))
	f.Add(photo(20, 20, false))
	f.Add(one([]byte{0, 1, 2, 1, 1, 0, 1, 0}, 2))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		streamed, err2 := Format.Header(t.Context(), codec.NewReader(t.Context(), io.MultiReader(bytes.NewReader(data)), true))
		require.Equal(t, err == nil, err2 == nil)
		if err != nil {
			return
		}
		require.Equal(t, h, streamed)
		if int64(h.Stored.X)*int64(h.Stored.Y) > 1<<18 {
			return
		}
		_, err = Format.Color(t.Context(), data, &h)
		require.NoError(t, err)
		account := codec.NewAccount(Format.Memory(&h, codec.Options{}))
		_, err = Format.Decode(codec.WithAccount(t.Context(), account), data, &h, codec.Options{})
		require.False(t, errors.Is(err, codec.ErrTooLarge), "%v", err)
		pic, err2 := Format.Decode(t.Context(), data, &h, codec.Options{Tolerant: true})
		if err == nil {
			require.NoError(t, err2)
			require.False(t, pic.Partial)
		} else if err2 == nil {
			require.True(t, pic.Partial)
		}
		if h.FrameCount < 2 || h.FrameCount > 100 {
			return
		}
		for _, o := range []codec.Options{{}, {Tolerant: true}} {
			frames, err := Format.Frames(t.Context(), data, &h, o)
			for err == nil {
				_, err = frames.Next(t.Context())
			}
		}
	})
}
