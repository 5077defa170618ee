package main

import (
	"image"
	"testing"

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// shrunk returns the thumbnail of a file.
func shrunk(t testing.TB, file []byte, width int) image.Image {
	t.Helper()
	img, err := ht.Thumbnail(t.Context(), file, width, avif.Format)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
