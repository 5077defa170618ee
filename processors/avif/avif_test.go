package avif_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func TestFilesAreDecodedUpright(t *testing.T) {
	for name, size := range map[string]image.Point{
		"avif-orientation-6": {3024, 4032},
		"exif":               {512, 512}, "hopper": {128, 128}, "hopper-missing-pixi": {128, 128}, "icc_profile": {57, 57},
		"rot0mir0": {640, 427}, "rot1mir1": {640, 427}, "rot3mir1": {640, 427}, "transparency": {64, 64}, "white_1x1": {1, 1},
		"xmp_tags_orientation": {326, 268}, "colors-animated-8bpc": {150, 150},
	} {
		t.Run(name, func(t *testing.T) {
			file := imagetest.Read(t, filepath.Join(imagetest.Corpus(t), "avif-heic/"+name+".avif"))
			assert.True(t, avif.Format.Match(file[:64]))
			h, err := avif.Format.Header(t.Context(), bytes.NewReader(file))
			require.NoError(t, err)
			assert.Equal(t, size, image.Pt(h.Width, h.Height))
			img, err := seen(t, file)
			require.NoError(t, err)
			assert.Equal(t, image.Rectangle{Max: size}, img.Bounds())
		})
	}
}

// The three files store the same picture in different ways.
func TestTurnedAndMirroredFilesShowTheSamePicture(t *testing.T) {
	want := decode(t, imagetest.Read(t, filepath.Join(imagetest.Corpus(t), "avif-heic/rot0mir0.avif")))
	for _, name := range []string{"rot1mir1", "rot3mir1"} {
		got := decode(t, imagetest.Read(t, filepath.Join(imagetest.Corpus(t), "avif-heic/"+name+".avif")))
		assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), 22.0, name) // low, because the files were encoded at a low quality
	}
}

func TestADecompressionBombIsRefusedByItsHeader(t *testing.T) {
	_, err := avif.Format.Header(t.Context(), bytes.NewReader(imagetest.Read(t, filepath.Join(imagetest.Corpus(t), "bombs/17000x17000.avif"))))
	assert.ErrorIs(t, err, processors.ErrFormat, "libavif refuses it")
}

func encode(t testing.TB, e avif.Encoder, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, e.Encode(&b, img))
	return b.Bytes()
}

// seen returns the upright picture of a file. It requires that Header and Decode agree.
func seen(t testing.TB, file []byte) (image.Image, error) {
	t.Helper()
	h, err := avif.Format.Header(t.Context(), bytes.NewReader(file))
	if err != nil {
		_, err2 := avif.Format.Decode(t.Context(), file)
		assert.Error(t, err2)
		return nil, err
	}
	img, err := avif.Format.Decode(t.Context(), file)
	if err != nil {
		return nil, err
	}
	if _, deep := img.(*image.RGBA64); deep {
		img = imagetest.TurnedDeep(img, h.Orientation)
	} else {
		img = imagetest.Turned(img, h.Orientation)
	}
	assert.Equal(t, image.Rect(0, 0, h.Width, h.Height), img.Bounds())
	return img, nil
}

func decode(t testing.TB, file []byte) *image.RGBA {
	t.Helper()
	img, err := seen(t, file)
	require.NoError(t, err)
	require.IsType(t, &image.RGBA{}, img)
	return img.(*image.RGBA)
}

func TestAnEncodedPictureLooksLikeTheOriginal(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {1, 7}, {33, 20}, {160, 90}} {
		want := imagetest.Cornered(size.X, size.Y)
		got := decode(t, encode(t, avif.Encoder{}, want))
		require.Equal(t, want.Rect, got.Rect)
		assert.True(t, got.Opaque(), "opaque stays opaque")
		assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), 26.0, "%v", size)
	}
}

func TestAFileSaysThatItIsSRGB(t *testing.T) {
	for _, img := range []image.Image{imagetest.Cornered(20, 10), withAlpha(imagetest.Cornered(20, 10))} {
		file := encode(t, avif.Encoder{}, img)
		header, _, _ := bytes.Cut(file, []byte("mdat"))
		assert.Equal(t, 1, bytes.Count(header, []byte("colrnclx\x00\x01\x00\x0d\x00\x06\x80")))
	}
}

func TestTransparencyIsKept(t *testing.T) {
	want := image.NewNRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			want.SetNRGBA(x, y, color.NRGBA{200, 80, 40, byte(x * 4)})
		}
	}
	before := slices.Clone(want.Pix)
	got := decode(t, encode(t, avif.Encoder{Quality: 90}, want))
	for x := range 64 {
		assert.InDelta(t, x*4, got.RGBAAt(x, 16).A, 3)
	}
	r, g, b, _ := got.At(60, 16).RGBA()
	assert.InDelta(t, 200*240/255, r>>8, 8)
	assert.InDelta(t, 80*240/255, g>>8, 8)
	assert.InDelta(t, 40*240/255, b>>8, 8)
	assert.Equal(t, before, want.Pix, "not modified")
}

func TestASubimageIsEncodedLikeACopyOfIt(t *testing.T) {
	large := imagetest.Cornered(90, 70)
	part := large.SubImage(image.Rect(10, 20, 74, 60)).(*image.RGBA)
	want := image.NewRGBA(image.Rect(0, 0, 64, 40))
	for y := range 40 {
		copy(want.Pix[y*want.Stride:][:want.Stride], part.Pix[y*part.Stride:])
	}
	assert.Equal(t, encode(t, avif.Encoder{}, want), encode(t, avif.Encoder{}, part))
}

func TestEveryImageTypeOfAPictureGivesTheSameFile(t *testing.T) {
	rgba := imagetest.Cornered(40, 30)
	gray := image.NewGray(rgba.Rect)
	draw.Draw(gray, gray.Rect, rgba, image.Point{}, draw.Src)
	deep := image.NewNRGBA64(rgba.Rect)
	draw.Draw(deep, deep.Rect, rgba, image.Point{}, draw.Src)
	indexed := image.NewPaletted(rgba.Rect, palette.Plan9)
	draw.Draw(indexed, indexed.Rect, rgba, image.Point{}, draw.Src)
	moved := image.NewNRGBA(image.Rect(-7, 3, 33, 33))
	draw.Draw(moved, moved.Rect, withAlpha(rgba), image.Point{}, draw.Src)
	for name, img := range map[string]image.Image{"gray": gray, "deep": deep, "indexed": indexed, "elsewhere, transparent": moved, "nothing": image.NewNRGBA(rgba.Rect)} {
		want := image.NewRGBA(rgba.Rect)
		draw.Draw(want, want.Rect, img, img.Bounds().Min, draw.Src)
		assert.Equal(t, encode(t, avif.Encoder{}, want), encode(t, avif.Encoder{}, img), name)
	}
	assert.Equal(t, make([]byte, 4*40*30), decode(t, encode(t, avif.Encoder{}, image.NewNRGBA(rgba.Rect))).Pix, "nothing")
}

func TestAPictureOfTheLongestSideIsEncodedAndDecoded(t *testing.T) {
	got := decode(t, encode(t, avif.Encoder{}, imagetest.Cornered(avif.MaxSide, 1)))
	assert.Equal(t, image.Rect(0, 0, avif.MaxSide, 1), got.Rect)
}

func TestLargePicturesAreRefusedByDefault(t *testing.T) {
	large := image.NewUniform(color.White)
	err := avif.Encoder{}.Encode(io.Discard, crop{large, image.Rect(0, 0, 1501, 1000)})
	assert.ErrorIs(t, err, processors.ErrTooLarge)
	small := imagetest.Cornered(40, 30)
	assert.ErrorIs(t, avif.Encoder{MaxPixels: 1199}.Encode(io.Discard, small), processors.ErrTooLarge)
	assert.NoError(t, avif.Encoder{MaxPixels: 1200}.Encode(io.Discard, small))
	assert.NoError(t, avif.Encoder{MaxPixels: -1}.Encode(io.Discard, small))
	assert.Equal(t, "image/avif", avif.Encoder{}.ContentType())
}

// crop is an image that returns a wrong size.
type crop struct {
	image.Image
	size image.Rectangle
}

func (c crop) Bounds() image.Rectangle { return c.size }

func TestQualityAndEffortHaveAnEffect(t *testing.T) {
	img := imagetest.Cornered(120, 120)
	size := func(e avif.Encoder) int { return len(encode(t, e, img)) }
	assert.Equal(t, size(avif.Encoder{}), size(avif.Encoder{Quality: 60, Effort: 1}), "defaults")
	assert.Equal(t, size(avif.Encoder{Quality: 1, Effort: 1}), size(avif.Encoder{Quality: -3, Effort: -1}), "below the range")
	assert.Equal(t, size(avif.Encoder{Quality: 100, Effort: 10}), size(avif.Encoder{Quality: 500, Effort: 99}), "beyond the range")
	assert.Less(t, size(avif.Encoder{Effort: 8}), size(avif.Encoder{}))
	assert.Less(t, size(avif.Encoder{Quality: 10}), size(avif.Encoder{Quality: 95}))
}

func TestAnImpossiblePictureIsAnErrorOfTheEncoder(t *testing.T) {
	assert.Error(t, avif.Encoder{}.Encode(io.Discard, image.NewRGBA(image.Rectangle{})))
	assert.Error(t, avif.Encoder{}.Encode(io.Discard, image.NewUniform(color.White)))
	for _, size := range []image.Rectangle{image.Rect(0, 0, avif.MaxSide+1, 1), image.Rect(0, 0, 1, avif.MaxSide+1)} {
		assert.Error(t, avif.Encoder{}.Encode(io.Discard, image.NewGray(size)))
	}
	full := errors.New("no space left")
	assert.ErrorIs(t, avif.Encoder{}.Encode(failing{full}, imagetest.Cornered(9, 9)), full)
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestDamagedFilesAreErrors(t *testing.T) {
	for _, source := range []image.Image{imagetest.Cornered(40, 30), withAlpha(imagetest.Cornered(40, 30)), imagetest.Cornered(400, 300), imagetest.Cornered(1, 1)} {
		file := encode(t, avif.Encoder{}, source)
		for _, n := range []int{0, 1, 8, 20, 60, 150, len(file) / 2, len(file) - 30, len(file) - 1} {
			_, err := avif.Format.Decode(t.Context(), file[:n])
			assert.ErrorIs(t, err, processors.ErrCorrupt, "%d bytes of %d", n, len(file))
		}
		pixels := bytes.Index(file, []byte("mdat")) + 4
		for name, payload := range map[string][]byte{
			"no pixels": make([]byte, len(file)-pixels), "noise": bytes.Repeat([]byte{0x12, 0, 0x32, 0x5a, 0xff}, len(file))[:len(file)-pixels],
		} {
			img, err := avif.Format.Decode(t.Context(), append(bytes.Clone(file[:pixels]), payload...))
			assert.ErrorIs(t, err, processors.ErrCorrupt, name)
			assert.Nil(t, img, name)
		}
	}
}

// Every file gives a picture of the size in its header, or an error. This is not a fuzz target, because
// each worker would first compile the WebAssembly.
func TestAFileWithAFewWrongBytesIsAPictureOfItsSizeOrAnError(t *testing.T) {
	file := encode(t, avif.Encoder{}, imagetest.Cornered(20, 14))
	random := rand.New(rand.NewPCG(1, 2))
	pictures := 0
	for _, file := range [][]byte{
		file, with(t, file, ht.Clap(10, 8, 2, -1), ht.Turn(1), ht.Mirror(0)), encode(t, avif.Encoder{}, withAlpha(imagetest.Cornered(9, 20))),
	} {
		for range 200 {
			broken := slices.Clone(file)
			for range 1 + random.IntN(3) {
				broken[random.IntN(len(broken))] = byte(random.Uint32())
			}
			h, err := avif.Format.Header(t.Context(), bytes.NewReader(broken))
			if err != nil || h.Width > 1000 || h.Height > 1000 {
				continue
			}
			if img, err := seen(t, broken); err == nil {
				pictures++
				_, _, _, a := img.At(img.Bounds().Max.X-1, img.Bounds().Max.Y-1).RGBA()
				assert.True(t, a > 0 || bytes.Contains(broken, []byte("auxl")), "opaque pixels, or an error")
			}
		}
	}
	assert.Positive(t, pictures)
}

func TestConcurrentCallsGiveTheSameResult(t *testing.T) {
	want := encode(t, avif.Encoder{}, imagetest.Cornered(50, 40))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var b bytes.Buffer
			assert.NoError(t, avif.Encoder{}.Encode(&b, imagetest.Cornered(50, 40)))
			assert.Equal(t, want, b.Bytes())
			img, err := avif.Format.Decode(t.Context(), b.Bytes())
			assert.NoError(t, err)
			assert.Equal(t, image.Rect(0, 0, 50, 40), img.Bounds())
		})
	}
	wg.Wait()
}
