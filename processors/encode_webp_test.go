package processors_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// webpPicture returns a smooth picture with a few edges.
func webpPicture(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{byte(40 + 3*x/2%160), byte(60 + 2*y%140), byte(200 - (x+y)%120), 255}
			if (x/24+y/24)%3 == 0 {
				c.R, c.G = 220, 180
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// withAlpha gives the pixels of img all values of alpha, and long runs of transparent pixels.
func withAlpha(img *image.NRGBA) *image.NRGBA {
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = byte(i * 7 / 4)
		if i%1024 > 700 {
			img.Pix[i] = 0
		}
	}
	return img
}

// maxWebPSide is the largest side that a header can declare.
const maxWebPSide = 16383

func encodeWebP(t testing.TB, e processors.WebP, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, e.Encode(&b, img))
	return b.Bytes()
}

func TestAnEncodedPictureLooksLikeTheOriginal(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {1, 2}, {2, 1}, {15, 17}, {16, 16}, {33, 7}, {200, 133}, {1, 300}} {
		want := webpPicture(size.X, size.Y)
		for name, decode := range decoders(t) {
			t.Run(fmt.Sprint(size, " by ", name), func(t *testing.T) {
				got := decode(encodeWebP(t, processors.WebP{Quality: 95}, want))
				require.Equal(t, want.Rect, got.Rect)
				assert.True(t, got.Opaque(), "opaque stays opaque")
				assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), 30.0)

				got = decode(encodeWebP(t, processors.WebP{Lossless: processors.LosslessAlways}, want))
				assert.Equal(t, want.Pix, got.Pix, "lossless")
			})
		}
	}
}

func TestAFileDeclaresAlphaOnlyIfItHasTransparentPixels(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {40, 30}} {
		opaque := encodeWebP(t, processors.WebP{Lossless: processors.LosslessAlways}, webpPicture(size.X, size.Y))
		clear := encodeWebP(t, processors.WebP{Lossless: processors.LosslessAlways}, withAlpha(webpPicture(size.X, size.Y)))
		const alphaIsUsed = 1 << 4 // bit of the last byte of the VP8L header
		assert.Zero(t, opaque[24]&alphaIsUsed, size)
		assert.NotZero(t, clear[24]&alphaIsUsed, size)
	}
}

func TestColorsHaveTheirFullRange(t *testing.T) {
	for _, c := range []color.NRGBA{{255, 255, 255, 255}, {0, 0, 0, 255}, {128, 128, 128, 255}, {200, 60, 40, 255}, {30, 60, 200, 255}} {
		img := image.NewNRGBA(image.Rect(0, 0, 40, 40))
		draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		for name, decode := range decoders(t) {
			got := decode(encodeWebP(t, processors.WebP{}, img)).NRGBAAt(20, 20)
			for i, v := range []int{int(got.R) - int(c.R), int(got.G) - int(c.G), int(got.B) - int(c.B)} {
				assert.InDelta(t, 0, v, 3, "%s: channel %d of %v", name, i, c)
			}
		}
	}
}

func TestAlphaOfAWebPIsKept(t *testing.T) {
	want := withAlpha(webpPicture(77, 41))
	for name, decode := range decoders(t) {
		for _, e := range []processors.WebP{{}, {Quality: 1}, {Quality: 100}, {Effort: 1}, {Lossless: processors.LosslessAlways}} {
			got := decode(encodeWebP(t, e, want))
			require.Equal(t, want.Rect, got.Rect)
			for i := 3; i < len(want.Pix); i += 4 {
				most := 1.0
				if e.Lossless == processors.LosslessAlways || e.Quality == 100 {
					most = 0
				}
				require.InDelta(t, want.Pix[i], got.Pix[i], most, "%s, %+v: alpha of pixel %d", name, e, i/4)
			}
		}
	}
}

func TestPremultipliedColorsAreDividedByAlpha(t *testing.T) {
	straight := withAlpha(webpPicture(64, 64))
	multiplied := image.NewRGBA(straight.Rect)
	draw.Draw(multiplied, multiplied.Rect, straight, image.Point{}, draw.Src)
	for name, decode := range decoders(t) {
		for _, e := range []processors.WebP{{Quality: 100}, {Lossless: processors.LosslessAlways}} {
			got, want := decode(encodeWebP(t, e, multiplied)), decode(encodeWebP(t, e, straight))
			for i := 0; i < len(want.Pix); i += 4 {
				if want.Pix[i+3] < 128 { // premultiplication loses precision of these colors
					continue
				}
				for c := range 3 {
					limit := 2.0 // rounding before and after the division
					if e.Lossless != processors.LosslessAlways {
						limit = 45 // chroma has half the resolution
					}
					require.InDelta(t, want.Pix[i+c], got.Pix[i+c], limit, "%s, %+v: pixel %d", name, e, i/4)
				}
			}
		}
	}
}

func TestTheSamePictureGivesTheSamePixelsInEveryType(t *testing.T) {
	nrgba := webpPicture(60, 44)
	gray := image.NewGray(nrgba.Rect)
	draw.Draw(gray, gray.Rect, nrgba, image.Point{}, draw.Src)
	grayRGBA := image.NewRGBA(nrgba.Rect)
	draw.Draw(grayRGBA, gray.Rect, gray, image.Point{}, draw.Src)
	rgba := image.NewRGBA(nrgba.Rect)
	draw.Draw(rgba, rgba.Rect, nrgba, image.Point{}, draw.Src)
	nrgba64 := image.NewNRGBA64(nrgba.Rect)
	draw.Draw(nrgba64, nrgba.Rect, nrgba, image.Point{}, draw.Src)

	large := image.NewNRGBA(image.Rect(-9, -7, 80, 70))
	part := image.Rect(5, 6, 65, 50)
	draw.Draw(large, part, nrgba, image.Point{}, draw.Src)
	ycbcr := image.NewYCbCr(nrgba.Rect, image.YCbCrSubsampleRatio444)
	for i := range ycbcr.Y {
		ycbcr.Y[i], ycbcr.Cb[i], ycbcr.Cr[i] = byte(i), byte(100+i/40), byte(160-i/40)
	}
	converted := image.NewRGBA(nrgba.Rect)
	draw.Draw(converted, converted.Rect, ycbcr, image.Point{}, draw.Src)

	for name, pair := range map[string][2]image.Image{
		"RGBA": {nrgba, rgba}, "NRGBA64": {nrgba, nrgba64}, "a part of another": {nrgba, large.SubImage(part)},
		"gray": {grayRGBA, gray}, "YCbCr": {converted, ycbcr}, "an unknown type": {nrgba, struct{ image.Image }{nrgba}},
	} {
		for _, e := range []processors.WebP{{}, {Lossless: processors.LosslessNever}, {Lossless: processors.LosslessAlways}} {
			if name == "YCbCr" && e.Lossless != processors.LosslessAlways {
				continue // the planes of this type are encoded directly
			}
			assert.Equal(t, encodeWebP(t, e, pair[0]), encodeWebP(t, e, pair[1]), "%s, %+v", name, e)
		}
	}
}

func TestFlatPicturesStayFlat(t *testing.T) {
	for _, cores := range []int{1, 2} {
		t.Run(fmt.Sprint("GOMAXPROCS=", cores), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			for _, size := range []image.Point{{200, 200}, {800, 40}, {400, 300}, {1700, 16}, {128, 192}} {
				for _, v := range []byte{0, 200, 255} {
					img := image.NewGray(image.Rectangle{Max: size})
					for i := range img.Pix {
						img.Pix[i] = v
					}
					for effort := range 7 {
						got := xdecode(t, encodeWebP(t, processors.WebP{Effort: effort, Lossless: processors.LosslessNever}, img))
						assert.Greater(t, imagetest.PSNRWithoutAlpha(nrgba(img), got), 45.0, "%d on %v, effort %d", v, size, effort)
					}
				}
			}
		})
	}
}

func TestThePictureIsNotModified(t *testing.T) {
	img := withAlpha(webpPicture(50, 50))
	multiplied := &image.RGBA{Pix: slices.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}
	before := slices.Clone(img.Pix)
	for _, e := range []processors.WebP{{}, {Lossless: processors.LosslessAlways}} {
		encodeWebP(t, e, img)
		encodeWebP(t, e, multiplied)
	}
	assert.Equal(t, before, img.Pix)
	assert.Equal(t, before, multiplied.Pix)
}

func TestOptionsDoWhatTheySay(t *testing.T) {
	img := webpPicture(128, 128)
	size := func(e processors.WebP) int {
		e.Lossless = processors.LosslessNever
		return len(encodeWebP(t, e, img))
	}
	assert.Equal(t, size(processors.WebP{}), size(processors.WebP{Quality: 80, Effort: 4}), "defaults")
	assert.Equal(t, size(processors.WebP{Quality: 1, Effort: 1}), size(processors.WebP{Quality: -5, Effort: -1}), "below the range")
	assert.Equal(t, size(processors.WebP{Quality: 100, Effort: 6}), size(processors.WebP{Quality: 500, Effort: 50}), "beyond the range")
	assert.Less(t, size(processors.WebP{Quality: 20}), size(processors.WebP{Quality: 90}))
	assert.LessOrEqual(t, size(processors.WebP{Effort: 6}), size(processors.WebP{Effort: 1}))
}

func TestAWebPHasNoMetadata(t *testing.T) {
	file := encodeWebP(t, processors.WebP{Lossless: processors.LosslessNever}, webpPicture(20, 20))
	assert.Equal(t, "VP8 ", string(file[12:16]))
	file = encodeWebP(t, processors.WebP{Lossless: processors.LosslessNever}, withAlpha(webpPicture(20, 20)))
	assert.Equal(t, "VP8X", string(file[12:16]))
	assert.Equal(t, byte(1<<4), file[20], "alpha, but no ICC, EXIF, XMP")
}

func TestASideOfMoreThan16383PixelsIsAnError(t *testing.T) {
	for _, size := range []image.Rectangle{image.Rect(0, 0, maxWebPSide+1, 1), image.Rect(0, 0, 1, maxWebPSide+1)} {
		var b bytes.Buffer
		err := processors.WebP{}.Encode(&b, image.NewGray(size))
		require.ErrorIs(t, err, codec.ErrTooLarge)
		assert.Zero(t, b.Len())
	}
	got := xdecode(t, encodeWebP(t, processors.WebP{}, image.NewGray(image.Rect(0, 0, maxWebPSide, 1))))
	assert.Equal(t, maxWebPSide, got.Rect.Dx())
	got = xdecode(t, encodeWebP(t, processors.WebP{}, image.NewGray(image.Rect(0, 0, 1, maxWebPSide))))
	assert.Equal(t, maxWebPSide, got.Rect.Dy())
}

func TestAnEmptyPictureIsAnError(t *testing.T) {
	assert.Error(t, processors.WebP{}.Encode(io.Discard, image.NewNRGBA(image.Rect(3, 3, 3, 9))))
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestTheWritersErrorIsReturned(t *testing.T) {
	full := errors.New("no space left")
	for _, e := range []processors.WebP{{}, {Lossless: processors.LosslessAlways}} {
		assert.ErrorIs(t, e.Encode(failing{full}, webpPicture(9, 9)), full)
	}
}

func TestConcurrentEncodersDoNotAffectEachOther(t *testing.T) {
	var want [4][]byte
	for i := range want {
		want[i] = encodeWebP(t, processors.WebP{}, webpPicture(40+16*i, 60))
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			var b bytes.Buffer
			assert.NoError(t, processors.WebP{}.Encode(&b, webpPicture(40+16*(i%4), 60)))
			assert.Equal(t, want[i%4], b.Bytes())
		})
	}
	wg.Wait()
}

// watermark embeds the encoder and extends it.
type watermark struct{ processors.WebP }

func TestAWebPThatNeedsNoChangeIsKept(t *testing.T) {
	source := encodeWebP(t, processors.WebP{Quality: 30}, webpPicture(120, 90))
	formats, err := engine.New(nil, false)
	require.NoError(t, err)
	h, err := formats.Header(t.Context(), codec.NewBytesReader(t.Context(), source))
	require.NoError(t, err)
	for _, e := range []engine.Encoder{processors.WebP{Quality: 95}, watermark{processors.WebP{Quality: 95}}} {
		plan, err := formats.Plan(h, engine.Request{Processor: processors.Fit{}, Encoder: e, Width: 120, Height: 90})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, formats.Make(t.Context(), source, plan, &b, nil))
		_, embeds := e.(watermark)
		assert.Equal(t, !embeds, bytes.Equal(source, b.Bytes()), "%T", e)
	}
}
