package engine

import (
	"bytes"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/scaling"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/muesli/smartcrop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/saliency"
)

// smartPhotos are the photographs of the gallery, of the corpus, and of the Debian packages
// lomiri-wallpapers-16.04 and mate-backgrounds, as far as they are there.
var smartPhotos = []string{
	"../../internal/gallery/photos/*.jpg", "../../internal/gallery/photos/animals/*.jpg", "../../../shared/corpus/photos/*.jpg",
	"/usr/share/backgrounds/*.jpg", "/usr/share/backgrounds/mate/nature/*.jpg",
}

// smartcropOf is where in scaled the box lies that github.com/muesli/smartcrop finds in a copy of
// 400 pixels of photo.
func smartcropOf(t *testing.T, photo image.Image, scaled image.Point, crop image.Rectangle) image.Rectangle {
	size := photo.Bounds().Size()
	size = scaling.Size(size, saliency.Side/float64(min(size.X, size.Y)))
	small := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(small, small.Rect, wholeOf(photo, size), image.Point{}, draw.Src)
	box := image.Pt(smartBoxSide(crop.Dx(), scaled.X, size.X), smartBoxSide(crop.Dy(), scaled.Y, size.Y))
	found, err := smartcrop.NewAnalyzer(asIs{}).FindBestCrop(small, box.X, box.Y) // touches an edge: is the only size tried
	require.NoError(t, err)
	at := image.Pt(found.Min.X*scaled.X/size.X, found.Min.Y*scaled.Y/size.Y)
	return crop.Sub(crop.Min).Add(at)
}

// asIs is a resizer for pictures that smartcrop does not want smaller.
type asIs struct{}

func (asIs) Resize(img image.Image, _, _ uint) image.Image { return img }

// overlap is the part of a that b covers.
func overlap(a, b image.Rectangle) float64 {
	both := a.Intersect(b).Size()
	return float64(both.X*both.Y) / float64(a.Dx()*a.Dy())
}

// What Smart keeps of a file that is decoded no larger than need be is what smartcrop keeps of a
// copy of 400 pixels, made from a larger decode: by 80 %, on the first ten photographs in which
// that is so far off the middle that the box in the middle has less than 85 % of it.
func TestSmartFindsTheSubjectThatSmartcropFindsAt400Pixels(t *testing.T) {
	const many = 10
	var paths []string
	for _, pattern := range smartPhotos {
		found, err := filepath.Glob(filepath.FromSlash(pattern))
		require.NoError(t, err)
		paths = append(paths, found...)
	}
	tried := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		scaled, crop := processors.Smart{}.Plan(h.Size, 200, 200)
		look := func(least image.Point) (*testPicture, image.Rectangle) {
			pic, err := Decode(t.Context(), data, h, least)
			require.NoError(t, err)
			found, err := processors.Smart{}.Locate(t.Context(), orientOf(pic.img, pic.header.Orientation), scaled, crop)
			require.NoError(t, err)
			return pic, found
		}
		large, found := look(scaling.Size(h.Size, 1.5*saliency.Side/float64(min(h.Size.X, h.Size.Y))))
		if overlap(found, crop) >= 0.85 {
			large.Release()
			continue
		}
		want := smartcropOf(t, orientOf(large.img, large.header.Orientation), scaled, crop)
		large.Release()
		small, got := look(MinDecode(processors.Smart{}, h.Size, 200, 200))
		t.Logf("%s from %v: %.0f %%", path, small.img.Bounds().Size(), 100*overlap(want, got))
		small.Release()
		assert.GreaterOrEqual(t, overlap(want, found), 0.95, path) // smartcrop does not go all the way to the edge
		assert.GreaterOrEqual(t, overlap(want, got), 0.8, path)
		if tried++; tried == many {
			return
		}
	}
	assert.GreaterOrEqual(t, tried, 2, "photographs with a subject off the middle")
}
