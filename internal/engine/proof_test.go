package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// proofWidths are the widths in pixels of the thumbnails that are compared.
var proofWidths = []int{96, 24}

// TestThumbnailsAreWhatTheReferenceMakes compares a thumbnail of every undamaged file of the corpus with
// that of Pillow and lcms2: testdata/reference.py.
func TestThumbnailsAreWhatTheReferenceMakes(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	reference := pillow(t)
	var good []imagetest.File
	for _, f := range files {
		if f.Expect == "ok" {
			good = append(good, f)
		}
	}
	require.NotEmpty(t, good)
	want := reference(good)
	for _, f := range good {
		t.Run(f.Name, func(t *testing.T) {
			data := imagetest.Read(t, f.Path)
			least := 35.0
			if strings.HasPrefix(f.Name, "cmyk/") {
				least = 30
			}
			for i, width := range proofWidths {
				var got *image.RGBA
				naively(func() { got = onWhite(thumb(t, data, processors.Fit{}, width)) }) // as Pillow does
				size, _ := processors.Fit{}.Plan(f.Display, width, 0)
				require.Equal(t, size, got.Bounds().Size())
				assert.GreaterOrEqual(t, imagetest.PSNRWithoutAlpha(want[f.Name][i], got), least, "at a width of %d", width)
			}
		})
	}
}

// pillow returns a function that makes the reference thumbnails of files: for each name, one of every
// width.
func pillow(t *testing.T) func(files []imagetest.File) map[string][]image.Image {
	const python = "/usr/bin/python3" // the one for which Debian installs packages
	check := exec.Command(python, "-c", "import numpy; from PIL import ImageCms; ImageCms.core.profile_tobytes")
	if out, err := check.CombinedOutput(); err != nil {
		imagetest.Missing(t, "python3-pil and python3-numpy are not installed: "+string(out))
	}
	return func(files []imagetest.File) map[string][]image.Image {
		var list, stderr bytes.Buffer
		for _, f := range files {
			for _, width := range proofWidths {
				size, _ := processors.Fit{}.Plan(f.Display, width, 0)
				fmt.Fprintf(&list, "%s\t%d\t%d\n", f.Path, size.X, size.Y)
			}
		}
		cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "reference.py"))
		cmd.Stdin, cmd.Stderr = &list, &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "%s", stderr.String())
		made := map[string][]image.Image{}
		for r := bytes.NewBuffer(out); len(files) > 0; files = files[1:] {
			f := files[0]
			for _, width := range proofWidths {
				line, err := r.ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, "ok\n", line, f.Name)
				size, _ := processors.Fit{}.Plan(f.Display, width, 0)
				img := image.NewRGBA(image.Rectangle{Max: size})
				for i := 0; i < len(img.Pix); i += 4 {
					require.Equal(t, 3, copy(img.Pix[i:], r.Next(3)))
					img.Pix[i+3] = 255
				}
				made[f.Name] = append(made[f.Name], img)
			}
		}
		return made
	}
}

// onWhite returns img composited over white.
func onWhite(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}
