package heif_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

// returning is a decoder that always returns the same image.
func returning(img image.Image, err error) func(context.Context, []byte) (image.Image, error) {
	return func(context.Context, []byte) (image.Image, error) { return img, err }
}

func TestTheMemoryOfTheDecoderIsCounted(t *testing.T) {
	file := still(ht.Size(400, 300))
	o := heif.Config{BytesPerPixel: 20, FixedBytes: 1 << 20}
	h, err := header(file, o)
	require.NoError(t, err)
	assert.Greater(t, h.Bytes, int64(20*400*300+1<<20))
	account := codec.NewAccount(h.Bytes)
	ctx := codec.WithAccount(t.Context(), account)
	f := heif.Format(func(ctx context.Context, data []byte) (image.Image, error) {
		assert.Equal(t, h.Bytes, account.Used(), "taken before the decoder is called")
		return plain(image.Pt(400, 300))(ctx, data)
	}, o)
	_, err = f.Decode(ctx, file)
	require.NoError(t, err)
	assert.Equal(t, int64(4*400*300), account.Used(), "the result")

	_, err = f.Decode(codec.WithAccount(t.Context(), codec.NewAccount(h.Bytes-1)), file)
	assert.ErrorIs(t, err, processors.ErrTooLarge)
	failing := codec.NewAccount(h.Bytes)
	_, err = heif.Format(returning(nil, errors.New("broken")), o).Decode(codec.WithAccount(t.Context(), failing), file)
	assert.Error(t, err)
	assert.Zero(t, failing.Used())
}

func TestTilesAndAlphaAreCounted(t *testing.T) {
	o := heif.Config{BytesPerPixel: 10}
	memory := func(items ...ht.Item) int64 {
		h, err := header(ht.File(heic, 1, items...), o)
		require.NoError(t, err)
		return h.Bytes
	}
	tile := ht.Item{Kind: "hvc1", Properties: [][]byte{hevcConfig(8), ht.Size(3000, 3000)}}
	alone := memory(ht.Item{Kind: "hvc1", Properties: [][]byte{ht.Size(100, 100)}})
	assert.Greater(t, memory(ht.Grid(1, 1, 100, 100, []int{2}), tile), alone+10*3000*3000-10*100*100-1000)
	alpha := tile
	alpha.Properties = append(alpha.Properties, ht.Alpha())
	alpha.Refs = []ht.Ref{{Kind: "auxl", To: []int{1}}}
	assert.Greater(t, memory(ht.Item{Kind: "hvc1", Properties: [][]byte{ht.Size(100, 100)}}, alpha), alone+10*3000*3000/2-10*300*300, "a half, with one sample each")
	depth := tile
	depth.Refs = []ht.Ref{{Kind: "auxl", To: []int{1}}}
	assert.Less(t, memory(ht.Item{Kind: "hvc1", Properties: [][]byte{ht.Size(100, 100)}}, depth), alone+1000, "is not decoded")
}

func TestResultsAndErrorsOfTheDecoderAreClassified(t *testing.T) {
	size := image.Rect(0, 0, 3, 2)
	ctx, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		decode func(context.Context, []byte) (image.Image, error)
		want   error
	}{
		"another size":  {returning(image.NewRGBA(image.Rect(0, 0, 2, 3)), nil), processors.ErrCorrupt},
		"nothing":       {returning(nil, nil), processors.ErrCorrupt},
		"an error":      {returning(nil, errors.New("bad")), processors.ErrCorrupt},
		"a panic":       {func(context.Context, []byte) (image.Image, error) { panic("bad") }, processors.ErrCorrupt},
		"not supported": {returning(nil, fmt.Errorf("no: %w", image.ErrFormat)), processors.ErrFormat},
		"too large":     {returning(nil, fmt.Errorf("no: %w", processors.ErrTooLarge)), processors.ErrTooLarge},
		"a context that ended": {func(ctx context.Context, _ []byte) (image.Image, error) {
			cancel()
			return nil, ctx.Err()
		}, context.Canceled},
	} {
		img, err := heif.Format(c.decode, heif.Config{}).Decode(ctx, still(ht.Size(3, 2)))
		if ctx.Err() != nil {
			ctx, cancel = context.WithCancel(t.Context())
		}
		assert.ErrorIs(t, err, c.want, name)
		assert.Nil(t, img, name)
	}
	cancel()
	_, err := heif.Format(returning(image.NewRGBA(size), nil), heif.Config{}).Decode(ctx, still(ht.Size(3, 2)))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestATransparentPictureDecodedWithoutAlphaIsAnError(t *testing.T) {
	file := ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{ht.Size(4, 4)}, Data: []byte{1}},
		ht.Item{Kind: "hvc1", Properties: [][]byte{ht.Size(4, 4), ht.Alpha()}, Data: []byte{2}, Refs: []ht.Ref{{Kind: "auxl", To: []int{1}}}})
	size := image.Rect(0, 0, 4, 4)
	for _, img := range []image.Image{image.NewYCbCr(size, image.YCbCrSubsampleRatio420), image.NewGray(size)} {
		_, err := heif.Format(returning(img, nil), heif.Config{}).Decode(t.Context(), file)
		assert.ErrorIs(t, err, processors.ErrFormat)
	}
	_, err := heif.Format(returning(image.NewNRGBA(size), nil), heif.Config{}).Decode(t.Context(), file)
	assert.NoError(t, err)
}

// Every type of image, cropped at even and odd positions.
func TestCroppingKeepsThePixels(t *testing.T) {
	r := image.Rect(0, 0, 24, 20)
	fill := func(pix ...[]byte) {
		for _, p := range pix {
			for i := range p {
				p[i] = byte(i * 5)
			}
		}
	}
	rgba, nrgba, deep, straight, gray := image.NewRGBA(r), image.NewNRGBA(r), image.NewRGBA64(r), image.NewNRGBA64(r), image.NewGray(r)
	fill(rgba.Pix, nrgba.Pix, deep.Pix, straight.Pix, gray.Pix)
	images := []image.Image{rgba, nrgba, deep, straight, gray}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440} {
		img := image.NewYCbCr(r, ratio)
		fill(img.Y, img.Cb, img.Cr)
		images = append(images, img)
	}
	for _, img := range images {
		for _, x := range []int32{-3, -2, 0, 4} {
			for _, y := range []int32{-3, -2, 1} {
				out, err := heif.Format(returning(img, nil), heif.Config{}).Decode(t.Context(), still(ht.Size(24, 20), ht.Clap(10, 8, x, y)))
				require.NoError(t, err)
				require.Equal(t, image.Rect(0, 0, 10, 8), out.Bounds())
				for v := range 8 {
					for u := range 10 {
						want := color.NRGBA64Model.Convert(img.At(7+int(x)+u, 6+int(y)+v))
						require.Equal(t, want, color.NRGBA64Model.Convert(out.At(u, v)), "%T at %d,%d", img, x, y)
					}
				}
			}
		}
	}
}

// samples returns the samples of a color by H.273, 8.3, equations of E'Y, E'PB and E'PR.
func samples(c color.RGBA, kr, kb float64, full bool) (y, cb, cr byte) {
	r, g, b := float64(c.R)/255, float64(c.G)/255, float64(c.B)/255
	l := kr*r + (1-kr-kb)*g + kb*b
	pb, pr := (b-l)/(2*(1-kb)), (r-l)/(2*(1-kr))
	round := func(v float64) byte { return byte(math.Round(min(max(v, 0), 255))) }
	if full {
		return round(255 * l), round(128 + 255*pb), round(128 + 255*pr)
	}
	return round(16 + 219*l), round(128 + 224*pb), round(128 + 224*pr)
}

func TestSamplesHaveTheMatrixAndRangeOfTheFile(t *testing.T) {
	palette := []color.RGBA{{230, 20, 20, 255}, {20, 230, 20, 255}, {20, 20, 230, 255}, {0, 0, 0, 255}, {255, 255, 255, 255}, {120, 120, 120, 255}, {40, 160, 200, 255}}
	for matrix, k := range map[uint16][2]float64{1: {0.2126, 0.0722}, 2: {0.299, 0.114}, 5: {0.299, 0.114}, 6: {0.299, 0.114}, 9: {0.2627, 0.0593}} {
		for _, full := range []bool{true, false} {
			for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420} {
				img := image.NewYCbCr(image.Rect(0, 0, 8*len(palette)-1, 7), ratio) // blocks of one color each
				for y := range 7 {
					for x := range img.Rect.Dx() {
						l, cb, cr := samples(palette[x/8], k[0], k[1], full)
						img.Y[img.YOffset(x, y)], img.Cb[img.COffset(x, y)], img.Cr[img.COffset(x, y)] = l, cb, cr
					}
				}
				file := still(ht.Size(img.Rect.Dx(), 7), ht.Nclx(1, 13, matrix, full))
				out, err := heif.Format(returning(img, nil), heif.Config{StoredYCbCr: true}).Decode(t.Context(), file)
				require.NoError(t, err)
				for i, want := range palette {
					got := color.RGBAModel.Convert(out.At(8*i+5, 6)).(color.RGBA)
					assert.InDeltaSlice(t, []byte{want.R, want.G, want.B}, []byte{got.R, got.G, got.B}, 4, "matrix %d, full %v, %v", matrix, full, ratio)
				}
			}
		}
	}
}

func TestSamplesOfOtherKinds(t *testing.T) {
	gbr := image.NewYCbCr(image.Rect(0, 0, 2, 2), image.YCbCrSubsampleRatio444)
	copy(gbr.Y, []byte{20, 20, 20, 20})
	copy(gbr.Cb, []byte{30, 30, 30, 30})
	copy(gbr.Cr, []byte{230, 230, 230, 230})
	decode := func(img image.Image, nclx []byte) (image.Image, error) {
		return heif.Format(returning(img, nil), heif.Config{StoredYCbCr: true}).Decode(t.Context(), still(ht.Size(2, 2), nclx))
	}
	out, err := decode(gbr, ht.Nclx(1, 13, 0, true))
	require.NoError(t, err)
	got := color.RGBAModel.Convert(out.At(1, 1)).(color.RGBA)
	assert.InDeltaSlice(t, []byte{230, 20, 30}, []byte{got.R, got.G, got.B}, 2)

	gray := &image.Gray{Pix: []byte{16, 235, 126, 0}, Stride: 2, Rect: image.Rect(0, 0, 2, 2)}
	out, err = decode(gray, ht.Nclx(1, 13, 6, false))
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 255, 128, 0}, out.(*image.Gray).Pix)

	for _, matrix := range []uint16{8, 11, 14} {
		_, err = decode(image.NewYCbCr(gbr.Rect, image.YCbCrSubsampleRatio420), ht.Nclx(1, 13, matrix, true))
		assert.ErrorIs(t, err, processors.ErrFormat)
	}
	_, err = decode(image.NewYCbCr(gbr.Rect, image.YCbCrSubsampleRatio420), ht.Nclx(1, 13, 0, true))
	assert.ErrorIs(t, err, processors.ErrFormat, "RGB, subsampled")

	same := image.NewYCbCr(gbr.Rect, image.YCbCrSubsampleRatio420)
	same.Y[0] = 77
	out, err = heif.Format(returning(same, nil), heif.Config{}).Decode(t.Context(), still(ht.Size(2, 2), ht.Nclx(1, 13, 1, false)))
	require.NoError(t, err)
	assert.Equal(t, byte(77), out.(*image.YCbCr).Y[0], "of a decoder that converts itself")
}

func TestAHandlerMakesThumbnailsByAFormat(t *testing.T) {
	size := image.Pt(30, 20)
	img := image.NewRGBA(image.Rectangle{Max: size})
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	red := image.Rect(0, 0, 15, 10)
	for y := range red.Max.Y {
		for x := range red.Max.X {
			img.SetRGBA(x, y, color.RGBA{200, 0, 0, 255})
		}
	}
	file := still(ht.Size(size.X, size.Y), ht.Turn(1), ht.Nclx(12, 13, 6, true))
	got, err := ht.Thumbnail(t.Context(), file, 20, heif.Format(returning(img, nil), heif.Config{}))
	require.NoError(t, err)
	assert.Equal(t, image.Rect(0, 0, 20, 30), got.Bounds())
	c := color.RGBAModel.Convert(got.At(5, 25)).(color.RGBA)
	assert.Greater(t, c.R, uint8(210), "a red of Display P3 is a stronger one of sRGB")
	_, err = ht.Thumbnail(t.Context(), file, 20)
	assert.ErrorIs(t, err, processors.ErrFormat, "without a decoder")

	long := append(bytes.Clone(file), make([]byte, 300<<10)...) // a track of a sequence, for example
	_, err = ht.Thumbnail(t.Context(), long, 20, heif.Format(returning(img, nil), heif.Config{}))
	require.NoError(t, err, "the plan includes the memory of bytes that are no item's")
}
