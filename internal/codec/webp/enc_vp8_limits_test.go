package webp

import (
	"bytes"
	"context"
	"image"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func lossy(ctx context.Context, img image.Image, o vp8Options) ([]byte, error) {
	src, err := newVP8Source(ctx, img)
	if err != nil {
		return nil, err
	}
	defer src.close()
	return encodeVP8(ctx, src, o)
}

func TestALossyEncodeTakesItsMemoryFromTheAccountAndGivesItBack(t *testing.T) {
	img := imagetest.Noise(300, 200, 11)
	for effort := range 7 {
		account := codec.NewAccount(1 << 30)
		o := vp8Options{Quality: 100, Effort: effort}
		_, err := lossy(codec.WithAccount(t.Context(), account), img, o)
		require.NoError(t, err)
		assert.Zero(t, account.Used())
		assert.Greater(t, account.Peak(), int64(300*200*3/2))
		assert.LessOrEqual(t, account.Peak(), vp8Memory(img.Rect.Size()), "effort %d", effort)

		account = codec.NewAccount(account.Peak() - 1)
		_, err = lossy(codec.WithAccount(t.Context(), account), img, o)
		assert.ErrorIs(t, err, codec.ErrTooLarge)
		assert.Zero(t, account.Used())
	}
}

func TestTheBuffersOfALossyFileHaveTheNeededSize(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, quality := range []float64{0, 50, 80, 100} {
		for _, img := range []*image.RGBA{imagetest.Noise(200, 300, 11), randomPicture(r, 300, 200), image.NewRGBA(image.Rect(0, 0, 300, 200))} {
			src, err := newVP8Source(t.Context(), img)
			require.NoError(t, err)
			e := newVP8Encoder(t.Context(), src, vp8Options{Quality: quality, Effort: 4})
			require.NoError(t, e.encode(nil))
			before := e.taken
			out, err := e.write()
			require.NoError(t, err)
			assert.LessOrEqual(t, int64(cap(out)), e.taken-before, "what is made was taken")
			assert.Less(t, e.taken-before, int64(2*len(out)+10_000), "and no more than that")
		}
	}
}

// endsAfter is a context that ends at the nth call of Err.
type endsAfter struct {
	context.Context
	n, looks int
}

func (c *endsAfter) Err() error {
	if c.looks++; c.looks > c.n {
		return context.Canceled
	}
	return nil
}

func TestALossyEncodeChecksTheContextOncePerRowOfMacroblocks(t *testing.T) {
	img := imagetest.Noise(64, 320, 11)
	all := &endsAfter{Context: t.Context(), n: 1 << 30}
	_, err := lossy(all, img, vp8Options{Quality: 80, Effort: 4})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, all.looks, 4*320/16, "conversion, analysis, choice, and both partitions")
	for n := range all.looks {
		_, err := lossy(&endsAfter{Context: t.Context(), n: n}, img, vp8Options{Quality: 80, Effort: 4})
		require.ErrorIs(t, err, context.Canceled, "after %d looks", n)
	}
}

func TestTheBytesOfALossyFileDoNotDependOnTheNumberOfProcessors(t *testing.T) {
	img := randomPicture(rand.New(rand.NewPCG(15, 16)), 200, 150)
	var files [2][]byte
	for i := range files {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1 + i))
		var err error
		files[i], err = lossy(t.Context(), img, vp8Options{Quality: 80, Effort: 6})
		require.NoError(t, err)
	}
	assert.True(t, bytes.Equal(files[0], files[1]))
}

// The estimated cost of blocks must agree with their size in the file, because modes are chosen by cost.
func TestCostsAreTheSizesInTheFile(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for range 60 {
		var costs planeCosts
		plane := r.IntN(planes)
		probs := defaultTokenProbs
		for band := range probs[plane] {
			for context := range probs[plane][band] {
				for i := range probs[plane][band][context] {
					probs[plane][band][context][i] = uint8(1 + r.IntN(255))
				}
			}
		}
		costs.set(plane, &probs[plane])
		byNumber := probs.byNumber()
		first := firstOf(plane)
		w := newBoolWriter(nil)
		cost := 0
		for range 500 {
			var levels [16]int16
			count := 0
			for n := first; n < r.IntN(17); n++ {
				levels[n] = int16(r.IntN(1<<r.IntN(12)) - 1<<r.IntN(11))
				levels[n] = max(min(levels[n], maxLevel), -maxLevel)
				if levels[n] != 0 {
					count = n + 1
				}
			}
			context := r.IntN(3)
			cost += costs.rate(&levels, count, first, context)
			w.writeBlock(levels[min(first, count):count], first, context, &byNumber[plane])
		}
		assert.InEpsilon(t, float64(cost)/256/8, len(w.finish()), 0.02)
	}
}

func TestLargePicturesFitIntoThePartitionOfModes(t *testing.T) {
	src, err := newVP8Source(t.Context(), imagetest.Noise(160, 160, 11))
	require.NoError(t, err)
	e := newVP8Encoder(t.Context(), src, vp8Options{Quality: 90, Effort: 4})
	e.modeRoom = 4 * 256 // the value for a picture of 190 megapixels
	require.NoError(t, e.encode(nil))
	assert.LessOrEqual(t, e.modeCost, int64(100*4*256+64*256))
	_, err = e.write()
	require.NoError(t, err)
}

func TestPlanesOfJPEGAreConvertedLikeRGB(t *testing.T) {
	for _, size := range []image.Point{{40, 30}, {41, 31}, {1, 1}} {
		m := image.NewYCbCr(image.Rectangle{Max: size}.Add(image.Pt(2, 4)), image.YCbCrSubsampleRatio420)
		for i := range m.Y {
			m.Y[i] = byte(60 + i%97)
		}
		for i := range m.Cb {
			m.Cb[i], m.Cr[i] = byte(110+i%31), byte(140-i%29)
		}
		planes, err := newVP8Source(t.Context(), m)
		require.NoError(t, err)
		rgb, err := newVP8Source(t.Context(), struct{ image.Image }{m})
		require.NoError(t, err)
		for i := range planes.y {
			if d := int(rgb.y[i]) - int(planes.y[i]); d < -2 || d > 2 {
				require.Equal(t, rgb.y[i], planes.y[i])
			}
		}
		sameReconstruction(t, m, vp8Options{Quality: 80, Effort: 4})
	}
}

func TestAFlatPictureTakesFewBytesAndStaysFlat(t *testing.T) {
	for _, v := range []byte{0, 1, 77, 128, 200, 255} {
		img := image.NewRGBA(image.Rect(0, 0, 200, 120))
		for i := range img.Pix {
			img.Pix[i] = v | byte(i&3/3*255)
		}
		for effort := range 7 {
			payload, err := lossy(t.Context(), img, vp8Options{Quality: 80, Effort: effort})
			require.NoError(t, err)
			assert.Less(t, len(payload), 120)
			got, err := decodeVP8(t.Context(), payload)
			require.NoError(t, err)
			worst := 0
			for i := range got.Pix {
				worst = max(worst, int(img.Pix[i])-int(got.Pix[i]), int(got.Pix[i])-int(img.Pix[i]))
			}
			assert.LessOrEqual(t, worst, 2, "%d, effort %d", v, effort)
		}
	}
}
