package jpeg

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"
)

func TestPPM(t *testing.T) {
	if os.Getenv("PPM") == "" {
		t.Skip()
	}
	for _, p := range filepath.SplitList(os.Getenv("JPEG_BENCH")) {
		data, _ := os.ReadFile(p)
		for _, n := range []int{1, 2, 3, 4, 8} {
			for _, full := range []bool{false, true} {
				var d Decoder
				m, _ := d.Decode(context.Background(), data, Options{Scale: n, FullChroma: full})
				g := m.(*image.YCbCr)
				w, h := g.Rect.Dx(), g.Rect.Dy()
				// triangle upsample of chroma when 420
				f, _ := os.Create(fmt.Sprintf("%s.%d.%v.ppm", p, n, full))
				fmt.Fprintf(f, "P6 %d %d 255\n", w, h)
				out := make([]byte, 0, 3*w*h)
				cw, ch := (w+1)/2, (h+1)/2
				up := func(pl []byte, x, y int) byte {
					at := func(x, y int) int { return int(pl[min(max(y, 0), ch-1)*g.CStride+min(max(x, 0), cw-1)]) }
					cx, cy := x/2, y/2
					dx, dy := x%2*2-1, y%2*2-1
					return byte((9*at(cx, cy) + 3*at(cx+dx, cy) + 3*at(cx, cy+dy) + at(cx+dx, cy+dy) + 8) >> 4)
				}
				for y := 0; y < h; y++ {
					for x := 0; x < w; x++ {
						var cb, cr byte
						if g.SubsampleRatio == image.YCbCrSubsampleRatio420 {
							cb, cr = up(g.Cb, x, y), up(g.Cr, x, y)
						} else {
							cb, cr = g.Cb[g.COffset(x, y)], g.Cr[g.COffset(x, y)]
						}
						r, gg, b := color.YCbCrToRGB(g.Y[g.YOffset(x, y)], cb, cr)
						out = append(out, r, gg, b)
					}
				}
				f.Write(out)
				f.Close()
			}
		}
	}
}
