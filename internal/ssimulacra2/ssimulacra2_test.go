package ssimulacra2

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scene returns a picture of smooth shapes, edges and texture. It is computed in integers, so it is the
// same on every platform.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	seed := uint32(1)
	for y := range h {
		for x := range w {
			seed = seed*1664525 + 1013904223
			grain := int(seed>>24) % 24
			r := 40 + 150*x/w + grain
			g := 200 - 120*y/h + grain/2
			b := 90 + (x*y/97)%80
			if (x-w/3)*(x-w/3)+(y-h/2)*(y-h/2) < w*h/16 {
				r, g, b = 220-grain, 60+x%40, 50+grain
			}
			if (x/24+y/18)%5 == 0 {
				r, g, b = r/2, g/2, b/2+60
			}
			for c, v := range []int{r, g, b, 255} {
				img.Pix[img.PixOffset(x, y)+c] = uint8(min(max(v, 0), 255))
			}
		}
	}
	return img
}

// changes are ways to degrade a copy.
var changes = map[string]func(img *image.RGBA, x, y, c int) int{
	"fewer levels": func(img *image.RGBA, x, y, c int) int {
		return int(img.Pix[img.PixOffset(x, y)+c])/16*16 + 8
	},
	"fewer pixels": func(img *image.RGBA, x, y, c int) int {
		return int(img.Pix[img.PixOffset(x&^1, y&^1)+c])
	},
	"softer": func(img *image.RGBA, x, y, c int) int {
		sum := 0
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				sum += int(img.Pix[img.PixOffset(min(max(x+dx, 0), img.Rect.Dx()-1), min(max(y+dy, 0), img.Rect.Dy()-1))+c])
			}
		}
		return sum / 9
	},
	"brighter": func(img *image.RGBA, x, y, c int) int { return int(img.Pix[img.PixOffset(x, y)+c]) + 4 },
	"noise": func(img *image.RGBA, x, y, c int) int {
		return int(img.Pix[img.PixOffset(x, y)+c]) + (x*7919+y*104729+c*31)%9 - 4
	},
}

func changed(img *image.RGBA, change func(img *image.RGBA, x, y, c int) int) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			for c := range 3 {
				out.Pix[out.PixOffset(x, y)+c] = uint8(min(max(change(img, x, y, c), 0), 255))
			}
			out.Pix[out.PixOffset(x, y)+3] = 255
		}
	}
	return out
}

// The expected scores are those of the program ssimulacra2 of google/jpegli (version 2.1, of 2026). If
// SSIMULACRA2_OUT names a directory, the test writes the pictures to it. The program computes with lower
// precision and with some approximations. These affect high scores most.
func TestScoresAreThoseOfThePublishedProgram(t *testing.T) {
	out := os.Getenv("SSIMULACRA2_OUT")
	for _, size := range []image.Point{{200, 150}, {333, 517}, {190, 260}} {
		original := scene(size.X, size.Y)
		save(t, out, size.String()+" original", original)
		r := NewReference(original)
		for name, change := range changes {
			copied := changed(original, change)
			save(t, out, size.String()+" "+name, copied)
			got, err := r.Score(copied)
			require.NoError(t, err)
			want, ok := published[size][name]
			require.True(t, ok, "%v %s: %f", size, name, got)
			assert.InDelta(t, want, got, 0.5, "%v %s", size, name)
		}
	}
}

func save(t *testing.T, dir, name string, img image.Image) {
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, png.Encode(f, img))
}

func TestACopyThatIsTheOriginalScores100AndAnotherSizeIsAnError(t *testing.T) {
	img := scene(50, 40)
	r := NewReference(img)
	got, err := r.Score(img)
	require.NoError(t, err)
	assert.Equal(t, 100.0, got)
	_, err = r.Score(scene(50, 41))
	assert.Error(t, err)
}
