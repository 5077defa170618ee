package webp

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func encodeStill(t testing.TB, img image.Image, o EncodeOptions) []byte {
	var out bytes.Buffer
	account := codec.NewAccount(EncodeMemory(img.Bounds().Size()))
	require.NoError(t, Encode(codec.WithAccount(t.Context(), account), &out, img, o), "%v, %+v", img.Bounds().Size(), o)
	require.Zero(t, account.Used())
	return out.Bytes()
}

func shown(t testing.TB, file []byte) *image.NRGBA {
	pic := decodeWhole(t, file)
	out := image.NewNRGBA(pic.Bounds())
	draw.Draw(out, out.Rect, pic, image.Point{}, draw.Src)
	return out
}

func shownByDwebp(t testing.TB, file []byte) *image.NRGBA {
	cmd := exec.Command("dwebp", "-quiet", "-o", "-", "--", "-")
	cmd.Stdin = bytes.NewReader(file)
	b, err := cmd.Output()
	require.NoError(t, err)
	pic, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	out := image.NewNRGBA(pic.Bounds())
	draw.Draw(out, out.Rect, pic, image.Point{}, draw.Src)
	return out
}

// shadowed returns a picture with smooth alpha of many levels. Parts of it are fully transparent.
func shadowed(r *rand.Rand, w, h int) *image.NRGBA {
	img := imagetest.Photo(w, h, r.Uint64())
	cx, cy := r.IntN(w+1), r.IntN(h+1)
	for y := range h {
		for x := range w {
			d := (x-cx)*(x-cx) + (y-cy)*(y-cy)
			img.Pix[img.PixOffset(x, y)+3] = byte(max(0, 300-d/4-r.IntN(2)))
			if d < 60 {
				img.Pix[img.PixOffset(x, y)+3] = 255
			}
		}
	}
	return img
}

func TestAlphaOfALossyPictureIsKept(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for i := range 60 {
		img := shadowed(r, 1+r.IntN(90), 1+r.IntN(70))
		if i%2 == 0 {
			img = randomDrawing(r, 1+r.IntN(90), 1+r.IntN(70))
		}
		for _, quality := range []float64{75, 100} {
			file := encodeStill(t, img, EncodeOptions{Quality: quality, Effort: i % 7, Compression: Lossy})
			got, want, most := shown(t, file), img, 0
			if quality < 100 {
				most = 1
			}
			for p := 3; p < len(want.Pix); p += 4 {
				d := int(want.Pix[p]) - int(got.Pix[p])
				require.LessOrEqual(t, max(d, -d), most, "picture %d, %v, pixel %d", i, img.Rect.Size(), p/4)
				if want.Pix[p] == 0 || want.Pix[p] == 255 {
					require.Equal(t, want.Pix[p], got.Pix[p])
				}
			}
			if i%8 == 0 && imagetest.Optional(t, "dwebp", "webp") != "" {
				other := shownByDwebp(t, file)
				for p := 3; p < len(want.Pix); p += 4 {
					require.Equal(t, other.Pix[p], got.Pix[p], "as libwebp decodes it")
				}
			}
		}
	}
}

func TestOpaquePicturesHaveNoAlphaInTheFile(t *testing.T) {
	for _, c := range []Compression{Automatic, Lossless, Lossy} {
		file := encodeStill(t, imagetest.Photo(40, 30, 1), EncodeOptions{Quality: 80, Effort: 3, Compression: c})
		assert.False(t, header(t, file).Detail.(*container).first.alpha, c)
		assert.NotContains(t, string(file), "VP8X")
	}
}

func TestFlatArtIsLosslessAndPhotosAreNot(t *testing.T) {
	imagetest.Long(t)
	lossless := func(img image.Image) bool {
		return header(t, encodeStill(t, img, EncodeOptions{Quality: 80, Effort: 4})).Detail.(*container).first.lossless()
	}
	for _, d := range drawings() {
		if area(d.img.Rect.Size()) > 400*300 { // large pictures take long
			continue
		}
		look, err := inspect(t.Context(), d.img)
		require.NoError(t, err)
		if !strings.Contains(d.name, "scaled") && (look.plain > 0.45 || look.colors <= fewColors) { // for other pictures the decision may go either way
			assert.True(t, lossless(d.img), d.name)
		}
	}
	assert.False(t, lossless(imagetest.Photo(200, 150, 1)))
	gray := image.NewGray(image.Rect(0, 0, 200, 150))
	draw.Draw(gray, gray.Rect, imagetest.Photo(200, 150, 2), image.Point{}, draw.Src)
	assert.False(t, lossless(gray), "a gray photo")
	paletted := image.NewPaletted(image.Rect(0, 0, 60, 60), color.Palette{color.Black, color.White, color.NRGBA{200, 0, 0, 255}})
	for i := range paletted.Pix {
		paletted.Pix[i] = byte(i * i / 7 % 3)
	}
	assert.True(t, lossless(paletted))
	ycbcr := image.NewYCbCr(image.Rect(0, 0, 60, 60), image.YCbCrSubsampleRatio420)
	assert.False(t, lossless(ycbcr), "what was lossy stays so")
	for name, at := range map[string]func(x, y int) int{"across": func(x, _ int) int { return x }, "down": func(_, y int) int { return y }} {
		gradient := image.NewNRGBA(image.Rect(0, 0, 300, 300))
		for i := range 300 * 300 {
			v := byte(at(i%300, i/300) * 255 / 300)
			gradient.SetNRGBA(i%300, i/300, color.NRGBA{v, 255 - v, v / 2, 255})
		}
		assert.True(t, lossless(gradient), "a gradient %s", name)
	}
}

func TestAColorProfileIsWritten(t *testing.T) {
	profile := []byte("not a profile, but an odd number of bytes")
	for i, img := range []image.Image{imagetest.Photo(20, 10, 1), translucent(20, 10, 1)} {
		for _, c := range []Compression{Lossless, Lossy} {
			file := encodeStill(t, img, EncodeOptions{Quality: 80, Compression: c, Profile: profile})
			h := header(t, file)
			got, err := Format.Color(t.Context(), file, h)
			require.NoError(t, err)
			assert.Equal(t, profile, got.Profile)
			assert.Equal(t, i == 1, h.Detail.(*container).first.alpha)
			assert.Len(t, file, int(uint32(file[4])|uint32(file[5])<<8|uint32(file[6])<<16)+8)
		}
	}
}

func TestAPictureTooLargeForWebPIsAnError(t *testing.T) {
	for _, size := range []image.Point{{0, 0}, {16384, 1}, {1, 16384}} {
		err := Encode(t.Context(), new(bytes.Buffer), image.NewNRGBA(image.Rectangle{Max: size}), EncodeOptions{})
		assert.ErrorIs(t, err, errSide, size)
	}
	assert.NotEmpty(t, encodeStill(t, image.NewNRGBA(image.Rect(0, 0, 16383, 1)), EncodeOptions{}))
}

func TestEncodingStaysWithinTheEstimate(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	noise := image.NewNRGBA(image.Rect(0, 0, 250, 200))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32())
	}
	half := image.NewNRGBA(noise.Rect) // half flat, so that the encoder tries both lossless and lossy compression
	draw.Draw(half, image.Rect(0, 0, 250, 100), noise, image.Point{}, draw.Src)
	for name, img := range map[string]image.Image{"noise": noise, "half": half, "photo": imagetest.Photo(350, 250, 1), "translucent": shadowed(r, 350, 250), "drawing": randomDrawing(r, 350, 200)} {
		for _, c := range []Compression{Automatic, Lossless, Lossy} {
			for _, effort := range []int{0, 4} {
				size := img.Bounds().Size()
				account := codec.NewAccount(EncodeMemory(size))
				var out bytes.Buffer
				require.NoError(t, Encode(codec.WithAccount(t.Context(), account), &out, img, EncodeOptions{Quality: 100, Effort: effort, Compression: c}), name)
				t.Logf("%-12s %d %d: %.1f bytes per pixel", name, c, effort, float64(account.Peak())/float64(area(size)))
			}
		}
	}
}

func TestEveryOptionGivesADecodableFile(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 150 {
		w, h := 1+r.IntN(1<<r.IntN(8)), 1+r.IntN(1<<r.IntN(7))
		var img image.Image = randomDrawing(r, w, h)
		switch i % 4 {
		case 1:
			img = shadowed(r, w, h)
		case 2:
			m := image.NewRGBA(image.Rect(-3, -2, w-3, h-2))
			draw.Draw(m, m.Rect, img, image.Point{}, draw.Src)
			img = m
		}
		o := EncodeOptions{Quality: float64(r.IntN(101)), Effort: r.IntN(7), Compression: Compression(r.IntN(3)), Exact: r.IntN(2) == 0}
		file := encodeStill(t, img, o)
		assert.Equal(t, image.Rect(0, 0, w, h), shown(t, file).Rect, fmt.Sprint(i))
		var again bytes.Buffer
		require.NoError(t, Encode(context.Background(), &again, img, o))
		assert.True(t, bytes.Equal(file, again.Bytes()), "the bytes depend on the picture and the options alone")
	}
}
