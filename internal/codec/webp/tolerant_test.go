package webp

import (
	"bytes"
	"context"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

func TestATolerantDecodeKeepsTheRowsOfATruncatedPicture(t *testing.T) {
	for _, lossless := range []bool{false, true} {
		file := pieces.WebP(pieces.VP8X(0, image.Pt(200, 320)), pieces.Picture(encodeFile(t, imagetest.Photo(200, 320, 3), lossless)))
		whole := straight(t, decodeWhole(t, file))
		cut := file[:len(file)*6/10]
		_, err := tryDecode(t, cut, codec.Options{})
		require.Error(t, err)
		pic, err := tryDecode(t, cut, codec.Options{Tolerant: true})
		require.NoError(t, err)
		assert.True(t, pic.Partial)
		got := straight(t, pic.Image)
		// At least a tenth of the picture is decoded, but not the last row. The loop filter may not have been applied to the
		// last rows.
		assert.Equal(t, whole.Pix[:32*whole.Stride], got.Pix[:32*got.Stride])
		assert.Equal(t, []byte{128, 128, 128, 255}, got.Pix[len(got.Pix)-4:])
		small, err := tryDecode(t, cut, codec.Options{Tolerant: true, Least: image.Pt(50, 80)})
		require.NoError(t, err)
		assert.True(t, small.Partial)
		_, err = tryDecode(t, file[:80], codec.Options{Tolerant: true})
		assert.Error(t, err, "nearly nothing came")
	}
}

func TestATolerantDecodeIgnoresDamagedAlpha(t *testing.T) {
	file := pieces.WebP(pieces.VP8X(flagAlpha, image.Pt(40, 30)), pieces.RIFF("ALPH", []byte{3, 1, 2}), pieces.Picture(encodeFile(t, imagetest.Photo(40, 30, 3), false)))
	_, err := tryDecode(t, file, codec.Options{})
	require.Error(t, err)
	pic, err := tryDecode(t, file, codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.True(t, pic.Partial)
	assert.True(t, straight(t, pic.Image).Opaque())
}

func TestALosslessPictureWithoutPixelDataIsTransparent(t *testing.T) {
	file := pieces.WebP(pieces.RIFF("VP8L", []byte{0x2f, 99, 0, 12, 0, 0x6b}))
	require.Len(t, file, 26)
	img := decodeWhole(t, file).(*image.NRGBA)
	assert.Equal(t, image.Pt(100, 49), img.Rect.Max)
	assert.Equal(t, make([]byte, len(img.Pix)), img.Pix)
}

func TestOneColorWithoutAPaletteIsAPicture(t *testing.T) {
	var b bitWriter
	b.put(0, 3) // no transform, no cache, no tiles
	for _, v := range []uint32{50, 200, 100, 255} {
		b.put(1|0<<1|1<<2|v<<3, 11)
	}
	b.put(1, 4)
	file := pieces.WebP(pieces.RIFF("VP8L", append([]byte{0x2f, 9, 0, 2, 0}, b.bytes()...)))
	img := decodeWhole(t, file).(*image.RGBA)
	assert.Equal(t, bytes.Repeat([]byte{200, 50, 100, 255}, 10*9), img.Pix)
}

// A bitWriter writes bits, the lowest bit of a byte first.
type bitWriter struct{ bits []byte }

func (b *bitWriter) put(v uint32, n int) {
	for i := range n {
		b.bits = append(b.bits, byte(v>>i&1))
	}
}

func (b *bitWriter) bytes() []byte {
	out := make([]byte, (len(b.bits)+7)/8)
	for i, bit := range b.bits {
		out[i/8] |= bit << (i % 8)
	}
	return out
}

func TestDecodingStaysWithinTheEstimate(t *testing.T) {
	imagetest.Long(t)
	files := [][]byte{}
	for i, size := range []image.Point{{1, 1}, {300, 200}, {1700, 900}} {
		for _, lossless := range []bool{false, true} {
			files = append(files, encodeFile(t, imagetest.Photo(size.X, size.Y, uint64(i)), lossless), encodeFile(t, translucent(size.X, size.Y, uint64(i)), lossless))
		}
	}
	for _, file := range files {
		h := header(t, file)
		for _, o := range []codec.Options{{}, {Least: image.Pt(h.Stored.X/3, h.Stored.Y/3)}} {
			account := codec.NewAccount(Format.Memory(h, o))
			pic, err := Format.Decode(codec.WithAccount(t.Context(), account), file, h, o)
			require.NoError(t, err, "%v, %v", h.Stored, o)
			pic.Release()
			assert.Zero(t, account.Used())
		}
		account := codec.NewAccount(1000)
		_, err := Format.Decode(codec.WithAccount(t.Context(), account), file, h, codec.Options{})
		if area(h.Stored) > 1<<15 {
			require.ErrorIs(t, err, codec.ErrTooLarge)
		}
		assert.Zero(t, account.Used()*int64(min(1, max(0, h.Stored.X-1))))
	}
}

func TestLosslessDecodingEndsWithItsContext(t *testing.T) {
	file := encodeFile(t, imagetest.Photo(64, 64, 3), true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Format.Decode(ctx, file, header(t, file), codec.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}

// FuzzFormat reads files in every way: see codectest.Ways. It must not panic, and must give back all memory that it takes from the account.
func FuzzFormat(f *testing.F) {
	size := image.Pt(20, 16)
	for _, lossless := range []bool{false, true} {
		for _, img := range []*image.NRGBA{imagetest.Photo(20, 16, 1), translucent(20, 16, 1)} {
			file := encodeFile(f, img, lossless)
			frame := pieces.ANMF(image.Rectangle{Max: size}, 10, 1, pieces.Picture(file))
			f.Add(file)
			f.Add(pieces.WebP(pieces.VP8X(flagAnimated|flagAlpha, size), pieces.ANIM(0), frame, frame))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if !Format.Match(file) {
			return
		}
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
		if err != nil || area(h.Stored) > 1<<20 {
			return
		}
		for _, o := range []codec.Options{{}, {Tolerant: true}, {Least: h.Stored.Div(3), Tolerant: true}} {
			account := codec.NewAccount(Format.Memory(&h, o))
			ctx := codec.WithAccount(t.Context(), account)
			pic, err := Format.Decode(ctx, file, &h, o)
			if err == nil {
				pic.Release()
			}
			require.Zero(t, account.Used())
			_, _ = Format.Color(ctx, file, &h)
			if short := Format.Strip(file, &h); short != nil && err == nil && !o.Tolerant {
				_, err := tryDecode(t, short, o)
				require.NoError(t, err)
			}
			if h.FrameCount > 1 && h.FramePixels < 1<<22 {
				frames, err := Format.Frames(ctx, file, &h, o)
				for err == nil {
					_, err = frames.Next(ctx)
				}
			}
		}
	})
}

func TestATruncatedLossyPictureIsCorruptOrTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 9))
	for i := range 150 {
		whole := encodeFile(t, imagetest.Photo(1+r.IntN(9), 1+r.IntN(9), uint64(i)), false)
		want, err := tryDecode(t, whole, codec.Options{})
		require.NoError(t, err)
		for n := 30; n < len(whole); n++ {
			h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), whole[:n]))
			if err != nil {
				continue
			}
			if got, err := Format.Decode(t.Context(), whole[:n], &h, codec.Options{}); err == nil {
				require.Equal(t, want.Image, got.Image, "file %d: %d of %d bytes", i, n, len(whole))
			}
		}
	}
}

func TestABitOfATruncatedPartitionNeedsTheBitsThatDecideIt(t *testing.T) {
	for n := range 4 {
		p := newPartition(make([]byte, n))
		p.cut = true
		assert.False(t, p.exhausted())
		for range 1000 {
			before := max(8*p.pos-p.n, 0)
			if p.bit(250); p.exhausted() {
				break
			}
			require.LessOrEqual(t, before+8, 8*n)
		}
		assert.True(t, p.exhausted())
	}
}
