package saliency

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // the photographs
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// Boxes are rated by the scores of the copy that Smart examines.
func TestTheLocatedCropIsNeverWorseThanTheMiddle(t *testing.T) {
	sizes := []image.Point{{200, 200}, {320, 120}, {120, 200}, {640, 360}, {90, 400}, {400, 90}, {33, 32}, {1000, 999}}
	notWorse := func(t require.TestingT, img image.Image, size image.Point, what string) {
		b := img.Bounds()
		scaled := scaling.Size(b.Size(), max(float64(size.X)/float64(b.Dx()), float64(size.Y)/float64(b.Dy())))
		crop := image.Rectangle{Max: size}.Add(scaled.Sub(size).Div(2))
		got, err := Locate(context.Background(), img, scaled, crop)
		require.NoError(t, err)
		examined := copySize(b.Size())
		small, err := resample.Resize(context.Background(), img, resample.Full(b), examined, resample.Options{})
		require.NoError(t, err)
		picture, ok := Look(small.(image.RGBA64Image))
		box := image.Pt(boxSide(crop.Dx(), scaled.X, examined.X), boxSide(crop.Dy(), scaled.Y, examined.Y))
		free, room := examined.Sub(box), scaled.Sub(crop.Size())
		if !ok || min(room.X, free.X) > 0 && room.X < free.X || min(room.Y, free.Y) > 0 && room.Y < free.Y {
			return // there are no features; or the picture has fewer positions than the copy, and the result lies between two positions of the copy
		}
		in := func(r image.Rectangle) image.Rectangle {
			at := image.Pt(r.Min.X*free.X/max(room.X, 1), r.Min.Y*free.Y/max(room.Y, 1))
			for _, d := range []image.Point{{1, 0}, {0, 1}, {1, 1}} { // neighboring positions, which map to other positions in the copy
				next := at.Add(d)
				if next.X <= free.X && next.Y <= free.Y && placeOf(next.X, free.X, room.X, crop.Min.X) == r.Min.X && placeOf(next.Y, free.Y, room.Y, crop.Min.Y) == r.Min.Y {
					at = next
				}
			}
			return image.Rectangle{Min: at, Max: at.Add(box)}
		}
		middle := image.Rectangle{Min: free.Div(2), Max: free.Div(2).Add(box)}
		if got == crop {
			return
		}
		m, n := picture.Measure(in(got)), picture.Measure(middle)
		require.False(t, m.Worse(n), "%s at %v: %v has %v, the middle %v", what, size, got, m, n)
	}
	photos := imagetest.Gallery(t, "*.jpg", "animals/*.jpg")
	require.NotEmpty(t, photos)
	for _, path := range photos {
		img, _, err := image.Decode(bytes.NewReader(imagetest.Read(t, path)))
		require.NoError(t, err)
		b := img.Bounds()
		half, err := resample.Resize(t.Context(), img, resample.Full(b), b.Size().Div(2), resample.Options{})
		require.NoError(t, err)
		for _, size := range sizes {
			notWorse(t, half, size, path)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(400, 900)
		img := imagetest.Photo(side.Draw(t, "x"), side.Draw(t, "y"), rapid.Uint64().Draw(t, "seed"))
		notWorse(t, img, rapid.SampledFrom(sizes).Draw(t, "size"), "a made picture")
	})
}
