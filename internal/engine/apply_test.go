package engine

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var builtIn = []processors.Planner{processors.Crop{}, processors.Scale{}, processors.Fit{}, processors.Smart{}, processors.Entropy{}}

func TestResultsHaveTheSizePlannedAndTheSourceIsNotModified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 120)
		img := imagetest.Gradient(side.Draw(t, "x"), side.Draw(t, "y"))
		width, height := rapid.IntRange(0, 150).Draw(t, "width"), rapid.IntRange(1, 150).Draw(t, "height")
		before := append([]byte{}, img.Pix...)
		for _, p := range builtIn {
			got, err := p.Process(context.Background(), img, width, height)
			if err != nil {
				t.Fatal(err)
			}
			if want, _ := resultSize(p, img.Rect.Size(), width, height); got.Bounds().Size() != want {
				t.Fatalf("%T made %v, not %v", p, got.Bounds().Size(), want)
			}
			if !pixels.Opaque(got) {
				t.Fatalf("%T made something transparent of an opaque picture", p)
			}
			if string(before) != string(img.Pix) {
				t.Fatalf("%T modified its source", p)
			}
		}
	})
}

func TestEveryTypeOfPictureIsScaled(t *testing.T) {
	r := image.Rect(0, 0, 64, 48)
	want := imagetest.Gradient(64, 48)
	gray := image.NewGray(r)
	draw.Draw(gray, r, want, image.Point{}, draw.Src)
	palette := exactPalette(nrgbaOf(gray))
	require.NotNil(t, palette)
	for _, img := range []draw.Image{
		image.NewNRGBA(r), image.NewRGBA(r), image.NewNRGBA64(r), image.NewRGBA64(r), image.NewCMYK(r),
		image.NewGray(r), image.NewGray16(r), palette,
	} {
		source := image.Image(want)
		switch img.(type) {
		case *image.Gray, *image.Gray16, *image.Paletted:
			source = gray
		}
		draw.Draw(img, r, source, image.Point{}, draw.Src)
		reference, err := processors.Crop{}.Process(t.Context(), source, 20, 20)
		require.NoError(t, err)
		got, err := processors.Crop{}.Process(t.Context(), img, 20, 20)
		require.NoError(t, err)
		assert.Less(t, distance(t, reference, got), 1.5, "%T", img)
		assert.True(t, pixels.Opaque(got), "%T", img)
	}
}

func TestTransparentEdgesHaveNoDarkFringe(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 90, 90)) // transparent black, which must not darken the white edge
	draw.Draw(img, image.Rect(20, 20, 70, 70), image.NewUniform(color.NRGBA{255, 255, 255, 255}), image.Point{}, draw.Src)
	got, err := processors.Scale{}.Process(t.Context(), img, 31, 31)
	require.NoError(t, err)
	eachPixel(nrgbaOf(got), func(x, y int, p []byte) {
		if p[3] > 8 { // nearly transparent pixels are too inaccurate
			assert.Greater(t, min(p[0], p[1], p[2]), byte(220), "at %d,%d: %v", x, y, p)
		}
	})
}

func TestAReducedDecodeChangesNeitherSizeNorPosition(t *testing.T) {
	// A JPEG decoder rounds 641×483 at 1/8 up to 81×61.
	size := image.Pt(641, 483)
	full := imagetest.Subject(size, image.Pt(480, 240), 70)
	reduced := reducedPicture(size, wholeOf(full, image.Pt(81, 61)), 641./8, 483./8)
	for _, p := range builtIn {
		for _, wh := range []image.Point{{40, 40}, {80, 0}, {0, 30}, {20, 60}, {70, 20}} {
			want, err := newPicture(full).Apply(t.Context(), p, wh.X, wh.Y)
			require.NoError(t, err)
			got, err := reduced.Apply(t.Context(), p, wh.X, wh.Y)
			require.NoError(t, err)
			assert.Equal(t, want.Bounds().Size(), got.Bounds().Size(), "%T %v", p, wh)
			if _, ok := p.(processors.Locator); !ok {
				assert.Less(t, distance(t, want, got), 14.0, "%T %v", p, wh)
			}
		}
	}
}

// A watermark is a Processor as users of this package write it.
type watermark struct{ processors.Crop }

func (w watermark) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	img, err := w.Crop.Process(ctx, src, width, height)
	if err != nil {
		return nil, err
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	draw.Draw(out, image.Rect(0, 0, 4, 4), image.White, image.Point{}, draw.Src)
	return out, nil
}

func TestAWatermarkThatEmbedsCropIsDrawn(t *testing.T) {
	pic := reducedPicture(image.Pt(800, 640), uniform(image.Pt(100, 80), color.NRGBA{10, 20, 30, 255}), 100, 80)
	assert.NotZero(t, MinDecode(watermark{}, image.Pt(800, 640), 50, 50))
	got, err := pic.Apply(t.Context(), watermark{}, 50, 50)
	require.NoError(t, err)
	assert.Equal(t, image.Rect(0, 0, 50, 50), got.Bounds())
	assert.Equal(t, color.RGBA{255, 255, 255, 255}, got.At(3, 3))
	assert.Equal(t, color.RGBA{10, 20, 30, 255}, got.At(4, 4))
}

// A plain processor has only the method Process.
type plain struct{ seen *image.Point }

func (p plain) Process(_ context.Context, src image.Image, width, height int) (image.Image, error) {
	*p.seen = image.Pt(width, height)
	return src, nil
}

func TestAPlainProcessorGetsTheWholeOriginal(t *testing.T) {
	var seen image.Point
	p := plain{&seen}
	assert.Zero(t, MinDecode(p, image.Pt(800, 640), 50, 0))
	_, ok := resultSize(p, image.Pt(800, 640), 50, 0)
	assert.False(t, ok)
	img := imagetest.Gradient(8, 8)
	got, err := newPicture(img).Apply(t.Context(), p, 50, 0)
	require.NoError(t, err)
	assert.Same(t, img, got)
	assert.Equal(t, image.Pt(50, 0), seen)
}

// A lost locator returns boxes outside the picture.
type lost struct{ processors.Crop }

func (lost) Locate(_ context.Context, _ image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	return crop.Add(scaled), nil
}

func TestABoxBeyondThePictureIsAnError(t *testing.T) {
	_, err := newPicture(imagetest.Gradient(30, 20)).Apply(t.Context(), lost{}, 10, 10)
	assert.ErrorContains(t, err, "lost")
	_, err = newPicture(imagetest.Gradient(30, 20)).Apply(t.Context(), lost{}, 15, 10)
	assert.NoError(t, err, "nothing to cut off, nothing to locate")
}

func TestImpossibleSizesAreErrors(t *testing.T) {
	for _, p := range builtIn {
		for _, wh := range []image.Point{{0, 0}, {-1, 5}, {5, -1}} {
			_, err := p.Process(t.Context(), imagetest.Gradient(8, 8), wh.X, wh.Y)
			assert.Error(t, err, "%T %v", p, wh)
		}
		_, err := p.Process(t.Context(), image.NewGray(image.Rectangle{}), 5, 5)
		assert.Error(t, err, "%T of nothing", p)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = p.Process(ctx, imagetest.Gradient(8, 9), 5, 5)
		assert.ErrorIs(t, err, context.Canceled, "%T", p)
	}
}
