package png

import (
	"compress/flate"
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// FuzzFormat reads damaged files in every way: see codectest.Ways. If a file decodes strictly, a tolerant decode gives the same picture.
func FuzzFormat(f *testing.F) {
	rng := rand.New(rand.NewPCG(60, 6))
	for range 6 {
		f.Add(fileOf(randomFilm(rng).chunks(rng)...))
	}
	everyKind(func(h pictureHeader) {
		h.Width, h.Height = 9, 17
		f.Add(randomPNG(rng, h, flate.DefaultCompression))
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		data = withChecksums(data)
		strict, tolerant := codectest.Ways(t, Format, data)
		if strict != nil {
			requireSame(t, strict.Image, tolerant.Image, "tolerant")
			strip(data)
		}
	})
}
