package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os/exec"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func encodeWebP(t testing.TB, img image.Image, lossless bool) []byte {
	var b bytes.Buffer
	o := webp.EncodeOptions{Quality: 90, Exact: true, Compression: webp.Lossy}
	if lossless {
		o.Compression = webp.Lossless
	}
	require.NoError(t, webp.Encode(t.Context(), &b, img, o))
	return b.Bytes()
}

func uniform(size image.Point, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	fill(img, c)
	return img
}

func TestLossyWebPHasTheFullRangeOfColors(t *testing.T) {
	for _, c := range []color.NRGBA{
		{255, 255, 255, 255}, {0, 0, 0, 255}, {128, 128, 128, 255}, {200, 60, 40, 255}, {30, 60, 200, 255},
	} {
		want := uniform(image.Pt(20, 20), c)
		_, img := decodeFile(t, encodeWebP(t, want, false))
		assert.Less(t, distance(t, want, img), 2.0, "%v", c)

		for y := range 20 {
			want.SetNRGBA(0, y, color.NRGBA{c.R, c.G, c.B, 100}) // the original needs alpha
		}
		_, img = decodeFile(t, encodeWebP(t, want, false))
		require.False(t, pixels.Opaque(img))
		assert.Less(t, distance(t, want, img), 3.0, "%v with alpha", c)
	}
}

func TestALargeLossyWebPIsReducedWhileItIsDecodedWithoutLoss(t *testing.T) {
	imagetest.Long(t)
	size := image.Pt(613, 417) // not a multiple of any block size
	file := encodeWebP(t, drawing(size), false)
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	full, err := Decode(t.Context(), file, h, image.Point{})
	require.NoError(t, err)
	for width, shrunk := range map[int]bool{20: true, 50: true, 100: true, 150: true, 200: true, 300: true, 310: false} {
		scaled, crop := processors.Scale{}.Plan(size, width, 0)
		reduced, err := Decode(t.Context(), file, h, MinDecode(processors.Scale{}, size, width, 0))
		require.NoError(t, err)
		assert.Equal(t, shrunk, reduced.img.Bounds().Dx() == width, "for %d pixels", width)
		original, err := resample.Resize(t.Context(), drawing(size), resample.Full(image.Rectangle{Max: size}), scaled, resample.Options{Exact: true})
		require.NoError(t, err)
		whole := imagetest.PSNRWithoutAlpha(original, cutOf(full, scaled, crop))
		db := imagetest.PSNRWithoutAlpha(original, cutOf(reduced, scaled, crop))
		assert.GreaterOrEqual(t, db, whole, "for %d pixels", width)
	}
}

// drawing returns thin lines and small squares of the most saturated colors. Its chroma, at half
// resolution, exceeds the range of RGB, so conversion to RGB before scaling loses more than conversion
// afterwards.
func drawing(size image.Point) *image.NRGBA {
	img := uniform(size, color.NRGBA{0, 0, 255, 255})
	for y := range size.Y {
		for x := range size.X {
			var n int
			switch {
			case y < size.Y/2:
				n = x/3*7 + y/3*13 // squares
			case (x+2*y)%11 < 2 || (3*x-y)%17 < 2:
				n = x / 200 // lines
			default:
				continue
			}
			img.SetNRGBA(x, y, color.NRGBA{byte(n & 1 * 255), byte(n >> 1 & 1 * 255), byte(n >> 2 & 1 * 255), 255})
		}
	}
	return img
}

func TestALossyWebPTakesNoMoreMemoryThanEstimatedFromItsCanvas(t *testing.T) {
	vp8 := encodeWebP(t, imagetest.Gradient(64, 64), false)[20:]
	binary.LittleEndian.PutUint16(vp8[6:], 16383)
	binary.LittleEndian.PutUint16(vp8[8:], 16383)
	file := pieces.WebP(pieces.VP8X(0, image.Pt(64, 64)), pieces.RIFF("VP8 ", vp8))
	h, err := DecodeHeader(bytes.NewReader(file))
	if err == nil {
		took := allocated(func() { _, err = Decode(t.Context(), file, h, image.Point{}) })
		assert.LessOrEqual(t, took, uint64(h.DecodeBytes(image.Point{})))
	}
	assert.ErrorIs(t, err, processors.ErrCorrupt)
}

func TestTheMemoryOfALargeLossyWebPIsThatOfTheReducedPicture(t *testing.T) {
	size := image.Pt(1000, 750)
	pixels := pieces.Picture(encodeWebP(t, imagetest.Gradient(size.X, size.Y), false))
	for _, orientation := range []int{1, 6} {
		file := pieces.WebP(pieces.VP8X(pieces.WebPEXIF, size), pixels, pieces.RIFF("EXIF", pieces.EXIF(orientation)))
		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		for _, width := range []int{50, 75, 130} {
			least := MinDecode(processors.Scale{}, h.Size, width, 0)
			took := allocated(func() { _, err = Decode(t.Context(), file, h, least) })
			require.NoError(t, err)
			assert.LessOrEqual(t, took, uint64(h.DecodeBytes(least)), "turned by %d, for %d pixels", orientation, width)
			assert.Less(t, h.DecodeBytes(least), h.DecodeBytes(image.Point{})/2)
		}
		_, err = Decode(t.Context(), file[:len(file)/2], h, image.Pt(20, 15))
		assert.ErrorIs(t, err, processors.ErrCorrupt, "cut off")
	}
}

func TestTheMemoryOfAWebPInFullSizeIsEstimated(t *testing.T) {
	size := image.Pt(803, 601)
	for _, orientation := range []int{1, 6} {
		for _, lossless := range []bool{false, true} {
			for _, alpha := range []byte{255, 200} {
				img, flags := imagetest.Gradient(size.X, size.Y), byte(pieces.WebPEXIF)
				for x := range size.X {
					for y := range x % size.Y {
						img.Pix[img.PixOffset(x, y)+3] = alpha - byte(x*y%7*int(255-alpha)/9)
					}
				}
				if alpha < 255 {
					flags |= pieces.WebPAlpha
				}
				file := pieces.WebP(pieces.VP8X(flags, size), pieces.Picture(encodeWebP(t, img, lossless)), pieces.RIFF("EXIF", pieces.EXIF(orientation)))
				h, err := DecodeHeader(bytes.NewReader(file))
				require.NoError(t, err)
				require.Equal(t, orientation, h.Orientation)
				account := codec.NewAccount(h.DecodeBytes(image.Point{}))
				var upright image.Image
				heap := imagetest.Peak(func() {
					pic, err := Decode(codec.WithAccount(t.Context(), account), file, h, image.Point{})
					require.NoError(t, err)
					upright = pic.Image()
				})
				assert.Equal(t, alpha == 255, nrgbaOf(upright).Opaque())
				assert.LessOrEqual(t, heap, h.DecodeBytes(image.Point{})*11/10+4<<20, "turned by %d, alpha %d, lossless %v", orientation, alpha, lossless)
			}
		}
	}
}

func TestTheMemoryOfAWideLossyWebPIsEstimated(t *testing.T) {
	size := image.Pt(16383, 48)
	file := encodeWebP(t, imagetest.Gradient(size.X, size.Y), false)
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	for _, ratio := range []int{2, 3, 4, 8, 40} {
		least := MinDecode(processors.Scale{}, size, size.X/ratio, 0)
		took := allocated(func() { _, err = Decode(t.Context(), file, h, least) })
		require.NoError(t, err)
		assert.LessOrEqual(t, took, uint64(h.DecodeBytes(least)), "1/%d", ratio)
	}
}

func TestLosslessWebPIsExact(t *testing.T) {
	want := imagetest.Gradient(33, 21)
	want.SetNRGBA(4, 4, color.NRGBA{10, 20, 30, 40})
	_, img := decodeFile(t, encodeWebP(t, want, true))
	assert.Zero(t, distance(t, want, img))
}

func TestTheOrientationOfAWebPIsReadBehindItsPixels(t *testing.T) {
	want := imagetest.Gradient(40, 30)
	for orientation := 1; orientation <= 8; orientation++ {
		stored := store(want, orientation)
		file := pieces.WebP(pieces.VP8X(pieces.WebPEXIF, stored.Rect.Size()), encodeWebP(t, stored, true)[12:], pieces.RIFF("EXIF", pieces.EXIF(orientation)))
		h, img := decodeFile(t, file)
		assert.Equal(t, orientation, h.Orientation)
		assert.Zero(t, distance(t, want, img), "orientation %d", orientation)
	}
}

func TestTheFirstFrameOfAnAnimatedWebPIsComposedOnItsCanvas(t *testing.T) {
	frame := uniform(image.Pt(6, 4), color.NRGBA{0, 200, 0, 255})
	pixels := encodeWebP(t, frame, true)[12:]
	file := pieces.WebP(pieces.VP8X(pieces.WebPAnimated|pieces.WebPAlpha, image.Pt(20, 10)),
		pieces.ANIM(0), pieces.ANMF(frame.Rect.Add(image.Pt(2, 4)), 100, 0, pixels))
	h, img := decodeFile(t, file)
	assert.Equal(t, image.Pt(20, 10), h.Size)
	assert.Equal(t, color.NRGBA{}, img.At(1, 4))
	assert.Equal(t, color.NRGBA{0, 200, 0, 255}, img.At(2, 4))
	assert.Equal(t, color.NRGBA{0, 200, 0, 255}, img.At(7, 7))
	assert.Equal(t, color.NRGBA{}, img.At(8, 7))

	beyond := frame.Rect.Add(image.Pt(200, 4))
	file = pieces.WebP(pieces.VP8X(pieces.WebPAnimated, image.Pt(20, 10)), pieces.ANMF(beyond, 100, 0, pixels))
	_, err := Decode(t.Context(), file, h, image.Point{})
	assert.ErrorIs(t, err, processors.ErrCorrupt)
	_, err = Decode(t.Context(), pieces.WebP(pieces.VP8X(pieces.WebPAnimated, image.Pt(20, 10))), h, image.Point{})
	assert.ErrorIs(t, err, processors.ErrCorrupt, "no frame at all")
}

func TestTheFirstFrameOfAnAnimatedWebPEqualsTheStillPicture(t *testing.T) {
	img := imagetest.Gradient(60, 40)
	for name, lossless := range map[string]bool{"lossy": false, "lossless": true} {
		for _, alpha := range []byte{255, 100} {
			img.SetNRGBA(3, 3, color.NRGBA{10, 20, 30, alpha})
			file := encodeWebP(t, img, lossless)
			_, want := decodeFile(t, file)
			frame := pieces.ANMF(img.Rect, 100, 0, pieces.Picture(file))
			animation := pieces.WebP(pieces.VP8X(pieces.WebPAnimated|pieces.WebPAlpha, image.Pt(60, 40)), pieces.ANIM(0), frame, frame)
			_, got := decodeFile(t, animation)
			assert.Zero(t, furthest(t, want, got), "%s, alpha %d", name, alpha)
		}
	}
}

func TestALossyWebPIsAsLibwebpShowsIt(t *testing.T) {
	tools := map[string]string{"cwebp": "", "dwebp": ""}
	for name := range tools {
		tools[name] = imagetest.Program(t, name, "webp")
	}
	run := func(tool string, in []byte, args ...string) []byte {
		cmd := exec.Command(tools[tool], append(args, "-quiet", "-o", "-", "--", "-")...)
		cmd.Stdin = bytes.NewReader(in)
		out, err := cmd.Output()
		require.NoError(t, err)
		return out
	}
	for i, size := range []image.Point{{1, 1}, {1, 20}, {20, 1}, {33, 18}, {400, 300}} {
		for _, alpha := range []bool{false, true} {
			original := image.NewNRGBA(image.Rectangle{Max: size})
			for y := range size.Y {
				// The most saturated colors, and hard edges at all distances from chroma samples.
				for x := range size.X {
					n := x/7*5 + y/7*3
					c := color.NRGBA{byte(n & 1 * 255), byte(n >> 1 & 1 * 255), byte(n >> 2 & 1 * 255), 255}
					if alpha {
						c.A = byte(20 + (x+3*y)%200)
					}
					original.SetNRGBA(x, y, c)
				}
			}
			file := run("cwebp", encodePNG(t, original), "-q", fmt.Sprint(20*i+10), "-f", fmt.Sprint(25*i),
				"-alpha_method", fmt.Sprint(i%2), "-alpha_filter", []string{"none", "fast", "best"}[i%3])
			want, err := png.Decode(bytes.NewReader(run("dwebp", file)))
			require.NoError(t, err)
			h, got := decodeFile(t, file)
			assert.Equal(t, alpha, !pixels.Opaque(got))
			assert.LessOrEqual(t, furthest(t, want, got), 2, "%v, alpha: %v", size, alpha)

			// At every scale, the result is as close to the original as a thumbnail made from dwebp's pixels.
			for width := size.X; width > 15 && size.X > 100; width = width * 4 / 5 {
				pic, err := Decode(t.Context(), file, h, MinDecode(processors.Scale{}, size, width, 0))
				require.NoError(t, err)
				small, err := pic.Apply(t.Context(), processors.Scale{}, width, 0)
				require.NoError(t, err)
				wanted, err := processors.Scale{}.Process(t.Context(), want, width, 0)
				require.NoError(t, err)
				ideal, err := processors.Scale{}.Process(t.Context(), original, width, 0)
				require.NoError(t, err)
				least := imagetest.PSNRWithoutAlpha(ideal, wanted) - 0.5
				assert.Greater(t, imagetest.PSNRWithoutAlpha(ideal, small), least, "%v, alpha: %v, %d wide", size, alpha, width)
			}
		}
	}
}

// furthest returns the largest difference of two samples; colors are not premultiplied.
func furthest(t testing.TB, a, b image.Image) (most int) {
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	p, q := nrgbaOf(a), nrgbaOf(b)
	eachPixel(p, func(x, y int, c []byte) {
		for i, v := range c {
			d := int(v) - int(q.Pix[y*q.Stride+4*x+i])
			most = max(most, d, -d)
		}
	})
	return most
}
