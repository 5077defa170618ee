package jpeg

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func TestEncodeTakesItsMemoryFromTheAccountAndGivesItBack(t *testing.T) {
	rng := rand.New(rand.NewSource(3))
	for _, o := range encodeOptions {
		for _, quality := range []int{1, 85, 100} {
			o.Quality = quality
			img := image.NewYCbCr(image.Rect(0, 0, 500, 400), image.YCbCrSubsampleRatio444)
			for _, p := range [][]byte{img.Y, img.Cb, img.Cr} {
				rng.Read(p)
			}
			limit := EncodeMemory(img.Rect.Size(), o)
			account := codec.NewAccount(limit)
			require.NoError(t, Encode(codec.WithAccount(context.Background(), account), &bytes.Buffer{}, img, o), "%v", o)
			assert.Zero(t, account.Used())
			if quality == 100 {
				assert.Greater(t, account.Peak(), limit/3, "%v", o)
				account = codec.NewAccount(limit / 4)
				err := Encode(codec.WithAccount(context.Background(), account), &bytes.Buffer{}, img, o)
				assert.ErrorIs(t, err, codec.ErrTooLarge)
				assert.Zero(t, account.Used())
			}
		}
	}
}

// endsAfter is a context that ends at the nth call of Err.
type endsAfter struct {
	context.Context
	n int
}

func (c *endsAfter) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

func TestAnEndedContextEndsTheEncoder(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 300, 500))
	fillRandom(rand.New(rand.NewSource(1)), img.Pix, img.Stride)
	for _, o := range encodeOptions {
		ctx := &endsAfter{context.Background(), 1 << 30}
		require.NoError(t, Encode(ctx, &bytes.Buffer{}, img, o))
		looks := 1<<30 - ctx.n
		assert.Greater(t, looks, 30)
		for _, n := range []int{0, 1, looks / 2, looks - 1} {
			assert.ErrorIs(t, Encode(&endsAfter{context.Background(), n}, &bytes.Buffer{}, img, o), context.Canceled, fmt.Sprint(o, n))
		}
	}
}

type brokenWriter struct{ n int }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.n -= len(p); w.n < 0 {
		return 0, fmt.Errorf("disk full")
	}
	return len(p), nil
}

func TestTheErrorOfTheWriterIsReturned(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 300, 500))
	fillRandom(rand.New(rand.NewSource(1)), img.Pix, img.Stride)
	for _, o := range encodeOptions {
		size := len(encode(t, img, o))
		for _, n := range []int{0, size / 2, size - 1} {
			assert.ErrorContains(t, Encode(context.Background(), &brokenWriter{n}, img, o), "disk full", "%v %d", o, n)
		}
		assert.NoError(t, Encode(context.Background(), &brokenWriter{size}, img, o))
	}
}
