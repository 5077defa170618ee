package png

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// FuzzFormat takes every way into a damaged file. What is read from a stream and from memory agrees;
// what decodes strictly decodes tolerantly to the same; nothing takes more than was estimated.
func FuzzFormat(f *testing.F) {
	rng := rand.New(rand.NewPCG(60, 6))
	for range 6 {
		f.Add(fileOf(randomFilm(rng).chunks(rng)...))
	}
	everyKind(func(h pictureHeader) {
		h.Width, h.Height = 9, 17
		f.Add(randomPNG(rng, h, flate.DefaultCompression))
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		data = withChecksums(data)
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
		strict, err := Format.Decode(codec.WithAccount(t.Context(), codec.NewAccount(Format.Memory(&h, codec.Options{}))), data, &h, codec.Options{})
		require.False(t, errors.Is(err, codec.ErrTooLarge) && len(data) < 1<<16, "%v", err)
		pic, err2 := Format.Decode(t.Context(), data, &h, codec.Options{Tolerant: true})
		if err == nil {
			require.NoError(t, err2)
			require.False(t, pic.Partial)
			requireSame(t, strict.Image, pic.Image, "tolerant")
			strip(data)
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
