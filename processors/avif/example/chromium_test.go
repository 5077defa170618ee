package main

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
)

// Pictures of 11³ colors, in lossless AV1, have the same colors as in Chromium. HDR is excluded, because
// Chromium has another tone mapping.
func TestColorsAreWhatChromiumShows(t *testing.T) {
	av1, err := os.ReadFile(filepath.Join("..", "..", "heif", "testdata", "swatches.obu"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		primaries, transfer uint16
		tolerance           int
	}{{1, 13, 0}, {2, 2, 0}, {1, 1, 0}, {1, 2, 0}, {12, 13, 1}, {12, 2, 1}, {5, 6, 1}, {6, 6, 1}, {9, 14, 1}, {9, 15, 1}, {2, 8, 1}, {1, 4, 1}, {5, 5, 1}, {7, 7, 1}, {11, 17, 1}, {9, 16, 40}, {9, 18, 40}}
	size := image.Pt(121, 11)
	var files [][]byte
	for _, c := range cases {
		files = append(files, ht.File([]string{"avif", "mif1", "miaf"}, 1, ht.Item{Kind: "av01", Data: av1, Properties: [][]byte{
			ht.Size(size.X, size.Y), ht.Box("pixi", ht.U32(0), []byte{3, 8, 8, 8}), ht.Box("av1C", []byte{0x81, 0x20, 0, 0}), ht.Nclx(c.primaries, c.transfer, 0, true),
		}}))
	}
	shown := imagetest.Screenshots(t, files, "image/avif", size, color.RGBA{255, 255, 255, 255})
	for i, c := range cases {
		got := straight(shrunk(t, files[i], size.X))
		largest := 0
		for j := range got.Pix {
			d := int(got.Pix[j]) - int(shown[i].Pix[j])
			largest = max(largest, d, -d)
		}
		if largest > c.tolerance {
			t.Errorf("primaries %d, transfer function %d: %d of 255 apart", c.primaries, c.transfer, largest)
		}
	}
}

func straight(img image.Image) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}
