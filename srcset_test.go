package thumbnail_test

import (
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// limitedEncoder encodes at most n pixels; 0 means no limit.
type limitedEncoder struct {
	processors.JPEG
	n int64
}

func (e limitedEncoder) PixelLimit() int64 { return e.n }

func TestLinksKnowTheLimitsOfEncoders(t *testing.T) {
	for limit, refused := range map[int64]bool{0: false, 1: true, 3: true, 4: false} {
		s := newSite(t)
		s.Encoders = thumbnail.Encoders{".jpg": limitedEncoder{n: limit}}
		s.Presets = thumbnail.Presets{"p": {Size: size(2, 2)}}
		_, err := thumbnail.NewHandler(s.Config)
		assert.Equal(t, refused, errors.Is(err, thumbnail.ErrInvalid), "%d: %v", limit, err)
	}
}

func TestAnOriginalOfWhichOneSideIsNotKnownIsNotKnown(t *testing.T) {
	l := siteLinks(t)
	for info, files := range map[thumbnail.Info]string{
		{Height: 500}: "400x300 1x, 800x600 2x",
		{Width: 600}:  "400x300 1x, 600x450 1.5x",
	} {
		img, err := l.Image(row{"a.jpg", info}, "card")
		require.NoError(t, err)
		assert.Equal(t, files, strings.Join(sizesIn(img.Srcset), ", "), info)
		img, err = l.Image(row{"a.jpg", info}, "fit")
		require.NoError(t, err)
		assert.Zero(t, img.Width, "a fitted picture has a size that depends on both")
	}
}

// A plan is a Planner whose Process fails.
type plan func(original image.Point, width, height int) (image.Point, image.Rectangle)

func (p plan) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return p(original, width, height)
}

func (plan) Process(context.Context, image.Image, int, int) (image.Image, error) { return nil, errBoom }

func TestAFileIsNotLargerThanItsOriginalOnEitherSide(t *testing.T) {
	fixed := image.Rect(0, 0, 50, 50)
	for name, c := range map[string]struct {
		plan  plan
		files string
	}{
		"stretched": {func(_ image.Point, w, h int) (image.Point, image.Rectangle) {
			return image.Pt(w, h), image.Rect(0, 0, w, h)
		}, "100x100 100w, 120x120 120w"},
		"fitted into both": {func(o image.Point, w, h int) (image.Point, image.Rectangle) {
			p := image.Pt(min(w, o.X), min(h, o.Y))
			return p, image.Rectangle{Max: p}
		}, "100x100 100w, 150x150 120w"},
		"of one size": {func(image.Point, int, int) (image.Point, image.Rectangle) { return fixed.Max, fixed }, "100x100 1x, 120x120 1.2x"},
	} {
		s := newSite(t)
		s.Processors = thumbnail.Processors{"odd": c.plan}
		preset := thumbnail.Preset{Size: size(100, 100), Method: "odd", Widths: []int{100, 1000}}
		if name == "of one size" { // all of its files have the same width
			preset.Widths, preset.Densities = nil, []float64{1, 1.4}
		}
		s.Presets = thumbnail.Presets{"p": preset}
		img, err := s.handler(t).Links("/").Image(row{"k.jpg", thumbnail.Info{Width: 120, Height: 150}}, "p")
		require.NoError(t, err)
		assert.Equal(t, c.files, strings.Join(sizesIn(img.Srcset), ", "), name)
	}
}

func TestNoSideOfAFileIsZero(t *testing.T) {
	l := siteLinks(t)
	l.Presets["flat"] = thumbnail.Preset{Size: size(100, 1), Densities: []float64{0.1, 1}}
	l.Presets["line"] = thumbnail.Preset{Size: size(100, 2), Widths: []int{10, 100}}
	for preset, want := range map[string][]string{"flat": {"10x1 0.1x", "100x1 1x"}, "line": {"10x1 10w", "100x2 100w"}} {
		img, err := l.Image("a.jpg", preset)
		require.NoError(t, err)
		assert.Equal(t, want, sizesIn(img.Srcset), preset)
	}
}

func TestAPresetHasAtMost32Files(t *testing.T) {
	l := siteLinks(t)
	many := make([]float64, 33)
	for i := range many {
		many[i] = 1
	}
	l.Presets = thumbnail.Presets{"p": {Size: size(10, 10), Densities: many}}
	assert.ErrorContains(t, l.Check(), "more than 32 files")
	l.Presets = thumbnail.Presets{"p": {Size: size(10, 10), Densities: many[:32]}}
	assert.NoError(t, l.Check())
}

func TestAnOriginalOfOneRowHasAKnownSize(t *testing.T) {
	for _, info := range []thumbnail.Info{{Width: 100, Height: 1}, {Width: 1, Height: 100}} {
		img, err := siteLinks(t).Image(row{"a.jpg", info}, "fit")
		require.NoError(t, err)
		assert.Equal(t, [2]int{info.Width, info.Height}, [2]int{img.Width, img.Height})
	}
}

func TestLinksOfferAFileAtTheLimits(t *testing.T) {
	l := siteLinks(t)
	l.MaxWidth, l.MaxHeight, l.PixelLimits = 2000, 1000, map[string]int64{".jpg": 2_000_000}
	img, err := l.Image("a.jpg", "hero")
	require.NoError(t, err)
	assert.Contains(t, img.Srcset, " 2000w")
	for _, change := range []func(){
		func() { l.MaxWidth = 1999 }, func() { l.MaxWidth, l.MaxHeight = 2000, 999 }, func() { l.MaxHeight, l.PixelLimits = 1000, map[string]int64{".jpg": 1_999_999} },
	} {
		change()
		img, err := l.Image("a.jpg", "hero")
		require.NoError(t, err)
		assert.NotContains(t, img.Srcset, " 2000w")
	}
	got, err := renderWith(t, siteLinks(t), `{{img . "fit" "alt" ""}}`, row{"a.jpg", thumbnail.Info{Width: 1, Height: 1}})
	require.NoError(t, err)
	assert.Contains(t, got, ` width="1" height="1" `)
}

func TestTheWidthsThatBrowsersChooseFromAreTheDocumentedOnes(t *testing.T) {
	for width, want := range map[int]string{
		2000: "320 480 640 960 1280 2000 2560 4000", 256: "256 320 512", 255: "255 320 510", 257: "257 514", 1600: "320 480 640 960 1280 1600 2560 3200",
		1601: "320 480 640 960 1280 1601 2560 3202", 384: "384 480 768", 385: "385 770",
	} {
		l := siteLinks(t)
		l.Presets["p"] = thumbnail.Preset{Size: size(width, 0), Method: "scale"}
		img, err := l.Image("a.jpg", "p")
		require.NoError(t, err)
		var widths []string
		for _, file := range sizesIn(img.Srcset) {
			w, _, _ := strings.Cut(file, "x")
			widths = append(widths, w)
		}
		assert.Equal(t, want, strings.Join(widths, " "), width)
	}
}

func TestAMethodThatDoesNotPlanHasFilesOfUnknownSize(t *testing.T) {
	s := newSite(t)
	s.Processors = thumbnail.Processors{"odd": working(0)}
	s.Presets = thumbnail.Presets{"p": {Size: size(100, 50), Method: "odd"}}
	img, err := s.handler(t).Links("/").Image(row{"k.jpg", thumbnail.Info{Width: 900, Height: 900}}, "p")
	require.NoError(t, err)
	assert.Zero(t, img.Width)
	assert.Equal(t, []string{"100x50 1x", "200x100 2x"}, sizesIn(img.Srcset))
}

func TestFilesThatHaveTheSameWidthAreOfferedOnce(t *testing.T) {
	l := siteLinks(t)
	l.Presets["p"] = thumbnail.Preset{Size: size(400, 300), Method: "fit", Widths: []int{100, 101, 400}}
	img, err := l.Image(row{"a.jpg", thumbnail.Info{Width: 1000, Height: 3000}}, "p")
	require.NoError(t, err)
	assert.Equal(t, []string{"100x75 25w", "400x300 100w"}, sizesIn(img.Srcset))
}

func TestAnUnknownSideIsAssumedToBeThatOfAPortrait(t *testing.T) {
	l := siteLinks(t)
	l.Presets["wide"] = thumbnail.Preset{Size: size(500, 0), Method: "scale", Ext: ".avif", Widths: []int{500, 1000, 1002}}
	l.Presets["high"] = thumbnail.Preset{Size: size(0, 500), Method: "scale", Ext: ".avif", Densities: []float64{1, 2, 2.004}}
	l.PixelLimits = map[string]int64{".avif": 1_500_000}
	for preset, want := range map[string][]string{"wide": {"500x 500w", "1000x 1000w"}, "high": {"x500 1x", "x1000 2x"}} {
		img, err := l.Image("a.jpg", preset)
		require.NoError(t, err)
		assert.Equal(t, want, sizesIn(img.Srcset), preset)
	}
}
