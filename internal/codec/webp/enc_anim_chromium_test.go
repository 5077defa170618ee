package webp

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// playedByChromium returns the frames of an animation as Chromium's ImageDecoder decodes them, over white, one above the other.
func playedByChromium(t *testing.T, file []byte, size image.Point, frames int) image.Image {
	chromium := imagetest.Program(t, "chromium", "chromium")
	dir := t.TempDir()
	page := fmt.Sprintf(`<!doctype html><body style="margin:0;background:#fff"><canvas id="c" width="%d" height="%d" style="display:block"></canvas><script>
(async () => {
	const bytes = Uint8Array.from(atob("%s"), c => c.charCodeAt(0));
	const decoder = new ImageDecoder({data: bytes, type: "image/webp"});
	const to = document.getElementById("c").getContext("2d");
	for (let i = 0; i < %d; i++) {
		const {image} = await decoder.decode({frameIndex: i});
		to.drawImage(image, 0, i * %d);
	}
})();
</script>`, size.X, size.Y*frames, base64.StdEncoding.EncodeToString(file), frames, size.Y)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page.html"), []byte(page), 0o600))
	shot := filepath.Join(dir, "shot.png")
	output, err := exec.CommandContext(t.Context(), chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--hide-scrollbars",
		"--virtual-time-budget=20000", "--user-data-dir="+filepath.Join(dir, "data"), "--screenshot="+shot, fmt.Sprintf("--window-size=500,%d", size.Y*frames+200),
		"file://"+filepath.Join(dir, "page.html")).CombinedOutput()
	require.NoError(t, err, "%s", output)
	data, err := os.ReadFile(shot)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return img
}

func TestChromiumDecodesAnimationsLikeThisPackage(t *testing.T) {
	imagetest.Long(t)
	r := rand.New(rand.NewPCG(41, 42))
	for i, c := range []Compression{Lossless, Automatic} {
		f := randomFilm(r, 60, 44)
		for n, img := range f.frames { // makes all frames different
			img.SetNRGBA(n, 0, color.NRGBA{byte(20 * n), 90, 200, 255})
		}
		file := f.encode(t, EncodeOptions{Quality: 90, Effort: 4, Compression: c}, 0)
		got, _ := playedFilm(t, file)
		size := f.frames[0].Rect.Size()
		img := playedByChromium(t, file, size, len(got.frames))
		for n, want := range got.frames {
			white := image.NewRGBA(want.Rect)
			draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(white, white.Rect, want, image.Point{}, draw.Over)
			worst := 0
			for y := range size.Y {
				for x := range size.X {
					a, b, d, _ := img.At(x, n*size.Y+y).RGBA()
					p := white.RGBAAt(x, y)
					for _, v := range []int{int(a>>8) - int(p.R), int(b>>8) - int(p.G), int(d>>8) - int(p.B)} {
						worst = max(worst, v, -v)
					}
				}
			}
			assert.LessOrEqual(t, worst, 3, "film %d, frame %d", i, n)
		}
	}
}
