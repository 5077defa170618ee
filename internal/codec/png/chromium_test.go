package png

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// oddTables returns pictures of 8×4 pixels with too many PLTE and tRNS chunks, in any order. It also returns their names.
func oddTables() (names []string, files [][]byte) {
	rng := rand.New(rand.NewSource(3))
	kinds := []struct{ color, depth, samples int }{{0, 8, 1}, {0, 2, 1}, {0, 16, 1}, {2, 8, 3}, {2, 16, 3}, {3, 8, 1}, {3, 2, 1}, {4, 8, 2}, {6, 8, 4}}
	for range 160 {
		k := kinds[rng.Intn(len(kinds))]
		row := (8*k.samples*k.depth + 7) / 8
		raw := make([]byte, 4*(1+row))
		for i := range raw {
			if raw[i] = byte(rng.Intn(4)); k.depth == 2 {
				raw[i] = byte(rng.Intn(256))
			}
			if i%(1+row) == 0 || k.depth == 16 && i%(1+row)%2 == 1 {
				raw[i] = 0
			}
		}
		name := fmt.Sprintf("color type %d, depth %d:", k.color, k.depth)
		chunks := [][]byte{pieces.IHDR(8, 4, byte(k.depth), byte(k.color), 0)}
		for range 1 + rng.Intn(4) {
			if rng.Intn(5) < 2 && (k.color == 3 || !strings.Contains(name, "tRNS")) || k.color == 3 && len(chunks) == 1 && rng.Intn(4) > 0 {
				b := make([]byte, 3*[]int{4, 4, 4, 5, 256}[rng.Intn(5)])
				rng.Read(b)
				chunks, name = append(chunks, pieces.PNG("PLTE", b)), name+fmt.Sprintf(" PLTE of %d", len(b)/3)
				continue
			}
			n := map[int]int{0: 2, 2: 6, 3: 4, 4: 2, 6: 6}[k.color]
			if k.color == 3 && rng.Intn(3) == 0 {
				n = 1 + rng.Intn(4)
			}
			b := make([]byte, n)
			for i := range b {
				if k.color == 3 {
					b[i] = byte(rng.Intn(3) * 100)
				} else if i&1 == 1 {
					b[i] = byte(rng.Intn(4))
				}
			}
			chunks, name = append(chunks, pieces.PNG("tRNS", b)), name+fmt.Sprintf(" tRNS %v", b)
		}
		chunks = append(chunks, pieces.PNG("IDAT", deflated(raw, 6)), pieces.PNG("IEND", nil))
		names, files = append(names, name), append(files, pieces.PNGFile(chunks...))
	}
	return names, files
}

func TestRepeatedPLTEAndTRNSAreReadAsByChromium(t *testing.T) {
	names, files := oddTables()
	background := color.RGBA{200, 30, 100, 255}
	shown := imagetest.Screenshots(t, files, "image/png", image.Pt(8, 4), background)
	compared := 0
	for i, name := range names {
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), files[i]))
		require.NoError(t, err, name)
		got := image.NewRGBA(image.Rect(0, 0, 8, 4))
		draw.Draw(got, got.Rect, image.NewUniform(background), image.Point{}, draw.Src)
		if allOf(shown[i], background) {
			continue // Chromium refuses files with a second PLTE
		}
		compared++
		if pic, err := Format.Decode(t.Context(), files[i], &h, codec.Options{}); err == nil {
			draw.Draw(got, got.Rect, pic.Image, image.Point{}, draw.Over)
		} else {
			name += " " + err.Error()
		}
		worst := 0
		for j, v := range got.Pix {
			worst = max(worst, int(v)-int(shown[i].Pix[j]), int(shown[i].Pix[j])-int(v))
		}
		assert.LessOrEqual(t, worst, 2, name)
	}
	assert.Greater(t, compared, len(names)/2)
}

// allOf reports whether all pixels have color c.
func allOf(img *image.RGBA, c color.RGBA) bool {
	for i := 0; i < len(img.Pix); i += 4 {
		if [4]byte(img.Pix[i:]) != [4]byte{c.R, c.G, c.B, c.A} {
			return false
		}
	}
	return true
}
