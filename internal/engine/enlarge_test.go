package engine

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// An enlarged picture equals that of Chromium in the corners and along the border. Inside, the pictures are
// only similar, because Chromium has another kernel.
func TestSmallPicturesAreEnlargedAsChromiumDoes(t *testing.T) {
	const large = 160
	r := rand.New(rand.NewPCG(7, 7))
	var pictures []*image.NRGBA
	var files [][]byte
	for _, side := range []int{2, 2, 2, 3, 4, 5, 6, 7, 8} {
		img := image.NewNRGBA(image.Rect(0, 0, side, side))
		for y := range side {
			for x := range side {
				img.SetNRGBA(x, y, color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255})
			}
		}
		pictures, files = append(pictures, img), append(files, encodedPNG(t, img))
	}
	shown := imagetest.Screenshots(t, files, "image/png", image.Pt(large, large), color.RGBA{A: 255})
	for i, file := range files {
		got := nrgbaOf(sized(t, file, processors.Scale{}, large, large))
		side := pictures[i].Rect.Dx()
		for _, at := range []image.Point{{0, 0}, {large - 1, 0}, {0, large - 1}, {large - 1, large - 1}} {
			assertNear(t, shown[i].RGBAAt(at.X, at.Y), got.NRGBAAt(at.X, at.Y), 1, "corner %v of %d pixels", at, side)
		}
		for j := range side { // at the centers of the outermost pixels, where the kernel has no influence
			at := min((2*j+1)*large/(2*side), large-1)
			for _, p := range []image.Point{{at, 0}, {at, large - 1}, {0, at}, {large - 1, at}} {
				assertNear(t, shown[i].RGBAAt(p.X, p.Y), got.NRGBAAt(p.X, p.Y), 18, "%v of %d pixels", p, side)
			}
		}
		assert.Greater(t, imagetest.PSNRWithoutAlpha(shown[i], got), 22.0, "%d pixels", side)
	}
}

func assertNear(t *testing.T, want color.RGBA, got color.NRGBA, most int, what string, args ...any) {
	t.Helper()
	for c, d := range []int{int(want.R) - int(got.R), int(want.G) - int(got.G), int(want.B) - int(got.B)} {
		if max(d, -d) > most {
			t.Errorf("channel %d is %d off (%v instead of %v): "+what, append([]any{c, d, got, want}, args...)...)
			return
		}
	}
}
