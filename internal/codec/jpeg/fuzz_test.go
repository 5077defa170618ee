package jpeg

import (
	"bytes"
	"context"
	"errors"
	"image"
	stdjpeg "image/jpeg"
	"math/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// FuzzBytes decodes damaged files. The result must be an error of a known kind, or a picture of the size in the header. If image/jpeg
// accepts the file too, the pictures must be the same.
func FuzzBytes(f *testing.F) {
	for i, s := range samplings[:12] {
		rng := rand.New(rand.NewSource(int64(i)))
		c := randomCoded(rng, 1+rng.Intn(40), 1+rng.Intn(40), s...)
		c.progressive, c.restart, c.longCodes, c.separate = i%2 == 1, i%3, i%4 == 3, i%5 == 4
		f.Add(c.file())
	}
	if dir := os.Getenv("JPEG_FUZZ_SEEDS"); dir != "" {
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(f, err)
		for _, name := range files {
			f.Add(read(f, name))
		}
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ReadHeader(data)
		if err != nil || h.Width*h.Height > 1<<18 {
			return
		}
		for n := 1; n < 8; n++ {
			img, err := d.Decode(context.Background(), data, Options{Scale: n, FullChroma: n%2 == 0})
			if err != nil {
				require.True(t, errors.Is(err, codec.ErrCorrupt) || errors.Is(err, codec.ErrFormat), err)
				continue
			}
			require.Equal(t, image.Rect(0, 0, ceilDiv(h.Width*n, 8), ceilDiv(h.Height*n, 8)), img.Bounds())
		}
		got, err := d.Decode(context.Background(), data, Options{})
		if err != nil {
			return
		}
		// image/jpeg counts MCUs differently in files with restart markers.
		if d.restartInterval > 0 {
			return
		}
		want, err := stdjpeg.Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		sameButForOverflow(t, got, want)
	})
}

// sameButForOverflow is like maxDifference, but ignores blocks with a sample at 0 or 255. Their coefficients may exceed those of any 8-bit
// samples, and then overflow in image/jpeg.
func sameButForOverflow(t *testing.T, got, want image.Image) {
	g, ok := got.(*image.YCbCr)
	if !ok {
		return
	}
	w := want.(*image.YCbCr)
	b := g.Bounds()
	for by := 0; by < b.Dy(); by += 8 {
		for bx := 0; bx < b.Dx(); bx += 8 {
			worst, saturated := 0, false
			for y := by; y < by+8 && y < b.Dy(); y++ {
				for x := bx; x < bx+8 && x < b.Dx(); x++ {
					p, q := int(g.Y[g.YOffset(x, y)]), int(w.Y[w.YOffset(x, y)])
					worst = max(worst, p-q, q-p)
				}
			}
			for y := by; y < by+8; y++ { // also beyond the picture's edge, because the planes consist of whole blocks
				for x := bx; x < bx+8; x++ {
					p := g.Y[y*g.YStride+x]
					saturated = saturated || p == 0 || p == 255
				}
			}
			require.True(t, worst <= 2 || saturated, "block at %d, %d differs by %d", bx, by, worst)
		}
	}
}

// FuzzCoefficients decodes sound files of every kind and compares the result with the reference inverse DCT.
func FuzzCoefficients(f *testing.F) {
	for i := range samplings {
		f.Add(int64(i), byte(i), byte(30), byte(40), byte(i), byte(i))
	}
	f.Fuzz(func(t *testing.T, seed int64, sampling, width, height, kind, scale byte) {
		rng := rand.New(rand.NewSource(seed))
		c := randomCoded(rng, 1+int(width), 1+int(height), samplings[int(sampling)%len(samplings)]...)
		c.progressive, c.longCodes, c.separate = kind&1 != 0, kind&2 != 0, kind&4 != 0
		c.restart = int(kind >> 3 & 7)
		data := c.file()
		var d Decoder
		n := 1 + int(scale&7)
		img, err := d.Decode(context.Background(), data, Options{Scale: n, FullChroma: scale&8 != 0})
		require.NoError(t, err)
		c.check(t, &d, img, n)
		if img, err = d.Decode(context.Background(), data, Options{}); c.restart > 0 {
			return
		}
		require.NoError(t, err)
		if want, err := stdjpeg.Decode(bytes.NewReader(data)); err == nil {
			require.LessOrEqual(t, maxDifference(t, "image/jpeg", img, want), 2)
		}
	})
}

// FuzzFormat passes damaged files to all functions of Format. The functions must agree on each file and stay within the account. If a file
// decodes strictly, a tolerant decode must give the same picture.
func FuzzFormat(f *testing.F) {
	for i, s := range samplings[:8] {
		rng := rand.New(rand.NewSource(int64(i)))
		c := randomCoded(rng, 1+rng.Intn(40), 1+rng.Intn(40), s...)
		c.progressive, c.restart, c.separate = i%2 == 1, i%3, i%5 == 4
		data := c.file()
		f.Add(insert(data, mSOS, profileSegments("a profile", 2)...), byte(i))
		f.Add(data[:len(data)*2/3], byte(i))
		f.Add(patch(data, map[bool]byte{false: mSOF1, true: mSOF2}[c.progressive], 1, mSOF9+byte(i%2)), byte(i)) // data of random bits for the arithmetic decoder
	}
	f.Fuzz(func(t *testing.T, data []byte, least byte) {
		ctx := context.Background()
		streamed, errStreamed := Format.Header(ctx, codec.NewReader(ctx, bytes.NewReader(data), false))
		h, err := Format.Header(ctx, codec.NewBytesReader(ctx, data))
		require.Equal(t, err == nil, errStreamed == nil, "%v, %v", err, errStreamed)
		if err != nil {
			_, err := decode(data, 1)
			require.Error(t, err)
			return
		}
		require.Equal(t, h.Stored, streamed.Stored)
		if h.Stored.X*h.Stored.Y > 1<<16 {
			return
		}
		_, err = Format.Color(ctx, data, &h)
		require.NoError(t, err)
		o := codec.Options{Least: h.Stored.Div(1 + int(least%16))}
		strict, errStrict := decodeWithin(t, data, &h, o)
		o.Tolerant = true
		tolerant, errTolerant := decodeWithin(t, data, &h, o)
		if errStrict == nil {
			require.NoError(t, errTolerant)
			require.False(t, tolerant.Partial)
			require.Zero(t, maxDifference(t, "tolerant", tolerant.Image, strict.Image))
		} else if errTolerant == nil {
			require.ErrorIs(t, errStrict, codec.ErrCorrupt)
			require.True(t, tolerant.Partial)
		}
		stripped := Format.Strip(data, &h)
		if whole, err := decode(data, 8); stripped != nil && err == nil {
			same, err := decode(stripped, 8)
			require.NoError(t, err)
			require.Zero(t, maxDifference(t, "stripped", same, whole))
		}
	})
}

// decodeWithin decodes with an account of exactly the estimate.
func decodeWithin(t *testing.T, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	account := codec.NewAccount(Format.Memory(h, o))
	p, err := Format.Decode(codec.WithAccount(context.Background(), account), data, h, o)
	if err != nil {
		require.Zero(t, account.Used())
		// The limit of work may reject the file. The limit of memory may not, because the account has the estimated size.
		require.True(t, errors.Is(err, codec.ErrCorrupt) || errors.Is(err, codec.ErrFormat) || errors.Is(err, codec.ErrTooLarge) && account.Peak() > 0, err)
	}
	return p, err
}
