package main

import (
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Sizes, turns, profiles and alpha, against libvips, which reads AVIF by libheif and converts by lcms2.
func TestThumbnailsOfTheCorpusAgreeWithLibvips(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "corpus", "avif-heic")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus is not there")
	}
	vips, err := exec.LookPath("vips")
	if err != nil {
		if os.Getenv("THUMBNAIL_REAL") != "" {
			t.Fatal("vips is not installed (Debian: libvips-tools)")
		}
		t.Skip("vips is not installed: thumbnails are not compared with it")
	}
	profile := []string{"--export-profile", "srgb"}
	for name, options := range map[string][]string{
		"avif-orientation-6": profile, "icc_profile": profile, "xmp_tags_orientation": profile,
		"exif": nil, "hopper": nil, "hopper-missing-pixi": nil, "rot0mir0": nil, "rot1mir1": nil, "rot3mir1": nil, "transparency": nil,
	} {
		t.Run(name, func(t *testing.T) {
			path, out := filepath.Join(dir, name+".avif"), filepath.Join(t.TempDir(), "out.png")
			args := append([]string{"thumbnail", path, out, "300", "--height", "10000", "--size", "down"}, options...)
			if output, err := exec.Command(vips, args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			reference, err := os.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			defer reference.Close()
			want, err := png.Decode(reference)
			if err != nil {
				t.Fatal(err)
			}
			got := shrunk(t, file, 300)
			if got.Bounds().Size() != want.Bounds().Size() {
				t.Fatal(got.Bounds(), want.Bounds())
			}
			if d := psnr(onWhite(want), onWhite(got)); d < 35 {
				t.Errorf("%.1f dB", d)
			}
		})
	}
}

func onWhite(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Over)
	return out
}

// psnr is in dB.
func psnr(a, b *image.RGBA) float64 {
	sum := 1e-9
	for i, v := range a.Pix {
		d := float64(v) - float64(b.Pix[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix))*3/4/sum)
}
