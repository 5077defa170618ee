package webp

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func TestChromiumDecodesStillPicturesLikeThisPackage(t *testing.T) {
	imagetest.Long(t)
	r := rand.New(rand.NewPCG(43, 44))
	size := image.Pt(67, 45)
	var files [][]byte
	var kinds []Compression
	for i := range 100 {
		var img image.Image = randomDrawing(r, size.X, size.Y)
		switch i % 3 {
		case 1:
			img = shadowed(r, size.X, size.Y)
		case 2:
			img = imagetest.Photo(size.X, size.Y, r.Uint64())
		}
		o := EncodeOptions{Quality: float64(r.IntN(101)), Effort: r.IntN(7), Compression: Compression(1 + i%2), Exact: r.IntN(2) == 0}
		files, kinds = append(files, encodeStill(t, img, o)), append(kinds, o.Compression)
	}
	ground := color.RGBA{200, 120, 60, 255}
	for i, got := range imagetest.Screenshots(t, files, "image/webp", size, ground) {
		want := image.NewRGBA(got.Rect)
		draw.Draw(want, want.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
		draw.Draw(want, want.Rect, shown(t, files[i]), image.Point{}, draw.Over)
		worst := 0
		for p, v := range got.Pix {
			worst = max(worst, int(v)-int(want.Pix[p]), int(want.Pix[p])-int(v))
		}
		// Chromium multiplies colors with alpha in 8 bits.
		assert.LessOrEqual(t, worst, 3, "picture %d, compression %d", i, kinds[i])
	}
}
