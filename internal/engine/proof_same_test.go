package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
)

// The lists have files of the corpus that show the same picture. Their thumbnails agree with that of the first
// file, with at least the given PSNR.
//
// The eight photos of exif/ were encoded separately, some after scaling: their full decodes differ by 27 to
// 31 dB. With a wrong orientation the PSNR is below 20 dB.
var samePictures = []struct {
	least float64
	names []string
}{
	{50, []string{"photos/derived-baseline-420-15.9mp.jpg", "photos/seeding_by_Clements_Engelhardt.jpg"}},
	{40, []string{"icc/derived-srgb.jpg", "icc/derived-DisplayP3.jpg", "icc/derived-AdobeCompat.jpg", "icc/derived-ProPhoto.jpg",
		"icc/derived-Rec2020.jpg", "icc/derived-icc-10-chunks.jpg"}},
	{45, []string{"icc/ArcTriomphe-cHRM-red-green-swap-reference.png", "icc/ArcTriomphe-cHRM-red-green-swap.png"}},
	{27, numbered("exif/vips-rotation-%d.jpg", 1, 8)},
	{50, numbered("exif/orientation_%d.jpg", 1, 8)},
	{35, numbered("exif/hopper_orientation_%d.jpg", 2, 8)},
	{35, numbered("exif/hopper_orientation_%d.webp", 2, 8)},
}

func numbered(format string, from, to int) (names []string) {
	for i := from; i <= to; i++ {
		names = append(names, fmt.Sprintf(format, i))
	}
	return names
}

func TestFilesOfTheSamePictureGiveTheSameThumbnail(t *testing.T) {
	dir := imagetest.Corpus(t)
	read := func(name string) image.Image {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return onWhite(thumb(t, data, processors.Fit{}, 96))
	}
	for _, same := range samePictures {
		first := read(same.names[0])
		for _, name := range same.names[1:] {
			other := read(name)
			require.Equal(t, first.Bounds(), other.Bounds(), name)
			assert.GreaterOrEqual(t, imagetest.PSNRWithoutAlpha(first, other), same.least, "%s and %s", same.names[0], name)
		}
	}
}

func TestAFileThatIsNotAPictureIsAnError(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	rejected := 0
	for _, f := range files {
		if f.Expect != "reject" {
			continue
		}
		rejected++
		data := imagetest.Read(t, f.Path)
		_, _, err := thumbnailOf(t.Context(), data)
		assert.Error(t, err, f.Name)
	}
	assert.NotZero(t, rejected)
}

// colorful returns a photo-like picture: smooth, and different in each orientation.
func colorful(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	level := func(v float64) uint8 { return uint8(128 + 100*v) }
	for y := range h {
		for x := range w {
			u, v := 6*float64(x)/float64(w), 5*float64(y)/float64(h)
			img.SetNRGBA(x, y, color.NRGBA{level(math.Sin(u + v*v/5)), level(math.Cos(v*1.3 + u/3)), level(math.Sin(u*v/4 - 1)), 255})
		}
	}
	return img
}

func TestFiveColorSpacesInEightOrientationsGiveOneThumbnail(t *testing.T) {
	imagetest.Long(t)
	photo := colorful(300, 200)
	want := wholeOf(photo, image.Pt(60, 40))
	for _, space := range []specimen.Space{specimen.SRGB, specimen.DisplayP3, specimen.AdobeRGB, specimen.ProPhoto, specimen.Rec2020} {
		pixels := space.Of(photo)
		for orientation := 1; orientation <= 8; orientation++ {
			file := specimen.JPEG(store(pixels, orientation), 95)
			file = specimen.WithOrientation(specimen.WithProfile(file, space.Profile()), orientation)
			got := thumb(t, file, processors.Fit{}, 60)
			require.Equal(t, want.Bounds(), got.Bounds())
			assert.GreaterOrEqual(t, imagetest.PSNRWithoutAlpha(want, got), 39.5, "%s, orientation %d", space.Name, orientation)
		}
	}
}

func TestCMYKFilesGiveThePictureThatTheyWereMadeFrom(t *testing.T) {
	photo := colorful(600, 400)
	want := wholeOf(photo, image.Pt(120, 80))
	naively(func() {
		assert.GreaterOrEqual(t, imagetest.PSNRWithoutAlpha(want, thumb(t, specimen.CMYKJPEG(photo, 95), processors.Crop{}, 120)), 38.0)
	})
}
